"""Numbers that say a condition: "at least 5 credits", "3–4 ECTS", "max. 30 participants", "2024/25", "FS25".

In: a question with titles and codes blanked out, and the facts of the catalogue. Out: conditions on numeric fields, on
the year and, for a term's short name, on the term. Words of comparison, units and numbers are data
(`words/conditions.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from courselens.course import Value
from courselens.search.facts import Condition, Facts
from courselens.search.tokens import either, flat
from courselens.search.vocabulary import conditions, stop_words

_NUMBER = r"(?:\d{1,3}(?:[.,]\d{1,2})?|\.\d{1,2})"
START = r"(?<![\w.,])"
SEPARATORS = r"-|–|/|,(?=\s)|&|(?<=\s)(?:to|bis|til|through|and|und|og|or|oder|eller)(?=\s)"
"""Between two numbers: `3–4`, `3 to 4`, `3, 4`, `three or four`."""
_RANGE = re.compile(r"-|–|\bto\b|\bbis\b|\btil\b|\bthrough\b|\bup to\b")
_SIGNS = {">=": "at_least", "≥": "at_least", "<=": "at_most", "≤": "at_most", ">": "more_than", "<": "less_than"}
COMPARING = ("at_least", "at_most", "more_than", "less_than")
_JOINED = re.compile(r"[\s,(]*(?:\b(?:in|of|from|for|im|aus|von|i|fra|af)\s+)?$", re.IGNORECASE)
_PART = re.compile(r"(?<![\w.,])(?P<share>(?P<list>0?[.,](?:25|5|50|75)))(?![\w.,%])")
"""A part of a catalogue's own unit, without the unit: `.25`, `0.5`."""
_SHORT_YEARS = re.compile(r"(?<![\d.,/])(\d\d)\s?[/\-–]\s?(\d\d)(?![\d.,/%])(?!\s*(?:ects|credit|min|%|prozent))")
"""`25/26`."""
_YEAR = re.compile(r"\b((?:19|20)\d\d)(?:\s*[/\-–]\s*((?:19|20)?\d\d))?\b")


def amounts(blank: str, text: str, facts: Facts) -> list[Condition]:
    """Credits and seats in `blank` (folded, of the length of `text`)."""
    found: list[Condition] = []
    credit = facts.credit_field
    if credit in facts.numbers:
        for pattern in _credit_patterns():
            _add(found, (_amount(match, credit, text, facts) for match in pattern.finditer(blank)))
        if credit == "credits":
            _add(found, (_amount(match, credit, text, facts) for match in _share_pattern().finditer(blank)))
            _add(found, (_amount(match, credit, text, facts) for match in _PART.finditer(blank)))
    if "capacity" in facts.numbers:
        seats = (_amount(match, "capacity", text, facts) for match in _seat_pattern().finditer(blank))
        _add(found, (one for one in seats if one is not None and one.operator != "is"))
    return found


def bare_credits(blank: str, text: str, facts: Facts) -> list[Condition]:
    """A number that is a clause of its own beside other conditions: `health, no exam, three`."""
    field = facts.credit_field
    found = []
    for match in re.finditer(r"(?:^|[,;])\s*([^,;.?!]+?)\s*(?=$|[,;.?!])", blank):
        if re.fullmatch(rf"{_NUMBER}|{_spelled()}", match[1]):
            number = _number(match[1])
            if field in facts.numbers and _held(facts, field, number):
                start, end = match.span(1)
                found.append(Condition(field, "is", (number,), text[start:end], start, end))
    return found


def levels(blank: str, text: str, facts: Facts) -> list[Condition | str]:
    """Levels that are numbers, compared: `200 level or higher`, `above 300`, `levels 100 to 200`."""
    known = [float(value) for value in facts.values.get("level", {}) if value.isdecimal()]
    found: list[Condition | str] = []
    for match in _level_pattern().finditer(blank) if known else ():
        words = [(match[name] or "").strip(" .") for name in ("before", "after")]
        operator, limits = compare(_numbers(match["list"]), match["list"], words, plus=bool(match["plus"]))
        named = any(match[name] is not None for name in ("unit", "within", "of"))
        ends = match["end"] is not None and all(min(known) <= float(limit) <= max(known) for limit in limits)
        if operator == "is" or not (named or ends):
            continue
        start, end = match.start(), match.start("end") if match["end"] is not None else match.end()
        one = Condition("level", operator, tuple(f"{limit:g}" for limit in limits), text[start:end], start, end)
        found.append(one if one.mask(facts).any() else one.said)
    return found


