"""A section that is asked as a whole: the aims, the content, the literature of a course.

In: a question understood, and the texts that its section was cut into. Out: the section from its beginning, with a sign
where more of it stands behind; the sentence that fits best would cut a list in its middle.
"""

from __future__ import annotations

from collections.abc import Sequence

from courselens.course import Course
from courselens.search.excerpt import LONGEST, SENTENCE
from courselens.search.places import words_of
from courselens.search.query import Understood
from courselens.search.telling import looked_for
from courselens.search.tokens import fold, words
from courselens.search.vocabulary import MENTION, asking_words

LISTS = frozenset({"objectives", "literature"})
"""Sections that are lists, as a rule."""
LONGEST_LIST = 1400
"""Characters that are shown of a list, whose items are asked for rather than a passage about them."""


def asks_whole(understood: Understood, field: str | None, course: Course) -> bool:
    """Whether nothing but the section `field` of `course`, or what the course is about, is asked: no word is said that
    only some of its sentences would tell, no amount and no date.
    """
    if field not in LISTS | {"content"}:
        return False
    parts = understood.clauses if field in LISTS else ()  # `its aims, and how many ects`
    return any(_says_no_more(one, course) for one in (*parts, understood.frame))


def _says_no_more(said: str, course: Course) -> bool:
    if any(looked_for(said)):
        return False
    small = asking_words() | words_of("whole_sections") | words_of("courses") | words_of("definite_courses")
    title = fold(course.title)
    told = (word.text for word in words(said) if word.text != fold(MENTION))
    return all(word in small or len(word) == 1 or word in title for word in told)


def from_beginning(heading: str, texts: Sequence[str], field: str | None) -> str:
    """`texts`, the pieces of the section below `heading`, from the first to as many sentences or lines as are shown."""
    body = "\n".join(texts)
    room = (LONGEST_LIST if field in LISTS else LONGEST) - len(heading)
    if len(body) > room:
        ends = [match.start() for match in SENTENCE.finditer(body) if room // 2 <= match.start() <= room]
        body = f"{body[: ends[-1] if ends else body.rfind(' ', 0, room)].rstrip()} …"
    return f"{heading}\n{body}"
