"""Compounds of a topic and a word for courses, written apart: `Geschichtskurse` asks for `Geschichte Kurse`.

In: the text of a question, the words of titles, what a phrase means as a condition. Out: the text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from courselens.search.places import words_of
from courselens.search.tokens import fold, words

SHORTEST = 4
"""Letters of a topic."""


def parted(text: str, titled: Collection[str], means: Callable[[tuple[str, ...]], Any]) -> str:
    """`text` with the courses of a compound apart from their topic, so that it is searched for, or is the condition
    that it would be alone: `psykologikurser`.

    A word of a title (`titled`) stays whole, and so do one that `means` a condition (`Masterkurse`), one whose topic is
    a language (`Deutschkurse` teach it) and one for a kind of courses (`Blockkurse`).
    """
    for word in reversed(words(text)):
        ending = next((one for one in _endings() if word.text.endswith(one)), None)
        if ending is None or word.text in titled or means((word.text,)):
            continue
        topic = text[word.start : word.end - len(ending)].rstrip("-")
        linked = len(topic) > SHORTEST and topic[-1:] == "s" and topic[-2:] != "ss"
        topic = topic[:-1] if linked else topic
        topic += "e" if fold(topic + "e") in titled else ""  # `Geschicht-` is `Geschichte`
        first = [one.text for one in words(topic)]
        kinds = words_of("course_kinds")
        if len(topic) < SHORTEST or len(first) != 1 or first[0] in kinds or _of_language(means((first[0],))):
            continue
        text = f"{text[: word.start]}{topic} {text[word.end - len(ending) :]}"
    return text


def _of_language(meanings: Any) -> bool:
    return any(field == "language" for field, _ in meanings)


@lru_cache(maxsize=1)
def _endings() -> tuple[str, ...]:
    """Words for courses with which a compound may end, the longest first."""
    both = words_of("plural_courses") & words_of("course_endings")
    return tuple(sorted((one for one in both if len(one) > SHORTEST), key=len, reverse=True))
