"""What is asked of one course, now that it is found: which of its fields and sections, and of which courses beside it.

In: a question understood, the ranking, the passages of the first course. Out: `OfOne`, from which the answer is told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from courselens.course import Course
from courselens.dataset.types import Passage
from courselens.encode import Vectors
from courselens.search.also import Also
from courselens.search.concerns import Concern, concerns_of
from courselens.search.conditions import Condition
from courselens.search.contacts import CONTACTS, asks_address_of, with_address
from courselens.search.decide import TOLD, Asked, asks, decide, names_a_topic
from courselens.search.excerpt import writes
from courselens.search.field import Fit, choose_field, openness
from courselens.search.following import SECTION as PREREQUISITES
from courselens.search.instead import Instead, instead
from courselens.search.lexical import query_words
from courselens.search.naming import needed
from courselens.search.people import section_on_lecturer
from courselens.search.places import words_of
from courselens.search.query import Understood
from courselens.search.rank import SATURATION, Parts, Ranking
from courselens.search.rows import rows_asked
from courselens.search.saying import (
    Saying,
    asks_in_english,
    asks_whether_in_year,
)
from courselens.search.sections import labelled
from courselens.search.sentences import by_sentence, no_sentence, say_sentences
from courselens.search.several import by_clauses, by_each, group_of, left_over, settled, stated
from courselens.search.stored import Index
from courselens.search.teller import Teller
from courselens.search.telling import date_or_amount, telling
from courselens.search.tokens import words
from courselens.search.translation import english_of_any
from courselens.search.unstated import asks_of_groups_for_one
from courselens.search.vocabulary import frame_words

TWO = 2
AHEAD = 0.3
"""Score by which the first course must lead to be the one that is asked about."""
SOME = 0.25
"""Share of its title that must be said."""
REMEMBERED = 40_000
"""Passages of which is kept what they tell."""
SURE = 0.6
"""Probability from which a course's name is taken to be asked for."""
NAMES = ("title", "title_en", "code")
"""Fields that name a course."""
WRITTEN_TO = ("lecturer", "further")
"""What is asked by who wants to write to somebody."""
OF_PEOPLE = ("lecturer", None)
"""What seems to be asked where it is asked who a lecturer is."""
INSTEAD = {"department": "study_board", "study_board": "department"}
"""Where a course has no such field, the one that answers nearly the same."""


def asks_of_the_first(understood: Understood, ranking: Ranking) -> bool:
    """Whether a question asks something of the first course, some words of whose title it says, and no other course is
    nearly as good: `which negotiations are simulated in the diplomatic clinic`.
    """
    order, score = ranking.order.tolist(), ranking.score
    alone = len(order) > 0 and (len(order) < TWO or float(score[order[0]] - score[order[1]]) >= AHEAD)
    asking = words_of("which") | words_of("asking_who")
    if understood.text.endswith("?"):  # `how firms choose suppliers` describes a course
        asking = asking | words_of("question_words_only") | words_of("yes_no")
    if not alone or understood.plural or not any(word.text in asking for word in understood.told):
        return False
    return any(one.course == order[0] and one.cover >= SOME for one in understood.titles)


@dataclass(frozen=True, slots=True)
class OfOne:
    """What is asked of the first course: all that is `wanted`, the `sentences` that tell some of it, how well its
    passages fit; further courses that are named (`also`) with what is said of them (`beside`); what is said of clauses
    that ask for no field in so many words (`halves`).
    """

    asked: Asked
    ranking: Ranking
    wanted: tuple[Asked, ...] = ()
    sentences: tuple[Saying, ...] = ()
    fits: Sequence[Fit] = ()
    beside: tuple[Saying, ...] = ()
    also: tuple[int, ...] = ()
    other: Instead | None = None
    untold: float = 0.0
    halves: tuple[Saying, ...] = ()


