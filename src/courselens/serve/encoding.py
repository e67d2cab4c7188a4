"""One encoder for many threads: texts of requests that wait at the same time are encoded together.

In: texts from several threads. Out: their vectors. An inference costs about a millisecond before its first text, and a
row of many tokens is computed faster than many short ones, so requests that wait for each other had better go together.
Texts come again often (a question is also encoded with its course's name replaced: `who teaches X`), so their vectors
are kept, a bounded number.
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
from courselens.search.rank import Near

MOST_TOGETHER = 32
"""Texts of one inference, beyond the first request's own."""
KEPT = 16_384
"""Texts whose vectors are kept, those longest not asked for given up first: 25 MB."""
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
    """An `Encoder` for more threads than the one below serves at once: `lanes` encode, the others wait together."""

    def __init__(self, encoder: Encoder, lanes: int = 1) -> None:
        self.encoder = encoder
        self._guard = threading.Lock()
        self._turn = threading.Semaphore(lanes)
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
            for text in known:
                self._kept.move_to_end(text)
        mine = _Waiting([text for text in dict.fromkeys(texts) if text not in known])
        if mine.texts:
            self._wait(mine)
            if mine.failed is not None or mine.vectors is None:
                raise RuntimeError("encoding failed for the requests that went together") from mine.failed
            known |= dict(zip(mine.texts, mine.vectors, strict=True))
            self._keep(mine)
        return np.stack([known[text] for text in texts]) if texts else np.empty((0, self.dimensions), np.float32)

    def _wait(self, mine: _Waiting) -> None:
        """Whoever gets a turn encodes for all who wait; another finds when its turn comes that it was taken along."""
        with self._guard:
            self._waiting.append(mine)
        with self._turn:
            together = self._together(mine)
            try:
                texts = [text for one in together for text in one.texts]
                vectors = self.encoder.encode(texts) if texts else np.empty((0, self.dimensions), np.float32)
                start = 0
                for one in together:
                    one.vectors = vectors[start : start + len(one.texts)]
                    start += len(one.texts)
            except Exception as error:
                for one in together:
                    one.failed = error
            finally:
                for one in together:
                    one.done.set()
        mine.done.wait()

    def _together(self, mine: _Waiting) -> list[_Waiting]:
        """`mine` and others that wait, as many as fit into one inference; none where another has taken `mine`."""
        with self._guard:
            if mine not in self._waiting:
                return []
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


class SharedLens(Lens):
    """A lens whose encoder sees to its own threads."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), d), L2-normalised."""
        return self.encoder.encode(list(texts))

    def answer(self, understood: Understood, vectors: Vectors, k: int, near: Near) -> Answer:
        """What `ask` gives for a question understood; `vectors` are those of its texts, `near` their cosines but for
        the first.
        """
        return self._answer(self.answerer.consider(understood, vectors, most=k, near=near), k)
