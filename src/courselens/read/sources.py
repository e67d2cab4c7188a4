"""Where the files of a catalogue are: sources as given in, files to read out, with what was left aside and why."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from courselens.course import Skipped
from courselens.errors import CourselensError

_SYSTEM = frozenset(("__MACOSX", "Thumbs.db", "desktop.ini"))


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read: where it is, its `name` in the catalogue, whether it was itself given as a source."""

    path: Path
    name: str
    given: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of all sources, folders walked in sorted order, and what of them is not a file to read."""

    files: tuple[Found, ...]
    skipped: tuple[Skipped, ...]


def find_files(sources: Sequence[Path | str]) -> Sources:
    """All files below the sources, in the order of the sources, sorted within each folder.

    Names are relative to the folder given; with several sources they begin with the folder's own name. Hidden and
    system files are counted in one line of `skipped`. Raises CourselensError for a source that does not exist.
    """
    if not sources:
        raise CourselensError("no source given", remedy="Give a file or a folder of course pages")
    paths = [Path(source) for source in sources]
    for path in paths:
        if not path.exists():
            raise CourselensError(
                "no such file or folder", value=str(path), where="sources", remedy="Check the path and give it again"
            )
    walk = _Walk()
    prefixes = _prefixes(paths)
    for path, prefix in zip(paths, prefixes, strict=True):
        if path.is_dir():
            walk.folder(path, prefix, (os.path.realpath(path),))
        else:
            walk.file(path, prefix or legible(path.name), given=True)
    if walk.ignored:
        files = "file" if walk.ignored == 1 else "files"
        walk.skipped.append(Skipped("(hidden files)", f"{walk.ignored:,} hidden or system {files} ignored"))
    return Sources(tuple(walk.files), tuple(walk.skipped))


def _prefixes(paths: Sequence[Path]) -> list[str]:
    """What the names of each source begin with: nothing for a single folder, else names that differ."""
    if len(paths) == 1:
        return [""]
    names = [legible(path.resolve().name) for path in paths]
    return [
        name if names.count(name) == 1 else legible(path.as_posix()) for name, path in zip(names, paths, strict=True)
    ]


def legible(name: str) -> str:
    r"""A file's name as text that can be written down: a byte that is no UTF-8 (of an old archive) as `\xe9`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


@dataclass
class _Walk:
    """What the walk has met so far."""

    files: list[Found] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    ignored: int = 0
    seen: dict[str, str] = field(default_factory=dict)

    def folder(self, folder: Path, prefix: str, above: tuple[str, ...]) -> None:
        """Everything in a folder; `above` are the real paths of the folders that led here, itself included."""
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            self.skipped.append(Skipped(f"{prefix or legible(folder.name)}/", system_reason(error)))
            return
        for entry in entries:
            name = f"{prefix}/{legible(entry.name)}" if prefix else legible(entry.name)
            if entry.name.startswith(".") or entry.name in _SYSTEM:
                self.ignored += sum(1 for _ in _files_in(entry))
            elif Path(entry.path).is_dir():
                real = os.path.realpath(entry.path)
                if real in above:
                    self.skipped.append(Skipped(f"{name}/", "symbolic link to a folder above: a loop"))
                else:
                    self.folder(Path(entry.path), name, (*above, real))
            else:
                self.file(Path(entry.path), name)

    def file(self, path: Path, name: str, *, given: bool = False) -> None:
        """One file, unless it was met before by another way or is none."""
        try:
            real = os.path.realpath(path, strict=True)
        except OSError as error:
            loop = isinstance(error, RuntimeError) or getattr(error, "errno", None) == 40
            reason = "symbolic link to itself: a loop" if loop else "symbolic link to a file that does not exist"
            self.skipped.append(Skipped(name, reason if path.is_symlink() else system_reason(error)))
            return
        if not path.is_file():
            self.skipped.append(Skipped(name, "not a regular file"))
        elif real in self.seen:
            self.skipped.append(Skipped(name, f"same file as {self.seen[real]}"))
        else:
            self.seen[real] = name
            self.files.append(Found(path, name, given))


def _files_in(entry: os.DirEntry[str]) -> Iterator[str]:
    if not entry.is_dir(follow_symlinks=False):
        yield entry.name
        return
    for _, _, files in os.walk(entry.path):
        yield from files


def system_reason(error: OSError) -> str:
    """Why the operating system gave no file, as the reason for skipping it."""
    if isinstance(error, FileNotFoundError):
        return "vanished while reading"
    if isinstance(error, PermissionError):
        return "no permission to read it"
    return f"cannot be read: {error.strerror or error}"
