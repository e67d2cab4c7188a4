"""Whether a question says another word in the place of one of a title's: the sign of a course that is not here.

In: a question's words and the titles of the course that fits best. Out: the word. `Supply Chain Management III` and
`History of Advertising` are no courses where the catalogue has `Supply Chain Management II` and `History of Insurance`;
a title that is cut, misspelt, abbreviated or translated stays the same course.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from courselens.search.framing import inside
from courselens.search.names import LONGEST_QUERY, SAME_STEM, Names
from courselens.search.tokens import Word, abbreviates, compact, fold, words
from courselens.search.translation import english_of_any
from courselens.search.vocabulary import asking_words, conditions, frame_words, stop_words

SHORTEST = 4
"""Letters of a word that stands for another one; a shorter one abbreviates something (`HBS`, `SDG`)."""
LEAST_ENDING = 5
"""Letters of a word of asking that ends a German compound: `Einzelnoten`."""
LEAST_SIMILARITY = 0.65
"""Similarity (1 - edit distance / length) from which a word is a misspelling."""

_ENDING = ".?!;:,–"
_CLAUSE = re.compile(r"[.?!;,]")
_PART = re.compile(r"[:–/]|\s-|-\s")
"""Where a name ends, and where a part of one may."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A text with its words, each with its forms among the words of titles."""

    text: str
    words: Sequence[Word]
    forms: Sequence[frozenset[str]]

    def gap(self, one: int, other: int) -> str:
        """What stands between two words."""
        first, second = sorted((one, other))
        return self.text[self.words[first].end : self.words[second].start]


@dataclass(frozen=True, slots=True)
class Instead:
    """What stands instead of a title's word, as the question says it; `part` tells that it is the number or the letter
    of a part of a course.
    """

    said: str
    part: bool


def instead(
    text: str,
    titles: Iterable[str],
    names: Names,
    beside: Callable[[str], bool],
    taken: Sequence[tuple[int, int]] = (),
) -> Instead | None:
    """What the question `text` says in the place of a word of one of `titles`; None where that course may be meant.

    `beside` tells whether a word may stand beside a name without being part of it, since it asks or since the course
    has it elsewhere; spans that are `taken` are codes and conditions.
    """
    told = words(text)[:LONGEST_QUERY]
    question = _Said(text, told, [_forms(word.text, names) for word in told])
    for title in titles:
        for place, other in _beside(question, _Said(title, words(title), [])):
            word = told[place]
            if inside(word, taken):
                continue
            part = _numeral(word.text) or (other is not None and len(other) == 1)
            if part and _another_part(question, place, other):
                return Instead(text[word.start : word.end], part=True)
            if part or other is None:
                continue
            another = _another(word.text, other, text, title) and not beside(word.text)
            if another or _another_language(word.text, other):
                return Instead(text[word.start : word.end], part=False)
    return None


def _forms(word: str, names: Names) -> frozenset[str]:
    """The word, and its other forms in titles."""
    return frozenset({word, *(names.vocabulary[one] for one, similar in names.similar(word) if similar >= SAME_STEM)})


def _beside(question: _Said, title: _Said) -> Iterator[tuple[int, str | None]]:
    """Words of the question that are none of the title's, each beside one that is, with the title's word at the same
    side of it that the question does not say: None at the title's end.
    """
    at: dict[str, list[int]] = {}
    for place, word in enumerate(title.words):
        at.setdefault(word.text, []).append(place)
    found = [[one for form in forms for one in at.get(form, ())] for forms in question.forms]
    said = {place for places in found for place in places}
    for anchor, places in enumerate(found):
        if _small(question.words[anchor].text) or _numeral(question.words[anchor].text):
            continue
        for own in places:
            for step in (1, -1):
                place, other = anchor + step, own + step
                while _small_both(question.words, place, title.words, other):
                    place, other = place + step, other + step
                if not 0 <= place < len(question.words) or found[place] or other in said:
                    continue
                if not 0 <= other < len(title.words):
                    if step == 1:
                        yield place, None
                elif not _ends_only(question.gap(anchor, place), title.gap(own, other)):
                    yield place, title.words[other].text


def _small(word: str) -> bool:
    return word in stop_words()


def _small_both(told: Sequence[Word], place: int, its: Sequence[Word], other: int) -> bool:
    inner = 0 <= place < len(told) and 0 <= other < len(its)
    return inner and _small(told[place].text) and _small(its[other].text)


def _ends_only(gap: str, its_gap: str) -> bool:
    """Whether the name ends in the question where the title goes on, or the title says itself in two languages."""
    return "/" in its_gap or bool(_CLAUSE.search(gap)) or bool(_PART.search(gap) and not _PART.search(its_gap))


def _numeral(word: str) -> bool:
    return len(word) == 1 and word.isdigit()


def _another_part(question: _Said, place: int, other: str | None) -> bool:
    """Whether the number or letter of a course's part stands behind the name, and another one or none in the title:
    `Management III`, `Well-being C`. A digit where the title has none may count anything, and `I` begins a sentence
    unless it ends one.
    """
    word = question.words[place]
    raw = question.text[word.start : word.end]
    if question.gap(place - 1, place).strip() or not (raw.isupper() or raw.isdigit()):
        return False
    if other is None:
        return len(raw) > 1 and raw.isupper()
    if raw == "I":
        return other.isdigit() and other != "1" and not question.text[word.end : word.end + 1].strip(_ENDING)
    return len(other) == 1 and len(word.text) == 1 and other.isdigit() == word.text.isdigit()


def _another_language(word: str, other: str) -> bool:
    """Whether both are languages, and not the same: `Beginning Portuguese` where the catalogue has Spanish."""
    told, its = (_languages().get(one) for one in (word, other))
    return bool(told and its and told != its)


@lru_cache(maxsize=1)
def _languages() -> Mapping[str, str]:
    """Every word for a language, folded, with the language."""
    return {fold(str(word)): value for value, said in conditions()["language"].items() for word in said}


def _another(word: str, other: str, text: str, title: str) -> bool:
    """Whether two words surely mean different things: no spelling, abbreviation or translation of each other."""
    if len(word) < SHORTEST or len(other) < 2 or _small(other) or any(map(str.isdigit, word + other)):
        return False
    if word in frame_words() or any(word[at:] in asking_words() for at in range(1, len(word) - LEAST_ENDING + 1)):
        return False
    if word in compact(title) or other in compact(text) or abbreviates(word, other):
        return False
    if any(OSA.normalized_similarity(word, one.text) >= LEAST_SIMILARITY for one in words(title)):
        return False
    said = english_of_any(text)
    if other in compact(said) or word in compact(english_of_any(title)):
        return False
    return not {one.text for one in words(english_of_any(other))} & {word, *(one.text for one in words(said))}
