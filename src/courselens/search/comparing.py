"""Which courses are compared: "leniency or asylum rules, which is harder to get into?"

In: the words of a question that compares, and the names of a catalogue. Out: the titles on both sides of the word that
joins them, which are short forms more often than not, and each is best told by its own side alone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from courselens.search.names import MAYBE, NAMED, Names, TitleMention
from courselens.search.places import words_of
from courselens.search.tokens import Word, fold
from courselens.search.vocabulary import asking_words, frame_words, load, stop_words

NEAR = 2
"""Words after the joining word among which the second title begins."""
ALL_SAID = 0.99
"""Share of the words of a side that a part of a title explains."""
CLEAR = 0.25
"""Strength by which it must lead before others."""
LONG = 6
"""Letters of a word that names a course alone."""
SHORT = 3
"""Letters of a word in capitals that does."""
JOINTS = 3
"""Joining words that are tried."""
EARLY = 2
"""Words among which `comparing` asks for it; later it tells what a course does."""


def pair(
    names: Names, text: str, told: Sequence[Word], titles: Sequence[TitleMention]
) -> tuple[TitleMention, TitleMention] | None:
    """The titles of two courses that `text`, whose words are `told`, compares, each by its own side of the joining
    word; None where none are, or where one of `titles` names a course with words of both sides.
    """
    said = [word.text for word in told]
    named = {*titles[0].places} if titles and titles[0].strength >= MAYBE else set()
    free = {word: place for place, word in enumerate(said) if place not in named}
    comparing = any(
        word in words_of("same") or (word in words_of("comparing") and (place < EARLY or not word.endswith("ing")))
        for word, place in free.items()
    )
    each = _each_asked(said)
    one_of = any(said[place : place + 2] == ["the", "one"] for place in range(len(said)))  # `or B the one with an exam`
    if not comparing and not one_of and not each and words_of("comparatives").isdisjoint(free):
        return None
    joining = words_of("choosing") | words_of("than") | words_of("versus") | words_of("both")
    places = [place for place, word in enumerate(said) if word in joining]
    best: tuple[TitleMention, TitleMention] | None = None
    best_places = titles[0].places if titles and titles[0].strength >= NAMED else ()
    whole = [place for place in best_places if said[place] not in stop_words()]  # `in A or in B`
    for place in places[:JOINTS]:
        if whole and whole[0] < place < whole[-1]:
            continue
        sides = _sides(text, told, place)
        found = [_named(names, text, told, side) for side in sides]
        first, second = found
        if first is None or second is None or first.course == second.course:
            continue
        near = second.places[0] - place <= (NEAR if comparing or each or said[place] not in words_of("both") else 1)
        joined = said[place] in words_of("than") or comparing or place - first.places[-1] <= 1
        if near and joined and (best is None or _strength(first, second) > _strength(*best)):
            best = first, second
    return best


def _each_asked(said: Sequence[str]) -> bool:
    """Whether something is asked of each of two courses: `which has prerequisites`, `when do they start each`, `who
    teaches A and who B`.
    """
    pairs = [*itertools.pairwise(said)]
    chooses = not words_of("choosing").isdisjoint(said)
    held = words_of("held")
    if chooses and any(one in words_of("which") and after in held for one, after in pairs):
        return True
    if chooses and any(
        [one, after] == ["which", "one"] and third in held for (one, after), third in zip(pairs, said[2:], strict=False)
    ):
        return True
    again = any(
        before in words_of("both") and word in words_of("question_words_only") and word in said[:place]
        for place, (before, word) in enumerate(pairs)
    )
    return again or not _each().isdisjoint(said)


@lru_cache(maxsize=1)
def _each() -> frozenset[str]:
    return frozenset(map(fold, load("clauses.yaml")["each"]))


def _sides(text: str, told: Sequence[Word], place: int) -> tuple[range, range]:
    """The words before and after the joining word at `place`, as far as the clause and no word of comparing goes."""

    def parted(one: int) -> bool:
        return re.search(r"[,;:?!()]", text[told[one].end : told[one + 1].start]) is not None

    stop = words_of("comparatives") | words_of("same") | words_of("yes_no") | words_of("comparing") | words_of("held")
    stop |= _each()
    before = words_of("comparing") if told[place].text in words_of("than") else stop  # `A gives more than B`
    start, end = place, place + 1
    while start > 0 and told[start - 1].text not in before and not (start < place and parted(start - 1)):
        start -= 1
    while end < len(told) and (end == place + 1 or not (parted(end - 1) or told[end].text in stop)):
        end += 1
    return range(start, place), range(place + 1, end)


def _strength(first: TitleMention, second: TitleMention) -> float:
    return first.strength + second.strength


def _named(names: Names, text: str, told: Sequence[Word], side: range) -> TitleMention | None:
    """The title that the words of one side name, its places among all of them; a part of one where those words are
    nothing else and of no other title: `Colonial Trade`, or a word in capitals: `IMAC`.
    """
    found = names.find_titles([told[place] for place in side])
    if not found:
        return None
    own = [place for place in found[0].places if told[side[place]].text not in asking_words()]
    rare = len(own) == 1 and _names_alone(told[side[own[0]]].text, found)
    short = len(own) == 1 and len(found) == 1 and _in_capitals(text, told[side[own[0]]])
    alone = short or ((len(own) > 1 or rare) and found[0].strength >= MAYBE)
    alone = alone and found[0].said >= ALL_SAID
    alone = alone and all(one.strength < found[0].strength - CLEAR for one in found[1:] if one.cover != found[0].cover)
    if found[0].strength < NAMED and not alone:
        return None
    where: Mapping[int, int] = dict(enumerate(side))
    return replace(found[0], places=tuple(where[place] for place in found[0].places))


def _in_capitals(text: str, word: Word) -> bool:
    """Whether a word is written as one that stands for several, where the rest of the text is not: `IMAC`."""
    return len(word.text) >= SHORT and text[word.start : word.end].isupper() and not text.isupper()


def _names_alone(word: str, found: Sequence[TitleMention]) -> bool:
    """Whether a word that asks nothing is of one title among those `found`: `megaprojects`."""
    return len(word) >= LONG and word not in frame_words() and len({one.cover for one in found}) == 1
