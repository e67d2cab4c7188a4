"""An opened workspace with everything that page and API show: answers, courses in full, facets, similar courses.

In: a workspace folder. Out: `Shelf`, which never writes. The index alone decides which courses there are; full texts
come from `catalogue/courses.jsonl`, read by line, and where a build has already replaced that file, from the index.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from courselens.course import Course, format_value
from courselens.encode.openvino_packed import open_packed
from courselens.errors import CourselensError
from courselens.search.answer import Answer, Reference
from courselens.search.conditions import Condition
from courselens.search.confidence import Confidence
from courselens.search.facts import Mask
from courselens.search.rank import best_of_course
from courselens.search.stored import ENCODER, Lines, index_folder, open_index, year_order
from courselens.serve.encoding import SharedEncoder, SharedLens
from courselens.serve.entries import Entries, Entry
from courselens.serve.facets import Facet, Facets

Filters = Mapping[str, Sequence[str]]
STREAMS = 2
"""Requests that are encoded at the same time, a core each."""
COURSES = Path("catalogue") / "courses.jsonl"


@dataclass(frozen=True, slots=True)
class Near:
    """A course similar to another; `score` is the cosine of their nearest texts."""

    course: Reference
    score: float

    def to_dict(self) -> dict[str, Any]:
        """The shape of an entry of `/courses/{key}/similar`."""
        return {**self.course.to_dict(), "score": round(self.score, 4)}


class Shelf:
    """One state of a workspace. A rebuilt workspace is another shelf."""

    def __init__(self, lens: SharedLens, courses: Lines | None) -> None:
        self.lens = lens
        self.index = lens.index
        self.full = courses
        self.entries = Entries.of(lens.index)
        self.facets = Facets(lens.index.facts)

    @classmethod
    def open(cls, workspace: Path) -> Shelf:
        """Open a workspace. Raises CourselensError when it has no index or a damaged one."""
        folder = index_folder(workspace)
        encoder = SharedEncoder(open_packed(folder / ENCODER, streams=STREAMS), STREAMS)
        lens = SharedLens(open_index(folder), encoder, Confidence.open(folder))
        return cls(lens, open_courses(workspace / COURSES))

    @property
    def courses(self) -> int:
        """How many courses there are."""
        return self.index.courses

    @property
    def passages(self) -> int:
        """How many passages there are."""
        return len(self.index.vectors)

    @cached_property
    def years(self) -> tuple[str, ...]:
        """Academic years of the catalogue, newest first."""
        found = {entry.reference.year for entry in self.entries.all if entry.reference.year}
        return tuple(sorted(found, key=year_order, reverse=True))

    def entry(self, key: str) -> Entry:
        """The entry of a course. Raises CourselensError when there is no such course."""
        found = self.entries.by_key.get(key)
        if found is None:
            near = self.entries.suggest(key, 1)
            hint = f"The nearest is {near[0].reference.key!r}" if near else "`/suggest` finds keys by title or code"
            raise CourselensError("no such course", value=key[:200], where="key", remedy=hint)
        return found

    def course(self, key: str) -> Course:
        """A course with all its sections. Raises CourselensError when there is no such course."""
        entry = self.entry(key)
        if self.full is not None and entry.number < len(self.full):
            line = self.full[entry.number]
            if line["key"] == key:
                return Course.from_dict(line)
        return self.index.course(entry.number)

    def record(self, key: str) -> dict[str, Any]:
        """A course as `/courses/{key}` and MCP give it. Raises CourselensError when there is no such course."""
        record = self.course(key).to_dict()
        source = {name: value for name, value in record["source"].items() if name != "sha256"}
        return {**record, "source": source, "others": [one.to_dict() for one in self.others(key)]}

    def others(self, key: str) -> tuple[Reference, ...]:
        """The same course in other years and under other codes, newest first."""
        entry = self.entry(key)
        found = [other.reference for other in self.entries.groups[entry.group] if other is not entry]
        return tuple(sorted(found, key=lambda one: year_order(one.year), reverse=True))

    def similar(self, key: str, most: int = 6) -> tuple[Near, ...]:
        """Courses with texts near to this course's texts, other course groups only, best first."""
        entry = self.entry(key)
        own = self.index.passages_of(entry.number)
        texts = [place for place in own if not self.index.fact[place]] or list(own)
        if not texts:
            return ()
        centre = np.asarray(self.index.vectors[texts]).mean(axis=0)
        centre /= max(float(np.linalg.norm(centre)), 1e-12)
        cosine = np.asarray(self.index.vectors @ centre, dtype=np.float32)
        cosine[np.asarray(self.index.fact)] = 0.0
        score = best_of_course(cosine, self.index.first)
        score[~np.asarray(self.index.newest)] = -1.0
        found: list[Near] = []
        groups = {entry.group}
        for number in np.argsort(-score, kind="stable"):
            other = self.entries.all[int(number)]
            if len(found) == most or score[number] <= 0:
                break
            if other.group not in groups:
                groups.add(other.group)
                found.append(Near(other.reference, float(score[number])))
        return tuple(found)

    def matching(self, answer: Answer, *, but: str | None = None) -> Mask:
        """Courses that fulfil the conditions of an answer, those in the field `but` left out."""
        mask = np.ones(self.courses, dtype=bool)
        for one in answer.filters:
            if one["field"] != but:
                operator = one.get("operator", "is")
                mask &= Condition(one["field"], operator, tuple(one["value"]), one["from"]).mask(self.index.facts)
        if not any(one["field"] == "year" for one in answer.filters):
            newest = mask & self.index.newest
            mask = newest if newest.any() else mask
        return mask

    def count(self, answer: Answer) -> tuple[Facet, ...]:
        """Facets over the courses that fulfil the conditions of an answer."""
        return self.facets.count(lambda field: self.matching(answer, but=field))

    def browse(self, filters: Filters) -> Answer:
        """All courses that fulfil `filters`, as an answer without a question; its `courses` are left empty."""
        if not filters:
            return Answer("", None, None, (), 0.0, None, (), (), searched=True)
        found = self.lens.search("", filters=filters, k=1)
        given = tuple(one for one in found.filters if one["field"] in filters)
        return Answer("", None, None, (), 0.0, None, (), (), filters=given, searched=True)

    def titles(self, mask: Mask, start: int, most: int) -> tuple[Reference, ...]:
        """A page of the courses of `mask` in the order of their titles."""
        kept = [entry.reference for entry in self.entries.by_title if mask[entry.number]]
        return tuple(kept[start : start + most])

    def about(self, key: str, question: str) -> str:
        """`question` so that it names the course `key`: by code, and by year where a newer one exists."""
        entry = self.entry(key)
        one = entry.reference
        year = f" {one.year}" if one.year and not entry.newest else ""
        return f"{question.strip()} – {one.code} {one.title}{year}"

    def fact(self, key: str, field: str) -> str:
        """A field of a course as people write it, empty where the course does not have it."""
        return ", ".join(format_value(value) for value in self.index.course(self.entry(key).number).values(field))


def open_courses(path: Path) -> Lines | None:
    """`courses.jsonl` to be read by line number, None when there is none."""
    if not path.is_file() or not path.stat().st_size:
        return None
    starts = [0]
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end = data.find(b"\n")
        while end != -1:
            starts.append(end + 1)
            end = data.find(b"\n", end + 1)
    return Lines(path, np.array(starts, dtype=np.int64))