def years(blank: str, text: str, facts: Facts, named: Sequence[tuple[int, int]] = ()) -> list[Condition | str]:
    """Years that a course may be of, the one right after a code or title `named` always; `since 1990` and `the crisis
    of 2008` are a topic.
    """
    known = facts.values.get("year", {})
    terms = _terms()
    found: list[Condition | str] = []
    for match in _SHORT_YEARS.finditer(blank):
        first, second = int(match[1]), int(match[2])
        values = [year for year in known if _same_year(year, f"20{first:02}", f"20{second:02}")]
        if values and second == first + 1:
            said = text[match.start() : match.end()]
            found.append(Condition("year", "is", tuple(values), said, match.start(), match.end()))
    for match in _YEAR.finditer(blank):
        before = re.findall(r"\w+", blank[: match.start()])[-2:]
        if follows(text, match.start(), named) is None:
            if before and before[-1] in _words("not_year"):
                continue
            if before and before[-1] in ("of", "von", "af") and not set(before[:-1]) & terms:
                continue
            if not match[2] and not set(before) & terms and not _year_of_courses(blank[match.end() :]):
                continue
        early = bool(before) and any(word in _early_terms() for word in before)
        values = [year for year in known if _same_year(year, match[1], match[2], early=early)]
        said = text[match.start() : match.end()]
        if values:
            found.append(Condition("year", "is", tuple(values), said, match.start(), match.end()))
        elif known and (match[2] or (before and before[-1] in terms)):
            found.append(said)
    return found


def terms(blank: str, text: str, facts: Facts) -> list[Condition | str]:
    """A term by its short name with a year: `FS25`, `HS 2024`."""
    found: list[Condition | str] = []
    for match in _term_pattern().finditer(blank):
        start, end = match.span()
        name = "term_codes" if match["term"] else "term_names"
        said_so = match["term"] or match["name"]
        term = next(term for term, said in conditions()[name].items() if said_so in map(flat, said))
        held = tuple(one for one in facts.values.get("start", {}) if flat(one).startswith(term.lower()))
        early = term in ("Spring", "Summer")
        year = tuple(
            one for one in facts.values.get("year", {}) if _same_year(one, "20" + match["year"], None, early=early)
        )
        said = text[start:end]
        made = [
            Condition(field, "is", values, said, start, end)
            for field, values in (("start", held), ("year", year))
            if values
        ]
        found += made or [said]
    return found


def numbers_said(text: str) -> frozenset[str]:
    """Every number of credits that `text` says."""
    told = (match["list"] for pattern in _credit_patterns() for match in pattern.finditer(flat(text)))
    return frozenset(f"{number:g}" for one in told for number in _numbers(one))


def follows(text: str, start: int, spans: Iterable[tuple[int, int]]) -> str | None:
    """What stands between one of the `spans` and what begins at `start` right after it or after a preposition: the
    year of `CS 12 Logic (2021)` or `CS 12 in 2021`; None where that is more.
    """
    between = _JOINED.search(text[:start])
    ends = {end for _, end in spans}
    return next((text[at:start] for at in range(between.start(), start + 1) if at in ends), None) if between else None


@lru_cache(maxsize=1)
def _terms() -> frozenset[str]:
    """Words of the parts of a year, before which a year is one of courses: `autumn 2015`."""
    return frozenset(_words("terms") | {flat(word) for said in conditions()["start"].values() for word in said})


def _year_of_courses(after: str) -> bool:
    """Whether a year ends a clause or belongs to courses that follow; `the 2008 election` is a topic."""
    told = re.findall(r"\w+", re.split(r"[,;.?!:]", after)[0])[:3]
    return not told or told[0] in stop_words() or bool(set(told) & (_words("courses") | _words("units")))


def _add(found: list[Condition], made: Iterable[Condition | None]) -> None:
    """Those that do not overlap what is found already."""
    for one in made:
        if one is not None and not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)


