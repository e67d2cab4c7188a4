"""Advice that is asked for behind what somebody tells of themselves."""

from __future__ import annotations

import pytest

from courselens.search.advice import advised_in
from courselens.search.wishes import to_the_point, wished_in


@pytest.mark.parametrize(
    ("text", "wished"),
    [
        ("Ich gründe gerade eine Brauerei, was soll ich belegen?", "Kurse zu Brauerei"),
        ("I love whales, what should I take?", "courses about whales"),
        ("I'm totally new to ceramics - any suggestions?", "courses about ceramics"),
        ("Ich liebe Wale. Welcher Kurs passt?", "Kurse zu Wale"),
        ("jeg elsker hvaler, hvad skal jeg vælge?", "kurser om hvaler"),
        ("I want to be a lawyer, what should I take?", "courses about law"),
        ("never coded before, which course", "courses about programming"),
    ],
)
def test_a_topic_is_wished_for(text: str, wished: str) -> None:
    assert wished_in(to_the_point(text)) == wished


@pytest.mark.parametrize(
    "text",
    [
        "I took Logic, what should I take next?",
        "I failed the exam in Logic, what can I do?",
        "my course on whales is full, what should I take?",
        "how is Logic graded, and what should I read?",
        "what should I take?",
        "I need four credits and I only speak English, which courses are possible?",
        "am I too slow for Logic, what should I have taken before",
        "Before Composition I in music, what must I complete?",
        "Retailing, what is it about?",
    ],
)
def test_other_questions_stay_as_they_are(text: str) -> None:
    assert advised_in(text) == text
