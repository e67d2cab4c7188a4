"""What single sentences of a course tell: who may take it, how often it is offered, whether it has a lab.

In: the passages of a course, and the practical things that a question asks. Out: the sentences that tell them, wherever
they stand: some catalogues have them among their notes, others at the end of a description.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from courselens.course import Course
from courselens.dataset.types import Passage
from courselens.search.clauses import LIKELY
from courselens.search.concerns import Concern, concerns_of
from courselens.search.decide import Asked
from courselens.search.excerpt import SENTENCE
from courselens.search.places import words_of
from courselens.search.query import Understood
from courselens.search.saying import Saying
from courselens.search.tokens import words

SEVERAL = 2
"""Codes between which a question chooses, and not between what a course may be."""
SHOWN = 3
"""Sentences of a passage that are shown."""
PASSAGES = 2
"""Passages of a course whose sentences are shown."""


def by_sentence(text: str) -> tuple[Concern, ...]:
    """What `text`, a question or a clause of it without the course's name, asks that is told by single sentences; ()
    where it surely asks something practical besides.
    """
    asked = concerns_of(text)
    besides = any(one.sure and not one.by_sentence for one in asked)
    return () if besides else tuple(one for one in asked if one.by_sentence)


def no_sentence(asked: Asked, understood: Understood, course: Course) -> bool:
    """Whether no sentence of `course` is asked for, but a fact of it in so many words, or what no catalogue holds: `is
    it a lab or a seminar`, `what type, lab?`, `does it count as level 300`.
    """
    if not understood.named or (asked.field is None and asked.elsewhere > LIKELY):
        return True
    said = {word.text for word in words(understood.frame)}
    stated = any(one.field == asked.field for one in understood.found.conditions)
    chooses = not said.isdisjoint(words_of("choosing")) and len(understood.codes) < SEVERAL
    return (stated or asked.field in said or chooses) and asked.field in course.fields


def say_sentences(course: Course, passages: Iterable[tuple[int, Passage]], concerns: Sequence[Concern]) -> list[Saying]:
    """The sentences of `course` that tell one of the `concerns`, passage by passage; none where it tells none."""
    found: dict[str, Saying] = {}
    for place, passage in passages:
        heading, _, body = passage.text.partition("\n")
        told = [one.strip() for one in SENTENCE.split(body) if any(concern.told_by(one) for concern in concerns)]
        shown = " … ".join(told[:SHOWN])
        if passage.kind == "chunk" and told and not any(known in shown for known in found):
            found[shown] = Saying(f"{heading}\n{shown}", (), passage.asked, course, (place,))
    return list(found.values())[:PASSAGES]
