"""Advice that is asked for: what somebody tells of themselves, and then which course to take.

In: the text of a question. Out: the same as who asks for courses outright would say it, on the words that carry
meaning: `I love whales, what should I take?` is `courses about whales`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from courselens.search.places import is_course_word, value_words, words_of
from courselens.search.tokens import fold, words
from courselens.search.vocabulary import asking_words, conditions

MOST = 6
"""Words of a topic that somebody tells of themselves: more tell of what else there is."""


def advised_in(text: str) -> str:
    """`text` as a wish for courses, where it tells something of who asks and then asks for advice."""
    for language, asked in _asking_advice().items():
        found = asked.search(text)
        if found is None:
            continue
        told = words(text[: found.start()])
        said = {word.text for word in told}
        first = told[0].text in words_of("oneself") if told else False
        held = words_of("held_before") & {word.text for word in words(text)}
        if not first or held or said & _conditions() or any(map(is_course_word, said)):
            return text
        small = asking_words() | words_of("telling_of_oneself") | words_of("wishing") | words_of("opinions")
        topic = [text[word.start : word.end] for word in told if word.text not in small]
        wanted = conditions()["wished_for"][language]
        return f"{wanted} {meant(topic)}" if 0 < len(topic) <= MOST else text
    return text


def meant(topic: Iterable[str]) -> str:
    """The words of a `topic` with the subject of what somebody wants to be: `physical therapy` for `therapist`."""
    known = _callings()
    return " ".join(known.get(fold(word), word) for word in topic)


@lru_cache(maxsize=1)
def _conditions() -> frozenset[str]:
    """Words of conditions, which stay as they are said: `I need four credits and only speak English`."""
    return value_words() | words_of("units") | words_of("speaking") | words_of("exams")


@lru_cache(maxsize=1)
def _callings() -> dict[str, str]:
    return {fold(calling): subject for calling, subject in conditions()["callings"].items()}


@lru_cache(maxsize=1)
def _asking_advice() -> dict[str, re.Pattern[str]]:
    """By language, what asks for advice behind a clause."""
    return {
        language: re.compile(rf"[,;.:!?–-]\s*(?:and |so |und |also |og |så )?(?:{'|'.join(said)})[\s?!.]*$", re.I)
        for language, said in conditions()["advice"].items()
    }
