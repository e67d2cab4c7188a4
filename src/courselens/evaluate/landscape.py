"""Courses as points of the plane: what the model makes of them goes in, coordinates and groups for a map come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from courselens.course import Course, format_value
from courselens.encode import Encoder, Vectors

MOST = 3000
"""Courses on a map: more are neither told apart by the eye nor quick to encode."""

COLOUR_FIELDS = ("discipline", "department", "study_board", "level", "language", "type")
"""Fields that may colour the map, the most telling first."""


@dataclass(frozen=True, slots=True)
class Landscape:
    """`points`: float64 (n, 2). `groups`: for each course the value of the field `colour_by`, "" without one."""

    points: npt.NDArray[np.float64]
    groups: tuple[str, ...]
    colour_by: str | None


def landscape(courses: Sequence[Course], encoder: Encoder) -> Landscape:
    """Place up to `MOST` courses, evenly taken, by the first two principal components of their embeddings."""
    some = list(courses[:: max(1, -(-len(courses) // MOST))])
    field = colour_field(some)
    groups = tuple(_value(course, field) if field else "" for course in some)
    return Landscape(principal(encoder.encode([summary(course) for course in some])), groups, field)


def principal(vectors: Vectors) -> npt.NDArray[np.float64]:
    """The first two principal components, shape (n, 2) (Pearson 1901), by singular value decomposition.

    The sign of each is chosen so that its largest value is positive: the same courses give the same map.
    """
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    points = np.zeros((len(vectors), 2))
    width = min(2, len(sizes))
    points[:, :width] = (left * sizes)[:, :width]
    largest = np.abs(points).argmax(axis=0)
    return np.where(points[largest, [0, 1]] < 0, -points, points)


def colour_field(courses: Sequence[Course]) -> str | None:
    """The first field that at least half of the courses have and that tells at least two, not nearly all, apart."""
    for name in COLOUR_FIELDS:
        values = [_value(course, name) for course in courses if course.values(name)]
        counts = Counter(values)
        told = sum(count for _, count in counts.most_common(7))
        if len(values) >= len(courses) / 2 and len(counts) >= 2 and told >= len(values) / 3:
            return name
    return None


def summary(course: Course, most: int = 1000) -> str:
    """What the course is about in one text: its title, then objectives and content, at most `most` characters."""
    texts = {section.name: section.text for section in course.sections}
    about = [texts[name] for name in ("content", "objectives", "description") if name in texts]
    return "\n".join([course.title, *about])[:most]


def _value(course: Course, name: str) -> str:
    return ", ".join(format_value(value) for value in course.values(name)[:1])
