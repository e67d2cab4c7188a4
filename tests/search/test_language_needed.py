"""A language that is needed may be another one than the course is taught in: its prerequisites tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courselens.search.language_needed import languages_needed, say_needed
from courselens.search.lens import Lens
from fakes import course, passages_of

COURSE = course(
    "S 1",
    "Venture Ideation",
    language="English",
    ects=3.0,
    lecturer="Ann Berg",
    sections={
        "content": "German companies found start-ups. The literature is in English and French.",
        "prerequisites": "Strategy is recommended. English and German language skills. Some maths.",
    },
)


def said(lens: Lens, question: str) -> str | None:
    told = lens.answerer.understand(question)
    saying = say_needed(replace(told, frame=question), COURSE, [*enumerate(passages_of(COURSE))])
    return saying.answer.partition("\n")[2] if saying and saying.answer else None


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("do i need german for this", "English and German language skills."),
        ("brauche ich Deutschkenntnisse dafür", "English and German language skills."),
        ("skal man kunne tysk, er det nødvendigt", "English and German language skills."),
        ("can I take it without French", "The literature is in English and French."),
        ("is English enough", "English and German language skills."),
        ("do i need Spanish for this", None),
        ("do i need English for this", None),
        ("is it in German", None),
        ("what language is it in", None),
    ],
)
def test_sentences_that_name_a_language_tell_that_it_is_needed(lens: Lens, question: str, told: str | None) -> None:
    assert said(lens, question) == told


def test_a_language_that_is_taught_is_not_asked_to_be_needed(lens: Lens) -> None:
    assert languages_needed(lens.answerer.understand("is it taught in German")) == frozenset()
    assert languages_needed(lens.answerer.understand("do I need German")) == {"German"}
