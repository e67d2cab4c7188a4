"""Files read in several processes: tasks in, outcomes out as they are done.

Each worker is a Python process of its own that runs `main`, fed through its standard input. Not `multiprocessing`: a
fork of a process with running threads can hang, a spawn runs the script of the caller once more, and a page on which
a library of ours crashes would take the pool with it. Here it costs that page.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from courselens.read.labels import Labels
from courselens.read.one import Outcome, read_one
from courselens.read.sources import Found

FEW = 48
"""Below this many files a pool takes longer to start than it saves."""

COMMAND = "from courselens.read.workers import main; main()"

CHUNK = 16
"""Files that a worker is given at a time."""


def read_many(
    files: Sequence[Found], labels: Labels, known: frozenset[str], workers: int | None = None
) -> Iterator[Outcome]:
    """The outcome of every file, in the order in which they are done.

    `workers` processes, by default one for each core that this process may use; with 1, or few files, none but this.
    """
    count = cores() if workers is None else workers
    if count <= 1 or (workers is None and len(files) < FEW) or not sys.executable:
        for file in files:
            yield read_one(file.path, file.name, labels, known)
        return
    todo: queue.SimpleQueue[list[Found]] = queue.SimpleQueue()
    for start in range(0, len(files), CHUNK):
        todo.put(list(files[start : start + CHUNK]))
    done: queue.SimpleQueue[list[Outcome] | BaseException] = queue.SimpleQueue()
    count = min(count, -(-len(files) // CHUNK))
    setup = pickle.dumps((labels, known))
    stop = threading.Event()
    threads = [threading.Thread(target=_serve, args=(todo, done, setup, stop), daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    left = len(files)
    try:
        while left:
            outcomes = done.get()
            if isinstance(outcomes, BaseException):
                raise outcomes
            left -= len(outcomes)
            yield from outcomes
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def cores() -> int:
    """Cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _serve(
    todo: queue.SimpleQueue[list[Found]],
    done: queue.SimpleQueue[list[Outcome] | BaseException],
    setup: bytes,
    stop: threading.Event,
) -> None:
    """Feed one worker until nothing is left; a worker that dies is replaced, and its files are given one by one."""
    worker: _Worker | None = None
    try:
        while not stop.is_set():
            try:
                files = todo.get_nowait()
            except queue.Empty:
                return
            if worker is None:
                worker = _Worker(setup)
            try:
                outcomes = worker.read(files)
            except (EOFError, OSError, pickle.UnpicklingError):
                worker.close()
                worker = None
                if len(files) > 1:
                    for file in files:
                        todo.put([file])
                    continue
                outcomes = [Outcome(files[0].name, reason="the reader crashed on this file")]
            done.put(outcomes)
    except BaseException as error:  # handed to the caller, who waits
        done.put(error)
    finally:
        if worker is not None:
            worker.close()


class _Worker:
    """A process that reads files."""

    def __init__(self, setup: bytes) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._send(setup)

    def read(self, files: Sequence[Found]) -> list[Outcome]:
        self._send(pickle.dumps([(file.path, file.name) for file in files]))
        assert self.process.stdout is not None
        outcomes: list[Outcome] = pickle.load(self.process.stdout)
        return outcomes

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):  # the worker is gone, and what was meant for it with it
                    pipe.close()
        self.process.kill()
        self.process.wait()

    def _send(self, message: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(message)
        self.process.stdin.flush()


def _work(tasks: BinaryIO, results: BinaryIO) -> None:
    """A worker's life: labels and known digests, then lists of files until the input ends."""
    labels, known = pickle.load(tasks)
    while True:
        try:
            files: list[tuple[Path, str]] = pickle.load(tasks)
        except EOFError:
            return
        pickle.dump([read_one(path, name, labels, known) for path, name in files], results, pickle.HIGHEST_PROTOCOL)
        results.flush()


def main() -> None:
    """What a worker process runs."""
    results: Any = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not stand among the results
    with results:
        _work(sys.stdin.buffer, results)
