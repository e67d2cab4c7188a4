"""What a person reads in a terminal says what the answer says."""

from __future__ import annotations

from click import unstyle

from courselens.dataset.types import Passage
from courselens.search.answer import Answer, FoundCourse, FoundPassage, Reference
from courselens.search.show import show_answer, show_results

COURSE = Reference("AB 1 2025", "AB 1", ("AB 1", "CD 2"), "2025", "Logic")
FACT = Passage("AB 1 Logic is taught in English.", "fact", "language", None, COURSE.key, "AB 1", "ab1.pdf", 3)


def answer(**changes: object) -> Answer:
    given: dict[str, object] = {
        "question": "?",
        "answer": FACT.text,
        "field": "language",
        "value": ("English",),
        "confidence": 0.97,
        "course": COURSE,
        "courses": (FoundCourse(COURSE, 1.0, FACT.text),),
        "passages": (FoundPassage(1, FACT, 1.0, COURSE),),
    }
    return Answer(**(given | changes))  # type: ignore[arg-type]  # the test names the fields


def test_an_answer_has_its_source_and_how_sure_it_is() -> None:
    said = unstyle(show_answer(answer()))
    assert "taught in English.  (sure: 97%)" in said
    assert "source: ab1.pdf, page 3" in said


def test_not_found_says_so_and_shows_what_is_near() -> None:
    said = unstyle(show_answer(answer(answer=None, course=None, value=(), field=None)))
    assert said.startswith("Not found in this catalogue.  (sure: 97%)")
    assert "1. AB 1 | CD 2 Logic (2025)" in said


def test_a_condition_that_excludes_says_not() -> None:
    filters = ({"field": "language", "value": ["German"], "from": "not in german", "operator": "not"},)
    said = unstyle(show_results(answer(filters=filters, ignored=("klingon",), searched=True)))
    assert "understood  language: not German (“not in german”)" in said
    assert "ignored     klingon" in said
