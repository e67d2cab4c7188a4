"""What is told of an answer is what made it."""

from __future__ import annotations

import json
import math

import pytest
from click.testing import CliRunner

from courselens import cli
from courselens.search.explain import explain, shown
from courselens.search.lens import Lens


def test_the_course_and_the_field_that_were_understood(lens: Lens) -> None:
    found = explain(lens, "what language is Climate Economics taught in")
    assert found.field == "language" == next(iter(found.shares))
    assert found.mentions[0].how == "title"
    assert found.mentions[0].course is not None
    assert found.mentions[0].course.title == found.courses[0].course.title == "Climate Economics"
    assert found.mentions[0].strength == found.courses[0].name > found.courses[1].name
    assert found.passages[0].of_field
    assert found.passages[0].text == found.answer.answer
    assert "Climate" not in found.rest


def test_the_score_of_a_course_is_the_weighted_sum_of_its_parts(lens: Lens) -> None:
    for question in ("language of Climate Economics", "which courses are on tax", "carbon prices and damages"):
        found = explain(lens, question)
        scores = [one.score for one in found.courses]
        assert scores == sorted(scores, reverse=True)
        for one in found.courses:
            parts = sum(weight * getattr(one, name) for name, weight in found.weights.items())
            assert one.score == pytest.approx(parts, abs=1e-5)


def test_the_confidence_is_what_its_pulls_add_up_to(lens: Lens) -> None:
    found = explain(lens, "what language is Climate Economics taught in")
    assert found.decision.given
    assert found.decision.held == pytest.approx(1 / (1 + math.exp(-sum(found.decision.pull.values()))))
    assert found.answer.confidence == found.decision.confidence


def test_conditions_and_what_was_ignored(lens: Lens) -> None:
    found = explain(lens, "which bachelor courses are taught in Danish")
    assert {one["field"] for one in found.filters} == {"level", "language"}
    assert found.kind == "courses"
    assert "condition  language" in found.text()


def test_an_unknown_code_is_the_reason_of_a_refusal(lens: Lens) -> None:
    found = explain(lens, "who teaches KAN-C9999U")
    assert not found.decision.given
    assert "no course has the code" in found.decision.reason
    assert found.mentions[0].course is None


@pytest.mark.parametrize("question", ["", "?", "x" * 10_000, "😀", "الدورة", "' OR 1=1 --", "the and of"])
def test_any_text_is_explained(lens: Lens, question: str) -> None:
    found = explain(lens, question)
    assert found.decision.reason
    assert "answer" in found.text()
    json.dumps(found.to_dict(), allow_nan=False)


def test_shown_are_the_passages_of_the_answer(lens: Lens) -> None:
    question = "what language is Climate Economics taught in"
    answer = lens.ask(question)
    places = shown(lens.index, lens.consider(question))
    assert [lens.index.passage(place).text for place in places] == [one.passage.text for one in answer.passages]
    topic = lens.consider("carbon prices and damages")
    owners = [lens.index.passage(place).course for place in shown(lens.index, topic)]
    assert owners == [lens.answerer.course(int(number)).key for number in topic.ranking.order]


def test_passages_of_the_field_stand_in_the_order_of_their_scores(lens: Lens) -> None:
    found = explain(lens, "what is Climate Economics about")
    assert len({one.of_field for one in found.passages}) == 2
    for of_field in (True, False):
        scores = [one.score for one in found.passages if one.of_field == of_field]
        assert scores == sorted(scores, reverse=True)


def test_the_command(lens: Lens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lens, "open", lambda workspace: lens)
    said = CliRunner().invoke(cli.main, ["explain", "w", "who teaches Tax Law"])
    assert said.exit_code == 0
    assert "Tax Law" in said.output
    assert "because" in said.output
    document = json.loads(CliRunner().invoke(cli.main, ["explain", "w", "who teaches Tax Law", "--json"]).stdout)
    assert document["field"] == "lecturer"
    assert {"mentions", "courses", "passages", "decision", "filters", "ignored"} <= set(document)
