"""What universities teach anywhere, and how much of it a catalogue holds: tells a topic that is in no course.

In: the subjects of `words/subjects.tsv` and an index's vectors. Out: for a question, how well the catalogue covers the
subjects nearest to it. A low cosine alone does not say whether a question is badly worded or off the catalogue; that
`hieroglyphs` are near Egyptology, and that no course is near Egyptology, does. Speaker verification scores a claim
against a cohort of others in the same way (Rosenberg et al. 1992, The use of cohort normalized scores).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from courselens.encode import Encoder, Vectors

SHARPNESS = 20.0
"""Inverse temperature of the mean over subjects: cosines .05 apart weigh 1 to e."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a question stands among the subjects: the best cosine to one's name (`near`) and to one with its terms
    (`subject`), how well the catalogue covers those that are near it (`covered`, a cosine), and how well the one whose
    name is nearest (`there`).
    """

    near: float
    subject: float
    there: float
    covered: float


@lru_cache(maxsize=1)
def subject_texts() -> tuple[str, ...]:
    """Each subject as it is encoded: its name and its terms."""
    text = resources.files("courselens.search").joinpath("words", "subjects.tsv").read_text(encoding="utf-8")
    return tuple(line.replace("\t", ": ") for line in text.splitlines() if line and not line.startswith("#"))


def subject_vectors(encoder: Encoder) -> tuple[Vectors, Vectors]:
    """The subjects with their terms, and their names alone: float32 (subjects, d) each."""
    texts = subject_texts()
    return encoder.encode(list(texts)), encoder.encode([text.partition(":")[0] for text in texts])


@dataclass(frozen=True, slots=True)
class Coverage:
    """How well the courses of a catalogue cover each of s subjects: float32 `best` (s,), that of course `owner`
    (int64, (s,)), and `second` (s,), the best of any course of another group than the owner's.
    """

    best: Floats
    second: Floats
    owner: npt.NDArray[np.int64]

    def without(self, hidden: npt.NDArray[np.bool_] | None) -> Floats:
        """The coverage as if the `hidden` courses (courses,) were not in the catalogue; right for one group of them."""
        return self.best if hidden is None else np.where(hidden[self.owner], self.second, self.best)


def coverage_of(
    subjects: Vectors, passages: Vectors, first: npt.NDArray[np.int64], group: npt.NDArray[np.int32]
) -> Coverage:
    """How well courses cover `subjects` (s, d). A course's `passages` (n, d) begin at its `first`; it is of `group`."""
    count = len(subjects)
    best, second = np.full(count, -1.0, dtype=np.float32), np.full(count, -1.0, dtype=np.float32)
    owner = np.zeros(count, dtype=np.int64)
    for course in range(len(group)):
        if first[course] == first[course + 1]:
            continue
        own = (passages[first[course] : first[course + 1]] @ subjects.T).max(axis=0)
        better, other = own > best, group[owner] != group[course]
        second = np.where(better & other, best, np.where(~better & other, np.maximum(second, own), second))
        owner, best = np.where(better, course, owner), np.maximum(best, own)
    return Coverage(best, second, owner)


def standing(subjects: Floats, names: Floats, coverage: Floats) -> Standing:
    """Where a question stands whose best cosines to the subjects and to their names are given, all float32 (s,);
    `coverage` as `Coverage.without` gives it.
    """
    weight = np.exp(SHARPNESS * (subjects - subjects.max()))
    return Standing(
        float(names.max()),
        float(subjects.max()),
        float(coverage[names.argmax()]),
        float(weight @ coverage / weight.sum()),
    )