def _amount(match: re.Match[str], field: str, text: str, facts: Facts) -> Condition | None:
    numbers = _numbers(match["list"])
    parts = match.groupdict()
    words = [(parts.get(name) or "").strip(" .") for name in ("before", "after", "late")]
    operator, values = compare(numbers, match["list"], words, plus=bool(parts.get("plus")))
    if operator == "is":
        known = tuple(value for value in values if _held(facts, field, float(value)))
        if "share" in parts and not known:
            return None
        values = known or values
        operator = "not" if _negation().search(match.string[: match.start()]) or parts.get("negated") else "is"
    start = match.start() + len(match.group()) - len(match.group().lstrip())
    return Condition(field, operator, values, text[start : match.end()].strip(), start, match.end())


@lru_cache(maxsize=1)
def _negation() -> re.Pattern[str]:
    """What denies the number behind it: `not`, `not the ones with`."""
    data = conditions()
    return re.compile(rf"\b(?:{either(data['negation'])})\s+(?:(?:{either(data['which_not'])})\s+)*$")


def _held(facts: Facts, field: str, number: float) -> bool:
    return bool((facts.numbers[field] == number).any())


def compare(numbers: Sequence[float], said: str, words: Sequence[str], *, plus: bool) -> tuple[str, tuple[Value, ...]]:
    """The operator and its values from the words around a number or several."""
    told = {_SIGNS.get(word) or name for word in words for name in COMPARING if word in _SIGNS or word in _words(name)}
    if len(numbers) > 1 and (_RANGE.search(said) or words[0] in _words("between")):
        return "between", (min(numbers), max(numbers))
    if plus or "at_least" in told:
        return ">=", (min(numbers),)
    if "at_most" in told:
        return "<=", (max(numbers),)
    if "more_than" in told:
        return ">", (min(numbers),)
    if "less_than" in told:
        return "<", (max(numbers),)
    return "is", tuple(dict.fromkeys(numbers))


def _numbers(said: str) -> list[float]:
    found, at = [], 0
    while one := _number_pattern().match(said, at):
        found.append(_number(one[1]))
        at = one.end()
    return found


def _number(text: str) -> float:
    if text[-1].isdigit():
        return float(text.replace(",", "."))
    spelled = [*conditions()["numbers"].items(), *conditions()["shares"].items()]
    return next(float(number) for number, said in spelled if text in map(flat, map(str, said)))


def _same_year(year: str, first: str, second: str | None, *, early: bool = False) -> bool:
    """Whether a catalogue's `year` is meant; the spring of 2025 is in 2024/2025 where years are academic ones."""
    numbers = re.findall(r"(?:19|20)\d\d", year)
    if second is None:
        return bool(numbers) and first in (numbers[-1:] if early else numbers[:1])
    return numbers[:1] == [first] and (len(numbers) < 2 or numbers[1].endswith(second[-2:]))


@lru_cache(maxsize=16)
def _words(name: str) -> frozenset[str]:
    return frozenset(flat(str(word)) for word in conditions()[name])


@lru_cache(maxsize=1)
def _early_terms() -> frozenset[str]:
    said = conditions()["start"]
    return frozenset(flat(str(word)) for term in ("Spring", "Summer", "Interim") for word in said[term])


@lru_cache(maxsize=1)
def _number_pattern() -> re.Pattern[str]:
    """A number and what parts it from the next one."""
    number = rf"\d+(?:[.,]\d+)?|\.\d+|\b(?:{_spelled('shares')}|{_spelled()})\b"
    return re.compile(rf"({number})(?:\s*(?:{SEPARATORS})\s*)?")


@lru_cache(maxsize=2)
def _spelled(name: str = "numbers") -> str:
    return either(word for spellings in conditions()[name].values() for word in spellings)


