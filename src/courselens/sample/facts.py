"""The facts of a sample course: subject, code and year in, the rows of its information table out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from courselens.sample.course import SampleFact
from courselens.sample.material import LANGUAGES, Material, Subject

_LEVELS = {"BA": "Bachelor", "KAN": "Master", "DIP": "Graduate Diploma", "MA": "Part-time Master"}
_ECTS = {
    "BA": (7.5, 7.5, 7.5, 10.0, 15.0),
    "KAN": (7.5, 7.5, 7.5, 7.5, 15.0, 30.0),
    "DIP": (5.0, 10.0),
    "MA": (5.0, 2.5),
}
_LEFT_OUT = {  # how often a page does without the fact
    "title_en": 0.2,
    "language": 0.03,
    "ects": 0.03,
    "type": 0.06,
    "level": 0.05,
    "duration": 0.1,
    "start": 0.07,
    "timetable": 0.25,
    "capacity": 0.6,
    "study_board": 0.12,
    "lecturer": 0.06,
    "discipline": 0.15,
    "teaching_method": 0.12,
    "updated": 0.08,
}
_MOST_LEFT_OUT = len(_LEFT_OUT) * 4 // 10
OLD = 2018
"""Pages before this year have the older labels, credits with hours and other dates."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The information table of a course, and what the other parts of the page need to know of it."""

    facts: tuple[SampleFact, ...]
    emails: tuple[str, ...]
    note: str
    ects: float
    has_english_title: bool


def draw_facts(
    material: Material, subject: Subject, language: str, code: str, year: int, rng: Random, yearly: Random
) -> Facts:
    """The facts of one course in one year; `rng` starts equal in every year of the group."""
    draw = _Draw(material, subject, language, code.partition("-")[0], year, rng, yearly)
    facts = [
        draw.valued("language", draw.teaching_languages()),
        draw.credits(),
        draw.valued("type", [rng.choices(list(draw.page["values"]["type"]), (40, 45, 15))[0]]),
        draw.valued("level", draw.levels()),
        *draw.terms(),
        draw.text("timetable", [rng.choice(draw.phrases["timetable"])]),
        draw.capacity(),
        draw.text("study_board", [rng.choice(draw.page["study_boards"][draw.faculty])[draw.side]]),
    ]
    lecturer, emails = draw.lecturers()
    facts += [lecturer, draw.disciplines(), draw.teaching_methods(), draw.updated()]
    left_out = [name for name, share in _LEFT_OUT.items() if rng.random() < share]
    rng.shuffle(left_out)
    dropped = set(left_out[:_MOST_LEFT_OUT])
    return Facts(
        facts=tuple(fact for fact in facts if fact.name not in dropped),
        emails=() if "lecturer" in dropped else emails,
        note=rng.choice(draw.phrases["coordinator_note"]) if rng.random() < 0.4 else "",
        ects=draw.ects,
        has_english_title="title_en" not in dropped,
    )


