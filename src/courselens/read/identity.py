"""Who a course is: codes, title, academic year and term out of headings such as `2024/2025KAN-CSOCV1036U  Title`.

Only shapes are known here (letters and digits, `8,049`, `CS 101`), no code of any catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from courselens.read.document import Block
from courselens.read.labels import Labels
from courselens.read.values import clean

_YEARS = r"(?:19|20)\d\d\s?[/–—-]\s?(?:(?:19|20)\d\d|\d\d)(?!\d)"
_UPPER = "A-ZÆØÅÄÖÜ"
_CODE = (
    rf"(?:[{_UPPER}]{{1,6}}(?:[-/][{_UPPER}]{{1,6}})*[-.]?[{_UPPER}]*\d[{_UPPER}\d]*(?:[-.][{_UPPER}\d]+)*(?![a-zæøå])"
    rf"|[{_UPPER}]{{2,6}}(?:/[{_UPPER}]{{2,6}})?\s\d{{2,4}}[A-Z]{{0,2}}(?!\w)"
    rf"|\d{{1,3}}[.,]\d{{2,4}}(?:[.,]\d{{1,3}}){{0,2}}(?![\d%])"
    rf"|\d{{2}}[{_UPPER}]{{1,4}}\d{{2,}}|(?!(?:19|20)\d\d(?!\d))\d{{4,8}}(?!\w))"
)
_CODES = rf"{_CODE}(?:(?:\s*[|&+]\s*|\s/\s|/|,\s+){_CODE})*"
_FRONT = re.compile(rf"(?P<year>{_YEARS})?\s*(?P<codes>{_CODES})(?P<gap>\s*[:|–—-]\s*|\.\s+|\s+)(?P<title>\S.*)")
_BEHIND = re.compile(rf"(?P<year>{_YEARS}\s*)?(?P<title>\S.*?)\s*[(\[](?P<codes>{_CODES})[)\]]\s*")
_ONLY = re.compile(rf"\s*({_CODES})\s*")
_AMOUNT = re.compile(
    r"\s*[.,;:(\[]\s*(\d+(?:[.,]\d+)?(?:\s?[-–]\s?\d+(?:[.,]\d+)?)?\s*"
    r"(?:ects|credits?|cr|(?:(?:credit|semester)\s)?hours?|units?|points?|lp))\b[.\s]*[)\]]?\s*$",
    re.IGNORECASE,
)
_UNITS = re.compile(
    rf"(?i:ects|credits?|points?|hours?|stunden|timer|weeks?|uger|min|chf|eur|dkk|usd|%|am|pm)\b(?!\s+[{_UPPER}])"
)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a heading says of a course; `heading` is the text as printed, `credits` an amount behind the title.

    `whole` is the title with that amount, unless it stands as a sentence: part of the name where credits are told
    elsewhere.
    """

    codes: tuple[str, ...]
    title: str
    year: str | None
    heading: str
    credits: str | None = None
    whole: str | None = None


def parse_heading(text: str) -> Identity | None:
    """The course that a heading names, None where it names none.

    `7,049 | 8,049: Digital Platforms` has two codes; `Embodied Leadership (KAN-CSOCV1036U)` has its code behind;
    `CS 101. Databases. 3 Credits.` tells its credits.
    """
    text = clean(text)
    front = _FRONT.fullmatch(text)
    found = front or _BEHIND.fullmatch(text)
    if found is None:
        return None
    amount = _AMOUNT.search(found["title"])
    title = (found["title"][: amount.start()] if amount else found["title"]).strip(" -–—:|")
    if len(title) < 2 or not re.search(r"[^\W\d_]", title):
        return None
    # `7,50 ECTS` is an amount; a code with letters in it is none.
    digits = not re.search(r"[^\W\d_]", found["codes"])
    if front and digits and found["gap"].startswith("."):  # `1.10. Teaching` is a numbered heading
        return None
    counts = not found["gap"].strip() and digits if front else False
    if front and (not _plausible(found["codes"]) or (counts and _UNITS.match(title))):
        return None
    year = found["year"]
    told = amount.group(1) if amount else None
    whole = found["title"].strip() if amount and not amount.group().lstrip().startswith(".") else None
    return Identity(split_codes(found["codes"]), title, normal_year(year) if year else None, text, told, whole)


