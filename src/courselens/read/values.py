"""How catalogues write values: raw texts in, canonical values out (`7,5 ECTS (225 SAT)` → 7.5).

Everything that depends on a language stands in `labels.yaml`; this module knows only shapes: numbers, dates, lists,
names of people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import ClassVar
from urllib.parse import unquote

from courselens.course import Value

_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffe\uffff\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")
_MISREAD = re.compile("Â\xa0|¬†")
"""A non-breaking space of UTF-8, read as Windows-1252 or Mac Roman."""


def clean(text: str) -> str:
    """One line: NBSP and other white space become single spaces, invisible characters go, Unicode is composed (NFC)."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    text = _MISREAD.sub(" ", text)
    return _SPACE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


@dataclass(frozen=True)
class Rule:
    """How the values of one field are read; `words` maps what catalogues say, in lower case, to canonical values."""

    KINDS: ClassVar = frozenset({"text", "list", "choice", "words", "credits", "percent", "number", "date", "people"})

    name: str
    kind: str
    words: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds the words, longest first; `BachelorGraduate Diploma` (elements glued by markup) are two."""
        said = sorted(self.words, key=len, reverse=True)
        any_word = "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in said) or r"(?!)"
        lower, upper = "a-zæøåäöüßé", "A-ZÆØÅÄÖÜÉ"
        start = rf"(?:(?<!\w)|(?<=[{lower}])(?=[{upper}]))"
        end = rf"(?:(?!\w)|(?<=[{lower}])(?=[{upper}]))"
        return re.compile(f"{start}(?i:{any_word}){end}")

    def said(self, text: str) -> str | None:
        """The canonical value of exactly this text."""
        text = clean(text).casefold()
        forms = (text, re.sub(r"[\s-]+", " ", text), re.sub(r"\s*/\s*", "/", text))
        return next((self.words[form] for form in forms if form in self.words), None)


@dataclass(frozen=True)
class Vocabulary:
    """Words that all fields share: what stands for "nothing", and the names of months."""

    absent: frozenset[str]
    months: Mapping[str, int]

    def is_absent(self, text: str) -> bool:
        """Whether the text says that there is nothing: `--`, `n/a`."""
        return clean(text).casefold() in self.absent


@dataclass(frozen=True, slots=True)
class Read:
    """Canonical `values` and the catalogue's `own` words for them (parallel; empty where they are the same)."""

    values: tuple[Value, ...] = ()
    own: tuple[str, ...] = ()


def read_values(rule: Rule, items: Sequence[str], vocabulary: Vocabulary, *, role: str | None = None) -> Read:
    """The values that the texts `items` (one for each element of the source) hold under `rule`."""
    items = [item for item in items if not vocabulary.is_absent(item)]
    if not items:
        return Read()
    if rule.kind == "people":
        return read_people(items, role)
    pairs: list[tuple[Value, str]] = []
    if rule.kind == "words":
        pairs = _words(rule, items)
    elif rule.kind == "list":
        pairs = [(item, item) for item in split_items(items)]
    elif rule.kind in ("credits", "percent", "number"):
        numbers = {"credits": read_credits, "percent": read_percent, "number": read_count}[rule.kind]
        pairs = [(number, "; ".join(map(clean, items))) for number in numbers(" \n ".join(items))]
        return Read(tuple(value for value, _ in pairs), () if len(pairs) != 1 else _own(pairs))
    elif rule.kind == "date":
        found = read_date(" ".join(items), vocabulary.months)
        pairs = [(found, clean(" ".join(items)))] if found else []
    else:
        text = clean(" ".join(items))
        pairs = [(_choice(rule, text) if rule.kind == "choice" else text, text)]
    unique = dict(reversed(pairs))
    pairs = [(value, unique.pop(value)) for value, _ in pairs if value in unique]
    return Read(tuple(value for value, _ in pairs), _own(pairs))


def _choice(rule: Rule, text: str) -> str:
    """The canonical value; `Mandatory/Obligatorisk` says one in two languages."""
    pieces = {rule.said(piece) for piece in text.split("/")}
    return rule.said(text) or (pieces.pop() if len(pieces) == 1 else None) or text


