"""Writes a sample catalogue to disk: a folder and a number of courses in, pages or a table and a report out.

Courses stream from the draw to the disk one by one; memory does not grow with their number.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from courselens.errors import CourselensError
from courselens.sample.course import SampleCourse
from courselens.sample.draw import sample_courses
from courselens.sample.html import render_html
from courselens.sample.material import load_material
from courselens.sample.pdf import render_pdf
from courselens.sample.table import write_table

FORMATS = ("html", "pdf", "csv")
SHARD = 1000
"""Pages of one subfolder, once there are more than `FLAT` in all."""
FLAT = 2000
_OURS = re.compile(r"\d{4}-\d{4}_[A-Z]+-[A-Z]+\d+U\.(html|pdf)|courses\.csv")
_HEAD = 1_000_000
_EVERY = 100

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What was written: `groups` counts courses over their years and cross-listings, `size` is in bytes."""

    folder: Path
    format: str
    courses: int
    groups: int
    files: int
    size: int
    seconds: float


def write_sample(
    folder: Path, *, courses: int = 120, seed: int = 7, format: str = "html", progress: Progress | None = None
) -> SampleReport:
    """Write `courses` courses in the reference layout into `folder`, the same bytes for the same arguments.

    One file a course (`html`, `pdf`; in subfolders of 1,000 above 2,000 courses), or one table (`csv`). An earlier
    sample in the folder is replaced. Raises CourselensError for another format, fewer than one course, or a folder that
    holds anything else.
    """
    if format not in FORMATS:
        raise CourselensError("unknown format", value=format, where="--format", remedy=f"Use {', '.join(FORMATS)}")
    if courses < 1:
        raise CourselensError("too few courses", value=courses, where="--courses", remedy="Ask for one or more")
    started = time.monotonic()
    folder = Path(folder)
    try:
        _prepare(folder)
        counted = _Counted(sample_courses(courses, seed), courses, progress)
        if format == "csv":
            files, size = 1, write_table(folder / "courses.csv", counted)
        else:
            files, size = courses, sum(_write_page(folder, course, courses, format) for course in counted)
    except OSError as error:
        raise CourselensError(
            "cannot write the sample",
            value=error.strerror or str(error),
            where=error.filename or folder,
            remedy="Give a folder that you may write to, on a disk with room",
        ) from error
    return SampleReport(folder, format, courses, counted.groups, files, size, time.monotonic() - started)


class _Counted:
    """The courses, counted and reported while they pass."""

    def __init__(self, courses: Iterator[SampleCourse], total: int, progress: Progress | None) -> None:
        self.courses, self.total, self.progress = courses, total, progress
        self.groups = 0

    def __iter__(self) -> Iterator[SampleCourse]:
        for course in self.courses:
            self.groups = course.group + 1
            yield course
            done = course.number + 1
            if self.progress and (done % _EVERY == 0 or done == self.total):
                self.progress("writing courses", done, self.total)


def _prepare(folder: Path) -> None:
    """Make the folder, or empty it of an earlier sample; anything else in it is somebody's, and an error."""
    if folder.exists() and not folder.is_dir():
        raise CourselensError("not a folder", value=str(folder), remedy="Give a new or empty folder")
    earlier = [path for path in sorted(folder.rglob("*")) if not path.is_dir()] if folder.exists() else []
    others = [path for path in earlier if not _is_ours(path)]
    if others:
        raise CourselensError(
            "the folder holds other files",
            value=str(others[0].relative_to(folder)),
            where=folder,
            remedy="Give a new or empty folder; only an earlier sample is replaced",
        )
    for path in earlier:
        path.unlink()
    folder.mkdir(parents=True, exist_ok=True)


def _is_ours(path: Path) -> bool:
    """Whether an earlier sample wrote the file: it is named like one and bears the name of the fictional university."""
    if path.is_symlink() or not _OURS.fullmatch(path.name):
        return False
    with path.open("rb") as file:
        return load_material().page["domain"].encode() in file.read(_HEAD)


def _write_page(folder: Path, course: SampleCourse, total: int, format: str) -> int:
    if total > FLAT:
        folder = folder / f"{course.number // SHARD:03d}"
        if course.number % SHARD == 0:
            folder.mkdir(exist_ok=True)
    data = render_html(course).encode() if format == "html" else render_pdf(course)
    return (folder / f"{course.year.replace('/', '-')}_{course.code}.{format}").write_bytes(data)
