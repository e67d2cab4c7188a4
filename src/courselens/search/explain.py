"""Why a question was answered as it was: what was understood, what each part scored, what decided.

In: an opened lens and a question. Out: `Explanation`, as text for people and as JSON. Nothing here decides anything: it
tells what `Lens.consider` found, so that a wrong answer can be traced to the part that was wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from courselens.course import format_value
from courselens.search.answer import Answer, Reference
from courselens.search.answering import MOST, Considered
from courselens.search.concerns import concerns_of
from courselens.search.confidence import FEATURES
from courselens.search.lens import Lens
from courselens.search.rank import WEIGHTS, best_passage, best_passages, passage_score
from courselens.search.stored import Index

COURSES = 5
"""Courses and passages that are explained."""
LIKELIEST = 3
"""Fields or sections that are listed with their probabilities."""
LONGEST = 90
"""Characters of a passage in the text for people."""
FAINT = 0.2
"""Strength of a title below which the text for people leaves it out."""
SCORES = {"about": "about", "title": "name", "courses": "words_of_course"}
"""What the weights of `rank` weigh, as `Scored` names it."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A code or title found in the question; `strength` from 0 to 1, `course` None for a code that no course has."""

    how: str
    said: str
    course: Reference | None
    strength: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A course with its scores: `vectors` the best cosine, `about` the best to what it says it is about, `name` the
    strength of its title in the question, `words_of_course` BM25 relative to the best; `score` is their weighted sum
    and orders.
    """

    course: Reference
    vectors: float
    about: float
    name: float
    words_of_course: float
    score: float


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage in the order of the answer: its score, its cosine, BM25 relative to the best (of one course: to all
    words asked), whether it is of the field asked, which goes before the score.
    """

    text: str
    course: str
    about: str
    score: float
    vectors: float
    words: float
    of_field: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What decided whether the answer is given.

    `confidence` is the probability that what was found is right, `held` the one that the catalogue holds an answer,
    which is refused below `threshold`; `model` says which of the three was asked. `evidence` are its inputs, `pull` how
    far each (and `bias`) moves the log-odds.
    """

    given: bool
    reason: str
    confidence: float
    held: float
    threshold: float
    model: str
    evidence: Mapping[str, float]
    pull: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one question. `weights` are those of the course scores, `shares` the likeliest things asked,
    `instead` what stands in the place of a word of the best course's title, `practical` the practical things that are
    asked (`concerns.py`) with the fields and sections of the best course that tell them.
    """

    question: str
    language: str
    kind: str
    mentions: tuple[Mention, ...]
    rest: str
    field: str | None
    shares: Mapping[str, float]
    searched: tuple[str, ...]
    filters: tuple[dict[str, Any], ...]
    ignored: tuple[str, ...]
    instead: str | None
    practical: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, float]
    courses: tuple[Scored, ...]
    passages: tuple[ScoredPassage, ...]
    decision: Decision
    answer: Answer

    def to_dict(self) -> dict[str, Any]:
        """The JSON of `courselens explain`."""
        plain = {name: getattr(self, name) for name in ("question", "language", "kind", "rest", "field")}
        return {
            **plain,
            "mentions": [_plain(one) for one in self.mentions],
            "shares": _simple(self.shares),
            "searched": list(self.searched),
            "filters": [dict(one) for one in self.filters],
            "ignored": list(self.ignored),
            "instead": self.instead,
            "practical": _simple(self.practical),
            "weights": dict(self.weights),
            "courses": [_plain(one) for one in self.courses],
            "passages": [_plain(one) for one in self.passages],
            "decision": _plain(self.decision),
            "answer": self.answer.answer,
            "value": list(self.answer.value),
            "note": self.answer.note,
            "further": [one.to_dict() for one in self.answer.further],
        }

    def text(self) -> str:
        """The same for people."""
        return "\n".join([*self._understood(), "", *self._ranked(), "", *self._decided()])

    def _understood(self) -> Iterator[str]:
        kinds = {"course": "one course", "courses": "courses that fit", "topic": "a topic, best courses first"}
        yield f"understood   asks for {kinds.get(self.kind, self.kind)}; language {self.language}"
        if self.answer.note:
            yield f"  note       {self.answer.note}"
        for one in self.mentions:
            if one.how == "title" and one.strength < FAINT:
                continue
            named = f"{one.course.code} {one.course.title}" if one.course else "no course has it"
            said = f" “{one.said}”" if one.said else ""
            yield f"  {one.how:<10} {one.strength:.2f}{said}: {named}"
        shares = ", ".join(f"{name} {share:.2f}" for name, share in self.shares.items())
        yield f"  asked      {self.field or 'no field or section'} ({shares}) from “{self.rest}”"
        for name, telling in self.practical.items():
            yield f"  practical  {name}: {', '.join(telling) if telling else 'told nowhere'}"
        yield f"  searched   {' | '.join(self.searched)}"
        for kept in self.filters:
            values = ", ".join(format_value(value) for value in kept["value"])
            yield f"  condition  {kept['field']} {kept.get('operator', 'is')} {values} (“{kept['from']}”)"
        if self.ignored:
            yield f"  ignored    {', '.join(self.ignored)}"
        if self.instead:
            yield f"  instead    “{self.instead}” stands where the title has another word"

    def _ranked(self) -> Iterator[str]:
        yield f"{'courses':<12} {'score':>7} {'vectors':>8} {'about':>6} {'name':>6} {'BM25':>6}"
        yield f"  {'weight':<10} {'':>7} " + " ".join(
            f"{weight:>{width}g}" for weight, width in zip(self.weights.values(), (8, 6, 6, 6), strict=True)
        )
        for number, one in enumerate(self.courses, 1):
            numbers = f"{one.score:>7.3f} {one.vectors:>8.3f} {one.about:>6.3f} {one.name:>6.2f}"
            numbers += f" {one.words_of_course:>6.2f}"
            yield f"  {number:<10} {numbers}   {one.course.code} {one.course.title}"
        if not self.courses:
            yield "  none"
        yield f"{'passages':<12} {'score':>7} {'vectors':>8} {'':>6} {'':>6} {'BM25':>6}"
        for number, found in enumerate(self.passages, 1):
            mark = "*" if found.of_field else " "
            scores = f"{found.score:>7.3f} {found.vectors:>8.3f} {'':>6} {'':>6} {found.words:>6.2f}"
            yield f"  {number} {mark:<8} {scores}   [{found.about}] {_line(found.text, LONGEST)}"
        if any(found.of_field for found in self.passages):
            yield "  (* is of the field or section asked, and leads)"

    def _decided(self) -> Iterator[str]:
        one = self.decision
        yield f"answer       {_line(self.answer.answer or self.answer.note or 'not found', 3 * LONGEST)}"
        for also in self.answer.further:
            yield f"  also       {_line(also.answer, 2 * LONGEST)}"
        yield f"  because    {one.reason}"
        yield f"  right      {one.confidence:.3f}"
        yield f"  held       {one.held:.3f}, threshold {one.threshold:.3f} ({one.model})"
        pulls = sorted(one.pull.items(), key=lambda pull: -abs(pull[1]))
        told = ", ".join(f"{name} {pull:+.2f}" for name, pull in pulls if abs(pull) >= 0.005)
        yield f"  log-odds   {sum(one.pull.values()):+.2f} = {told}"


