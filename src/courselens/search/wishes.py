"""What a question says around its topic: what leads up to it, a topic that is not wanted, that nothing is to be needed.

In: the text of a question. Out: the text without it, and what it said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from courselens.search.advice import advised_in, meant
from courselens.search.conditions import ConditionParser
from courselens.search.phrases import of_class_years, years_of_study
from courselens.search.places import is_course_word, words_of
from courselens.search.plural import asks_for_courses
from courselens.search.tokens import Word, flat, words
from courselens.search.vocabulary import asking_words, conditions, either_as_written, stop_words

FEW = 4
"""Words of a topic before `but not`, fewer than which wish for courses though none are named."""


BRIEF = 2
SHORT = 6
"""Words of a topic before `without`, and words of any kind."""
SEVERAL = 2
"""Conditions that ask for courses, though none are named."""


@dataclass(frozen=True, slots=True)
class OpenTo:
    """What is said of the years of study that courses are to be open to: which `years`, nobody else (`only`), that they
    are closed to them (`denied`), or `loosely` that they are for them.
    """

    said: str
    years: tuple[int, ...]
    only: bool
    denied: bool
    loosely: bool


def to_the_point(text: str) -> str:
    """`text` without what leads up to the question: `hello, could you tell me …`. All of it where nothing follows;
    what is written for short is written out (`w/o` is `without`, `an easy one` a course), and what is said anew stands
    beside what was said before.
    """
    text = _anew().sub(", ", _short().sub(lambda found: _written_out(found.group()), text))
    while found := _polite().match(text):
        if not any(letter.isalnum() for letter in text[found.end() :]):
            break
        text = text[found.end() :]
    one = _easy_one().match(text)
    return f"{text[: one.start('one')]}course{text[one.end('one') :]}" if one else text


def wished_in(text: str) -> str:
    """`text` as who asks for courses outright would say it, where it wishes for some without the word: `I want to learn
    about AI, what fits?` is `courses about AI`.
    """
    for language, (ahead, behind) in _wished().items():
        found = ahead.match(text)
        if found is None:
            continue
        topic = behind.sub("", text[found.end() :]).strip(" ,;:.!?-")
        told = [word.text for word in words(topic)]
        amount = any(word.isdigit() or word in words_of("units") for word in told)  # `irgendwas mit 3 credits`
        if any(word not in asking_words() for word in told) and not amount and not any(map(is_course_word, told)):
            return f"{conditions()['wished_for'][language]} {meant(topic.split())}"
    return advised_in(text)


def unwanted_in(text: str, parser: ConditionParser) -> tuple[str, str]:
    """`text` without a topic that is not wanted, and that topic: `finance courses but not derivatives`. Conditions that
    are denied stay.
    """
    said, text = text, _dislike_last(text)
    found = _denying("denying").search(text)
    if found is None and (brief := _denying("denying_courses").search(text)):
        before = words(text[: brief.start()])
        few = sum(word.text not in asking_words() for word in before) < FEW
        asking = words_of("question_words_only") | words_of("how") | words_of("yes_no")
        asks = text.endswith("?") or any(word.text in asking for word in before[:1])
        found = brief if asks_for_courses(words(text)) or (few and not asks) else None
    if found is None and (plain := _denying("lacking").search(text)):
        told = words(text)
        before = words(text[: plain.start()])
        few = len(before) <= SHORT and sum(word.text not in asking_words() for word in before) <= BRIEF
        whether = words_of("yes_no") | words_of("allowed_to")
        asks = asks_for_courses(told) or told[0].text in words_of("opinions")  # `easy 6 credits no math`
        found = plain if few and asks and told[0].text not in whether else None
    if found is None:
        return text, ""
    read = parser.parse(text)
    within = [one for one in read.conditions if one.start < found.end() and found.start() < one.end]
    denied = any(one.operator == "not" or one.start <= found.start("topic") for one in within)
    first = words(found["topic"])[:1]
    denied = denied or (found.re is _denying("denying_courses") and any(map(_no_topic, first)))
    end = min((one.start for one in within), default=found.end())
    told = [word for word in words(text[:end]) if word.start >= found.start("topic")]
    trailing = stop_words() | words_of("in") | {"ones"}  # `in` of `derivatives in English`
    while told and told[-1].text in trailing:
        told.pop()
    if denied or not told or any(said in found.group() for said in read.ignored):
        return text, ""
    topic = text[told[0].start : told[-1].end]
    after = text[told[-1].end :].strip().removeprefix("ones")
    rest = " ".join(f"{text[: found.start()]} {after}".split())
    small = asking_words()
    named = any(map(str.isdigit, topic)) or (text == said and all(word.text in small for word in told))
    named = named or any(is_course_word(word.text) for word in told)  # `without any other class before`
    alone = all(word.text in small for word in words(rest))
    return (text, "") if named or (alone and not asks_for_courses(words(text))) else (rest, topic)


def _no_topic(word: Word) -> bool:
    """Whether a word behind a negation begins no topic: `are not offered`, `are not hard`, `ikke vil`."""
    return any(word.text in words_of(name) for name in ("no_topics", "taught", "opinions", "grades", "graded"))


def _dislike_last(text: str) -> str:
    """`text` with a dislike that it begins with at its end: `I hate maths but need a lab` → `need a lab, but hate
    maths`, where the rest wishes for courses.
    """
    found = _disliked().match(text)
    if found is None:
        return text
    rest = text[found.end() :].strip(" ,;:.!?-")
    wishes = asks_for_courses(words(rest)) or any(word.text in words_of("wishing") for word in words(rest))
    hate = conditions()["disliking"]["hate"][0]
    return f"{rest}, {hate} {found['topic']}" if wishes else text


def undemanding_in(text: str, parser: ConditionParser) -> tuple[str, bool]:
    """`text` without that courses are to ask for nothing before, and whether it said so, of courses or beside several
    conditions. That somebody has no experience is left out alone: many courses that ask for something welcome them.
    """
    lacking = _no_experience().search(text)
    if lacking and asks_for_courses(words(f"{text[: lacking.start()]} {text[lacking.end() :]}")):
        text = " ".join(f"{text[: lacking.start()]} {text[lacking.end() :]}".split()).replace(" .", ".")
    found = _no_prerequisites().search(text)
    if found and not asks_for_courses(words(text)) and len(parser.parse(text).conditions) < SEVERAL:
        found = None
    rest = " ".join((text[: found.start()] + text[found.end() :]).split()) if found else text
    return rest, found is not None


def open_to_in(text: str) -> tuple[str, OpenTo | None]:
    """`text` without what it says of the years of study that the courses it asks for are open to, and that."""
    said = of_class_years(text, loosely=True) if asks_for_courses(words(text)) else []
    years = years_of_study(flat(said[0])) if said else ()
    rest = " ".join(text.replace(said[0], " ", 1).split()) if said else text
    if len(said) != 1 or not years or not asks_for_courses(words(rest)):
        return text, None
    told = {word.text for word in words(said[0])}
    only = not told.isdisjoint(words_of("only") | words_of("limiting"))
    denied = not told.isdisjoint(words_of("negation") | words_of("closing"))
    loosely = not (only or denied or of_class_years(said[0]))
    return rest, OpenTo(said[0], years, only, denied, loosely)


@lru_cache(maxsize=1)
def _wished() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """By language what wishes for a topic, which follows, and what may stand behind that."""
    data = conditions()
    behind = re.compile(rf"(?:\s*\b{data['wished_behind'][0]})?(?:\s*{data['wished_behind'][1]})?[\s?!.]*$", re.I)
    return {
        language: (re.compile(rf"(?:{'|'.join(said)})\s+(?=\w)", re.I), behind)
        for language, said in data["wished"].items()
    }


@lru_cache(maxsize=1)
def _easy_one() -> re.Pattern[str]:
    """A wish for a course of which is only said what one thinks of it."""
    ahead, thought = conditions()["easy_one"], "|".join(map(re.escape, conditions()["opinions"]))
    return re.compile(rf"(?:{ahead})(?:{thought})\s+(?P<one>ones?)\b(?!\s+of\b)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _no_prerequisites() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{either_as_written('no_prerequisites')})\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _no_experience() -> re.Pattern[str]:
    none, more, having = map(either_as_written, ("no_experience", "no_prerequisites", "having_none"))
    small = r"(?:\b(?:but|and|with|if|since|aber|und|mit|wenn|falls|men|og|med|hvis)\s+)?"
    return re.compile(rf"[,;]?\s*{small}\b(?:(?:{having})\s+(?:{none}|{more})|(?:{none}))\b", re.IGNORECASE)


@lru_cache(maxsize=4)
def _denying(name: str) -> re.Pattern[str]:
    """Words that say of what courses are not to be, and that topic, to the end of the clause."""
    return re.compile(rf"(?<![\s,;])[\s,;]+(?:{either_as_written(name)})\s+(?P<topic>[^,;.?!]+)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _disliked() -> re.Pattern[str]:
    """A dislike that leads up to a wish for courses, and what is disliked."""
    told = conditions()["disliking"]
    said, behind = "|".join(told["said"]), "|".join(told["behind"])
    return re.compile(
        rf"(?:{said})\s+(?P<topic>[^,;.?!]+?)(?:\s*[,;.!]+\s*(?:(?:{behind})\s+)?|\s+(?:{behind})\s+)", re.I
    )


@lru_cache(maxsize=1)
def _anew() -> re.Pattern[str]:
    return re.compile(rf"(?<![\s,;.…–-])\s*[,;.…–-]+\s*\b(?:{either_as_written('anew')})\b[\s,:]*(?=\w)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _short() -> re.Pattern[str]:
    short = "|".join(map(re.escape, conditions()["shorthand"]))
    return re.compile(rf"(?<![\w.&'/-])(?:{short})(?![\w.&'/-])", re.IGNORECASE)


def _written_out(short: str) -> str:
    """What a word is short for; a capital letter stays."""
    return str(conditions()["shorthand"].get(short if len(short) == 1 else short.lower(), short))


@lru_cache(maxsize=1)
def _polite() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(conditions()['polite'])})(?![\w-])[\s,;:!.–-]*", re.IGNORECASE)
