"""What students would ask: a course and its passages come in, questions with the passages that answer them go out.

Every field and section is asked for in several phrasings and names of the course; some questions ask what the course
is about, and some describe it without its title (those are made in `described.py`). Style `card` asks the reference
card's four questions.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from courselens.course import FIELDS, SECTIONS, Course
from courselens.dataset.described import describe
from courselens.dataset.names import Names
from courselens.dataset.passages import card_name
from courselens.dataset.phrasing import Phrasing, card_templates, hints, phrasings
from courselens.dataset.topics import TOPICAL, Topics
from courselens.dataset.types import Pair, Passage, Question
from courselens.dataset.wording import LANGUAGES, label_of, language_of, translate_value
from courselens.errors import CourselensError

STYLES = {"full": 18, "title": 28, "short": 16, "translated": 6, "code": 10, "lower": 16, "typo": 6}
"""How often a course is named in which way, in percent."""

UNTITLED = frozenset({"title", "title_en"})
"""Fields that cannot be asked for by title; `code` and `codes` cannot be asked for by code."""

KNOWN = frozenset({*FIELDS, *SECTIONS, "exam", "title", "title_en", "code", "codes", "year"})
"""Fields and sections with phrasings of their own."""

MINOR = frozenset({"title", "title_en", "code", "codes", "year", "updated", "grading_scale", "study_board", "further"})
"""Fields and sections that are seldom asked for: half as many questions, as for a catalogue's own ones."""

SPOKEN = 0.03
"""A language that fewer of a catalogue's pages are in, as a share of them, is not one that students ask in."""

DESCRIBED = 4
"""Questions that describe a course, for each question that a field gets."""

POOL = 200
"""Values of a field that are kept for yes/no questions."""


@dataclass(frozen=True, slots=True)
class Background:
    """What questions about one course need of the whole catalogue.

    `languages`: those of the catalogue's pages, English always; `values`: by field, for yes/no questions.
    """

    names: Names
    topics: Topics
    languages: tuple[str, ...]
    values: dict[str, tuple[str | float, ...]]

    @classmethod
    def of(cls, courses: Sequence[Course]) -> Background:
        """The background of a catalogue."""
        values: dict[str, dict[str | float, None]] = defaultdict(dict)
        for course in courses:
            for name, found in course.fields.items():
                if len(values[name]) < POOL:
                    values[name].update(dict.fromkeys(found.values))
            if course.year:
                values["year"][course.year] = None
        spoken = Counter(language_of(course) for course in courses)
        # A page or two of a large catalogue may be in another language, or taken for it.
        languages = tuple(one for one in LANGUAGES if one == "en" or spoken[one] > SPOKEN * len(courses))
        return cls(Names(courses), Topics(courses), languages, {name: tuple(found) for name, found in values.items()})