def explain(lens: Lens, question: str) -> Explanation:
    """Put `question` to `lens` and tell how its answer came about. Any text gives an Explanation."""
    found = lens.consider(question)
    answer = lens.ask(question)
    understood, asked = found.understood, found.asked
    likeliest = sorted(asked.shares.items(), key=lambda share: -share[1])[:LIKELIEST]
    return Explanation(
        question=question,
        language=understood.language,
        kind=asked.kind,
        mentions=tuple(_mentions(lens, found)),
        rest=understood.frame,
        field=asked.field,
        shares=dict(likeliest),
        searched=tuple(understood.searched),
        filters=answer.filters,
        ignored=answer.ignored,
        instead=found.instead.said if found.instead else None,
        practical=dict(_practical(lens, found)),
        weights={"vectors": 1.0, **{name: WEIGHTS[asked.kind][one] for one, name in SCORES.items()}},
        courses=tuple(_courses(lens, found)),
        passages=tuple(_passages(lens.index, found)),
        decision=_decision(lens, found, answer),
        answer=answer,
    )


def shown(index: Index, found: Considered, most: int = MOST) -> list[int]:
    """Places of the passages that lead to the answer, best first.

    Of a question about one course that course's passages, those of the field asked first; else the best passage of
    each course, in the order of the courses.
    """
    order = [int(number) for number in found.ranking.order]
    parts = found.ranking.parts
    if found.asked.kind == "course":
        return best_passages(index, parts, order[:1], most=most, field=found.saying.field)
    best = (best_passage(index, parts, number) for number in order[:most])
    return [place for place in best if place is not None]


