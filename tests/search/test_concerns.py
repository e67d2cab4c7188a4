"""Practical things that students ask, and which passages tell them."""

from __future__ import annotations

import pytest

from courselens.search.concerns import MOST, concerns, concerns_of


def named(text: str) -> set[str]:
    return {one.name for one in concerns_of(text)}


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("which room is X in", {"room"}),
        ("until what date can I drop X", {"withdrawal"}),
        ("In welchem Hörsaal findet X statt?", {"room"}),
        ("are the sessions of X recorded?", {"recording"}),
        ("Wird X aufgezeichnet, damit ich es später ansehen kann?", {"recording"}),
        ("who pays the flight for X", {"cost", "travel"}),
        ("X durchfallquote", {"results"}),
        ("can I miss a session of X", {"attendance"}),
        ("Anwesenheitspflicht X?", {"attendance"}),
        ("can you be excused from a session in X", {"attendance"}),
        ("how many students are in X", {"capacity"}),
        ("how many students per group in X", {"groups"}),
        ("wie viele Studierende pro Gruppe in X", {"groups"}),
        ("hvornår er eksamen i X", {"exam date"}),
        ("kann ich für X auf Englisch abgeben", {"answer language"}),
        ("is there a trip in X", {"excursion"}),
        ("when does the X trip take place", set()),
        ("is there a trial exam in X", {"trial exam"}),
        ("gibt es eine Probeprüfung in X", {"trial exam"}),
        ("er der en prøveeksamen i X", {"trial exam"}),
        ("are there old exams for X", {"old exams"}),
        ("how many pages is the syllabus of X", {"reading load"}),
        ("how many pages may the paper in X have", {"length"}),
        ("is X graded or P/N", {"graded or passed", "grading"}),
        ("can i get credit for both X and", {"credit for both"}),
        ("who teaches X", set()),
        ("worum geht es in X", set()),
        ("does X pay off", set()),
        ("", set()),
    ],
)
def test_what_is_asked(question: str, asked: set[str]) -> None:
    assert named(question) == asked


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("room", "We meet in room 09-014.", True),
        ("room", "The seminar leaves room-", True),
        ("room", "Examination location: On Campus", False),
        ("workload", "Selected Papers of Eugene F. Fama, edited by John H. Cochrane", False),
        ("workload", "Reading: 6 h.", True),
        ("room", "They demonstrate their knowledge in classroom speeches.", False),
        ("recording", "Die Vorlesung wird nicht aufgezeichnet.", True),
        ("days", "Der Kurs findet am 8./9. Mai statt.", True),
        ("days", "The course takes place in spring.", False),
        ("time of day", "Sessions start at 10:15.", True),
        ("time of day", "Version 10.15.3", False),
        ("contact", "Fragen an jemand@unisg.ch", True),
        ("contact", "Questions are welcome in class.", False),
        ("capacity", "limited to 40 students", True),
        ("capacity", "for students of all programmes", False),
        ("length", "a paper of 12 pages", True),
        ("trial exam", "There is a trial examination with a model answer.", True),
        ("trial exam", "The examination is written.", False),
        ("reading load", "The syllabus is about 300 pages.", True),
        ("reading load", "Pensum er på omkring 600 sider.", True),
        ("reading load", "A paper of 12 pages.", False),
        ("graded or passed", "P/N only.", True),
        ("credit for both", "Credit may be earned for either A or B, but not both.", True),
        ("credit for both", "May be repeated for credit.", False),
        ("attendance", "Full ATTENDANCE is expected", True),
    ],
)
def test_what_tells_it(name: str, text: str, told: bool) -> None:
    concern = next(one for one in concerns() if one.name == name)
    assert concern.told_by(text) is told


def test_a_pasted_page_asks_for_a_few_things_at_most() -> None:
    page = " ".join(one.name for one in concerns())
    assert len(concerns_of(f"{page} hotel lunch flight room recorded resit")) == MOST


def test_every_concern_is_asked_and_told_by_some_words() -> None:
    assert len({one.name for one in concerns()}) == len(concerns()) > 50
    for one in concerns():
        assert one.begins
        assert not one.asking.search("")
        assert not one.telling.search("")
