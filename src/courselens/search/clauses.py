"""Several things asked of one course at once: `who teaches X, and for how many credits`.

In: the frame of a question that names a course. Out: its clauses, where more than one asks. What each asks is decided
as for a question of its own; `answering.py` answers all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from courselens.search.concerns import concerns_of
from courselens.search.places import words_of
from courselens.search.tokens import either, fold, words
from courselens.search.vocabulary import MENTION, frame_words, load, stop_words

MOST = 6
LIKELY = 0.5
"""Probability of a field from which a clause asks for it."""

_JOINED = re.compile(
    r"\s*(?:[,;?.&+]|(?<!\b\w)(?<!\bpass)(?<!\bpassed)(?<!\bbestanden)(?<!\bbestået)/(?!(?<=\d/)\d)"
    r"|\b(?:and|und|og|sowie|samt|plus|also|auch)\b)\s*",
    re.IGNORECASE,
)
"""What parts are joined by; `P/N` and `pass/fail` are one thing, and `2024/25` too."""

_NAME = re.compile(rf"\b{MENTION}\b")
_JOINED_ON = re.compile(rf"(?<=\b{MENTION}) +([\w’']+)(?=[ ?.!]*$)")
"""A word behind the name that ends a question: `IPOs` of `Capital Structure Meets IPOs`."""


def clauses(frame: str) -> tuple[str, ...]:
    """The parts of `frame` that ask something, each with the placeholder; () where fewer than two do.

    A part asks where it has a word of asking and none of a topic: `books, beer and statistics` has no clause. What asks
    for something practical is no topic.
    """
    found = []
    last = _JOINED_ON.search(frame)
    if last and not any(word.text in frame_words() for word in words(last[1])[:1]):
        frame = frame[: last.start()]
    asking = words_of("question_words_only") | words_of("what_about")
    for part in _JOINED.split(frame):
        told = [word.text for word in words(_NAME.sub(" ", part))]
        in_words = not _NAME.search(part) and asks_in_words(part) and joined_by_word(part, frame)
        if any(word not in _known() for word in told) and not (in_words or concerns_of(part)):
            return ()
        if any(word not in stop_words() or word in asking for word in told):
            found.append(part if _NAME.search(part) else f"{MENTION} {part}")
    return tuple(found) if 1 < len(found) <= MOST else ()


def asks_in_words(part: str) -> bool:
    """Whether a part of a question would be one by itself: `do I need a laptop`, `what happens in the debate`."""
    told = [word.text for word in words(_NAME.sub(" ", part))]
    return len(told) > 1 and told[0] in words_of("question_words") | words_of("yes_no")


def joined_by_word(clause: str, frame: str) -> bool:
    """Whether a word joins `clause` of `frame` to another: what stands behind a comma says the same again as often."""
    part = re.escape(clause.removeprefix(f"{MENTION} "))
    joining = either(words_of("both") | {"+", "&"})
    return re.search(rf"(?:(?<!\w)(?:{joining}) +{part}|{part} *(?:{joining})(?!\w))", frame, re.IGNORECASE) is not None


def of_nouns(parts: tuple[str, ...]) -> tuple[str, ...]:
    """`parts` where each is a noun that asks for a field, else (): words of a topic may look like one that asks."""
    return parts if all(map(field_of_noun, parts)) else ()


def field_of_noun(clause: str) -> str | None:
    """The field or section that `clause` asks for with a noun and no more: `the language of X`."""
    told = [word.text for word in words(_NAME.sub(" ", clause))]
    return _nouns().get(" ".join(word for word in told if word not in stop_words()))


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Words that are no topic: `who coordinates X and are both mandatory`."""
    return (
        frame_words()
        | words_of("coordinating")
        | words_of("comparatives")
        | {*map(fold, load("clauses.yaml")["small"])}
    )


@lru_cache(maxsize=1)
def _nouns() -> Mapping[str, str]:
    return {fold(said): field for field, nouns in load("clauses.yaml")["nouns"].items() for said in nouns}
