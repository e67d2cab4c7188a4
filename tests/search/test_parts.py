"""Stems, compounds, languages, boilerplate, phrasings and the logistic model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.dataset.types import Passage
from courselens.search.calibrate import Seen, fit_sureness
from courselens.search.confidence import DEFAULTS, FEATURES, Confidence, Evidence, Logistic, Sureness, fit_logistic
from courselens.search.index import shared_by_many
from courselens.search.lexical import LexicalIndex, guess_language, query_words, split_compound, stems
from courselens.search.stored import year_order
from courselens.search.tokens import compact, flat, fold, words
from courselens.search.translation import about
from courselens.search.vocabulary import NOT_FIELDS, asking_words, conditions, expand, phrasings
from fakes import course


def test_folding() -> None:
    assert fold("Übungen für Straße Ærø Å") == "ubungen fur strasse aero a"
    assert [word.text for word in words("Strategy II (MGM)")] == ["strategy", "2", "mgm"]
    assert compact("KAN-CSOCV1036U") == "kancsocv1036u"


@given(st.text(max_size=100))
def test_flat_keeps_places(text: str) -> None:
    assert len(flat(text)) == len(text)
    assert all(text[word.start : word.end] for word in words(text))


def test_compounds_are_split_where_their_parts_are_known() -> None:
    known = frozenset({"umwelt", "recht", "bank", "aufsicht"})
    assert split_compound("umweltrecht", known) == ("umwelt", "recht")
    assert split_compound("bankenaufsichtsrecht", known) == ("bank", "aufsicht", "recht")
    assert split_compound("strafrecht", known) == ()


def test_stems_meet_across_inflections() -> None:
    assert set(stems("Verträgen", "de")) == set(stems("Vertrag", "de"))
    assert set(stems("contracts", "en")) == set(stems("contract", "en"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("what is the exam of X", "en"),
        ("wer unterrichtet die Vorlesung", "de"),
        ("hvem underviser i X", "da"),
        ("", None),
    ],
)
def test_the_language_of_a_question(text: str, language: str | None) -> None:
    assert guess_language(text) == language


def test_words_of_every_language_are_found(tmp_path: Path) -> None:
    texts = ["the law of contracts", "Umweltrecht und Recht", "recht umwelt recht umwelt", "baking bread"]
    index = LexicalIndex.build(texts, ["en", "de", "de", "en"], tmp_path / "lexical", ["", "environmental law", "", ""])
    assert index.search([(word, 1.0) for word in query_words("which contract?")], 5).rows.tolist() == [0]
    assert 1 in index.search([("environmental", 1.0)], 5).rows
    assert set(index.search([("recht", 1.0)], 5).rows.tolist()) == {1, 2}
    assert index.search([], 5).rows.size == 0
    assert index.rarity("bread") > index.rarity("recht")


def test_boilerplate_is_what_many_courses_share() -> None:
    def chunk(group: str, body: str) -> Passage:
        return Passage(f"{group} title – Notice\n{body}", "chunk", None, "notice", group, group, "f", None)

    passages = [chunk(f"g{number}", "Please note.") for number in range(6)] + [chunk("g0", "Own words.")]
    assert shared_by_many(passages, 6).tolist() == [True] * 6 + [False]
    assert not shared_by_many(passages[:3], 3).any()


def test_what_a_german_course_is_about_in_english() -> None:
    one = replace(course("8,464", "Mehrwertsteuerrecht"), text_language="de")
    assert "tax" in about(one, "de", [])[0]
    assert about(course("1", "Methods: Sustainable Scaling of Ventures"), "en", []) == [
        "Sustainable Scaling of Ventures"
    ]


def test_years_are_ordered() -> None:
    assert year_order("2024/2025") > year_order("2023/2024") > year_order("2019") > year_order(None)


def test_phrasings_are_written_out() -> None:
    assert expand("(a|b|) c") == ["a c", "b c", "c"]
    made = phrasings()
    assert {one.language for one in made} == {"en", "de", "da"}
    assert all("{x}" in one.text for one in made if one.asked not in (*NOT_FIELDS,))
    assert {"lecturer", "teaches", "unterrichtet"} <= asking_words()


def test_word_lists_hold_words() -> None:
    for name, entry in conditions().items():
        lists = entry.values() if isinstance(entry, dict) else [entry]
        assert all(isinstance(word, (str, int)) and not isinstance(word, bool) for found in lists for word in found), (
            name
        )


def evidence(**numbers: float) -> Evidence:
    return Evidence(kind="described", **dict.fromkeys(FEATURES, 0.0) | numbers)


def test_the_logistic_model_learns_what_tells_right_from_wrong(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [evidence(dense=float(x), coverage=float(x)) for x in rng.uniform(0, 1, 400)]
    right = [bool(rng.uniform() < row.dense) for row in rows]
    default = DEFAULTS["described"]
    fitted = fit_logistic(rows, right, [1.0] * 400, default.right, ridge=0.5)
    for share in (0.2, 0.5, 0.8):
        assert fitted.probability(evidence(dense=share, coverage=share)) == pytest.approx(share, abs=0.12)
    made = Sureness(fitted, default.held, 0.4)
    Confidence({**DEFAULTS, "described": made}).write(tmp_path)
    opened = Confidence.open(tmp_path)
    assert opened.models["described"] == made
    assert opened.right(rows[0]) == fitted.probability(rows[0])
    assert opened.enough(rows[0]) == (default.held.probability(rows[0]) >= 0.4)
    assert fit_logistic(rows, [True] * 400, [1.0] * 400, default.right, ridge=0.5) == default.right


def test_both_models_are_fitted_and_the_threshold_stays() -> None:
    rng = np.random.default_rng(1)
    rows = [evidence(dense=float(x), covered=float(y)) for x, y in rng.uniform(0, 1, (400, 2))]
    seen = [Seen(row, row.dense > 0.5, row.covered > 0.3) for row in rows]
    default = Sureness(Logistic({"dense": 0.0}, 0.0), Logistic({"covered": 0.0}, 0.0), 0.4)
    fitted = fit_sureness(seen, default, ridge=0.1)
    assert fitted.threshold == default.threshold
    judged = [(fitted.right.probability(one) > 0.5, fitted.held.probability(one) > 0.5) for one in rows]
    assert np.mean([right == one.right for one, (right, _) in zip(seen, judged, strict=True)]) > 0.9
    assert np.mean([held == one.held for one, (_, held) in zip(seen, judged, strict=True)]) > 0.9