class _Draw:
    """The draws of one information table."""

    def __init__(
        self,
        material: Material,
        subject: Subject,
        language: str,
        programme: str,
        year: int,
        rng: Random,
        yearly: Random,
    ) -> None:
        self.page: Mapping[str, Any] = material.page
        self.phrases: Mapping[str, Any] = material.phrases[language]
        self.subject, self.language, self.programme, self.year = subject, language, programme, year
        self.rng, self.yearly = rng, yearly
        self.side = LANGUAGES.index(language)
        self.faculty = subject.area
        self.ects: float = rng.choice(_ECTS[programme])

    def label(self, name: str) -> str:
        old = self.page["labels"].get(f"{name}_old") if self.year < OLD else None
        found: str = (old or self.page["labels"][name])[self.side]
        return found

    def text(self, name: str, printed: Sequence[str]) -> SampleFact:
        return SampleFact(name, self.label(name), tuple(printed), tuple(printed))

    def valued(self, name: str, values: Sequence[str]) -> SampleFact:
        printed = tuple(self.page["values"][name][value][self.side] for value in values)
        return SampleFact(name, self.label(name), tuple(values), printed)

    def teaching_languages(self) -> list[str]:
        chance = self.rng.random()
        if chance < 0.04:
            return ["Danish", "English"]
        usual, other = ("English", "Danish") if self.language == "en" else ("Danish", "English")
        return [other if chance < 0.1 else usual]

    def credits(self) -> SampleFact:
        comma = f"{self.ects:g}".replace(".", ",")
        printed = f"{comma} ECTS ({self.ects * 30:g} SAT)" if self.year < OLD else f"{self.ects:g} ECTS"
        if self.year >= OLD and self.language == "da":
            printed = f"{comma} ECTS"
        return SampleFact("ects", self.label("ects"), (self.ects,), (printed,))

    def levels(self) -> list[str]:
        own = _LEVELS[self.programme]
        more = [level for level in _LEVELS.values() if level != own and self.rng.random() < 0.5]
        chosen = {own, *more} if self.rng.random() < 0.2 else {own}
        return [level for level in _LEVELS.values() if level in chosen]

    def terms(self) -> list[SampleFact]:
        duration = self.rng.choices(list(self.page["values"]["duration"]), (66, 20, 6, 8))[0]
        quarters = ["First Quarter", "Second Quarter", "Third Quarter", "Fourth Quarter"]
        if duration == "Summer":
            start = ["Summer"]
        elif duration == "One Quarter":
            start = [self.rng.choice(quarters)]
        else:
            start = self.rng.choices([["Autumn"], ["Spring"], ["Autumn", "Spring"]], (47, 43, 10))[0]
        printed = tuple(self.page["values"]["start"][value][self.side] for value in start)
        glued = (", ".join(printed),)  # several terms stand in one cell, divided by commas
        return [
            self.valued("duration", [duration]),
            SampleFact("start", self.label("start"), tuple(start), glued),
        ]

    def capacity(self) -> SampleFact:
        places = self.rng.choice((20, 24, 30, 40, 45, 60, 80, 90, 120, 200))
        return SampleFact("capacity", self.label("capacity"), (float(places),), (str(places),))

    def lecturers(self) -> tuple[SampleFact, tuple[str, ...]]:
        departments = self.page["departments"][self.faculty]
        names, printed, emails = [], [], []
        for at in range(self.rng.choices((1, 2, 3), (62, 28, 10))[0]):
            name = f"{self.rng.choice(self.page['first_names'])} {self.rng.choice(self.page['last_names'])}"
            if at and self.yearly.random() < 0.3:  # a colleague takes over
                name = f"{self.yearly.choice(self.page['first_names'])} {self.yearly.choice(self.page['last_names'])}"
            department = self.rng.choice(departments)
            first, last = name.split(" ", 1)
            names.append(name)
            printed.append(f"{name} - {department[self.side]} ({department[2]})")
            emails.append(f"{_ascii(first[:1] + last[:3])}.{department[2].lower()}@{self.page['domain']}")
        return SampleFact("lecturer", self.label("lecturer"), tuple(names), tuple(printed)), tuple(emails)

    def disciplines(self) -> SampleFact:
        count = min(len(self.subject.related), self.rng.choice((0, 1, 1, 2)))
        chosen = [self.subject.names, *self.rng.sample(self.subject.related, count)]
        return self.text("discipline", [names[self.side][:1].upper() + names[self.side][1:] for names in chosen])

    def teaching_methods(self) -> SampleFact:
        methods = list(self.page["values"]["teaching_method"])
        chosen = self.rng.choices([methods[:1], methods[1:2], methods[2:], methods[1:]], (40, 42, 10, 8))[0]
        return self.valued("teaching_method", chosen)

    def updated(self) -> SampleFact:
        day = date(self.year, self.yearly.randint(2, 8), self.yearly.randint(1, 28))
        form = self.phrases["dates"][self.year < OLD]
        months = self.phrases.get("months")
        printed = day.strftime(form.replace("{month}", months[day.month - 1] if months else ""))
        return SampleFact("updated", self.label("updated"), (day.isoformat(),), (printed,))


def _ascii(text: str) -> str:
    plain = text.lower()
    for letter, other in (("æ", "ae"), ("ø", "oe"), ("å", "aa"), (" ", "")):
        plain = plain.replace(letter, other)
    return plain
