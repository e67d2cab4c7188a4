"""Codes of courses in a question, in any spelling: `CS 4414`, `cos126`, `8.276`, `8276`, `nursing 313`.

In: the codes of a catalogue, a question's words. Out: mentions, each with the courses that have the code, none where it
is only the shape of one.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from courselens.course import Course
from courselens.search.places import words_of
from courselens.search.tokens import Word, compact, fold
from courselens.search.vocabulary import asking_words

_CODE_GAP = re.compile(r"[\s,.\-/_:'’]{0,2}")
_BEGUN = re.compile(r"[^\W\d_]{5,}(?=\d)")
"""Letters enough to be no word by chance, before a number."""
_LONG = re.compile(r"(.{3,}\d{4,})[^\W\d_]{1,2}$")
"""A code with a letter or two behind a number of four digits."""
_ENDED = re.compile(r"(\d{3,})(?:er|ern|ers|'s)$")
"""A code as it is spoken of: `der 8228er`."""


@dataclass(frozen=True, slots=True)
class CodeMention:
    """A code found in a question: the courses that have it (empty when the catalogue has none) and its place."""

    code: str
    courses: tuple[int, ...]
    start: int
    end: int


class Codes:
    """The codes of a catalogue, compacted, with the courses that have them; `titles` are the words of its titles."""

    def __init__(self, known: Mapping[str, Sequence[int]], titles: Collection[str]) -> None:
        self.known = known
        self.titles = titles
        self.shapes = frozenset(map(shape, known))
        begun = (re.match(r"[^\W\d_]{3,}(?=\d)", code) for code in known)
        self.subjects = frozenset(found.group() for found in begun if found)

    def find(self, text: str, told: Sequence[Word]) -> list[CodeMention]:
        """Codes in the question, longest first at each place; an unknown word of a code's shape counts as a mention."""
        found: list[CodeMention] = []
        place = 0
        numbers = any(map(str.isdigit, text))
        while place < len(told):
            mention, used = self._code_at(text, told, place) if numbers else (None, 1)
            mention = mention or self._by_letters(text, told[place])
            if mention:
                found.append(mention)
            place += used
            further = self._of_same_subject(text, told, place, mention) if mention else None
            if further:
                found.append(further)
                place += 2
        return found

    def _of_same_subject(self, text: str, told: Sequence[Word], place: int, mention: CodeMention) -> CodeMention | None:
        """A number alone behind a code: of `ECON 261 or 262` the second."""
        subject = re.match(r"[^\W\d_]+", compact(mention.code))
        number = told[place + 1] if place + 1 < len(told) else None
        joins = words_of("choosing") | words_of("both") | words_of("versus")
        if not subject or number is None or told[place].text not in joins or not number.text.isdigit():
            return None
        said = [word for word in told[:place] if word.start >= mention.start][:-1]  # `physics 374 and 376`
        courses = self.known.get(subject.group() + number.text) or self._by_subject([*said, number])
        code = f"{text[mention.start : mention.start + len(subject.group())]} {number.text}"
        return CodeMention(code, tuple(courses), number.start, number.end) if courses else None

    def _by_letters(self, text: str, word: Word) -> CodeMention | None:
        """A code without its number, where its letters are those of no other: `BTOUA` of `BA-BTOUA1000U`."""
        courses = self._letters.get(word.text)
        return CodeMention(text[word.start : word.end], tuple(courses), word.start, word.end) if courses else None

    def _begun_with(self, joined: str) -> Sequence[int] | None:
        """The courses of the one code that is this and letters behind it: `CFINA1000` of `CFINA1000U`."""
        return self._without_ending.get(joined) if joined[-1:].isdigit() and not joined.isdigit() else None

    @cached_property
    def _without_ending(self) -> Mapping[str, Sequence[int]]:
        """Long codes without the letters at their end, where those are of one code alone: its courses."""
        found: dict[str, list[Sequence[int]]] = defaultdict(list)
        for code, courses in self.known.items():
            ended = _LONG.match(code)
            if ended and courses not in found[ended[1]]:
                found[ended[1]].append(courses)
        return {begun: courses[0] for begun, courses in found.items() if len(courses) == 1 and begun not in self.known}

    @cached_property
    def _letters(self) -> Mapping[str, Sequence[int]]:
        """The letters that one code alone begins with, and no title has: its courses."""
        found: dict[str, list[Sequence[int]]] = defaultdict(list)
        for code, courses in self.known.items():
            begun = _BEGUN.match(code)
            if begun and courses not in found[begun.group()]:
                found[begun.group()].append(courses)
        words = asking_words()
        return {
            letters: courses[0]
            for letters, courses in found.items()
            if len(courses) == 1 and letters not in self.titles and letters not in words
        }

    def _code_at(self, text: str, told: Sequence[Word], place: int) -> tuple[CodeMention | None, int]:
        unknown: tuple[CodeMention | None, int] = (None, 1)
        for size in range(min(4, len(told) - place), 0, -1):
            part = told[place : place + size]
            raw = text[part[0].start : part[-1].end]
            gaps = (text[a.end : b.start] for a, b in itertools.pairwise(part))
            joined = compact(_ENDED.sub(r"\1", raw))
            if not any(letter.isdigit() for letter in joined) or len(joined) < 3:
                continue
            if not all(_CODE_GAP.fullmatch(gap) for gap in gaps):
                continue
            known = self.known.get(joined) or self.known.get(joined.lstrip("0")) or self._by_subject(part)
            known = known or self._begun_with(joined)
            plain_number = joined.isdigit() and size == 1 and raw.isdigit()
            called = place > 0 and told[place - 1].text in words_of("before_code")
            if known and not (plain_number and _is_year(joined)):
                return CodeMention(raw, tuple(known), part[0].start, part[-1].end), size
            if unknown[0] is None and self._looks_like_code(raw, joined, plain_number, called):
                unknown = (CodeMention(raw, (), part[0].start, part[-1].end), size)
        return unknown

    def _by_subject(self, part: Sequence[Word]) -> Sequence[int] | None:
        """The courses of a code whose letters are said in full: `nursing 313`, `political science 220`."""
        *subject, number = (word.text for word in part)
        codes = (form + number for form in short_forms(subject)) if number.isdigit() else ()
        return next((self.known[code] for code in codes if code in self.known), None)

    def _looks_like_code(self, raw: str, joined: str, plain_number: bool, called: bool) -> bool:
        if joined.isdigit():
            if plain_number:
                among = self._among_codes(joined) or (called and len(joined) >= 4 and shape(joined) in self.shapes)
                return joined not in self.titles and not _is_year(joined) and among
            return shape(joined) in self.shapes and re.fullmatch(r"\d{1,2}[.,'’]\d{3}", raw) is not None
        letters = re.match(r"[A-Za-z]+", raw)
        capital = letters is not None and letters.group().isupper() and len(letters.group()) >= 2
        glued = re.fullmatch(r"[A-Za-z]{2,}\d{3,}[A-Za-z]?", raw) is not None
        coded = re.fullmatch(r"[A-Z]{2,8}(/[A-Z]{2,4})?[ \-]?\d{2,4}[A-Z]?", raw) is not None
        shaped = shape(joined) in self.shapes
        return (capital and coded) or glued or (capital and shaped) or (shaped and self._of_subject(joined))

    def _of_subject(self, joined: str) -> bool:
        """Whether a subject of the catalogue's codes stands before a number: `hist 512`, not the level `hist 300`."""
        found = re.fullmatch(r"(\D+)(\d+)", joined)
        return found is not None and found[1] in self.subjects and not found[2].endswith("00")

    def may_have(self, mention: CodeMention) -> bool:
        """Whether a mention is a code of the catalogue, or of the shape of one."""
        return bool(mention.courses) or shape(compact(mention.code)) in self.shapes

    def _among_codes(self, digits: str) -> bool:
        """Whether a number of four digits or more lies between codes that are numbers as long: `8655` of 7,004–8,924,
        where `1500 students` are no course.
        """
        numbers = self._numbers.get(len(digits))
        return len(digits) >= 4 and numbers is not None and int(digits) in numbers

    @cached_property
    def _numbers(self) -> Mapping[int, range]:
        """From the least to the greatest of the codes that are numbers, by how many digits they have."""
        found: dict[int, list[int]] = defaultdict(list)
        for code in self.known:
            if code.isdecimal() and code.isascii():
                found[len(code)].append(int(code))
        return {size: range(min(numbers), max(numbers) + 1) for size, numbers in found.items()}


