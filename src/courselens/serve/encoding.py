"""One encoder for many threads: texts of requests that wait at the same time are encoded together.

In: texts from several threads. Out: their vectors. An inference costs about three milliseconds before its first text
and one more for each short text, so requests that wait for each other had better go together; but a batch is padded to
its longest text, so those that go together are cut where padding would cost more than another inference. Texts come
again often (a question is also encoded with its course's name replaced: `who teaches X`), so their vectors are kept, a
bounded number.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from courselens.encode import Encoder, Vectors
from courselens.search.answer import Answer
from courselens.search.lens import Lens
from courselens.search.query import Understood

MOST_TOGETHER = 32
"""Texts of one inference, beyond the first request's own."""
INFERENCE = 100
"""What an inference costs beside its texts, in characters of text: the fewest milliseconds for questions of the St.
Gallen catalogue lay between 40 and 120 (8.1 to 8.8 ms a question, 12.0 in one padded batch)."""
KEPT = 4096
LONGEST_KEPT = 500
"""Characters; a longer text is hardly asked twice."""


@dataclass(eq=False)
class _Waiting:
    """A request's texts, and what became of them."""

    texts: Sequence[str]
    vectors: Vectors | None = None
    failed: BaseException | None = None
    done: threading.Event = field(default_factory=threading.Event)


class SharedEncoder:
    """An `Encoder` that is safe for several threads, over one that is not."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._guard = threading.Lock()
        self._turn = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._kept: OrderedDict[str, Vectors] = OrderedDict()

    @property
    def dimensions(self) -> int:
        """Width of the vectors."""
        return self.encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), d), rows L2-normalised, in the order of `texts`."""
        with self._guard:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        mine = _Waiting([text for text in dict.fromkeys(texts) if text not in known])
        if mine.texts:
            self._wait(mine)
            if mine.failed is not None or mine.vectors is None:
                raise RuntimeError("encoding failed for the requests that went together") from mine.failed
            known |= dict(zip(mine.texts, mine.vectors, strict=True))
            self._keep(mine)
        return np.stack([known[text] for text in texts]) if texts else np.empty((0, self.dimensions), np.float32)

    def _wait(self, mine: _Waiting) -> None:
        """Whoever gets the turn encodes for all who wait; the others find their vectors when the turn is theirs."""
        with self._guard:
            self._waiting.append(mine)
        with self._turn:
            if mine.done.is_set():
                return
            together = self._together(mine)
            try:
                vectors = self._encode([text for one in together for text in one.texts])
                start = 0
                for one in together:
                    one.vectors = vectors[start : start + len(one.texts)]
                    start += len(one.texts)
            except Exception as error:
                for one in together:
                    one.failed = error
            for one in together:
                one.done.set()

    def _encode(self, texts: Sequence[str]) -> Vectors:
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        start = 0
        for stop in cuts([len(texts[place]) for place in order]):
            vectors[order[start:stop]] = self.encoder.encode([texts[place] for place in order[start:stop]])
            start = stop
        return vectors

    def _together(self, mine: _Waiting) -> list[_Waiting]:
        """`mine` and others that wait, as many as fit into one inference."""
        with self._guard:
            chosen, room = [mine], MOST_TOGETHER
            for one in self._waiting:
                if one is not mine and len(one.texts) <= room:
                    chosen.append(one)
                    room -= len(one.texts)
            self._waiting = [one for one in self._waiting if one not in chosen]
            return chosen

    def _keep(self, mine: _Waiting) -> None:
        with self._guard:
            for text, vector in zip(mine.texts, mine.vectors if mine.vectors is not None else (), strict=True):
                if len(text) <= LONGEST_KEPT:
                    self._kept[text] = vector.copy()
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def cuts(lengths: Sequence[int]) -> list[int]:
    """Where each batch of texts ends, cheapest in all; `lengths` are their characters, longest first.

    A batch costs `INFERENCE` and its longest text for every text of it.
    """
    cost, end = [0.0], [0]
    for stop in range(1, len(lengths) + 1):
        least, start = min((cost[one] + INFERENCE + (stop - one) * lengths[one], one) for one in range(stop))
        cost.append(least)
        end.append(start)
    found, stop = [], len(lengths)
    while stop:
        found.append(stop)
        stop = end[stop]
    return found[::-1]


class SharedLens(Lens):
    """A lens whose encoder sees to its own threads."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), d), L2-normalised."""
        return self.encoder.encode(list(texts))

    def answer(self, understood: Understood, vectors: Vectors, k: int) -> Answer:
        """What `ask` gives for a question understood, `vectors` being those of its texts."""
        return self._answer(self.answerer.consider(understood, vectors, most=k), k)