def _own(pairs: Sequence[tuple[Value, str]]) -> tuple[str, ...]:
    return tuple(own for _, own in pairs) if any(not _same(value, own) for value, own in pairs) else ()


def _same(value: Value, own: str) -> bool:
    """Whether the own words say no more than the value: `1.0` is 1."""
    if isinstance(value, str):
        return value == own
    return bool(re.fullmatch(r"[\d.,]+", own))


_NUMBERS = re.compile(r"([^\W\d_]{3,})\s(\d)((?:\s?(?:,|&|\+|/|\b(?:and|og|und)\b)\s?\d\b)+)(?![.,]\d)", re.IGNORECASE)


def _each(match: re.Match[str]) -> str:
    """`Block 3 and 4` → `Block 3, Block 4`."""
    return ", ".join(f"{match.group(1)} {number}" for number in [match.group(2), *re.findall(r"\d", match.group(3))])


def _words(rule: Rule, items: Sequence[str]) -> list[tuple[Value, str]]:
    pairs: list[tuple[Value, str]] = []
    unknown: list[tuple[Value, str]] = []
    for item in map(clean, items):
        item = _NUMBERS.sub(_each, item)
        whole = rule.said(item)
        found = [whole] if whole else []
        matches = [] if whole else [match.group() for match in rule.pattern.finditer(item)]
        found += [rule.words.get(clean(match).casefold()) or rule.said(match) or match for match in matches]
        if len(set(found)) == 1:
            pairs.append((found[0], item if len(item) <= 80 else (matches or [item])[0]))
        elif found:
            pairs += zip(found, matches, strict=True)
        elif len(item) <= 60 and len(item.split()) <= 5:
            unknown += [(piece, piece) for piece in split_items([item])]
        elif pairs:  # a note on the value before
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]}; {item}")
    return pairs + unknown


def split_items(items: Iterable[str]) -> list[str]:
    """Texts divided at line breaks, semicolons and bars, cleaned, empty ones dropped."""
    pieces = (piece for item in items for piece in re.split(r"[\n\r;|•·]+", item))
    return [text for text in (clean(piece).strip(" ,") for piece in pieces) if text]


# --- numbers and dates ---------------------------------------------------------------------------------------------

_NUMBER = r"(?<![\d.,])(?:\d{1,3}(?:[.,]\d{1,2})?|[.,]\d{1,2})"


_RANGE = rf"({_NUMBER})(?:\s*(?:[-–/]|\b(?:or|to|eller|til|oder|bis)\b)\s*({_NUMBER}))?"


def read_credits(text: str) -> list[float]:
    """Credits: `7,5 ECTS (225 SAT)` → [7.5]; a range or choice gives both ends; `See exam description` → []."""
    text = re.sub(r"(\d)\s?½", r"\1.5", clean(text))
    unit = re.search(rf"{_RANGE}\s*(?:ects|credits?|points?|point|cp|lp)\b", text, re.I)
    match = unit or re.match(rf"(?:ects\D{{0,12}})?{_RANGE}(?!\s*[\d.,%])", text, re.I)
    ends = [float(number.replace(",", ".")) for number in match.groups() if number] if match else []
    return list(dict.fromkeys(ends))


def read_percent(text: str) -> list[float]:
    """Percentages: `30%`, `33,3 %` → [33.3]; a bare number counts when it is all there is."""
    found = re.search(rf"({_NUMBER})\s*(?:%|percent|procent|prozent)", text, re.I)
    found = found or re.fullmatch(rf"\s*({_NUMBER})\s*", text)
    return [float(found.group(1).replace(",", "."))] if found else []


_LEAST = re.compile(
    r"\D{0,12}\bmin\w*\D{0,12}\d+\D{0,12}?(?:[-–]\s?|\b(?:max|maks|højst|höchst|to|bis|til)\w*\D{0,12})(?=\d)",
    re.IGNORECASE,
)


