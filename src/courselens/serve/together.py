"""Questions that wait at the same time are answered together: understood one by one, encoded in few inferences.

In: questions from an event loop. Out: their answers. A thread for each question would be simpler and slower: threads
that compute in Python wait for each other, and an inference of one question costs twice as much for each as one of
eight. While one lane waits for the encoder, which needs no interpreter, another lane ranks.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice, takewhile

import numpy as np

from courselens.encode import Vectors
from courselens.search.answer import Answer
from courselens.search.query import Understood
from courselens.search.rank import Near
from courselens.serve.encoding import SharedLens

MOST = 8
"""Questions answered together: more save little and let the first of them wait for the last."""


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """A question that waits, with whom it is asked and where its answer is wanted."""

    lens: SharedLens
    text: str
    k: int
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Answer]


class Together:
    """Answers questions of one event loop in `lanes` threads."""

    def __init__(self, lanes: int) -> None:
        self._lanes = ThreadPoolExecutor(lanes, thread_name_prefix="ask")
        self._waiting: deque[_Question] = deque()
        self._guard = threading.Lock()
        self._free = lanes

    async def ask(self, lens: SharedLens, text: str, k: int) -> Answer:
        """The answer of `lens` to a question."""
        loop = asyncio.get_running_loop()
        question = _Question(lens, text, k, loop, loop.create_future())
        with self._guard:
            self._waiting.append(question)
            start = self._free > 0
            self._free -= start
        if start:
            self._lanes.submit(self._work)
        return await question.answer

    def close(self) -> None:
        """Let the threads end when their work is done."""
        self._lanes.shutdown(wait=False)

    def _work(self) -> None:
        while batch := self._next():
            for question, found in _answers(batch):
                question.loop.call_soon_threadsafe(_settle, question.answer, found)

    def _next(self) -> list[_Question]:
        """The questions that have waited longest, of one lens; where none waits, the lane is given back."""
        with self._guard:
            batch = list(islice(takewhile(lambda one: one.lens is self._waiting[0].lens, self._waiting), MOST))
            for _ in batch:
                self._waiting.popleft()
            self._free += not batch
            return batch


def _answers(batch: Sequence[_Question]) -> Iterator[tuple[_Question, Answer | Exception]]:
    """Each question with its answer or with what went wrong with it; a bad question spoils no other."""
    try:
        prepared = _prepared(batch)
    except Exception as error:
        if len(batch) == 1:
            yield batch[0], error
            return
        for one in batch:
            yield from _answers([one])
        return
    for one, ready in zip(batch, prepared, strict=True):
        try:
            yield one, one.lens.answer(ready.understood, ready.vectors, one.k, ready.near)
        except Exception as error:
            yield one, error


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A question understood, the vectors of its texts, the cosines of all but the first."""

    understood: Understood
    vectors: Vectors
    near: Near


def _prepared(batch: Sequence[_Question]) -> list[_Prepared]:
    """What is computed for all at once: vectors, and the cosines of those searched for to all passages, read once."""
    lens = batch[0].lens
    understood = [lens.answerer.understand(one.text) for one in batch]
    texts = [one.texts for one in understood]
    vectors = lens.encode([text for some in texts for text in some])
    own = np.split(vectors, np.cumsum([len(some) for some in texts])[:-1])
    wanted = [some[one.asking_texts :] for one, some in zip(understood, own, strict=True)]
    near = Near.of(lens.index, np.concatenate(wanted))
    made, at = [], 0
    for one, some, searched in zip(understood, own, wanted, strict=True):
        made.append(_Prepared(one, some, near.of_rows(at, at + len(searched))))
        at += len(searched)
    return made


def _settle(future: asyncio.Future[Answer], found: Answer | Exception) -> None:
    if future.done():  # the client has gone
        return
    if isinstance(found, Exception):
        future.set_exception(found)
    else:
        future.set_result(found)
