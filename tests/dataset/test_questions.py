from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from courselens.course import Field
from courselens.dataset.passages import make_passages
from courselens.dataset.phrasing import all_phrasings, phrasings
from courselens.dataset.questions import Background, make_questions, plain
from courselens.dataset.topics import stem, title_stems
from courselens.dataset.types import Pair
from courselens.errors import CourselensError
from fakes import catalogue, course

GERMAN = replace(
    course(
        "8,045",
        "Strafrecht",
        language=("German",),
        sections={
            "objectives": "Die Studierenden kennen die Strafzumessung. Sie beurteilen Sanktionen und Massnahmen.",
            "content": "Behandelt werden Delikte gegen das Vermögen, Betrug und die Gerichtsverfahren der Schweiz.",
        },
    ),
    text_language="de",
)


def ask(tokenizer: Path, *, held_out: bool = False, seed: int = 1) -> list[Pair]:
    courses = [*catalogue().courses, GERMAN]
    background = Background.of(courses)
    return [
        pair
        for one in courses
        for pair in make_questions(
            one,
            make_passages([one], tokenizer=tokenizer),
            background,
            held_out=held_out,
            each=6,
            rng=Random(f"{seed}{one.key}"),
        )
    ]


def test_every_shipped_phrasing_is_sound() -> None:
    slots = {"x", "v", "label", "topic", "topics", "rest"}
    for one in all_phrasings():
        used = set(re.findall(r"{(\w*)}", one.text))
        assert used <= slots, one
        assert "x" in used or one.kind == "described", one
        assert "label" not in used or one.asked == "own", one


def test_held_out_phrasings_are_others_and_there_are_enough() -> None:
    for language in ("en", "de", "da"):
        groups = {(one.kind, one.asked) for one in all_phrasings()}
        for kind, asked in groups:
            seen, kept = phrasings(kind, asked, language, False), phrasings(kind, asked, language, True)
            assert len(seen) >= 3, (kind, asked, language)
            assert kept, (kind, asked, language)
            assert not {plain(one.text) for one in seen} & {plain(one.text) for one in kept}


def test_every_field_and_section_is_asked_for_by_its_own_passage(tokenizer: Path) -> None:
    pairs = ask(tokenizer)
    asked = {pair.question.field or pair.question.section for pair in pairs}
    assert asked >= {"language", "ects", "level", "lecturer", "exam", "title", "code", "year", "objectives", "content"}
    for pair in pairs:
        assert (pair.label, pair.kind) == (1.0, "positive")
        assert pair.question.course == pair.passage.course
        assert "{" not in pair.question.text
        if pair.question.kind == "field":
            assert pair.question.field == pair.passage.field
        if pair.question.kind == "section":
            assert pair.question.section == pair.passage.section


def test_styles_name_the_course_in_their_way(tokenizer: Path) -> None:
    courses = {one.key: one for one in [*catalogue().courses, GERMAN]}
    pairs = [pair for pair in ask(tokenizer) if pair.question.kind in ("field", "section")]
    assert {pair.question.style for pair in pairs} >= {"full", "title", "short", "code", "lower", "typo"}
    for pair in pairs:
        one, text = courses[pair.question.course], pair.question.text.lower()
        if pair.question.style == "full":
            assert one.name.lower() in text
        if pair.question.style == "title":
            assert one.title.lower() in text
        if pair.question.style == "code":
            assert one.title.lower() not in text
        if pair.question.style == "lower":
            assert pair.question.text == text
            assert "?" not in text


def test_codes_are_not_asked_for_by_code_nor_titles_by_title(tokenizer: Path) -> None:
    courses = {one.key: one for one in [*catalogue().courses, GERMAN]}
    for pair in ask(tokenizer):
        one = courses[pair.question.course]
        if pair.question.field == "code":
            assert one.code.lower() not in pair.question.text.lower()
        if pair.question.field == "title":
            assert one.title.lower() not in pair.question.text.lower()


def test_described_questions_hold_no_word_of_the_title(tokenizer: Path) -> None:
    courses = {one.key: one for one in [*catalogue().courses, GERMAN]}
    described = [pair for pair in ask(tokenizer) if pair.question.kind == "described"]
    assert len(described) > 50
    for pair in described:
        one = courses[pair.question.course]
        words = {stem(word) for word in re.findall(r"[^\W\d_]+", pair.question.text)}
        assert not title_stems(one) & words, pair.question.text
        assert pair.question.style == "none"


def test_questions_cross_the_languages_of_the_catalogue(tokenizer: Path) -> None:
    pairs = ask(tokenizer)
    german = [pair for pair in pairs if pair.question.course == GERMAN.key]
    assert {pair.question.language for pair in german} == {"en", "de"}
    assert {pair.question.language for pair in pairs if pair.question.course != GERMAN.key} == {"en", "de"}
    described = [pair.question.text for pair in german if pair.question.kind == "described"]
    assert any("crimes" in text or "criminal law" in text for text in described), described


def test_dev_is_asked_in_phrasings_never_trained_on(tokenizer: Path) -> None:
    def shapes(pairs: list[Pair]) -> set[str]:
        # A course's full name cut out leaves the phrasing.
        courses = {one.key: one for one in catalogue().courses}
        full = [pair for pair in pairs if pair.question.style == "full" and pair.question.course in courses]
        return {plain(pair.question.text.replace(courses[pair.question.course].name, "")) for pair in full}

    seen, kept = shapes(ask(tokenizer)), shapes(ask(tokenizer, held_out=True))
    assert seen
    assert kept
    assert not seen & kept


def test_yes_no_questions_use_other_values_of_the_catalogue(tokenizer: Path) -> None:
    texts = [pair.question.text for pair in ask(tokenizer) if pair.question.field == "language"]
    assert any("Danish" in text for text in texts)
    assert any("English" in text for text in texts)


def test_own_fields_and_sections_are_asked_for_by_their_label(tokenizer: Path) -> None:
    one = course("A1", "Pottery", sections={"safety_rules": "Wear goggles."})
    one = replace(one, fields={"learning_mode": Field("learning_mode", ("Studio",), label="Learning Mode")})
    pairs = make_questions(one, make_passages([one], tokenizer=tokenizer), each=3)
    fields = [pair.question.text for pair in pairs if pair.question.field == "learning_mode"]
    sections = [pair.question.text for pair in pairs if pair.question.section == "safety_rules"]
    assert fields
    assert all("learning mode" in text.lower() for text in fields)
    assert sections
    assert all("safety_rules" in text.lower() for text in sections)


def test_the_card_asks_its_four_questions(tokenizer: Path) -> None:
    one = catalogue().courses[0]
    pairs = make_questions(one, make_passages([one], tokenizer=tokenizer, style="card"), style="card")
    name = "2024/2025KAN-C1001U\xa0\xa0Embodied Leadership"
    assert {pair.question.text for pair in pairs} == {
        f"What level is the course {name}?",
        f"What language is {name} taught in?",
        f"How many ECTS is {name}?",
        f"What is the description of {name}?",
    }
    assert len(pairs) == 5


def test_hurried_typing_keeps_what_words_and_codes_hold_inside() -> None:
    assert plain("Is 8,276 (new) Data-Science 100% online?") == "is 8,276 (new) data-science 100% online"


def test_an_unknown_style_is_refused(tokenizer: Path) -> None:
    with pytest.raises(CourselensError, match="unknown style: 'fancy'"):
        make_questions(GERMAN, [], style="fancy")
