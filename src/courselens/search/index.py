"""The index of a catalogue: everything that answering needs, in one folder.

In: courses, their passages and an encoder. Out: the folder that `stored.open_index` opens. Passages of one course stand
together, so that the best passage of every course is one pass over the scores. The same input gives the same bytes,
except for names inside the lexical indexes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from courselens.course import Catalogue, Course
from courselens.dataset.types import Passage
from courselens.encode import Encoder, Vectors
from courselens.errors import CourselensError
from courselens.progress import Progress
from courselens.search.asked import SAMENESS, fit_asked
from courselens.search.calibrate import calibrate
from courselens.search.facts import Facts, Mask
from courselens.search.lexical import LexicalIndex, guess_language
from courselens.search.names import Names
from courselens.search.stored import FORMAT, ROUNDED, SETTINGS, Lines, open_index, year_order
from courselens.search.subjects import coverage_of, subject_vectors
from courselens.search.tokens import words
from courselens.search.translation import TOLD_BY, about, english, english_titles
from courselens.search.vectors import MANY, Rounded

__all__ = ["IndexReport", "build_index", "open_index"]

ENCODE_BLOCK = 2048
COMMON = 0.05
"""Share of the courses (five at the least) from which a chunk's text is boilerplate: it says nothing about a course."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an index holds."""

    courses: int
    passages: int
    dimensions: int
    phrasings: int

    def to_dict(self) -> dict[str, int]:
        """For the manifest."""
        return {"courses": self.courses, "passages": self.passages, "dimensions": self.dimensions}


def build_index(
    catalogue: Catalogue,
    passages: Sequence[Passage],
    encoder: Encoder,
    folder: Path,
    *,
    progress: Progress | None = None,
) -> IndexReport:
    """Write the index of `catalogue` into `folder` (made when missing; an exported encoder may already be in it).

    Raises CourselensError when a passage names a course that the catalogue does not have, or there is no passage.
    """
    courses = catalogue.courses
    places = {course.key: number for number, course in enumerate(courses)}
    unknown = next((passage for passage in passages if passage.course not in places), None)
    if unknown is not None:
        raise CourselensError(
            "a passage of an unknown course", value=unknown.course, remedy="Run `courselens read` again"
        )
    if not passages:
        raise CourselensError(
            "nothing to index", value="0 passages", where=folder, remedy="Read a catalogue with courses"
        )
    ordered = sorted(passages, key=lambda passage: places[passage.course])
    owner = np.array([places[passage.course] for passage in ordered], dtype=np.int64)
    first = np.searchsorted(owner, np.arange(len(courses) + 1)).astype(np.int64)
    common = shared_by_many(ordered, len(courses))
    languages = [course.text_language or (guess_language(course.title) or "en") for course in courses]
    folder.mkdir(parents=True, exist_ok=True)
    vectors = _encode(encoder, [passage.text for passage in ordered], ~common, folder / "vectors.npy", progress)
    told = [about(course, languages[n], ordered[first[n] : first[n + 1]]) for n, course in enumerate(courses)]
    np.save(folder / "about.npy", encoder.encode([text for texts in told for text in texts]))
    asked_names = sorted({passage.asked for passage in ordered})
    numbers = {name: number for number, name in enumerate(asked_names)}
    subjects, subject_names = subject_vectors(encoder)
    groups = {group: number for number, group in enumerate(dict.fromkeys(course.group for course in courses))}
    group = np.array([groups[course.group] for course in courses], dtype=np.int32)
    covered = coverage_of(subjects, vectors, first, group)
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "subjects": subjects,
        "subject_names": subject_names,
        "subject_best": covered.best,
        "subject_second": covered.second,
        "subject_owner": covered.owner,
        "first": first,
        "first_about": np.cumsum([0, *(len(texts) for texts in told)], dtype=np.int64),
        "asked": np.array([numbers[passage.asked] for passage in ordered], dtype=np.int32),
        "fact": np.array([passage.kind == "fact" for passage in ordered]),
        "group": group,
        "newest": _newest(courses),
        "passage_starts": Lines.write(folder / "passages.jsonl", (_plain(passage) for passage in ordered)),
        "course_starts": Lines.write(folder / "courses.jsonl", (_brief(course) for course in courses)),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    if progress:
        progress("words and names", 0, 0)
    _lexical(courses, ordered, owner, common, languages, folder)
    Names.of(courses, {n: english_titles(course, languages[n]) for n, course in enumerate(courses)}).write(folder)
    Facts.of(courses).write(folder)
    model = fit_asked(encoder, [course.title for course in courses], _sentences(ordered))
    model.write(folder)
    settings: dict[str, Any] = {
        "format": FORMAT,
        "courses": len(courses),
        "passages": len(ordered),
        "dimensions": int(vectors.shape[1]),
        "asked": asked_names,
        "labels": _labels(courses, [name for name in asked_names if name not in {*model.names, *SAMENESS}]),
    }
    if len(vectors) >= MANY:
        settings["largest"] = {}
        for name in ROUNDED:
            rounded = Rounded.of(np.load(folder / f"{name}.npy", mmap_mode="r"))
            np.save(folder / f"{name}8.npy", rounded.rows)
            settings["largest"][name] = rounded.largest
    (folder / SETTINGS).write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    if progress:
        progress("confidence", 0, 0)
    calibrate(open_index(folder), encoder, courses, ordered).write(folder)
    return IndexReport(len(courses), len(ordered), int(vectors.shape[1]), len(model.features))


