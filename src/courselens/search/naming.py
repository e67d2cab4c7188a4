"""Which course a question names: by codes, by titles in any form, and not by what is only needed for it.

In: the words of a question and the names of a catalogue. Out: the codes and titles that are meant.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache

from courselens.search.codes import CodeMention
from courselens.search.framing import inside
from courselens.search.lexical import guess_language
from courselens.search.names import MAYBE, NAMED, Names, TitleMention
from courselens.search.places import words_of
from courselens.search.tokens import Word, fold
from courselens.search.translation import in_english, topic_language
from courselens.search.vocabulary import asking_words, either_as_written

BETTER = 0.1
"""Strength by which a title must fit better in English than as the question is worded."""
ALL_SAID = 0.7
"""Share of the question's own words that a title explains from which it is not looked for in English."""
COMPLETE = 0.99
"""Share of a title from which all of it is said."""
NEARLY_COMPLETE = 0.9
"""The same for two titles between which a question chooses."""
TIED = 0.01
"""Strength within which titles fit equally well."""
MUCH = 4
"""Words of a topic beside what looks like a code, from which it is none."""
FULL = 0.8
"""Share of a title that must be said for a condition beside it to be a question: `derivatives 3 credits`."""
_FURTHER = re.compile(r"(?:[,;?.!]\s+(?:(?:and|und|og)\s+)?|\b(?:and|und|og)\s+)(\w+)", re.IGNORECASE)
"""What joins a further clause, and its first word."""


def titles_of(names: Names, text: str, told: list[Word]) -> tuple[list[TitleMention], list[Word]]:
    """The titles that `told` may name, and the words that their places count: in English where those fit better
    (`Digitale Plattformen` names Digital Platforms).
    """
    titles = narrower(names.find_titles(told), told)
    strength = titles[0].strength if titles else 0.0
    known = strength >= FULL and (titles[0].whole or titles[0].said >= ALL_SAID)
    language = "en" if known else topic_language(text, guess_language(text))
    if language == "en":
        return titles, told
    least = max(NAMED, strength + BETTER)
    for synonym in range(2):
        translated = in_english(text, told, language, synonym=synonym)
        found = names.find_titles(translated)
        if found and found[0].strength >= least:
            return found, translated
    return titles, told


def narrower(titles: list[TitleMention], told: Sequence[Word]) -> list[TitleMention]:
    """`titles`, or a longer one first that has the whole of the best one and the word before it too: `python
    derivatives` is Derivatives Modeling in Python where there is Derivatives as well.
    """
    best = titles[0] if titles else None
    if best is None or best.cover < COMPLETE or min(best.places) == 0:
        return titles
    before = min(best.places) - 1
    free = told[before].text not in asking_words() and told[before].end + 1 == told[before + 1].start
    longer = (one for one in titles if free and best.part_of(one) and before in one.places and one.strength >= MAYBE)
    meant = next(longer, None)
    if meant is None:
        return titles
    return [replace(meant, cover=best.cover), *(one for one in titles if one is not meant)]


def numbered(
    names: Names,
    told: list[Word],
    numbers: Sequence[tuple[int, int]],
    titles: list[TitleMention],
    free: list[Word],
) -> tuple[list[TitleMention], list[Word]]:
    """`titles` and `free` as they are, or with a title in full whose number seemed to be a condition: `strategy 2
    credits` asks for the credits of Strategy II.
    """
    whole = names.find_titles(told)
    full = bool(whole) and whole[0].cover >= COMPLETE and (not titles or titles[0].cover < COMPLETE)
    if full and any(inside(told[place], numbers) for place in whole[0].places):
        return whole, told
    return titles, free


def tied(titles: Sequence[TitleMention]) -> list[int]:
    """The courses whose titles fit as well as the best one."""
    least = max(titles[0].strength - TIED, NAMED) if titles else NAMED
    return [one.course for one in titles if one.strength >= least]


def named_beside(
    titles: Sequence[TitleMention], first: TitleMention | None, told: Sequence[Word], free: Sequence[Word]
) -> list[TitleMention]:
    """Further titles that are said in full beside the `first`, in other words of the question `told`: where it compares
    or chooses, in some others, as in `History of Finance or of Insurance`; their places are those of `free`.
    """
    chooses = any(word.text in words_of("comparing") | words_of("choosing") for word in told)
    least = NEARLY_COMPLETE if chooses else COMPLETE
    found: list[TitleMention] = []
    if first is None or first.cover < least:
        return found
    taken = set(first.places)
    for one in titles:
        own = {*one.places} - taken
        apart = own if chooses else len(one.places) > 1 and own and _said_again({*one.places} - own, free)
        if one.cover >= least and apart:
            found.append(one)
            taken |= own
    return found


def _said_again(shared: Collection[int], free: Sequence[Word]) -> bool:
    """Whether each word that another title has too is said twice: `quantum mechanics and classical mechanics`."""
    said = [word.text for word in free]
    return all(place < len(said) and said.count(said[place]) > 1 for place in shared)