class AboutOne:
    """Reads what is asked of single courses of one index; `course` and `passage` give them by number, `fields` are
    those that any course has.
    """

    def __init__(
        self,
        index: Index,
        course: Callable[[int], Course],
        passage: Callable[[int], Passage],
        teller: Teller,
        also: Also,
        fields: frozenset[str],
    ) -> None:
        self.index = index
        self.course = course
        self.passage = passage
        self.teller = teller
        self.also = also
        self.fields = fields
        self.dated = lru_cache(maxsize=REMEMBERED)(lambda place: date_or_amount(self.passage(place).text))
        self.told = lru_cache(maxsize=REMEMBERED)(self._tells)

    def read(
        self,
        understood: Understood,
        asked: Asked,
        ranking: Ranking,
        vectors: Vectors,
        kept: Sequence[Condition],
        since: tuple[int, ...] | None,
    ) -> OfOne:
        """What is asked of the first course and of those that are named beside it, and what is said of the latter;
        `since` are years whose edition the first one is compared with.
        """
        number = int(ranking.order[0])
        concerns = concerns_of(understood.beside)
        parts = ranking.parts
        fits, fitting = self._fits(understood, number, vectors[0], parts, concerns)
        untold = self._untold(asked, fits, concerns)
        asked = self._described(self._field(asked, understood, number, fits, untold, concerns), understood, number)
        untold = 0.0 if asked.field == CONTACTS and self.course(number).contacts else untold
        ranking = replace(ranking, parts=fitting)
        asking = self._told_by_sentences(asked, understood, number)
        own = vectors[1 : understood.asking_texts]
        each = settled(asked, by_each(understood, own, self.index.asked_model, self.fields, asking))
        left = left_over(asked, each, understood)
        several = by_clauses(asked, each, asking, left)
        wanted = several or stated(asked, understood) or (asked,)
        sentences = sorted(self._sentences(number, asking), key=lambda one: one.field != asked.field)
        if sentences:
            before = asked.field == PREREQUISITES and PREREQUISITES in self.teller.has(number)
            wanted, untold = several or ((asked,) if before and not understood.clauses else ()), 0.0
            if wanted and before and any(one.field == PREREQUISITES for one in sentences):
                asking, sentences = {}, []
        asked = wanted[0] if wanted else asked
        if len(wanted) == 1:
            wanted = with_address(asked, understood, self.course(number)) or wanted
        held = (self.teller.held(number, one.field) for one in wanted)
        also = self.also.before(number, since) if since is not None else []
        also = also or self.also.named(understood, ranking, {one for one in held if one})
        beside: list[Saying] = []
        for one in also:
            its = replace(ranking, parts=self._fits(understood, one, vectors[0], parts, concerns)[1])
            beside += self._sentences(one, asking)
            beside += [self.teller.say(understood, field, its, kept, number=one, compared=True) for field in wanted]
        if sentences:
            field = sentences[0].field or asked.field
            shares = {field: TOLD} if field and understood.codes else asked.shares
            asked = replace(asked, field=field, share=TOLD, elsewhere=0.0, shares=shares)
        other = None if also else self.instead_of(understood, number)
        halves = [self._half(understood, number, clause, vectors, parts, kept, ranking) for clause in left]
        groups = {group_of(one.field) for one in wanted}
        told = tuple(one for one in halves if one.field is None or group_of(one.field) not in groups)
        return OfOne(asked, ranking, wanted, tuple(sentences), fits, tuple(beside), tuple(also), other, untold, told)

    def _half(
        self,
        understood: Understood,
        number: int,
        clause: str,
        vectors: Vectors,
        parts: Parts,
        kept: Sequence[Condition],
        ranking: Ranking,
    ) -> Saying:
        """What is said of course `number` where `clause` is all that is asked."""
        vector = vectors[1 + understood.clauses.index(clause)]
        alone = replace(understood, frame=clause, beside=clause, clauses=())
        concerns = concerns_of(clause)
        fits, fitting = self._fits(alone, number, vector, parts, concerns)
        asked = decide(alone, self.index.asked_model.probabilities(clause, vector), self.fields)
        untold = self._untold(asked, fits, concerns)
        asked = self._field(asked, alone, number, fits, untold, concerns)
        return self.teller.say(alone, asked, replace(ranking, parts=fitting), kept, number=number)

    def surely(self, read: OfOne) -> bool:
        """Whether what was `read` is a section that is asked, or surely a fact."""
        fact = read.asked.field in self.course(int(read.ranking.order[0])).fields
        return not fact or read.asked.share >= SURE

    def _told_by_sentences(self, asked: Asked, understood: Understood, number: int) -> dict[str, tuple[Concern, ...]]:
        """The clauses of a question, or all of it, that sentences of course `number` answer, with what they ask."""
        if no_sentence(asked, understood, self.course(number)):
            return {}
        asking = {one: by_sentence(one) for one in understood.clauses or (understood.beside,)}
        return {one: told for one, told in asking.items() if told and self._sentences(number, {one: told})}

    def _sentences(self, number: int, asking: Mapping[str, tuple[Concern, ...]]) -> list[Saying]:
        """The sentences of course `number` that answer what is `asking`."""
        if not asking:
            return []
        passages = ((place, self.passage(place)) for place in range(*map(int, self.index.first[number : number + 2])))
        concerns = [one for asked in asking.values() for one in asked]
        return say_sentences(self.course(number), passages, concerns)

    def instead_of(self, understood: Understood, number: int) -> Instead | None:
        """What the question says instead of a word of the title of course `number`."""
        course = self.course(number)
        lecturers = {word.text for value in course.values("lecturer") for word in words(str(value))}

        def beside(word: str) -> bool:
            mended = words(self.index.asked_model.mend(word))
            if word in lecturers | words_of("giving") or any(one.text in frame_words() for one in mended):
                return True
            told = query_words(f"{word} {english_of_any(word)}")
            return bool(self.index.course_lexical.scores(told, number, number + 1)[0])

        taken = [(code.start, code.end) for code in understood.codes]
        taken += [(one.start, one.end) for one in understood.found.conditions] + needed(understood.text)
        titles = filter(None, (course.title, course.title_en))
        return instead(understood.text, titles, self.index.names, beside, taken)

    def _fits(
        self, understood: Understood, number: int, vector: Vectors, parts: Parts, concerns: Sequence[Concern]
    ) -> tuple[list[Fit], Parts]:
        """How well the passages of course `number` fit what is asked of it: the words beside its name, `vector` (d,),
        that of the frame, and the `concerns`; and `parts` with that.
        """
        first, end = map(int, self.index.first[number : number + 2])
        beside = understood.asking(lecturers=self.course(number).values("lecturer"))
        words = self.index.lexical.scores(beside, first, end)
        reach = SATURATION * sum(map(self.index.lexical.rarity, beside))
        shares = words / reach if reach else words
        cosine = (self.index.vectors[first:end] @ vector).tolist()
        fields = [self.index.asked_names[one] for one in self.index.asked[first:end].tolist()]
        told = [tuple(one.weight * self.told(one, place) for one in concerns) for place in range(first, end)]
        facts = self.index.fact[first:end].tolist()
        fits = list(map(Fit, fields, facts, cosine, words.tolist(), shares.tolist(), told))
        detail = self.index.asked_model.detail(understood.frame, vector)
        scores = telling(understood.frame, fits, detail, lambda row: self.dated(first + row))
        return fits, parts.fitting(first, fits, scores)

    def _tells(self, concern: Concern, place: int) -> bool:
        """Whether a passage tells it, but for what many courses share and the title, which stands in every passage."""
        passage = self.passage(place)
        if passage.kind == "chunk":
            return bool(self.index.vectors[place].any()) and concern.told_by(passage.text.partition("\n")[2])
        return concern.told_by(passage.text.replace(self.course(self.index.owner(place)).title, " "))

    def _untold(self, asked: Asked, fits: Sequence[Fit], concerns: Sequence[Concern]) -> float:
        """How likely something practical is asked that the course whose passages fit so tells nowhere."""
        missing = any(one.sure and not any(fit.told[place] for fit in fits) for place, one in enumerate(concerns))
        return openness(asked.shares, fits) if missing else 0.0

    def _field(
        self,
        asked: Asked,
        understood: Understood,
        number: int,
        fits: Sequence[Fit],
        untold: float,
        concerns: Sequence[Concern],
    ) -> Asked:
        """The field asked, now that course `number` is known, whose passages fit so well."""
        if names_a_topic(understood):
            return replace(asked, field=None)
        called = labelled(understood.frame, (one.field for one in fits), self.index.labels)
        called = called or self.teller.sections.required(understood, number)
        if called:
            return replace(asked, field=called, share=TOLD, elsewhere=0.0)
        chosen = choose_field(asked, understood.frame, fits, untold)
        if asks_address_of(understood, asked.shares, understood.frame):
            return replace(asked, field=CONTACTS, share=TOLD, elsewhere=0.0)
        if self._of_exam(understood, number, chosen, concerns):
            return replace(chosen, field="exam", share=TOLD, elsewhere=0.0)
        if chosen.field in OF_PEOPLE:
            own = map(self.passage, self.index.passages_of(number))
            section = section_on_lecturer(understood, self.course(number), own)
            chosen = replace(chosen, field=section, share=TOLD, elsewhere=0.0) if section else chosen
        unlikely = chosen.share < SURE and not understood.codes
        if chosen.field in NAMES and unlikely:  # `a course on VAT` asks for no title
            chosen = replace(chosen, field=None)
        return replace(chosen, field=self._answering(chosen.field, understood, number, {one.field for one in fits}))

    def _of_exam(self, understood: Understood, number: int, chosen: Asked, concerns: Sequence[Concern]) -> bool:
        """Whether a row of the examination of course `number` tells what is asked, of it or else told nowhere."""
        course, untold = self.course(number), chosen.field is None and chosen.elsewhere > 0.5
        if untold and asks_of_groups_for_one(understood.beside, course):
            return True
        told = untold or any(one.of_exam for one in concerns)
        return told and bool(rows_asked(course, concerns, ()))

    def _described(self, asked: Asked, understood: Understood, number: int) -> Asked:
        """`asked`, or a topic where a course that is not named would be asked for what it does not have, and not in so
        many words: a `beginner class for swing` describes one.
        """
        held = asked.field in (None, CONTACTS) or self.teller.held(number, asked.field) in self.teller.has(number)
        return asked if held or understood.named or asks(understood) else replace(asked, kind="topic", field=None)

    def _answering(self, name: str | None, understood: Understood, number: int, held: Collection[str]) -> str | None:
        """The field or section of course `number`, which has those `held`, that answers a question for `name`."""
        if name in WRITTEN_TO and writes(understood):
            return self.teller.sections.contact(number) or (name if name in held else "lecturer")
        if name == "start" and asks_whether_in_year(understood):
            return "year"
        if name == "code" and understood.codes and len(self.course(number).codes) < 2:
            return "title"  # `which course is behind the number 8,276?`
        if name == "title" and "title_en" in held and asks_in_english(understood):
            return "title_en"
        instead = INSTEAD.get(name or "")
        return instead if name not in held and instead in held else name