def _labels(courses: Sequence[Course], names: Sequence[str]) -> dict[str, list[list[str]]]:
    """How courses call the fields and sections `names`, each as folded words: by a label, a heading, the name."""
    found: dict[str, dict[tuple[str, ...], None]] = {name: {} for name in names}
    told = [(name, name.replace("_", " ")) for name in names]
    for course in courses:
        told += [(field.name, field.label or "") for field in course.fields.values()]
        told += [(section.name, section.heading) for section in course.sections]
    for name, label in dict.fromkeys(told):
        if name in found and words(label):
            found[name][tuple(word.text for word in words(label))] = None
    return {name: [*map(list, labels)] for name, labels in found.items()}


def _sentences(passages: Sequence[Passage]) -> list[str]:
    """What courses say of their topics, a sentence or line at a time."""
    told = [passage.text.partition("\n")[2] for passage in passages if passage.section in TOLD_BY]
    return [part for text in told for part in re.split(r"[.!?\n]+\s", text) if len(part.split()) >= 5]


def _newest(courses: Sequence[Course]) -> npt.NDArray[np.bool_]:
    latest: dict[str, tuple[int, str]] = {}
    for course in courses:
        latest[course.group] = max(latest.get(course.group, (-1, "")), year_order(course.year))
    return np.array([year_order(course.year) == latest[course.group] for course in courses])


def shared_by_many(passages: Sequence[Passage], courses: int) -> Mask:
    """Which passages are boilerplate: chunks whose text below the first line stands in many courses."""
    bodies = [passage.text.partition("\n")[2] if passage.kind == "chunk" else "" for passage in passages]
    counts: dict[str, set[str]] = {}
    for passage, body in zip(passages, bodies, strict=True):
        if body:
            counts.setdefault(body, set()).add(passage.group)
    least = max(5, COMMON * courses)
    return np.array([bool(body) and len(counts[body]) >= least for body in bodies], dtype=bool)


def _encode(encoder: Encoder, texts: Sequence[str], wanted: Mask, path: Path, progress: Progress | None) -> Vectors:
    """Encode block by block into a memory-mapped file: a large catalogue's vectors are never all in memory twice."""
    shape = (len(texts), encoder.dimensions)
    vectors: np.memmap[Any, Any] = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    order = np.array([row for row in np.argsort([-len(text) for text in texts], kind="stable") if wanted[row]])
    for start in range(0, len(order), ENCODE_BLOCK):
        rows = order[start : start + ENCODE_BLOCK]
        vectors[rows] = encoder.encode([texts[row] for row in rows])
        if progress:
            progress("passages encoded", min(len(order), start + ENCODE_BLOCK), len(order))
    vectors.flush()
    return vectors


def _lexical(
    courses: Sequence[Course],
    passages: Sequence[Passage],
    owner: npt.NDArray[np.int64],
    common: Mask,
    languages: Sequence[str],
    folder: Path,
) -> None:
    """Two indexes: of passages, and of whole courses, whose words need not stand in one passage."""
    texts = ["" if dull else passage.text for passage, dull in zip(passages, common, strict=True)]
    spoken = [languages[one] for one in owner]
    terms = [" ".join(english(text, language)) for text, language in zip(texts, spoken, strict=True)]
    LexicalIndex.build(texts, spoken, folder / "lexical", terms)
    bodies: list[list[str]] = [[course.title, course.title] for course in courses]
    translated: list[list[str]] = [[] for _ in courses]
    for number, passage, text, term in zip(owner, passages, texts, terms, strict=True):
        if passage.kind == "chunk" and passage.section != "exam":
            bodies[number].append(text.partition("\n")[2] or text)
            translated[number].append(term)
    LexicalIndex.build(
        ["\n".join(body) for body in bodies],
        languages,
        folder / "lexical-courses",
        [" ".join(found) for found in translated],
    )


def _plain(passage: Passage) -> dict[str, Any]:
    return {name: getattr(passage, name) for name in passage.__dataclass_fields__}


def _brief(course: Course) -> dict[str, Any]:
    """A course without the texts of its sections: the passages hold them."""
    return replace(course, sections=tuple(replace(section, text="") for section in course.sections)).to_dict()