def make_questions(
    course: Course,
    passages: Sequence[Passage],
    background: Background | None = None,
    *,
    style: str = "best",
    held_out: bool = False,
    each: int = 4,
    rng: Random | None = None,
) -> list[Pair]:
    """Positive pairs of one course: up to `each` questions for every field and section, and as many as the text gives.

    `passages` are the course's own. `held_out` draws on the phrasings that are never trained on. `rng` decides all
    choices (default: from the course's key). Raises CourselensError for an unknown style.
    """
    rng = rng or Random(course.key)
    if style == "card":
        return _ask_card(course, passages)
    if style != "best":
        raise CourselensError("unknown style", value=style, remedy="Use `best` or `card`")
    asker = _Asker(course, background or Background.of([course]), held_out, rng)
    made: list[Pair] = []
    for (kind, asked), found in _by_asked(passages).items():
        minor = asked in MINOR or asked not in KNOWN
        made += asker.ask(kind, asked, found, max(each // 2, 1) if minor else each)
    made += asker.ask("description", None, _telling(passages), each)
    languages = asker.languages(DESCRIBED * each, foreign=0.5)
    made += describe(course, passages, asker.background.topics, languages, held_out=held_out, rng=rng)
    return list({(pair.question.text, pair.passage.text): pair for pair in made}.values())


class _Asker:
    """Asks about one course."""

    def __init__(self, course: Course, background: Background, held_out: bool, rng: Random) -> None:
        self.course = course
        self.background = background
        self._held_out = held_out
        self._rng = rng

    def languages(self, count: int, foreign: float = 0.4) -> list[str]:
        """The languages of `count` questions: the page's own, or in the given share another one of the catalogue."""
        own = language_of(self.course)
        others = [language for language in self.background.languages if language != own]
        return [self._rng.choice(others) if others and self._rng.random() < foreign else own for _ in range(count)]

    def ask(self, kind: str, asked: str | None, passages: Sequence[Passage], count: int) -> list[Pair]:
        """Up to `count` questions, answered by the given passages in turn."""
        made: list[Pair] = []
        used: set[Phrasing] = set()
        offset = self._rng.randrange(len(passages)) if passages else 0
        for number, language in enumerate(self.languages(count) if passages else ()):
            known = phrasings(kind, asked, language, self._held_out)
            fresh = [one for one in known if one not in used] or list(known)
            phrasing = self._rng.choice(fresh)
            used.add(phrasing)
            passage = self._passage(passages, phrasing, offset + number)
            question = self._fill(phrasing, kind, asked, passage)
            if question:
                made.append(Pair(question, passage, 1.0, "positive"))
        return made

    def _passage(self, passages: Sequence[Passage], phrasing: Phrasing, number: int) -> Passage:
        """The chunk that answers best: one that holds what the phrasing hints at, else mostly the first."""
        hinted = hints(phrasing.text)
        fitting = [one for one in passages if any(word in one.text.lower() for word in hinted)]
        if fitting:
            return fitting[number % len(fitting)]
        return passages[0] if self._rng.random() < 0.5 else passages[number % len(passages)]

    def _fill(self, phrasing: Phrasing, kind: str, asked: str | None, passage: Passage) -> Question | None:
        found = self._name(asked)
        if found is None:
            return None
        style, name = found
        values = {"x": name}
        for slot, fill in (("v", self._value), ("label", self._label), ("topic", self._topic)):
            if f"{{{slot}}}" in phrasing.text:
                filled = fill(asked or "", passage, phrasing.language)
                if filled is None:
                    return None
                values[slot] = filled
        text = phrasing.text.format(**values)
        text = plain(text) if style == "lower" else text[:1].upper() + text[1:] if self._rng.random() < 0.3 else text
        return Question(
            " ".join(text.split()).replace("??", "?"),
            kind,
            passage.field if kind == "field" else None,
            passage.section if kind == "section" else None,
            self.course.key,
            self.course.group,
            style,
            phrasing.language,
        )

    def _name(self, asked: str | None) -> tuple[str, str] | None:
        """A style and the course's name in it; None when it has none that means this course alone."""
        styles = _shuffled(STYLES, self._rng)
        for style in styles:
            forms = ("title", "short", "title", "code", "full") if style == "lower" else (style,)
            form = self._rng.choice(forms)
            if asked in UNTITLED and form != "code":
                continue
            if asked in ("code", "codes") and form in ("code", "full"):
                continue
            name = self.background.names.say(self.course, form, self._rng)
            if name:
                return style, name
        return None

    def _value(self, asked: str, passage: Passage, language: str) -> str | None:
        known = self.background.values.get(asked, ())
        own = self.course.values(asked) or ((self.course.year,) if asked == "year" and self.course.year else ())
        pool = own if own and (self._rng.random() < 0.6 or not known) else known
        if not pool:
            return None
        value = translate_value(self._rng.choice(pool), language)
        return vary_person(value, self._rng) if asked == "lecturer" else value

    def _label(self, asked: str, passage: Passage, language: str) -> str | None:
        if passage.section is not None:
            return next((one.heading.rstrip(":") for one in self.course.sections if one.name == passage.section), asked)
        found = self.course.fields.get(asked)
        return label_of(found) if found else asked

    def _topic(self, asked: str, passage: Passage, language: str) -> str | None:
        for section in self.course.sections:
            if section.name == passage.section:
                known = [
                    topic.text
                    for topic in self.background.topics.of(self.course, section)
                    if topic.text in passage.text
                ]
                return self._rng.choice(known) if known else None
        return None


def vary_person(name: str, rng: Random) -> str:
    """A person as students name them: as printed, turned around, or by the longest of the names."""
    words = name.split()
    turned = " ".join([*words[1:], words[0]]) if words else name
    return rng.choice((name, name, turned, max(words, key=len, default=name)))


def plain(text: str) -> str:
    """A question as people type it in a hurry: lower case, no punctuation but what codes and words hold inside."""
    return " ".join(re.sub(r"(?<!\w)[^\w\s(]+|[^\w\s)%]+(?!\w)", " ", text.lower()).split())


def _ask_card(course: Course, passages: Sequence[Passage]) -> list[Pair]:
    made = []
    for passage in passages:
        asked = passage.field if passage.kind == "fact" else "description"
        template = card_templates().get(asked or "")
        if template is None:
            continue
        kind = "field" if passage.kind == "fact" else "description"
        text = template.format(x=card_name(course))
        question = Question(text, kind, passage.field, None, course.key, course.group, "full", "en")
        made.append(Pair(question, passage, 1.0, "positive"))
    return made


def _by_asked(passages: Sequence[Passage]) -> dict[tuple[str, str], list[Passage]]:
    found: dict[tuple[str, str], list[Passage]] = defaultdict(list)
    for passage in passages:
        found["field" if passage.kind == "fact" else "section", passage.asked].append(passage)
    return found


def _telling(passages: Sequence[Passage]) -> list[Passage]:
    """The passages that say what a course is about: the beginning of its content, then of its objectives."""
    found = []
    for name in TOPICAL:
        found += [passage for passage in passages if passage.section == name][:2]
    return found


def _shuffled(weights: dict[str, int], rng: Random) -> list[str]:
    return sorted(weights, key=lambda style: -(rng.random() ** (1 / weights[style])))
