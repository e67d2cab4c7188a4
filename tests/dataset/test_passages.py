from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from courselens.course import Course, ExamPart, Field, Section, Source
from courselens.dataset.passages import card_name, make_passages
from courselens.errors import CourselensError
from fakes import catalogue, course


def texts(one: Course, tokenizer: Path, style: str = "best") -> dict[str, str]:
    return {passage.asked: passage.text for passage in make_passages([one], tokenizer=tokenizer, style=style)}


def with_fields(one: Course, *fields: Field) -> Course:
    return replace(one, fields={field.name: field for field in fields})


def test_facts_are_sentences_that_name_the_course(tokenizer: Path) -> None:
    one = replace(
        course(
            "8,276",
            "Foundations in Data Science",
            language=("English",),
            ects=7.5,
            level=("Bachelor", "Master"),
            capacity=40,
            lecturer=("Ada Lovelace", "Alan Turing"),
        ),
        codes=("8,276", "9,276"),
        exam=(
            ExamPart(form="Written exam", weight=70.0, duration="90 mins.", grouping="individual"),
            ExamPart(own="Poster", weight=30.0, grouping="group"),
        ),
    )
    said = texts(one, tokenizer)
    assert said["language"] == "8,276 Foundations in Data Science is taught in English."
    assert said["ects"] == "8,276 Foundations in Data Science is worth 7.5 ECTS credits."
    assert said["level"] == "8,276 Foundations in Data Science is a course at Bachelor and Master level."
    assert said["capacity"] == "8,276 Foundations in Data Science has room for at most 40 participants."
    assert said["lecturer"] == "8,276 Foundations in Data Science is taught by Ada Lovelace and Alan Turing."
    assert said["codes"] == "8,276 Foundations in Data Science is listed under the course codes 8,276 and 9,276."
    assert said["exam"] == (
        "8,276 Foundations in Data Science is examined by: "
        "written exam (70%, 90 mins., individual), poster (30%, group)."
    )


def test_facts_are_worded_in_the_language_of_the_page(tokenizer: Path) -> None:
    german = replace(
        with_fields(course("8,045", "Strafrecht"), Field("language", ("German",), ("Deutsch",)), Field("ects", (4.5,))),
        text_language="de",
    )
    danish = replace(german, text_language="da")
    other = replace(german, text_language="fr")
    assert texts(german, tokenizer)["language"] == "8,045 Strafrecht wird auf Deutsch unterrichtet."
    assert texts(german, tokenizer)["ects"] == "8,045 Strafrecht gibt 4,5 ECTS-Credits."
    assert texts(danish, tokenizer)["language"] == "Undervisningssproget i 8,045 Strafrecht er tysk."
    assert texts(other, tokenizer)["language"] == "8,045 Strafrecht is taught in German."


def test_a_field_of_the_catalogues_own_is_said_with_its_label(tokenizer: Path) -> None:
    one = with_fields(
        course("A1", "Pottery"),
        Field("learning_mode", ("Studio",), label="Learning Mode:"),
        Field("notes", ("Bring an apron and old shoes. " * 8,), label="Notes"),
    )
    said = texts(one, tokenizer)
    assert said["learning_mode"] == "Learning Mode of A1 Pottery: Studio."
    assert said["notes"].startswith("Notes of A1 Pottery: Bring an apron and old shoes.")


def test_one_credit_is_not_many(tokenizer: Path) -> None:
    assert texts(course("A1", "Pottery", credits=1.0), tokenizer)["credits"] == "A1 Pottery is worth 1 credit."


def test_own_words_hold_the_role_of_a_lecturer(tokenizer: Path) -> None:
    one = with_fields(
        course("A1", "Pottery"),
        Field("lecturer", ("Ada Lovelace",), ("Ada Lovelace - Department of Arts (coordinator)",)),
    )
    assert texts(one, tokenizer)["lecturer"].endswith("Ada Lovelace - Department of Arts (coordinator).")


def test_a_fact_too_long_for_the_encoder_is_cut_and_keeps_its_lead(tokenizer: Path) -> None:
    one = course("A1", "Pottery", lecturer=[f"Firstname{number} Lastname{number}" for number in range(150)])
    facts = [passage for passage in make_passages([one], tokenizer=tokenizer) if passage.field == "lecturer"]
    assert len(facts) > 1
    assert all(fact.text.startswith("A1 Pottery – lecturer: ") for fact in facts)


def test_chunks_keep_course_heading_and_page_and_never_cross_sections(tokenizer: Path) -> None:
    one = replace(
        course("A1", "Pottery"),
        source=Source("a.pdf", 1),
        sections=(
            Section("objectives", "Learning objectives:", "Alpha beta. " * 150, page=2),
            Section("content", "Content", "Gamma delta.", page=3),
        ),
    )
    chunks = [passage for passage in make_passages([one], tokenizer=tokenizer) if passage.kind == "chunk"]
    assert [chunk.section for chunk in chunks] == ["objectives"] * 3 + ["content"]
    assert {chunk.page for chunk in chunks[:3]} == {2}
    assert all(chunk.text.startswith("A1 Pottery – Learning objectives\nAlpha beta.") for chunk in chunks[:3])
    assert all("Gamma" not in chunk.text for chunk in chunks[:3])
    assert chunks[3].text == "A1 Pottery – Content\nGamma delta."
    assert (chunks[3].page, chunks[3].file, chunks[3].course, chunks[3].group) == (3, "a.pdf", one.key, one.group)


def test_the_card_has_its_own_wording_without_its_defects(tokenizer: Path) -> None:
    one = replace(
        with_fields(
            course("KAN-CSOAO1007U", "Managing Innovation", sections={"content": "Ideas."}),
            Field("level", ("Master", "Graduate Diploma"), ("Full Degree Master", "Graduate Diploma")),
            Field("language", ("English",)),
            Field("ects", (7.5,), ("7,5 ECTS (225 SAT)",)),
            Field("capacity", (40.0,)),
        ),
        heading="2024/2025KAN-CSOAO1007U\xa0\xa0Managing Innovation",
    )
    name = "2024/2025KAN-CSOAO1007U\xa0\xa0Managing Innovation"
    assert card_name(one) == one.heading
    assert texts(one, tokenizer, "card") == {
        "level": f"{name} is a Full Degree Master and Graduate Diploma level course.",
        "language": f"{name} is taught in English.",
        "ects": f"{name} is a 7.5 ECTS course.",
        "content": f"{name} – Content\nIdeas.",
    }


def test_order_follows_the_courses(tokenizer: Path) -> None:
    courses = catalogue().courses
    passages = make_passages(courses, tokenizer=tokenizer)
    assert list(dict.fromkeys(passage.course for passage in passages)) == [one.key for one in courses]


def test_wrong_arguments_are_refused(tokenizer: Path) -> None:
    with pytest.raises(CourselensError, match="unknown style: 'fancy'"):
        make_passages([], tokenizer=tokenizer, style="fancy")
    with pytest.raises(CourselensError, match="too few tokens for a passage: 10"):
        make_passages([], tokenizer=tokenizer, max_tokens=10)
