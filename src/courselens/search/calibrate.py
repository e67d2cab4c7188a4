"""Learns how sure an answer may be, from questions made of the catalogue itself.

In: an opened index, its encoder, the courses and their passages. Out: the fitted `Confidence`. Each question is posed
twice: as it is, and as if its course were not in the catalogue; the second must not be answered. Questions that name a
course are phrasings with its name in several spellings; questions that describe one are pieces of its sentences.
Questions of everyday life stand for what no catalogue holds. All of it takes seconds, and a seed makes it the same
each time.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from courselens.course import Course
from courselens.dataset.phrasing import all_phrasings
from courselens.dataset.types import Passage
from courselens.encode import Encoder
from courselens.search.answering import Answerer, Considered
from courselens.search.confidence import DEFAULTS, GROUPS, RIDGE, Confidence, Evidence, Group, Sureness, fit_logistic
from courselens.search.facts import Mask
from courselens.search.stored import Index
from courselens.search.vocabulary import phrasings

QUESTIONS = 200
"""Questions that name a course, and as many that describe one."""
HIDDEN_WEIGHT = 0.15
"""How much a question without an answer counts beside one with: students ask mostly what the catalogue holds."""

_SENTENCE = re.compile(r"[^.!?\n]{40,240}")


@dataclass(frozen=True, slots=True)
class Probe:
    """A question with the course that answers it (None where none does) and the field that it asks for."""

    text: str
    course: int | None
    field: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """The evidence of one question, whether what was found is `right`, whether the catalogue held an answer, and how
    much it counts.
    """

    evidence: Evidence
    right: bool
    held: bool
    weight: float = 1.0


def calibrate(
    index: Index, encoder: Encoder, courses: Sequence[Course], passages: Sequence[Passage], *, seed: int = 3
) -> Confidence:
    """Fit the confidence of `index`; the defaults where the catalogue is too small to learn from."""
    choose = random.Random(seed)
    answerer = Answerer(index)
    probes = [*_naming(courses, choose), *_describing(index, passages, choose), *_elsewhere(courses, choose)]
    understood = [answerer.understand(probe.text) for probe in probes]
    texts = [text for one in understood for text in one.texts]
    vectors = encoder.encode(texts)
    rows: dict[Group, list[Seen]] = {name: [] for name in GROUPS}
    at = 0
    for probe, one in zip(probes, understood, strict=True):
        own = vectors[at : at + len(one.texts)]
        at += len(one.texts)
        shown = answerer.consider(one, own)
        held = probe.course is not None
        rows[shown.evidence.kind].append(
            Seen(shown.evidence, _right(probe, shown, courses), held, 1.0 if held else HIDDEN_WEIGHT)
        )
        if probe.course is not None and not any(code.courses for code in one.codes):
            hidden = answerer.consider(one, own, hidden=_same(probe.course, courses))
            rows[hidden.evidence.kind].append(Seen(hidden.evidence, False, False, HIDDEN_WEIGHT))
    return Confidence({name: _fitted(found, DEFAULTS[name]) for name, found in rows.items()})


def _fitted(seen: Sequence[Seen], default: Sureness) -> Sureness:
    """How sure an answer is that is given, by this catalogue; what it holds stays as people's own wording taught it,
    since questions made of a catalogue are too easy to say what may be refused.
    """
    given = [one for one in seen if default.held.probability(one.evidence) >= default.threshold]
    return Sureness(fit_sureness(given, default, ridge=RIDGE).right, default.held, default.threshold)


def fit_sureness(seen: Sequence[Seen], default: Sureness, *, ridge: float) -> Sureness:
    """Both models of a group, pulled towards `default`, whose threshold stays."""
    rows, weights = [one.evidence for one in seen], [one.weight for one in seen]
    return Sureness(
        fit_logistic(rows, [one.right for one in seen], weights, default.right, ridge=ridge),
        fit_logistic(rows, [one.held for one in seen], weights, default.held, ridge=ridge),
        default.threshold,
    )


def _right(probe: Probe, considered: Considered, courses: Sequence[Course]) -> bool:
    order = considered.ranking.order
    if probe.course is None or not len(order):
        return False
    first, wanted = courses[int(order[0])], courses[probe.course]
    same = first.group == wanted.group or first.title == wanted.title
    asked = probe.field is None or considered.asked.field == probe.field or considered.saying.field == probe.field
    return same and asked


def _same(course: int, courses: Sequence[Course]) -> Mask:
    wanted = courses[course]
    return np.array([one.group == wanted.group or one.title == wanted.title for one in courses], dtype=bool)


def _naming(courses: Sequence[Course], choose: random.Random) -> Iterator[Probe]:
    """Phrasings of fields that the course has, with its name in one of several spellings."""
    lines = [one for one in all_phrasings() if one.held_out and re.findall(r"{(\w+)}", one.text) == ["x"]]
    for _ in range(QUESTIONS):
        number = choose.randrange(len(courses))
        course = courses[number]
        has = {*course.fields, *(section.name for section in course.sections), *(["exam"] if course.exam else [])}
        able = [line for line in lines if line.asked in has]
        if able:
            line = choose.choice(able)
            yield Probe(line.text.replace("{x}", spelled(course, choose)), number, line.asked)


def spelled(course: Course, choose: random.Random) -> str:
    """A name of the course as somebody might type it: code, title, the title's beginning or end, a slip."""
    style = choose.choice(("code", "full", "title", "lower", "short", "short", "slip"))
    title = course.title
    if style == "code":
        return course.code
    if style == "full":
        return course.name
    if style in ("short", "slip"):
        parts = [part for part in re.split(r":\s+|\s+[-–]\s+", title) if len(part) > 5] or [title]
        told = parts[-1].split()
        title = " ".join(told[: choose.randint(2, 4)]) if len(told) > 4 else parts[-1]
        title = title.lower()
    if style == "slip" and len(title) > 6:
        at = choose.randrange(1, len(title) - 2)
        title = title[:at] + title[at + 1] + title[at] + title[at + 2 :]
    return title.lower() if style == "lower" else title


def _describing(index: Index, passages: Sequence[Passage], choose: random.Random) -> Iterator[Probe]:
    """Pieces of sentences from what courses say of themselves, without their titles."""
    told = [place for place, passage in enumerate(passages) if passage.section in ("content", "objectives")]
    for place in choose.sample(told, min(QUESTIONS, len(told))):
        sentences = _SENTENCE.findall(passages[place].text.partition("\n")[2])
        if sentences:
            words = choose.choice(sentences).split()
            first = choose.randrange(max(1, len(words) - 6))
            piece = " ".join(words[first : first + choose.randint(5, 10)]).strip(" -,;:").lower()
            yield Probe(piece, index.owner(place), None)


def _elsewhere(courses: Sequence[Course], choose: random.Random) -> Iterator[Probe]:
    """What no catalogue holds."""
    for phrasing in phrasings(seed=choose.randrange(1000), reserved=True):
        yield Probe(phrasing.text.replace("{x}", spelled(choose.choice(courses), choose)), None, None)
