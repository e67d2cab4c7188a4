"""What a question says around its topic: what leads up to it, a topic that is not wanted, that nothing is to be needed.

In: the text of a question. Out: the text without it, and what it said.
"""

from __future__ import annotations

import re
from functools import lru_cache

from courselens.search.conditions import ConditionParser
from courselens.search.places import words_of
from courselens.search.plural import asks_for_courses
from courselens.search.tokens import words
from courselens.search.vocabulary import asking_words, conditions, either_as_written, stop_words

FEW = 4
"""Words of a topic before `but not`, fewer than which wish for courses though none are named."""


def to_the_point(text: str) -> str:
    """`text` without what leads up to the question: `hello, could you tell me …`. All of it where nothing follows."""
    while found := _polite().match(text):
        if not any(letter.isalnum() for letter in text[found.end() :]):
            break
        text = text[found.end() :]
    return text


def unwanted_in(text: str, parser: ConditionParser) -> tuple[str, str]:
    """`text` without a topic that is not wanted, and that topic: `finance courses but not derivatives`. Conditions that
    are denied stay.
    """
    found = _denying(courses=False).search(text)
    if found is None and (brief := _denying(courses=True).search(text)):
        before = words(text[: brief.start()])
        few = sum(word.text not in asking_words() for word in before) < FEW
        asking = words_of("question_words_only") | words_of("how") | words_of("yes_no")
        asks = text.endswith("?") or any(word.text in asking for word in before[:1])
        found = brief if asks_for_courses(words(text)) or (few and not asks) else None
    if found is None:
        return text, ""
    read = parser.parse(text)
    within = [one for one in read.conditions if one.start < found.end() and found.start() < one.end]
    denied = any(one.operator == "not" or one.start <= found.start("topic") for one in within)
    end = min((one.start for one in within), default=found.end())
    told = [word for word in words(text[:end]) if word.start >= found.start("topic")]
    while told and told[-1].text in stop_words() | words_of("in"):  # `in` of `derivatives in English`
        told.pop()
    if denied or not told or any(said in found.group() for said in read.ignored):
        return text, ""
    topic = text[told[0].start : told[-1].end]
    rest = " ".join((text[: found.start()] + " " + text[told[-1].end :]).split())
    small = asking_words()
    named = any(map(str.isdigit, topic)) or all(word.text in small for word in told)
    return (text, "") if named or all(word.text in small for word in words(rest)) else (rest, topic)


def undemanding_in(text: str) -> tuple[str, bool]:
    """`text` without that courses are to ask for nothing before, and whether it said so."""
    found = _no_prerequisites().search(text) if asks_for_courses(words(text)) else None
    rest = " ".join((text[: found.start()] + text[found.end() :]).split()) if found else text
    return rest, found is not None


@lru_cache(maxsize=1)
def _no_prerequisites() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{either_as_written('no_prerequisites')})\b", re.IGNORECASE)


@lru_cache(maxsize=2)
def _denying(*, courses: bool) -> re.Pattern[str]:
    """Words that say of what courses are not to be, and that topic, to the end of the clause; more of them where
    `courses` are asked for.
    """
    said = either_as_written("denying", *(["denying_courses"] if courses else []))
    return re.compile(rf"(?<![\s,;])[\s,;]+(?:{said})\s+(?P<topic>[^,;.?!]+)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _polite() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(conditions()['polite'])})(?![\w-])[\s,;:!.–-]*", re.IGNORECASE)
