"""Reads a catalogue: files and folders in, `Catalogue` out, with every skipped source and its reason.

The walk is in `sources.py`, one file in `one.py`, several processes in `workers.py`; here the courses of all files come
together: in the order of the files whatever process was first, keys made unique, copies dropped, groups found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from courselens.course import Catalogue, Course, Skipped, Source
from courselens.errors import CourselensError
from courselens.progress import Progress
from courselens.read.groups import group_courses
from courselens.read.labels import load_labels
from courselens.read.one import Outcome, with_source
from courselens.read.sources import Found, find_files
from courselens.read.table import TABLES, course_key
from courselens.read.workers import read_many

_NAMED = 5
"""How many cases a warning names before it says how many more there are."""


def read(
    sources: Sequence[Path | str] | Path | str,
    *,
    labels: Path | None = None,
    previous: Catalogue | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Catalogue:
    """Read every course of the sources, a file or folder or several: HTML, PDF, text, CSV, TSV, JSON, JSONL, Parquet.

    `labels` is a file with a university's own labels. Files whose bytes are those of a file of `previous` keep its
    courses without being parsed; give `previous` only when it was read with the same labels and version. `workers`
    processes read (default: one a core; the result is the same with any number). Sources that give no course stand in
    `skipped` with the reason.

    Raises CourselensError when a source does not exist, when there is no file to read at all, when `labels` is
    unreadable, when a table given by name lacks a column that it needs, and when the only file given is unreadable.
    """
    given = [sources] if isinstance(sources, (str, Path)) else list(sources)
    found = find_files(given)
    loaded = load_labels(labels)
    earlier = _by_digest(previous) if previous else {}
    outcomes: dict[str, Outcome] = {}
    for outcome in read_many(found.files, loaded, frozenset(earlier), workers):
        outcomes[outcome.name] = outcome
        if progress:
            progress("reading", len(outcomes), len(found.files))
    _raise_errors(found.files, outcomes)
    if all(_unreadable(outcome) for outcome in outcomes.values()):
        _raise_nothing(given, [*found.skipped, *_reasons(outcomes.values())])
    read_courses = [course for file in found.files for course in _courses(outcomes[file.name], earlier)]
    kept, copies = _without_copies(read_courses)
    courses, warnings = _with_unique_keys(kept)
    skipped = _reasons(outcomes[file.name] for file in found.files)
    return Catalogue(tuple(group_courses(courses)), (*skipped, *copies, *found.skipped), tuple(warnings))


# --- outcomes ------------------------------------------------------------------------------------------------------


def _by_digest(previous: Catalogue) -> Mapping[str, list[Course]]:
    """Courses of an earlier read by the digest of their file, keys and groups as they were when they were parsed.

    A file of which something was left out (a copy, a row without a title) is read again, so that it is told again.
    """
    partly = {one.file.partition(", row ")[0] for one in previous.skipped}
    found: dict[str, list[Course]] = defaultdict(list)
    files: dict[str, str] = {}
    for course in previous.courses:
        digest, file = course.source.sha256, course.source.file
        if digest and file not in partly and files.setdefault(digest, file) == file:
            key = course_key(course.code, course.title, course.year)
            found[digest].append(replace(course, key=key, group=key))
    return found


def _courses(outcome: Outcome, earlier: Mapping[str, Sequence[Course]]) -> Iterable[Course]:
    if outcome.unchanged and outcome.sha256:
        return (with_source(course, file=outcome.name) for course in earlier[outcome.sha256])
    return outcome.courses


def _reasons(outcomes: Iterable[Outcome]) -> list[Skipped]:
    out: list[Skipped] = []
    for outcome in outcomes:
        if outcome.reason:
            out.append(Skipped(outcome.name, outcome.reason))
        out += outcome.skipped
    return out


def _unreadable(outcome: Outcome) -> bool:
    return outcome.reason is not None and outcome.reason.startswith("unsupported ending")


def _raise_errors(files: Sequence[Found], outcomes: Mapping[str, Outcome]) -> None:
    """A table, or one file, that was given by name and cannot be read is the caller's to mend."""
    for file in files:
        error = outcomes[file.name].error
        alone = len(files) == 1 or file.path.suffix.lower() in TABLES
        if file.given and alone and error is not None:
            raise error


def _raise_nothing(given: Sequence[Path | str], skipped: Sequence[Skipped]) -> None:
    named = "; ".join(f"{one.file}: {one.reason}" for one in skipped[:_NAMED])
    more = f"; and {len(skipped) - _NAMED:,} more" if len(skipped) > _NAMED else ""
    raise CourselensError(
        "no file to read",
        value=f"{named}{more}" if named else None,
        where=", ".join(str(source) for source in given),
        remedy="Give HTML, PDF, text, CSV, TSV, JSON, JSONL or Parquet files, or a folder that holds some",
    )


# --- copies and keys -----------------------------------------------------------------------------------------------


def _without_copies(courses: Iterable[Course]) -> tuple[list[Course], list[Skipped]]:
    """Courses that say the same under the same key stay once; the others are told as skipped."""
    kept: list[Course] = []
    copies: list[Skipped] = []
    of_key: dict[str, list[Course]] = defaultdict(list)
    for course in courses:
        same = next((one for one in of_key[course.key] if _content(one) == _content(course)), None)
        if same is None:
            of_key[course.key].append(course)
            kept.append(course)
        else:
            copies.append(Skipped(_place(course.source), f"same course as {_place(same.source)}"))
    return kept, copies


def _content(course: Course) -> Course:
    return replace(course, source=Source(""), group="")


def _place(source: Source) -> str:
    return f"{source.file}, row {source.row}" if source.row else source.file


def _with_unique_keys(courses: Iterable[Course]) -> tuple[list[Course], list[str]]:
    """Courses that share code and year but differ are told apart by ` (2)` behind the key, in the files' order."""
    out: list[Course] = []
    taken: set[str] = set()
    doubled: list[str] = []
    numbers: dict[str, int] = {}
    for course in courses:
        key = course.key
        while key in taken:
            numbers[course.key] = numbers.get(course.key, 1) + 1
            key = f"{course.key} ({numbers[course.key]})"
        taken.add(key)
        if key != course.key:
            doubled.append(f"{key} in {_place(course.source)}")
            course = replace(course, key=key, group=key)
        out.append(course)
    if not doubled:
        return out, []
    named = "; ".join(doubled[:_NAMED]) + (f"; and {len(doubled) - _NAMED:,} more" if len(doubled) > _NAMED else "")
    verb = "course shares" if len(doubled) == 1 else "courses share"
    return out, [f"{len(doubled):,} {verb} code and year with a differing one and stand apart under a number: {named}"]