def read_count(text: str) -> list[float]:
    """A whole number at the beginning of the text, words before it allowed: `Max. 30 students` → [30].

    Behind a least number it is the most: `Min. 12, max. 30` → [30].
    """
    first = clean(re.split(r"\n|(?<=[^\W\d_]{4})\.\s", text)[0])
    least = _LEAST.match(first)
    found = re.match(r"(?:\D{0,24}?)(\d[\d.,' ]*\d|\d)", first[least.end() :] if least else first)
    digits = re.sub(r"\D", "", found.group(1)) if found else ""
    return [int(digits)] if digits and len(digits) <= 6 else []


def read_date(text: str, months: Mapping[str, int]) -> str | None:
    """The first date of the text in ISO form, day before month where both are numbers: `29 maj 2012` → 2012-05-29."""
    text = clean(text)
    for pattern, order in (
        (r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", "ymd"),
        (r"\b(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})\b", "dmy"),
        (r"\b(\d{1,2})(?:st|nd|rd|th|er)?\.?[\s-]+([^\W\d]+)\.?,?[\s-]+(\d{4})\b", "dmy"),
        (r"\b([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b", "mdy"),
        (r"(?<![\d.])(\d{1,2})[-/.](\d{1,2})[-/.](\d{2})(?![\d.])", "dmy"),
    ):
        for match in re.finditer(pattern, text):
            part = dict(zip(order, match.groups(), strict=True))
            made = _date(part["y"], part["m"], part["d"], months)
            if made:
                return made
    return None


def _date(year: str, month: str, day: str, months: Mapping[str, int]) -> str | None:
    number = int(month) if month.isdigit() else months.get(month.casefold(), 0)
    first, second = number, int(day)
    if first > 12 and month.isdigit():
        first, second = second, first
    full = int(year) + (2000 if len(year) == 2 else 0)
    try:
        return date(full, first, second).isoformat()
    except ValueError:
        return None


# --- people --------------------------------------------------------------------------------------------------------

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
"""An e-mail address."""
_MAIL = re.compile(
    rf"[(<\[]?\s*(?:mailto:)?{ADDRESS.pattern}\s*[)>\]]?|[(<\[]\s*\d+-[0-9a-f]{(8,)}\s*[)>\]]", re.IGNORECASE
)
_MAIL_LABEL = re.compile(r"\W*(?:(?:e-?)?mail(?:to)?|e-?post|contact|kontakt)?\W*", re.IGNORECASE)
_PARTICLES = frozenset(
    (
        *("de", "da", "del", "della", "den", "der", "di", "do", "dos", "du", "la", "le", "van", "von", "vom"),
        *("zu", "zur", "zum", "af", "al", "bin", "el", "ibn", "ter", "ten", "und", "y"),
    )
)
_OF_DEPARTMENT = re.compile(
    r"\s[-–]\s+((?=[^;]*\b(?:department|dept|institut\w*|school|centre|center|afdeling|fakultet)\b)[^;]{4,90}?)"
    r"\s*(?:\((?:coordinator|[a-z ]{5,})\))?(?:;|$)",
    re.IGNORECASE,
)
_NAME_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-])*\.?$")


_DIVIDER = re.compile(r"\s,\s")
"""Divides names of which some may be `Family, First`."""


def read_people(items: Sequence[str], role: str | None = None) -> Read:
    """Names of people from texts that also hold departments, mail addresses and notes.

    `Lotte Thomsen - Department of Management (MSC)` gives the name, the whole text as own words. Notes without a name
    join the own words of the person before; mail addresses are dropped.
    """
    people: dict[str, str] = {}
    last: str | None = None
    texts = _persons(items)
    alone = all(" " not in text for text in texts)
    listed = {clean(one) for item in items if _DIVIDER.search(item) for one in _DIVIDER.split(item)}
    for text in texts:
        name = _name(text)
        if name is not None and " " not in name and not alone and "," not in name and name not in listed:
            # `Back` among names of two words is no name, unless the list divides its names without doubt.
            continue
        if name is not None:
            own = text if role is None else f"{text} ({role})"
            if name not in people or len(own) > len(people[name]):
                people[name] = own
            last = name
        elif last is not None and text not in people[last]:
            people[last] += f"; {text}"
    if not people:
        # `Coordinator: Ida Stone` names one behind a colon.
        behind = [(name, text) for text in texts if (name := _name(text.partition(":")[2])) and " " in name]
        people = {name: text if role is None else f"{text} ({role})" for name, text in behind}
    if not people:
        # Nobody is named: `Staff of the department` is kept as written.
        people = {text: text for text in texts if len(text) <= 80 and not text.endswith(".")}
    return Read(tuple(people), _own(list(people.items())))


