"""Where the course's name stands in a question, and what is left without it: the frame, which says what is asked.

In: a question, its words and a title found in it. Out: spans of the text, and the text with a placeholder there.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from courselens.search.names import TitleMention
from courselens.search.places import words_of
from courselens.search.tokens import Word
from courselens.search.vocabulary import MENTION, frame_words, stop_words


def inside(word: Word, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a word shares a place with one of the spans."""
    return any(start < word.end and word.start < end for start, end in spans)


def title_spans(text: str, told: Sequence[Word], title: TitleMention) -> list[tuple[int, int]]:
    """Spans of the title's words; words between two of them belong to it when they carry no topic."""
    spans: list[tuple[int, int]] = []
    matched = {told[place].text for place in title.places if place < len(told)}
    places = [place for place, word in enumerate(told) if word.text in matched]
    while places and _again(told, places[0], places[1:]):  # `in` before `Debates in Corporate Governance`
        places = places[1:]
    while places and (_again(told, places[-1], places[:-1]) or told[places[-1]].text in words_of("both")):
        places = places[:-1]  # `and` behind the first words of `Bottom Line Mentality and the Reproduction of …`
    for place in places:
        word = told[place]
        if word.text in stop_words() and place - 1 not in places and place + 1 not in places:
            continue
        if spans and re.fullmatch(r"[\W_]*(?:\w{1,3}[\W_]+)?", text[spans[-1][1] : word.start]):
            spans[-1] = (spans[-1][0], word.end)
        else:
            spans.append((word.start, word.end))
    return spans


def _again(told: Sequence[Word], place: int, others: Sequence[int]) -> bool:
    """Whether a small word at the edge of a title stands in it already: it belongs to the question."""
    return told[place].text in stop_words() and any(told[other].text == told[place].text for other in others)


def joined_on(text: str, told: Sequence[Word], spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """`spans` of a title that is said in other words too, with the words joined to them that ask nothing: of
    `management of real estate and construction services` those behind `and`.
    """
    found = list(spans)
    known = frame_words()
    linking = words_of("linking")
    for place, word in enumerate(told):
        ends = any(start <= word.start < end for start, end in found)
        following = told[place + 1 :]
        links = list(itertools.takewhile(lambda one: one.text in linking, following)) if ends else []
        beside = following[len(links) :]
        rest = list(itertools.takewhile(lambda one: one.text not in known and not inside(one, spans), beside))
        end = rest[-1].end if links and rest else word.end
        if links and rest and not re.search(r"[.?!;:]", text[word.end : end]):
            found = [(start, max(stop, end) if start <= word.start < stop else stop) for start, stop in found]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def framed(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """`text` with its first span replaced by the placeholder and the others left out."""
    out, at = [], 0
    for number, (start, end) in enumerate(sorted(spans)):
        out += [text[at:start], f" {MENTION} " if number == 0 else " "]
        at = max(at, end)
    frame = " ".join("".join([*out, text[at:]]).split())
    frame = re.sub(rf"^([^(]*){MENTION}\s*\)", rf"\1{MENTION}", frame)  # of `Management (MGM)`
    return re.sub(rf"\b{MENTION}(?:\W+{MENTION})+\b", MENTION, re.sub(r"\(\W*\)", "", frame)).strip()
