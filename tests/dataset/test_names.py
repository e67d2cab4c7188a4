from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from courselens.dataset.names import Names, find_neighbours, misspell, plain_code, short_titles, vary_code
from fakes import HashEncoder, course


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("IC: From Data2Dollar - Dein Technologiekoffer von der Datenbeschaffung", "Data2Dollar"),
        ("Marketing Management (blended)", "Marketing Management"),
        ("Business of Helping: Cause-related marketing", "Business of Helping"),
        ("Introduction to the History of Art", "History of Art"),
        ("Big Data und Data Science", "Big Data"),
    ],
)
def test_short_titles_drop_what_students_drop(title: str, short: str) -> None:
    assert short in short_titles(title)


def test_short_titles_keep_numbers_apart_and_are_cut_at_function_words() -> None:
    assert all("II" in short for short in short_titles("Applied Research Project II"))
    assert not {
        short for short in short_titles("Introduction to the History of Art") if short.endswith((" the", " of"))
    }


def test_a_name_that_means_two_courses_is_not_given_out() -> None:
    first, second = course("A1", "Final Project"), course("A2", "Final Project")
    third = course("A3", "Final Project in Design")
    names = Names([first, second, third])
    rng = Random(1)
    assert names.say(first, "title", rng) is None
    assert names.say(first, "short", rng) is None
    assert names.say(first, "full", rng) == "A1 Final Project"
    assert names.say(third, "title", rng) == "Final Project in Design"
    assert names.say(third, "short", rng) is None


def test_a_shared_code_is_not_given_out_and_an_older_year_is_named() -> None:
    old = course("A1", "Pottery", "2023/2024", group="pottery")
    new = course("A1", "Pottery", "2024/2025", group="pottery")
    other = course("B.7", "Weaving", group="weaving")
    recycled = course("B7", "Glass", group="glass")
    names = Names([old, new, other, recycled])
    rng = Random(1)
    assert names.say(new, "title", rng) == "Pottery"
    assert names.say(old, "title", rng) == "Pottery 2023/2024"
    assert names.say(other, "code", rng) is None


def test_translated_title_only_where_there_is_one() -> None:
    one = replace(course("A1", "Strafrecht"), title_en="Criminal Law")
    assert Names([one]).say(one, "translated", Random(1)) == "Criminal Law"
    assert Names([course()]).say(course(), "translated", Random(1)) is None


def test_codes_vary_in_punctuation_only() -> None:
    seen = {vary_code("8,276", Random(seed)) for seed in range(50)}
    assert seen == {"8,276", "8276", "8 276", "8.276"}
    assert {plain_code(code) for code in seen} == {"8276"}


def test_a_misspelling_is_one_slip() -> None:
    for seed in range(50):
        typed = misspell("Marketing Management", Random(seed))
        assert abs(len(typed) - len("Marketing Management")) <= 1
        assert typed[0] == "M"
    assert misspell("Art of War", Random(1)) == "Art of War"


def test_neighbours_share_rare_words_and_never_the_group() -> None:
    courses = [
        course("A1", "Corporate Finance"),
        course("K9", "Finance of Start-ups"),
        course("A1b", "Corporate Finance", "2023/2024", group="A1"),
        *(course(f"Z{number}", f"Subject {number}") for number in range(20)),
    ]
    found = find_neighbours(courses)
    assert found[courses[0].key][0].code == "K9"
    assert all(near.group != one.group for one in courses for near in found[one.key])


def test_neighbours_by_meaning_need_an_encoder() -> None:
    class Meaning(HashEncoder):
        def encode(self, texts: object) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
            assert isinstance(texts, list)
            angles = np.array([0.0 if text in ("Strafrecht", "Criminal Law") else 2.0 for text in texts])
            return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    courses = [
        course("A1", "Strafrecht"),
        *(course(f"M{number}", f"Subject {number}") for number in range(20)),
        course("Z9", "Criminal Law"),
    ]
    assert all(near.code != "Z9" for near in find_neighbours(courses)["A1 2024/2025"])
    assert any(near.code == "Z9" for near in find_neighbours(courses, Meaning())["A1 2024/2025"])
