"""A workspace opened for answering: `ask`, `search` and `encode`, without torch.

In: a workspace's index. Out: answers with their sources. A question is understood by its words, encoded once, ranked,
and answered by looking the field up in the course that it names; where that is not sure enough, the answer is None.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from courselens.course import Value, format_value
from courselens.encode import Encoder, Vectors
from courselens.encode.openvino_packed import QuestionEncoder
from courselens.errors import CourselensError
from courselens.search.answer import Answer, FoundCourse, FoundPassage, Further, Reference
from courselens.search.answering import MOST, Answerer, Considered
from courselens.search.conditions import Condition
from courselens.search.confidence import Confidence
from courselens.search.rank import best_passage, best_passages
from courselens.search.saying import no_code, not_this
from courselens.search.stored import ENCODER, Index, index_folder, open_index


class Lens:
    """Answers questions about one catalogue. Safe for several threads: encoding, the only shared state, is locked."""

    def __init__(self, index: Index, encoder: Encoder, confidence: Confidence | None = None) -> None:
        self.index = index
        self.encoder = encoder
        self.confidence = confidence or Confidence()
        self.answerer = Answerer(index)
        self._lock = threading.Lock()

    @classmethod
    def open(cls, workspace: Path) -> Lens:
        """Open the index of a workspace. Raises CourselensError when there is none or it is damaged."""
        folder = index_folder(workspace)
        return cls(open_index(folder), QuestionEncoder(folder / ENCODER), Confidence.open(folder))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), d), L2-normalised."""
        with self._lock:
            return self.encoder.encode(list(texts))

    def consider(self, question: str, *, given: Sequence[Condition] = (), k: int = MOST) -> Considered:
        """Everything that is found for a question: what an answer is made from, and what explains it."""
        understood = self.answerer.understand(question)
        return self.answerer.consider(understood, self.encode(understood.texts), given=given, most=k)

    def ask(self, question: str, *, k: int = MOST) -> Answer:
        """Answer a question with at most `k` courses and passages.

        Any text gives an Answer; its `answer` is None where the catalogue does not hold it.
        """
        return self._answer(self.consider(question, k=k), k)

    def search(
        self, query: str, *, filters: Mapping[str, Value | Sequence[Value]] | None = None, k: int = MOST
    ) -> Answer:
        """Rank courses and passages for `query`; `filters` are fields with the value or values allowed.

        Raises CourselensError for a field or value that the catalogue does not have.
        """
        given = [self._given(field, value) for field, value in (filters or {}).items()]
        return self._answer(self.consider(query, given=given, k=k), k, searched=True)

    def _given(self, field: str, value: Value | Sequence[Value]) -> Condition:
        facts = self.index.facts
        if field not in facts.fields:
            fields = ", ".join(sorted(facts.fields))
            raise CourselensError("unknown field to filter by", value=field, remedy=f"This catalogue has: {fields}")
        values = (value,) if isinstance(value, (str, int, float)) else tuple(value)
        said = f"{field}={', '.join(format_value(one) for one in values)}"
        if field in facts.numbers:
            try:
                return Condition(field, "is", tuple(float(one) for one in values), said)
            except ValueError as error:
                raise CourselensError("not a number", value=said, where=field, remedy="Give a number") from error
        known = {one.casefold(): one for one in facts.values[field]}
        unknown = [str(one) for one in values if str(one).casefold() not in known]
        if unknown:
            some = ", ".join(list(facts.values[field])[:12])
            raise CourselensError("no course has this value", value=unknown[0], where=field, remedy=f"Known: {some}")
        return Condition(field, "is", tuple(known[str(one).casefold()] for one in values), said)

    def _answer(self, found: Considered, k: int, *, searched: bool = False) -> Answer:
        saying = found.saying
        answer = saying.answer if self.confidence.enough(found.evidence) else None
        known = answer is not None or saying.note is not None
        return Answer(
            question=found.understood.question,
            answer=answer,
            field=saying.field,
            value=saying.value if answer is not None else (),
            confidence=self._sure(found, answer),
            course=Reference.of(saying.course) if saying.course and known else None,
            courses=self._courses(found),
            passages=self._passages(found, k),
            filters=tuple(one.to_dict() for one in found.kept),
            ignored=found.ignored,
            note=saying.note or self._not_this(found, answer),
            searched=searched,
            unclear=saying.unclear,
            further=tuple(
                Further(one.answer, one.field, one.value, Reference.of(one.course))
                for one in (found.further if answer is not None else ())
                if one.answer is not None and one.course is not None
            ),
        )

    def _not_this(self, found: Considered, answer: str | None) -> str | None:
        """That a code is unknown, or what tells a course that is not here from the nearest one."""
        codes = found.understood.codes
        if answer is None and codes and not any(code.courses for code in codes):
            return no_code(codes[0].code, found.understood.language)
        if answer is not None or found.instead is None:
            return None
        nearest = self.answerer.course(int(found.ranking.order[0]))
        return not_this(nearest, found.instead.said, found.understood.language)

    def _sure(self, found: Considered, answer: str | None) -> float:
        """Of an answer, that it is right; without one, that the catalogue does not hold it.

        A course that is found and lacks the field is as sure as the course.
        """
        right = self.confidence.right(found.evidence)
        if answer is not None or (found.saying.note is not None and right > 0.5):
            return right
        return 1.0 - self.confidence.held(found.evidence)

    def _courses(self, found: Considered) -> tuple[FoundCourse, ...]:
        made = []
        for number in map(int, found.ranking.order):
            best = best_passage(self.index, found.ranking.parts, number, found.asked.field)
            text = self.answerer.passage(best).text if best is not None else ""
            course = self.answerer.reference(number)
            made.append(FoundCourse(course, float(found.ranking.score[number]), text))
        return tuple(made)

    def _passages(self, found: Considered, k: int) -> tuple[FoundPassage, ...]:
        one = found.asked.kind == "course"
        about = [int(number) for number in found.ranking.order[: 1 if one else None]]
        places = best_passages(
            self.index, found.ranking.parts, about, most=k, field=found.saying.field if one else None
        )
        made = []
        for position, place in enumerate(places, 1):
            owner = self.index.owner(place)
            score = float(found.ranking.parts.cosine[place])
            course = self.answerer.reference(owner)
            made.append(FoundPassage(position, self.answerer.passage(place), score, course))
        return tuple(made)
