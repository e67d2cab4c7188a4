"""A workspace on disk: the names of its files, stages replaced whole, one writer at a time, a manifest written last.

Each stage owns one folder. It is written beside the old one (`.new-STAGE`), described by a record (`.stage.json`: its
inputs' fingerprint, counts, seconds, versions, and size and SHA-256 of every file), and then exchanged with the old one
in one system call. So at any instant a stage is either wholly the old one or wholly the new one, and its record, which
travels with it, says which. `manifest.json` collects the records for people and programs; if a kill left it behind the
folders, the next writer mends it.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import json
import math
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from courselens.errors import CourselensError

SCHEMA = 1
"""Version of the layout below; a workspace of another schema is refused, never guessed at."""

STAGES = ("catalogue", "pairs", "model", "index", "report")
"""The folders of a workspace in the order in which they are made."""

AMENDED = {"model": ("README.md",)}
"""Files that a later stage writes again (the model card, once the model is measured): not in the record."""

LOCK = ".lock"
"""Ending of what readers leave (tantivy's locks): empty, made again where it is missing, and not in the record."""

MANIFEST = "manifest.json"
RECORD = ".stage.json"

_AS_IT_WAS = "The workspace is as it was; free space or mend the folder, then run the same command again"
_FULL = 1 << 20
"""Bytes below which a disk counts as full when a library fails without saying why."""

_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_AT_FDCWD = -100


@dataclass(frozen=True)
class Record:
    """What a finished stage says of itself. `files` maps relative names to `{"size": bytes, "sha256": hex}`."""

    stage: str
    fingerprint: str
    counts: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """Hash of what the stage holds, by file: equal content has an equal hash whatever made it."""
        return fingerprint({name: file["sha256"] for name, file in self.files.items()})


class Workspace:
    """The folder that a build writes and everything else reads."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def open(cls, path: Path | str) -> Workspace:
        """A workspace to read. Raises CourselensError when there is none, or when it has another schema version."""
        path = Path(path)
        if not path.is_dir():
            raise CourselensError(
                "no such workspace", value=str(path), remedy="Make one with `courselens build SOURCE --out WORKSPACE`"
            )
        workspace = cls(path)
        if not (path / MANIFEST).is_file() and not any((path / stage).is_dir() for stage in STAGES):
            raise CourselensError(
                "not a courselens workspace",
                value=str(path),
                where=f"{MANIFEST} is missing",
                remedy="Make one with `courselens build SOURCE --out WORKSPACE`",
            )
        workspace._check_schema()
        return workspace

    @classmethod
    @contextmanager
    def writing(cls, path: Path | str) -> Iterator[Workspace]:
        """A workspace to write, made when it is missing, locked against a second writer until the block ends."""
        path = Path(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            foreign = [
                item.name for item in path.iterdir() if item.name not in {*STAGES, MANIFEST} and item.name[0] != "."
            ]
            if foreign and not (path / MANIFEST).exists():
                raise CourselensError(
                    "the folder holds other files",
                    value=str(path),
                    where=f"for example {sorted(foreign)[0]}",
                    remedy="Name a new or an empty folder with --out",
                )
            lock = (path / ".lock").open("a+")
        except OSError as error:
            raise CourselensError(
                "cannot write the workspace",
                value=str(path),
                where=error.strerror,
                remedy="Name another folder with --out",
            ) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise CourselensError(
                    "another courselens command is writing this workspace",
                    value=str(path),
                    remedy="Wait until it has finished, or name another folder with --out",
                ) from error
            workspace = cls(path)
            try:
                workspace._check_schema()
                for left in path.glob(".new-*"):  # what a kill left half written
                    shutil.rmtree(left, ignore_errors=True)
                for stage in STAGES:
                    workspace._mend(stage)
                if workspace._manifest_is_behind():
                    workspace._write_manifest()
                yield workspace
            except CourselensError:
                raise
            except Exception as error:  # outside of a stage: its checkpoints, the exported base
                told = _refusal(error, path)
                if told is None:
                    raise
                raise CourselensError(
                    "cannot go on with the workspace", value=str(path), where=told, remedy=_AS_IT_WAS
                ) from error

    def folder(self, stage: str) -> Path:
        """The folder of a finished stage. Raises CourselensError naming the command that makes it."""
        if self.record(stage) is None:
            command = {"catalogue": "read", "model": "train", "report": "evaluate"}.get(stage, stage)
            raise CourselensError(
                f"the workspace has no {stage}",
                value=str(self.path),
                remedy=f"Run `courselens {command}` on it, or `courselens build`",
            )
        return self.path / stage

    def record(self, stage: str) -> Record | None:
        """What the finished stage says of itself, None when it has not been made."""
        path = self.path / stage / RECORD
        if not path.is_file():
            return None
        try:
            return Record(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise self._damaged(path, str(error)) from error

    def is_current(self, stage: str, fingerprint: str) -> bool:
        """Whether the stage was made from inputs of this fingerprint and none of its files is damaged."""
        try:
            record = self.record(stage)
            if record is None or record.fingerprint != fingerprint:
                return False
            self.verify(stage)
        except CourselensError:
            return False
        return True

    def verify(self, stage: str, *, largest: float = math.inf) -> None:
        """Compare every file of a stage with its record; of files larger than `largest` bytes the size alone.

        Raises CourselensError that names the first file that is missing or damaged.
        """
        record = self.record(stage)
        for name, expected in (record.files if record else {}).items():
            path = self.path / stage / name
            if not path.is_file():
                raise self._damaged(path, "missing")
            if path.stat().st_size != expected["size"]:
                raise self._damaged(path, f"{path.stat().st_size:,} bytes instead of {expected['size']:,}")
            if expected["size"] <= largest and file_sha256(path) != expected["sha256"]:
                raise self._damaged(path, "its content has changed since it was written")

    @contextmanager
    def stage(
        self,
        name: str,
        fingerprint: str,
        counts: dict[str, Any],
        versions: Mapping[str, str],
        started: float | None = None,
    ) -> Iterator[Path]:
        """A folder to fill; when the block ends without an error it takes the stage's place at once.

        `started` (of `time.monotonic`) is when its work began, where that was before the block.

        `counts` may be filled inside the block. What the system refuses (disk full, read-only) becomes a
        CourselensError, whichever library it was refused to, and leaves the old stage as it was.
        """
        staging = self._staging(name)
        started = time.monotonic() if started is None else started
        try:
            staging.mkdir()
            yield staging
            record = Record(
                stage=name,
                fingerprint=fingerprint,
                counts=counts,
                seconds=round(time.monotonic() - started, 3),
                versions=versions,
                files={
                    path.relative_to(staging).as_posix(): {"size": path.stat().st_size, "sha256": file_sha256(path)}
                    for path in sorted(staging.rglob("*"))
                    if path.is_file()
                    and path.suffix != LOCK
                    and path.relative_to(staging).as_posix() not in AMENDED.get(name, ())
                },
            )
            write_text(staging / RECORD, json.dumps(asdict(record), indent=1, ensure_ascii=False))
            _put(staging, self.path / name)
            self._write_manifest()
        except CourselensError:
            raise
        except Exception as error:
            told = _refusal(error, self.path)
            if told is None:
                raise
            raise CourselensError(
                f"cannot write the {name} stage", value=str(self.path), where=told, remedy=_AS_IT_WAS
            ) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def manifest(self) -> dict[str, Any]:
        """The shape of `manifest.json`, made from the stages' own records."""
        stages = {}
        for name in STAGES:
            record = self.record(name)
            if record:
                stages[name] = {
                    "fingerprint": record.fingerprint,
                    "content": record.content,
                    "counts": dict(record.counts),
                    "seconds": record.seconds,
                    "versions": dict(record.versions),
                    "bytes": sum(file["size"] for file in record.files.values()),
                }
        return {"schema": SCHEMA, "stages": stages}

    def scratch(self, name: str) -> Path:
        """A folder that survives a kill (checkpoints); removed with `drop_scratch`."""
        path = self.path / f".{name}"
        path.mkdir(exist_ok=True)
        return path

    def drop_scratch(self, name: str) -> None:
        """Remove a scratch folder whose work is done."""
        shutil.rmtree(self.path / f".{name}", ignore_errors=True)

    def _staging(self, name: str) -> Path:
        return self.path / f".new-{name}"

    def _mend(self, name: str) -> None:
        """Without an exchange in one call, a kill can leave only the folder that was put aside: take it back."""
        aside, place = self.path / f".old-{name}", self.path / name
        if aside.is_dir() and not place.exists():
            aside.rename(place)
        shutil.rmtree(aside, ignore_errors=True)

    def _manifest_is_behind(self) -> bool:
        path = self.path / MANIFEST
        try:
            return bool(json.loads(path.read_text(encoding="utf-8")) != self.manifest())
        except (OSError, ValueError, CourselensError):
            return False

    def _write_manifest(self) -> None:
        write_text(self.path / MANIFEST, json.dumps(self.manifest(), indent=1, ensure_ascii=False) + "\n")

    def _check_schema(self) -> None:
        path = self.path / MANIFEST
        if not path.is_file():
            return
        try:
            schema = json.loads(path.read_text(encoding="utf-8"))["schema"]
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(path, f"{type(error).__name__}: {error}") from error
        if schema != SCHEMA:
            raise CourselensError(
                "the workspace was written by another version of courselens",
                value=schema,
                where=f"{path}: schema, this version reads {SCHEMA}",
                remedy="Build it again into a new folder with `courselens build SOURCE --out NEW`",
            )

    def _damaged(self, path: Path, what: str) -> CourselensError:
        return CourselensError(
            "damaged workspace file",
            value=path.relative_to(self.path).as_posix(),
            where=f"{self.path}: {what}",
            remedy="Run the same `courselens build` again: it makes anew what is damaged"
            + (f" (delete {path} first)" if path.name == MANIFEST else ""),
        )


def _refusal(error: Exception, place: Path) -> str | None:
    """What the system refused, in its words and with the file where it is known; None where it refused nothing.

    Libraries written in Rust and C++ do not raise OSError: some name the system's number in their message ("os error
    28"), some only say that a stream failed, which on a full disk is told by the disk.
    """
    if isinstance(error, OSError):
        said = error.strerror or str(error)
        return f"{said}: {error.filename}" if error.filename else said
    number = re.search(r"(?:os error|errno) (\d+)", str(error))
    if number:
        return os.strerror(int(number.group(1)))
    if place.is_dir() and shutil.disk_usage(place).free < _FULL:
        return f"{os.strerror(errno.ENOSPC)}: {str(error).strip()[:200]}"
    return None


def fingerprint(value: object) -> str:
    """16 hex digits of the SHA-256 of a JSON-like value, the same for equal values."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as data:
        while block := data.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def write_text(path: Path, text: str) -> None:
    """Write a file so that a kill leaves either the old or the new one: temporary file, fsync, rename."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)


def _put(new: Path, place: Path) -> None:
    """Put the folder `new` at `place`; where the system can, by exchanging the two in one call."""
    if not place.exists():
        new.rename(place)
        return
    if _exchange(new, place):
        return
    aside = place.with_name(f".old-{place.name}")
    place.rename(aside)
    new.rename(place)
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders atomically with Linux's renameat2; False where that is not to be had."""
    if sys.platform != "linux":
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS):  # a file system without it
        return False
    raise OSError(code, os.strerror(code), str(other))
