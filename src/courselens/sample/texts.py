"""The texts of a sample course: its words in, examinations and headed sections out."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any
from zlib import crc32

from courselens.sample.course import Block, SampleExam, SampleSection
from courselens.sample.facts import Facts
from courselens.sample.material import LANGUAGES, Material
from courselens.sample.phrase import capital, fill, title_case, vary

_LEFT_OUT = {  # how often a page does without the section
    "links": 0.3,
    "objectives": 0.05,
    "prerequisites": 0.45,
    "exam_prerequisites": 0.6,
    "content": 0.02,
    "research": 0.5,
    "teaching": 0.2,
    "feedback": 0.25,
    "workload": 0.25,
    "further": 0.5,
    "literature": 0.1,
}
_WEIGHTS = ((50, 50), (40, 60), (30, 70), (20, 30, 50), (25, 25, 50))
Words = Mapping[str, str]


def draw_sections(
    material: Material, language: str, words: Words, facts: Facts, has_exam: bool, rng: Random, yearly: Random
) -> tuple[SampleSection, ...]:
    """The sections of a course in the order of the page; the exam section is empty, its content are the exams."""
    draw = _Draw(material, language, words, facts, rng, yearly)
    out = []
    for name, heading in material.page["headings"].items():
        if name == "exam":
            if has_exam:
                out.append(SampleSection(name, heading[draw.side], ()))
            continue
        blocks = getattr(draw, name)()
        if rng.random() >= _LEFT_OUT[name]:
            out.append(SampleSection(name, heading[draw.side], tuple(blocks)))
    return tuple(out)


def draw_exams(
    material: Material, language: str, words: Words, ects: float, year: int, rng: Random, yearly: Random
) -> tuple[SampleExam, ...]:
    """One to three examinations with their rows; none for a few courses."""
    if rng.random() < 0.04:
        return ()
    parts = rng.choices((1, 2, 3), (66, 26, 8))[0]
    weights = (100,) if parts == 1 else rng.choice([weight for weight in _WEIGHTS if len(weight) == parts])
    return tuple(_exam(material, language, words, ects, weight, rng, yearly) for weight in weights)


def _exam(
    material: Material, language: str, words: Words, ects: float, weight: int, rng: Random, yearly: Random
) -> SampleExam:
    page, phrases, side = material.page, material.phrases[language], LANGUAGES.index(language)
    kind = rng.choice(page["exam_forms"])
    chosen = kind["durations"][rng.randrange(len(kind["durations"]))]
    if yearly.random() < 0.15:
        chosen = yearly.choice(kind["durations"])
    duration: str = chosen[side]
    product = kind.get("product", False)
    grouping = "group" if product and rng.random() < 0.4 else "individual"
    low = rng.randint(2, 3)
    suffix = "_product" if product else ""
    manner = "product" if product else "oral" if kind["form"] == "Oral exam" else "written"
    name = fill(rng.choice(phrases[f"exam_names{suffix}"]), words)
    season = "autumn" if rng.random() < 0.5 else "spring"
    values = {
        "ects": f"{ects * weight / 100:g}".replace(".", ","),
        "weight": f"{weight}%" if weight < 100 else "",
        "form": kind["own"][side],
        "grouping": page["grouping"][grouping][side],
        "people": f"{low}-{low + rng.randint(1, 3)}" if grouping == "group" else "",
        "size": page["pages"][side].replace("{n}", str(rng.choice((5, 10, 12, 15, 20, 25)))) if product else "",
        "assignment": rng.choice(page["assignments"])[side] if product else "",
        "release": rng.choice(page["release"])[side] if product else "",
        "duration": duration,
        "scale": page["scales"][rng.random() < 0.2][side],
        "examiner": rng.choice(page["examiners"])[side],
        "period": page["periods"][season][side],
        "aids": "" if product else rng.choice(page["aids"])[side],
        "makeup": fill(rng.choice(phrases[f"makeup{suffix}"]), words),
        "procedure": " ".join(_sentences(phrases[f"procedure_{manner}"], rng.randint(1, 3), words, rng, yearly)),
    }
    labels = page["exam_rows"]
    return SampleExam(
        name=name,
        form=kind["form"],
        own=values["form"],
        weight=float(weight) if weight < 100 else None,
        duration=duration,
        grouping=grouping,
        rows=tuple((labels[key][side], value) for key, value in values.items() if value),
    )


def _sentences(templates: list[str], count: int, words: Words, rng: Random, yearly: Random) -> list[str]:
    numbers = {
        "n": str(rng.randint(2, 5)),
        "share": str(rng.choice((50, 60, 75, 80))),
        "prep": str(rng.choice((15, 20, 30))),
        "sessions": str(rng.randint(9, 15)),
        "group": f"{rng.randint(2, 3)}-{rng.randint(4, 6)}",
        "hours2": str(rng.choice((20, 30, 45))),
        "pages": str(rng.choice((300, 450, 600, 750, 900, 1100))),
    }
    return vary(rng, yearly, templates, count, {**words, **numbers})


class _Draw:
    """The draws of one course's sections; a method a section, named as it."""

    def __init__(
        self, material: Material, language: str, words: Words, facts: Facts, rng: Random, yearly: Random
    ) -> None:
        self.page: Mapping[str, Any] = material.page
        self.phrases: Mapping[str, Any] = material.phrases[language]
        self.language, self.words, self.facts, self.rng, self.yearly = language, words, facts, rng, yearly
        self.side = LANGUAGES.index(language)

    def say(self, name: str, low: int, high: int) -> list[str]:
        return _sentences(self.phrases[name], self.rng.randint(low, high), self.words, self.rng, self.yearly)

    def links(self) -> list[Block]:
        return [Block("item", link[self.side]) for link in self.page["links"]]

    def objectives(self) -> list[Block]:
        items = [Block("item", text) for text in self.say("objectives", 6, 9)]
        return [Block("paragraph", self.say("objectives_lead", 1, 1)[0]), *items]

    def prerequisites(self) -> list[Block]:
        return [Block("paragraph", " ".join(self.say("prerequisites", 1, 2)))]

    def exam_prerequisites(self) -> list[Block]:
        return [Block("paragraph", self.say("exam_prerequisites", 1, 1)[0])]

    def content(self) -> list[Block]:
        sentences = [*self.say("content_lead", 1, 1), *self.say("content", 10, 15)]
        cut = self.rng.randint(3, 5)
        blocks = [Block("paragraph", " ".join(sentences[:cut])), Block("paragraph", " ".join(sentences[cut:]))]
        if self.rng.random() < 0.6:
            blocks.append(Block("paragraph", self.say("themes_lead", 1, 1)[0]))
            blocks += [Block("item", text) for text in self.themes()]
        if self.rng.random() < 0.6:
            blocks.append(Block("paragraph", " ".join(self.say("pedagogy", 1, 2))))
        return blocks

    def themes(self) -> list[str]:
        words = self.words
        themes = [f"{capital(words[f't{at}'])}: {words[f'a{at}']}" for at in (1, 2, 3)]
        themes += [f"{capital(words['h'])}", f"{capital(words['m1'])}"]
        themes += [capital(words[f"t{at}"]) for at in (4, 5)]
        return self.rng.sample(themes, self.rng.randint(4, 7))

    def research(self) -> list[Block]:
        items = [Block("item", text) for text in self.say("research", 2, 4)]
        return [Block("paragraph", self.say("research_lead", 1, 1)[0]), *items]

    def teaching(self) -> list[Block]:
        return [Block("paragraph", " ".join(self.say("teaching", 4, 7)))]

    def feedback(self) -> list[Block]:
        return [Block("paragraph", " ".join(self.say("feedback", 3, 5)))]

    def workload(self) -> list[Block]:
        names = self.phrases["workload"]
        chosen = sorted(self.rng.sample(range(len(names)), self.rng.randint(3, 5)))
        shares = [self.rng.randint(2, 9) for _ in chosen]
        total = self.facts.ects * 27.5
        hours = [max(1, round(total * share / sum(shares))) for share in shares]
        unit = self.page["hours"][self.side]
        return [Block("row", names[at], f"{count} {unit}") for at, count in zip(chosen, hours, strict=True)]

    def further(self) -> list[Block]:
        return [Block("paragraph", " ".join(self.say("further", 1, 3)))]

    def literature(self) -> list[Block]:
        books = [self.reference(title, book=True) for title in self.say("book_titles", 3, 5)]
        articles = [self.reference(title, book=False) for title in self.say("article_titles", 4, 7)]
        lead = Block("paragraph", self.say("literature_lead", 1, 1)[0])
        return [lead, *(Block("paragraph", text) for text in [*books, *articles])]

    def reference(self, title: str, *, book: bool) -> str:
        """A title has one author, publisher and year, in whatever course it is read."""
        draw = Random(crc32(title.encode()))
        people = [
            f"{draw.choice(self.page['last_names'])}, {draw.choice(self.page['first_names'])[0]}."
            for _ in range(draw.choice((1, 1, 2, 2, 3)))
        ]
        authors, year = " & ".join(people), draw.randint(1988, 2024)
        title = title if self.language == "da" else title_case(title) if book else title
        if book:
            text = f"{authors} ({year}). {title}"
            if draw.random() < 0.4:
                text += f", {fill(self.phrases['edition'], {'n': str(draw.randint(2, 7))})}"
            text += f". {draw.choice(self.phrases['publishers'])}"
            if self.rng.random() < 0.4:
                first = self.rng.randint(1, 4)
                numbers = {"from": str(first), "to": str(first + 1), "last": str(first + self.rng.randint(3, 7))}
                text += f", {fill(self.phrases['chapter'], numbers)}"
            return f"{text}."
        journal = fill(draw.choice(self.phrases["journals"]), self.words)
        first = draw.randint(1, 900)
        where = f"{draw.randint(3, 60)}({draw.randint(1, 4)}), {first}–{first + draw.randint(8, 34)}"
        styles = (
            f'{authors} ({year}). "{title}", {journal}, {where}.',
            f"{authors} ({year}): {title}. {journal} {where}.",
        )
        return draw.choice(styles)
