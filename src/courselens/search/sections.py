"""Which section of a course answers what words alone tell: one called by its label, to whom to write, what must be
handed in before the examination.

In: what is asked, and the passages of the course. Out: the name of the section or field, None where no word tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from courselens.dataset.types import Passage
from courselens.search.excerpt import ADDRESS
from courselens.search.places import phrase_pattern
from courselens.search.query import Understood
from courselens.search.stored import Index
from courselens.search.tokens import fold, words
from courselens.search.vocabulary import MENTION, stop_words


def labelled(frame: str, held: Iterable[str], labels: Mapping[str, Sequence[Sequence[str]]]) -> str | None:
    """The field or section among those `held` that the question calls by one of its `labels`: in more than one word, or
    in one and nothing else.
    """
    said = [word.text for word in words(frame)]
    content = [word for word in said if word not in stop_words() and word != fold(MENTION)]
    for name in dict.fromkeys(held):
        for label in map(list, labels.get(name, ())):
            within = any(said[at : at + len(label)] == label for at in range(len(said)))
            if within and (len(label) > 1 or content == label):
                return name
    return None


class Sections:
    """Sections of the courses of one index; `passage` gives the passages by number."""

    def __init__(self, index: Index, passage: Callable[[int], Passage]) -> None:
        self.index = index
        self.passage = passage

    def contact(self, number: int) -> str | None:
        """The section of course `number` that says to whom to write."""
        return next((one.section for one in self._texts(number) if ADDRESS.search(one.text)), None)

    def required(self, understood: Understood, number: int) -> str | None:
        """The section of course `number` that says what is to be handed in before its examination, if that is asked."""
        if not asks_required(understood):
            return None
        return next((one.section for one in self._texts(number) if tells_required(one.text)), None)

    def _texts(self, number: int) -> Iterable[Passage]:
        return (self.passage(place) for place in self.index.passages_of(number) if not self.index.fact[place])


def asks_required(understood: Understood) -> bool:
    """Whether it is asked what must be handed in before the examination: `how many compulsory assignments`."""
    return bool(phrase_pattern("asking_required").search(_plain(understood.frame)))


def tells_required(text: str) -> bool:
    """Whether a passage tells it, be it by its heading."""
    return bool(phrase_pattern("telling_required").search(_plain(text)))


def _plain(text: str) -> str:
    return " ".join(word.text for word in words(text))