def read_addresses(items: Iterable[str], people: Collection[Value]) -> dict[str, str]:
    """The e-mail addresses printed beside `people`, by name: each is that of the person last named before it, unless
    something else is (`Secretariat: office@example.org`).
    """
    found: dict[str, str] = {}
    last: str | None = None
    for line in (line for item in items for line in re.split(r"[\n\r;|•·]+", item)):
        at = 0
        for mail in [*ADDRESS.finditer(line), None]:
            before = clean(line[at : mail.start() if mail else None]).strip(" ,:-–()<[")
            named = [name for text in _comma(before) if (name := _name(text)) in people]
            last = named[-1] if named else last if not mail or _MAIL_LABEL.fullmatch(before) else None
            if mail:
                at = mail.end()
            if mail and last:
                found.setdefault(last, mail.group())
    return found


def linked_address(target: str) -> str:
    """The address of a link that is one to write to (`mailto:ada@example.org?subject=…`), else empty."""
    kind, _, rest = target.strip().partition(":")
    address = unquote(rest.partition("?")[0]).strip()
    return address if kind.lower() == "mailto" and ADDRESS.fullmatch(address) else ""


def read_departments(people: Sequence[str]) -> Read:
    """Departments in what is printed of people: `Lotte Thomsen - Department of Management (MSC)` tells the department,
    its short form stays in the own words.
    """
    found: dict[str, str] = {}
    for text in people:
        told = _OF_DEPARTMENT.search(text)
        if told:
            own = clean(told[1])
            found.setdefault(clean(re.sub(r"\s*\([^()]*\)$", "", own)), own)
    return Read(tuple(found), _own(list(found.items())))


def _persons(items: Sequence[str]) -> list[str]:
    """One text for each person, mail addresses gone."""
    out: list[str] = []
    for item in items:
        lines = [_MAIL.sub(" ", line) for line in re.split(r"[\n\r;|•·]+", item)]
        for line in map(clean, lines):
            out += _comma(line.strip(" ,:-–"))
    return [text for text in out if text]


def _comma(line: str) -> list[str]:
    """`Back Andrea , Rohr Volker` are two people, `Smith, John` is one, `Anna Berg - Law, Politics` is one."""
    if re.search(r"\s,\s|\s,$", line):
        return [clean(piece) for piece in re.split(r"\s,\s+|\s,$", line)]
    if re.search(r"\s[-–]\s|\(", line):
        closed = re.split(r"(?<=\)),\s+", line)
        return closed if all(map(_name, closed)) else [line]
    pieces = [clean(piece) for piece in re.split(r",|\s(?:and|og|und|&|/)\s", line)]
    both = all(len(piece.split()) > 1 and _name(piece) for piece in pieces if piece)
    return pieces if both else [line]


def _name(text: str) -> str | None:
    """The person's name at the beginning of the text, None where it is none."""
    name = re.split(r"\s+[-–]\s+|\s*\(|\s*:\s|,\s+(?=Department|Institut|Dept)", text, maxsplit=1)[0].strip(" ,-–")
    words = name.replace(",", " ").split()
    if not 1 <= len(words) <= 8 or len(name) > 70 or re.search(r"[\d@?!]", name):
        return None
    if not all(_NAME_WORD.match(word) for word in words):
        return None
    capital = [word for word in words if word[0].isupper()]
    if len(capital) < max(1, len(words) - sum(word.casefold() in _PARTICLES for word in words)):
        return None
    return name
