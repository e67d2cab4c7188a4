"""The answering side of a server: the shelf of the moment, threads that do the work, answers kept, reload.

In: a workspace, requests from an event loop. Out: answers. Work runs in a few threads, so that the loop stays free; how
many requests may wait is bounded, and one more is told to come again. Equal questions are answered once. A rebuilt
workspace is opened beside the old one and exchanged between two requests: those under way finish on the old one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from courselens.encode import well_formed
from courselens.errors import CourselensError
from courselens.search.answer import Answer
from courselens.serve.settings import Settings
from courselens.serve.shelf import Filters, Shelf
from courselens.serve.together import Together

T = TypeVar("T")
log = logging.getLogger("courselens.serve")

OpenShelf = Callable[[Path], Shelf]
State = tuple[tuple[int, int], ...]


class OverloadedError(Exception):
    """More requests wait than the settings allow."""


class Service:
    """Answers from one workspace, for one event loop."""

    def __init__(self, settings: Settings, open_shelf: OpenShelf = Shelf.open) -> None:
        """Open the workspace. Raises CourselensError when it cannot be served."""
        self.settings = settings
        self._open = open_shelf
        self.state = state_of(settings.workspace)
        self.shelf = open_shelf(settings.workspace)
        self.loaded_at = time.time()
        self.reloads = 0
        self.reload_error: str | None = None
        self.hits = 0
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="answer")
        self._together = Together(settings.lanes)
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Do `work` in a thread. Raises OverloadedError when too many wait already."""
        return await self._admitted(lambda: asyncio.get_running_loop().run_in_executor(self._pool, work))

    async def once(self, asked: Hashable, work: Callable[[], T]) -> T:
        """`work`'s result, kept for the next request that asks the same of the same shelf."""
        return await self._once(asked, lambda: asyncio.get_running_loop().run_in_executor(self._pool, work))

    async def _admitted(self, begin: Callable[[], Awaitable[T]]) -> T:
        if self._waiting >= self.settings.queue:
            raise OverloadedError
        self._waiting += 1
        try:
            return await begin()
        finally:
            self._waiting -= 1

    async def _once(self, asked: Hashable, begin: Callable[[], Awaitable[T]]) -> T:
        key = (self.reloads, asked)
        if key in self._kept:
            self.hits += 1
            self._kept.move_to_end(key)
            found: T = self._kept[key]
            return found
        made = await self._admitted(begin)
        self._kept[key] = made
        while len(self._kept) > self.settings.cache:
            self._kept.popitem(last=False)
        return made

    async def ask(self, question: str, k: int = 10) -> Answer:
        """Answer a question."""
        shelf, text = self.shelf, clean(question)
        return await self._once(("ask", text, k), lambda: self._together.ask(shelf.lens, text, k))

    async def search(self, query: str, filters: Filters, k: int = 10) -> Answer:
        """Rank courses and passages. Raises CourselensError on a field or value that the catalogue does not have."""
        shelf, text = self.shelf, clean(query)
        asked = ("search", text, k, tuple((name, tuple(values)) for name, values in sorted(filters.items())))
        return await self.once(asked, lambda: shelf.lens.search(text, filters=filters, k=k))

    async def watch(self) -> None:
        """Exchange the shelf whenever the workspace has a new index; runs until it is cancelled."""
        while True:
            await asyncio.sleep(self.settings.watch)
            try:
                await self.reload()
            except Exception:  # whatever a half-written folder does, the shelf that answers stays
                log.exception("looking for a new index")

    async def reload(self) -> bool:
        """Exchange the shelf when the index on disk is another one. Whether it was."""
        state = state_of(self.settings.workspace)
        if state == self.state or not state:
            return False
        try:
            shelf = await asyncio.to_thread(self._open, self.settings.workspace)
        except CourselensError as error:
            self.reload_error = error.what
            log.warning("the new index cannot be opened, the old one goes on answering: %s", error)
            return False
        if state_of(self.settings.workspace) != state:  # replaced while it was opened: once more
            return False
        self.shelf = shelf
        self._kept.clear()
        self.state = state
        self.loaded_at = time.time()
        self.reloads += 1
        self.reload_error = None
        log.info("new index: %d courses, %d passages", shelf.courses, shelf.passages)
        return True

    def close(self) -> None:
        """Let the threads end when their work is done."""
        self._pool.shutdown(wait=False)
        self._together.close()


def state_of(workspace: Path) -> State:
    """What tells one index from the next: inode and time of change of its record and its settings."""
    found = []
    for name in (".stage.json", "index.json"):
        try:
            status = (workspace / "index" / name).stat()
        except OSError:
            continue
        found.append((status.st_ino, status.st_mtime_ns))
    return tuple(found)


def clean(text: str) -> str:
    """Text without lone surrogates and control characters, which no tokenizer and no terminal takes."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else " " for letter in well_formed(text))