def _mentions(lens: Lens, found: Considered) -> Iterator[Mention]:
    understood = found.understood
    for code in understood.codes:
        said = understood.text[code.start : code.end]
        for number in code.courses[:COURSES]:
            yield Mention("code", said, Reference.of(lens.answerer.course(number)), 1.0)
        if not code.courses:
            yield Mention("code", said, None, 0.0)
    for title in understood.titles[:LIKELIEST]:
        yield Mention("title", "", Reference.of(lens.answerer.course(title.course)), float(title.strength))


def _courses(lens: Lens, found: Considered) -> Iterator[Scored]:
    parts = found.ranking.parts
    for number in found.ranking.order[:COURSES].tolist():
        yield Scored(
            course=Reference.of(lens.answerer.course(number)),
            vectors=float(parts.dense[number]),
            about=float(parts.about[number]),
            name=float(parts.title[number]),
            words_of_course=float(parts.courses[number]),
            score=float(found.ranking.score[number]),
        )


def _practical(lens: Lens, found: Considered) -> Iterator[tuple[str, tuple[str, ...]]]:
    order = found.ranking.order[:1].tolist() if found.asked.kind == "course" else []
    for one in concerns_of(found.understood.beside) if order else ():
        telling = [place for place in lens.index.passages_of(order[0]) if lens.answerer.one.told(one, place)]
        yield one.name, tuple(dict.fromkeys(lens.index.passage(place).asked for place in telling))


def _passages(index: Index, found: Considered) -> Iterator[ScoredPassage]:
    parts = found.ranking.parts
    for place in shown(index, found, COURSES):
        passage = index.passage(place)
        yield ScoredPassage(
            text=passage.text,
            course=passage.course,
            about=passage.asked,
            score=passage_score(index, parts, place),
            vectors=float(parts.cosine[place]),
            words=float(parts.lexical[place]),
            of_field=passage.asked == found.saying.field,
        )


def _decision(lens: Lens, found: Considered, answer: Answer) -> Decision:
    evidence = found.evidence
    name = evidence.kind
    model = lens.confidence.models[name]
    held = lens.confidence.held(evidence)
    return Decision(
        given=answer.answer is not None,
        reason=_reason(found, answer, held, model.threshold),
        confidence=lens.confidence.right(evidence),
        held=held,
        threshold=model.threshold,
        model={
            "named": "of questions that name a course",
            "partly": "of questions that say a part of its title",
            "meant": "of questions about a course that they do not name",
            "described": "of questions that describe one",
        }[name],
        evidence=dict(zip(FEATURES, evidence.numbers().tolist(), strict=True)),
        pull={
            **{name: weight * evidence.number(name) for name, weight in model.held.weights.items()},
            "bias": model.held.bias,
        },
    )


def _reason(found: Considered, answer: Answer, held: float, threshold: float) -> str:
    """One sentence for what decided."""
    codes = found.understood.codes
    if answer.answer is not None:
        return f"given: held with {held:.2f} of {threshold:.2f}"
    if codes and not any(code.courses for code in codes):
        return f"refused: no course has the code {codes[0].code}"
    if not len(found.ranking.order):
        return "refused: no course is left"
    if found.saying.answer is None:
        return f"refused: {answer.note or 'nothing of the course answers it'}"
    return f"refused: hardly in this catalogue, {held:.2f} of {threshold:.2f}"


def _line(text: str, most: int) -> str:
    """The text in one line, cut."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _plain(one: Any) -> dict[str, Any]:
    """A dataclass as JSON, its numbers rounded."""
    return {name: _simple(value) for name, value in asdict(one).items()}


def _simple(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {name: _simple(one) for name, one in value.items()}
    return list(value) if isinstance(value, tuple) else value