def is_needed(names: Names, told: Sequence[Word], codes: Sequence[CodeMention]) -> bool:
    """Whether the courses of the `codes` are asked of as needed for another one: `do I need MATH 244 for Topology?`,
    `topology - is MATH 244 needed`, `topology without MATH 244`.
    """
    needing, asking = words_of("needing"), words_of("yes_no")
    ahead = [word for word in told if codes and word.end <= codes[0].start]
    behind = [word for word in told if codes and word.start >= codes[-1].end]
    after = {word.text for word in behind[:3]}
    linking = [
        place
        for place, word in enumerate(behind[:3], 1)
        if word.text in words_of("needed_for") and not (place > 1 and behind[place - 2].text in asking)  # `do i need`
    ]
    needs = [place for place, word in enumerate(ahead) if word.text in needing | words_of("lacking")]
    if needs and needs[-1] >= len(ahead) - 2:
        ahead = ahead[: needs[-1]]
    elif ahead and ahead[-1].text in asking and after & needing and not _needs(behind):
        ahead = ahead[:-1]
    elif not (linking and after & needing):
        return False
    coded = {course for code in codes for course in code.courses}
    for part in (behind[linking[0] :] if linking else behind, ahead):
        titles = names.find_titles([word for word in part if len(word.text) > 1])  # `what do u need before`
        if titles and titles[0].strength >= NAMED and titles[0].course not in coded:
            return True
    return False


def _needs(behind: Sequence[Word]) -> bool:
    """Whether the words behind a code ask what its course needs: `does PHYS 252 need maths`, not `need to be taken`."""
    said = [word.text for word in behind[:2]]
    return said[0] in words_of("needing_itself") and "to" not in said


def besides_needed(
    names: Names, text: str, titles: list[TitleMention], told: list[Word]
) -> tuple[list[TitleMention], list[Word]]:
    """`titles` and `told` as they are, or without what is asked to be needed where the rest names a course better: of
    `how much maths for central banking` the last two words.
    """
    spans = needed(text)
    rest = [word for word in told if not inside(word, spans)]
    if len(rest) == len(told):
        return titles, told
    found, free = titles_of(names, text, rest)
    better = found and found[0].strength >= max(MAYBE, titles[0].strength if titles else 0.0)
    return (found, free) if better else (titles, told)


def of_first_clause(
    names: Names, text: str, titles: list[TitleMention], told: list[Word]
) -> tuple[list[TitleMention], list[Word]]:
    """`titles` and `told` as they are, or those before a clause that asks something further, where they name a course
    only without its words: of `how many ECTS does sleep give, and is there an external examiner`.
    """
    if titles and titles[0].strength >= NAMED:
        return titles, told
    asking = words_of("question_words_only") | words_of("yes_no")
    joined = (found for found in _FURTHER.finditer(text) if fold(found[1]) in asking)
    cut = next((found.start() for found in joined if found.start() > 0), len(text))
    first = [word for word in told if word.start < cut]
    found, free = titles_of(names, text, first) if len(first) < len(told) else ([], first)
    return (found, free) if found and found[0].strength >= NAMED else (titles, told)


def needed(text: str) -> list[tuple[int, int]]:
    """The spans of what a question asks to be needed for something: `german` in `do i need german for`."""
    return [found.span("needed") for found in _needing().finditer(text)]


@lru_cache(maxsize=1)
def _needing() -> re.Pattern[str]:
    asking, linking = map(either_as_written, ("needing_some", "needed_for_some"))
    return re.compile(rf"\b(?:{asking})\s+(?P<needed>\w[\w +#-]{{0,40}}?)\s+(?:{linking})\b", re.IGNORECASE)


def asked_of(told: Sequence[Word], codes: list[CodeMention]) -> list[CodeMention]:
    """Of several codes those that no word of needing stands before: of `MATH 244 without MATH 126` the first, of
    `must I take MATH 126 before MATH 244` the second.
    """
    said = {word.text for word in told}
    if len(codes) > 1 and not said.isdisjoint(words_of("comparing") | words_of("comparatives") | words_of("same")):
        return codes
    needs = words_of("needing") | words_of("lacking")
    ahead = {word.text for word in told if codes and word.end <= codes[0].start}
    later = {after.start for before, after in itertools.pairwise(told) if before.text in words_of("coming_next")}
    if ahead & (needs | words_of("taking_first")) and not later.isdisjoint(code.start for code in codes[1:]):
        return [code for code in codes if code.start in later]
    needed = {after.start for before, after in itertools.pairwise(told) if before.text in needs}
    return [code for code in codes if code.start not in needed] or codes


def by_the_way(code: CodeMention, names: Names, told: Sequence[Word]) -> bool:
    """Whether what looks like a code is of no subject of the catalogue, and much else is said: `a visit to the KARE 11
    studio`.
    """
    if code.courses or not _subject(code) or _subject(code) in names.codes.subjects:
        return False
    beside = [word for word in told if word.text not in asking_words() and not inside(word, [(code.start, code.end)])]
    return len(beside) >= MUCH


def is_number(code: CodeMention, names: Names, told: Sequence[Word], numbers: Sequence[tuple[int, int]]) -> bool:
    """Whether what looks like a code is a number of credits or a term (`ECTS 15`, `FS25`), or a department and a level
    (`history, 200 level`).
    """
    following = next((word.text for word in told if word.start >= code.end), "")
    if following in words_of("level_units") and code.code.endswith("00"):
        return True
    crosses = any(start < code.end and code.start < end for start, end in numbers)
    return crosses and not code.courses and _subject(code) not in names.codes.subjects


def _subject(code: CodeMention) -> str:
    """The letters that a code begins with, folded."""
    found = re.match(r"[^\W\d_]*", fold(code.code))
    return found.group() if found else ""
