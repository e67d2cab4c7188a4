"""What unit tests use instead of the real thing: an encoder without a model, a dozen courses, a clock."""

from __future__ import annotations

import gc
import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from courselens.course import Catalogue, Course, ExamPart, Field, Section, Source, Value
from courselens.dataset.types import Passage
from courselens.encode import Vectors
from courselens.search.confidence import GROUPS, Confidence, Logistic, Sureness

CREDULOUS = Confidence(dict.fromkeys(GROUPS, Sureness(Logistic({}, 9.0), Logistic({}, 9.0), 0.5)))
"""Holds that everything is in the catalogue."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fails where the block takes this thread more CPU time than that.

    What other threads and the collection of the whole run's garbage take does not count: it took .48 s once.
    """
    gc.disable()
    begin = time.thread_time()
    try:
        yield
        took = time.thread_time() - begin
    finally:
        gc.enable()
    assert took < seconds


class HashEncoder:
    """Bag of hashed words, L2-normalised: deterministic, and texts that share words are near each other."""

    def __init__(self, dimensions: int = 64) -> None:
        self.dimensions = dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        out = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(out, texts, strict=True):
            for word in text.lower().split():
                digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
                row[int.from_bytes(digest[:4], "little") % self.dimensions] += 1 if digest[4] & 1 else -1
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        result: Vectors = np.divide(out, norms, out=np.zeros_like(out), where=norms > 0)
        return result


def course(
    code: str = "KAN-CSOCV1036U",
    title: str = "Embodied Leadership",
    year: str = "2024/2025",
    *,
    group: str | None = None,
    sections: dict[str, str] | None = None,
    **fields: Value | Sequence[Value],
) -> Course:
    """A course with the given fields; `sections` maps canonical names to texts."""
    values = {
        name: (value,) if isinstance(value, (str, float, int)) else tuple(value) for name, value in fields.items()
    }
    return Course(
        key=f"{code} {year}",
        code=code,
        codes=(code,),
        title=title,
        year=year,
        source=Source(file=f"{code}.html"),
        group=group or code,
        fields={name: Field(name, value) for name, value in values.items()},
        sections=tuple(Section(name, name.capitalize(), text) for name, text in (sections or {}).items()),
    )


SUBJECTS = (
    ("Embodied Leadership", "Master", 7.5, "English", "leadership, the body, presence and group dynamics"),
    ("International Commercial Law", "Bachelor", 7.5, "English", "contracts of sale, arbitration and trade terms"),
    ("Digital Supply Chains", "Master", 15.0, "English", "logistics, planning systems and traceability of goods"),
    ("Organisational Change", "Master", 7.5, "Danish", "resistance, sensemaking and change programmes"),
    ("Econometrics of Firm Data", "Master", 7.5, "English", "panel regression, causality and production functions"),
    ("Financial Accounting", "Bachelor", 5.0, "Danish", "balance sheets, accruals and annual reports"),
    ("Marketing Analytics", "Master", 7.5, "English", "segmentation, conjoint analysis and churn models"),
    ("Corporate Governance", "Master", 7.5, "English", "boards, ownership, agency problems and stock options"),
    ("Operations Research", "Bachelor", 10.0, "English", "linear programmes, queues and integer optimisation"),
    ("Ethics of Technology", "Bachelor", 5.0, "English", "privacy, autonomy and responsible innovation"),
    ("Tax Law", "Graduate Diploma", 10.0, "Danish", "income tax, corporate tax and double taxation treaties"),
    ("Climate Economics", "Master", 7.5, "English", "carbon prices, damages, discounting and climate policy"),
)


def catalogue() -> Catalogue:
    """A dozen courses of different subjects, each with fields, an exam part and two sections."""
    made = []
    for number, (title, level, ects, language, about) in enumerate(SUBJECTS, 1001):
        one = course(
            f"KAN-C{number}U",
            title,
            language=(language,),
            ects=ects,
            level=(level,),
            lecturer=(f"Person {number}",),
            sections={
                "objectives": f"Students explain {about}. They apply the methods to cases of their own.",
                "content": f"The course covers {about}. Each week has a lecture and an exercise.",
            },
        )
        made.append(
            Course(
                **{
                    **{name: getattr(one, name) for name in one.__dataclass_fields__},
                    "exam": (ExamPart(form="Written exam", weight=100.0, duration="4 hours", grouping="individual"),),
                }
            )
        )
    return Catalogue(tuple(made))


def passages_of(course: Course) -> list[Passage]:
    """Facts and chunks as the dataset room makes them."""

    def fact(field: str, text: str) -> Passage:
        return Passage(text, "fact", field, None, course.key, course.group, course.source.file, 1)

    made = [
        fact("language", f"{course.name} is taught in {course.fields['language'].text}."),
        fact("ects", f"{course.name} is worth {course.fields['ects'].text} ECTS credits."),
        fact("lecturer", f"{course.name} is taught by {course.fields['lecturer'].text}."),
        fact("exam", f"{course.name} is examined by: written exam (100%, 4 hours, individual)."),
    ]
    for section in course.sections:
        text = f"{course.name} – {section.heading}\n{section.text}"
        made.append(
            Passage(text, "chunk", None, section.name, course.key, course.group, course.source.file, section.page)
        )
    return made
