"""Questions to begin with, made of courses that the catalogue really holds.

In: a shelf, the reader's language. Out: up to four questions that have an answer.
"""

from __future__ import annotations

from courselens.course import Course
from courselens.serve.shelf import Shelf
from courselens.serve.wording import Wording

LOOKED_AT = 60
LONGEST_TITLE = 45


def examples(shelf: Shelf, wording: Wording) -> tuple[str, ...]:
    """Questions that the catalogue can answer, one for each kind, about different courses."""
    step = max(1, shelf.courses // LOOKED_AT)
    some = [shelf.index.course(number) for number in range(0, shelf.courses, step)]
    some = [course for course in some if len(course.title) <= LONGEST_TITLE] or some
    found: list[str] = []
    for kind in ("lecturer", "exam", "language"):
        course = next((one for one in some if _has(one, kind)), None)
        if course is not None:
            some.remove(course)
            found.append(wording.texts["examples"][kind].format(title=course.title))
    values = shelf.index.facts.values
    if values.get("level") and values.get("language"):
        level = max(values["level"], key=lambda one: len(values["level"][one]))
        language = max(values["language"], key=lambda one: len(values["language"][one]))
        text = wording.texts["examples"]["courses"]
        found.append(text.format(level=wording.value(level), language=wording.value(language)))
    return tuple(found)


def _has(course: Course, kind: str) -> bool:
    return bool(course.exam) if kind == "exam" else bool(course.values(kind))
