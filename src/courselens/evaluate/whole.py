"""All of courselens as one of the systems that are compared: understanding, ranking and lookup over the same passages.

In: an opened lens, the corpus of the comparison. Out: a `System` that ranks what leads to an answer: the passages of
the course that the question is about, or the best passage of each course in the order of the answer. Courses outside
the corpus are hidden, so that it chooses among the same courses as every other system. With another encoder in place of
the lens' own it shows what training brings to the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from courselens.course import Catalogue
from courselens.dataset.types import Passage
from courselens.encode import Encoder, Vectors
from courselens.evaluate.systems import Ranking
from courselens.search.answering import Answerer
from courselens.search.explain import shown
from courselens.search.facts import Mask
from courselens.search.lens import Lens
from courselens.search.lexical import guess_language
from courselens.search.stored import Index
from courselens.search.translation import about

WHOLE = "courselens"
UNTRAINED = "courselens on base"
ABLATION = ("base", "BM25 + base", UNTRAINED, WHOLE)
"""The systems by what each adds to the one before: words, understanding, training."""

BLOCK = 2048
"""Questions that are encoded at once."""


@dataclass(frozen=True)
class WholeSystem:
    """What courselens answers, as a ranking of the corpus.

    `searching` encodes what is searched for in the vectors of the answerer's index; what is asked is always recognised
    by `recognising`, the lens' own encoder, for which that was learnt. `rows` leads from a passage of the index to its
    row of the corpus, `hidden` (courses,) are the courses outside it.
    """

    name: str
    answerer: Answerer
    recognising: Encoder
    searching: Encoder
    rows: Mapping[int, int]
    hidden: Mask

    @classmethod
    def over(cls, lens: Lens, corpus: Sequence[Passage], *, name: str = WHOLE) -> WholeSystem:
        """The lens as it answers, among the courses of `corpus`."""
        keys = {passage.course for passage in corpus}
        index = lens.index
        hidden = np.array([index.course(number).key not in keys for number in range(index.courses)], dtype=bool)
        return cls(name, lens.answerer, lens.encoder, lens.encoder, _rows(index, corpus, hidden), hidden)

    def untrained(self, base: Encoder, catalogue: Catalogue, *, name: str = UNTRAINED) -> WholeSystem:
        """The same, searching with `base` (of as many dimensions). `catalogue` is the one that was indexed."""
        index = self.answerer.index
        vectors, texts = np.zeros_like(index.vectors), np.zeros_like(index.about)
        places: list[int] = []
        abouts: list[int] = []
        told: list[str] = []
        for number in np.flatnonzero(~self.hidden).tolist():
            places += [place for place in index.passages_of(number) if index.vectors[place].any()]  # no boilerplate
            course = catalogue.courses[number]
            passages = [index.passage(place) for place in index.passages_of(number)]
            told += about(course, course.text_language or (guess_language(course.title) or "en"), passages)
            abouts += range(index.first_about[number], index.first_about[number + 1])
        made_of = base.encode([*(index.passage(place).text for place in places), *told])
        vectors[places], texts[abouts] = made_of[: len(places)], made_of[len(places) :]
        made = Answerer(replace(index, vectors=vectors, rounded=None, about=texts, about_rounded=None))
        return replace(self, name=name, answerer=made, searching=base)

    def rank(self, questions: Sequence[str], k: int) -> Ranking:
        """Rows of the passages that lead to each answer, best first."""
        out = np.full((len(questions), k), -1, dtype=np.int64)
        for start in range(0, len(questions), BLOCK):
            read = [self.answerer.understand(question) for question in questions[start : start + BLOCK]]
            asking = self.recognising.encode([text for one in read for text in one.texts[: one.asking_texts]])
            searched = self.searching.encode([text for one in read for text in one.texts[one.asking_texts :]])
            first = at = 0
            for row, one in enumerate(read):
                own = searched[at : at + len(one.searched)]
                vectors = np.concatenate([asking[first : first + one.asking_texts], own])
                at, first = at + len(own), first + one.asking_texts
                found = self.answerer.consider(one, vectors, hidden=self.hidden, most=k)
                places = shown(self.answerer.index, found, k)
                rows = list(dict.fromkeys(self.rows[place] for place in places if place in self.rows))
                out[start + row, : len(rows)] = rows
        return out


def vectors_of(index: Index, corpus: Sequence[Passage]) -> dict[str, Vectors]:
    """The vectors (d,) that the index holds of the texts of `corpus`: they need not be made anew."""
    keys = {passage.course for passage in corpus}
    numbers = [number for number in range(index.courses) if index.course(number).key in keys]
    places = [place for number in numbers for place in index.passages_of(number) if index.vectors[place].any()]
    return {index.passage(place).text: np.asarray(index.vectors[place]) for place in places}


def _rows(index: Index, corpus: Sequence[Passage], hidden: Mask) -> dict[int, int]:
    """The corpus' row of each passage of the index: the same text, or else the first of the course about the same.

    A corpus in the wording of another style has no text of the index, but passages of the same courses and fields.
    """
    texts: dict[tuple[str, str], int] = {}
    asked: dict[tuple[str, str], int] = {}
    for row, passage in enumerate(corpus):
        texts.setdefault((passage.course, passage.text), row)
        asked.setdefault((passage.course, passage.asked), row)
    found = {}
    for number in np.flatnonzero(~hidden).tolist():
        for place in index.passages_of(number):
            passage = index.passage(place)
            same = texts.get((passage.course, passage.text), asked.get((passage.course, passage.asked)))
            if same is not None:
                found[place] = same
    return found