def codes_of(courses: Sequence[Course]) -> Mapping[str, Sequence[int]]:
    """Every spelling of the courses' codes, with the places of the courses that have it."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, course in enumerate(courses):
        for code in dict.fromkeys((course.code, *course.codes)):
            for spelling in code_spellings(code):
                if number not in found[spelling]:
                    found[spelling].append(number)
    return found


def short_forms(subject: Sequence[str]) -> list[str]:
    """How one or two folded words for a subject may be cut short, longest first: `nursing` to `nurs`, `political
    science` to `psci`; none of other words.
    """
    subjects = words_of("department_subjects")
    first, *rest = subject or ("",)
    if first not in subjects or len(rest) > 1 or not {*rest} <= subjects | words_of("sciences"):
        return []
    ends = [second[:size] for second in rest for size in range(1, len(second) + 1)] or [""]
    forms = {first[:size] + end for size in range(1, len(first) + 1) for end in ends}
    return sorted((form for form in forms if len(form) > 1), key=lambda form: (-len(form), form))


def code_spellings(code: str) -> list[str]:
    """How a code may be typed, compacted: whole, and without a programme prefix (`KAN-CSOCV1036U` → `csocv1036u`)."""
    whole = compact(code)
    found = [whole] if whole else []
    prefix, dash, rest = code.partition("-")
    if dash and prefix.isalpha() and len(compact(rest)) >= 5 and any(letter.isdigit() for letter in rest):
        found.append(compact(rest))
    return found


def shape(code: str) -> str:
    """Letters as `a`, digits as `9`: codes of one catalogue share few shapes."""
    return re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "a", fold(code)))


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits.startswith(("19", "20"))