def _plausible(codes: str) -> bool:
    """A code in front has two digits at least: `3D Printing` and `B2B Marketing` have none."""
    return len(re.findall(r"\d", codes)) >= 2 and len(codes) >= 3


def split_codes(text: str) -> tuple[str, ...]:
    """The codes of a text, each once: `7,049 | 8,049` → two. The whole text where no code has a known shape."""
    text = clean(text)
    if not _ONLY.fullmatch(text):
        found = parse_heading(text)
        if found:
            return found.codes
        pieces = re.split(r"\s*[|;]\s*|,\s+", text)
        return tuple(dict.fromkeys(piece for piece in pieces if piece))
    return tuple(dict.fromkeys(match.group() for match in re.finditer(_CODE, text)))


def normal_year(text: str) -> str:
    """`2024-2025` and `2024/25` → `2024/2025`; a single year stays."""
    first, *rest = re.findall(r"\d+", text)
    return f"{first}/{rest[0] if len(rest[0]) == 4 else first[:2] + rest[0]}" if rest else first


def find_year(texts: Iterable[str], labels: Labels) -> tuple[str | None, str | None]:
    """The academic year that one of the texts names, and that text when it names a term as well.

    `Årgang 2023/2024` → 2023/2024; `Fact Sheet: Spring Semester 2025` → 2025. A lone year counts only beside the name
    of a term or a label for years, a pair of years also by itself when one follows the other.
    """
    for text in map(clean, texts):
        year = re.search(rf"(?<!\d)(?:{_YEARS}|(?:19|20)\d\d(?!\d))", text) if len(text) < 120 else None
        if year is None:
            continue
        around = (text[: year.start()] + text[year.end() :]).strip(" :,.()-–")
        if _term(text, labels):
            return normal_year(year.group()), text
        if _consecutive(year.group()) or labels.identity(around) == "year":
            return normal_year(year.group()), None
    return None, None


def _consecutive(text: str) -> bool:
    first, *rest = normal_year(text).split("/")
    return bool(rest) and int(rest[0]) == int(first) + 1


def _term(text: str, labels: Labels) -> bool:
    rule = labels.rules.get("start")
    return bool(rule and rule.pattern.search(text))


def course_headings(blocks: Sequence[Block]) -> dict[int, Identity]:
    """Where courses begin: block indices of headings with a code, all of one look.

    One heading is the rule; a page with several courses has several headings of the same style and different codes.
    """
    found = {}
    for index, block in enumerate(blocks):
        if block.kind == "heading":
            identity = parse_heading(block.text)
            if identity:
                found[index] = identity
    if not found:
        return {}
    best = min(found, key=lambda index: (not blocks[index].sure, blocks[index].level, index))
    alike = {index: one for index, one in found.items() if blocks[index].style == blocks[best].style}
    seen: set[tuple[str, ...]] = set()
    starts = {}
    for index, one in alike.items():
        if one.codes not in seen:
            starts[index] = one
        seen.add(one.codes)
    return starts


def unmarked_heading(blocks: Sequence[Block], labels: Labels) -> dict[int, Identity]:
    """Where the one course of a page begins whose heading is set as a paragraph: above all labels, a code in front."""
    found: dict[int, Identity] = {}
    for index, block in enumerate(blocks):
        if block.kind in ("row", "heading") and labels.all(block.text):
            break
        identity = parse_heading(block.text) if block.kind == "paragraph" and len(block.text) <= 200 else None
        if identity and any(re.search(r"[^\W\d_]", code) for code in identity.codes):
            found[index] = identity
    return found if len(found) == 1 else {}