@lru_cache(maxsize=1)
def _credit_patterns() -> tuple[re.Pattern[str], ...]:
    data = conditions()
    before, after, numbers = _parts()
    unit = rf"(?:{either(data['units'])})\b"
    counted = rf"(?:{either([*data['units'], *data['counted_units']])})\b"
    further = rf"(?:(?:{either(data['further'])})\s+)?"
    late = rf"(?:\s*,?\s*(?P<late>{after})\b)?"
    courses = either([*data["courses"], *data["course_endings"]])
    negated = rf"(?:(?P<negated>{either(data['negation'])})\s+)?"
    compared = before.removesuffix("?")
    first = (
        rf"{START}{compared}{numbers}(?=\s+(?:but|and|aber|und|men|og)\s+{_unnamed(compared + numbers)}[\s\-]*{unit})"
    )
    return (
        re.compile(first),
        re.compile(rf"{START}{before}{numbers}(?P<plus>\+)?(?:\s+(?P<after>{after}))?[\s\-]*{further}{counted}{late}"),
        re.compile(rf"\b{unit}\s*[:=]?\s*{negated}{before}{numbers}(?P<plus>\+)?(?![\w%]){late}"),
        re.compile(rf"{START}(?P<list>\d{{1,2}})er(?=[\s\-]*(?:{courses})\b)"),
    )


@lru_cache(maxsize=1)
def _share_pattern() -> re.Pattern[str]:
    """`half course`, `at least half a credit`: parts of a catalogue's own unit."""
    units = either([*conditions()["courses"], *conditions()["units"]])
    before, after, _ = _parts()
    share = rf"(?P<list>(?P<share>{_spelled('shares')}))(?=(?:\s+(?:of\s+)?an?\s)?[\s\-]*(?:{units})\b)"
    late = rf"(?:(?:\s+an?\s)?[\s\-]*(?:{units})\s+(?P<late>{after})\b)?"
    return re.compile(rf"{START}{before}{share}{late}")


@lru_cache(maxsize=1)
def _level_pattern() -> re.Pattern[str]:
    """A number, compared, beside the word `level` or at the end of a clause."""
    before = _compared(rf"(?:(?:{either(conditions()['definite'])})\s+)?")
    after = either(conditions()["after_number"])
    unit = rf"(?:{either(conditions()['level_units'])})\b"
    parting = SEPARATORS.replace(r",(?=\s)|", "")
    numbers = rf"(?P<list>\d{{1,4}}(?:\s*(?:{parting})\s*\d{{1,4}})?)(?!\w)"
    late = rf"(?:\s*,?\s*(?P<after>{after})\b)?"
    named = rf"(?P<unit>{unit}\s+)?{before}(?P<within>{unit}\s+)?{numbers}(?P<plus>\+)?(?P<of>[\s\-]*{unit})?{late}"
    return re.compile(rf"{START}{named}(?P<end>\s*(?:$|[,;.?!]))?")


@lru_cache(maxsize=1)
def _seat_pattern() -> re.Pattern[str]:
    before, after, numbers = _parts()
    late = rf"(?:\s+(?P<late>{after})\b)?"
    seats = either(conditions()["seats"])
    return re.compile(rf"{START}{before}{numbers}(?:\s+(?P<after>{after}))?\s+(?:{seats})\b{late}")


@lru_cache(maxsize=1)
def _term_pattern() -> re.Pattern[str]:
    codes = either(code for said in conditions()["term_codes"].values() for code in said)
    names = either(name for said in conditions()["term_names"].values() for name in said)
    units = either(conditions()["units"])
    coded = rf"(?P<term>{codes})\s*'?(?:20)?|(?P<name>{names})\s+'?(?=[1-4]\d\b(?!\s*(?:{units}|%)))"
    return re.compile(rf"\b(?:{coded})(?P<year>\d\d)(?:/(?:20)?\d\d)?\b")


def _unnamed(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


def _compared(then: str = "") -> str:
    """Pattern of the words before a number, and of what may stand between: `beyond the 100 level`."""
    before = either([word for name in (*COMPARING, "between") for word in conditions()[name]])
    signs = "|".join(map(re.escape, sorted(_SIGNS, key=len, reverse=True)))
    return rf"(?:(?P<before>(?:{before})\b\.?|{signs})\s*{then})?"


def _parts() -> tuple[str, str, str]:
    """Patterns of the words before a number, of those after it, and of one number or several."""
    one = rf"(?:{_NUMBER}|\b(?:{_spelled()})\b)"
    return (
        _compared(r"(?:an?\s+)?"),  # less than a full credit
        either(conditions()["after_number"]),
        rf"(?P<list>{one}(?:\s*(?:{SEPARATORS})\s*{one}){{0,3}})",
    )
