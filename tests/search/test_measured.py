"""Which of two examinations is longer, has more pages, or where a form of it counts more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courselens.course import Course, ExamPart
from courselens.search.lens import Lens
from courselens.search.measured import duration, measured, pages
from fakes import course


def examined(title: str, *parts: ExamPart) -> Course:
    return replace(course(title, title), exam=parts)


def part(form: str, weight: float | None, time: str | None, size: str | None) -> ExamPart:
    return ExamPart(form, weight=weight, duration=time, details={"Size of written product": size} if size else {})


LONG = examined("A", part("Written exam", 40.0, "4 hours", None), part("Presentation", 60.0, None, "Max. 10 pages"))
SHORT = examined("B", part("Written exam", 70.0, "90 mins.", None), part("Presentation", 30.0, None, "Max. 25 pages"))
HOME = examined("C", part("Written assignment", 100.0, "72 hours to prepare", None))
TWO = examined("D", part("Written exam", 50.0, "90 mins.", None), part("Oral exam", 50.0, "20 mins.", None))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("is the exam longer in A or in B", "The examination of A A is longer: 4 hours, not 90 mins."),
        ("welche Prüfung dauert länger, A oder B", "Die Prüfung von A A dauert länger: 4 hours gegenüber 90 mins."),
        ("hvilken eksamen er længst, A eller B", "Eksamen i A A varer længst: 4 hours mod 90 mins."),
        ("which allows more pages, A or B", "B B has more: Max. 25 pages, not Max. 10 pages."),
        ("does the presentation count more in A than in B", "It counts more in A A: 60%, not 30%."),
        ("zählt die Präsentation bei A mehr als bei B", "Mehr zählt es bei A A: 60% gegenüber 30%."),
        ("which exam is harder, A or B", None),
        ("do A and B have the same exam", None),
    ],
)
def test_what_is_compared_is_told_with_both_amounts(lens: Lens, question: str, said: str | None) -> None:
    understood = replace(lens.answerer.understand(question), frame=question)
    told = measured(LONG, SHORT, understood)
    assert (told and told.rstrip(".")) == (said and said.rstrip("."))


def test_no_amount_is_made_up() -> None:
    assert duration(HOME) is None
    assert duration(TWO) is None
    assert pages(HOME) is None
    assert duration(LONG) == (240.0, "4 hours")
