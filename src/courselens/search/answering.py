"""One question through understanding, ranking and lookup.

In: an opened index, an encoder and a question. Out: `Considered`: all that was found, from which the lens makes an
answer and calibration learns how sure it may be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from courselens.encode import Vectors
from courselens.search.also import Also, changed_since
from courselens.search.answer import Reference
from courselens.search.concerns import Concern, concerns_of
from courselens.search.conditions import Condition, ConditionParser, Found
from courselens.search.confidence import Evidence, evidence_of
from courselens.search.contacts import CONTACTS, asks_address_of, person_to_write_to, with_address
from courselens.search.decide import TOLD, Asked, applied, asks, decide, names_a_topic
from courselens.search.excerpt import writes
from courselens.search.facts import Mask
from courselens.search.field import Fit, choose_field, openness
from courselens.search.following import SECTION as PREREQUISITES
from courselens.search.following import asks_what_follows, beside_codes, following
from courselens.search.instead import Instead, instead
from courselens.search.lexical import query_words
from courselens.search.naming import needed
from courselens.search.narrowing import Narrowing
from courselens.search.people import told_of_person
from courselens.search.places import words_of
from courselens.search.query import Understood, understand
from courselens.search.rank import SATURATION, Near, Parts, Ranking, measure, rank
from courselens.search.rows import rows_asked
from courselens.search.saying import (
    NOTHING,
    Saying,
    asks_in_english,
    asks_whether_in_year,
    no_code,
    say_following,
    say_person,
    say_which,
)
from courselens.search.sections import labelled
from courselens.search.sentences import by_sentence, no_sentence, say_sentences
from courselens.search.several import by_clauses, stated
from courselens.search.stored import Index
from courselens.search.teller import ALIASES, Teller
from courselens.search.telling import date_or_amount, telling
from courselens.search.tokens import words
from courselens.search.translation import english_of_any
from courselens.search.unstated import asks_of_groups_for_one
from courselens.search.vocabulary import asking_words, frame_words

MOST = 10
NAMED_AFTER = 8
"""Courses that are named as those that ask for another one."""
REMEMBERED = 4096
"""Courses, and passages, kept parsed."""
SURE = 0.6
"""Probability from which a course's name is taken to be asked for."""
NAMES = ("title", "title_en", "code")
"""Fields that name a course."""
WRITTEN_TO = ("lecturer", "further")
"""What is asked by who wants to write to somebody."""
INSTEAD = {"department": "study_board", "study_board": "department"}
"""Where a course has no such field, the one that answers nearly the same."""


@dataclass(frozen=True, slots=True)
class Considered:
    """Everything that was found for a question; `further` says what else was asked of the same course, and what of
    further courses, `instead` what the question says in the place of a word of the first one's title.
    """

    understood: Understood
    asked: Asked
    kept: tuple[Condition, ...]
    ignored: tuple[str, ...]
    ranking: Ranking
    saying: Saying
    further: tuple[Saying, ...]
    evidence: Evidence
    instead: Instead | None = None


class Answerer:
    """Considers questions about one index."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.parser = ConditionParser(index.facts, frozenset(index.names.words))
        held = {*index.facts.fields, *index.asked_names}
        self.fields = frozenset({*held, *(name for name, ways in ALIASES.items() if held & {*ways})})
        self.course = lru_cache(maxsize=REMEMBERED)(index.course)
        self.reference = lru_cache(maxsize=REMEMBERED)(lambda number: Reference.of(self.course(number)))
        self.passage = lru_cache(maxsize=REMEMBERED)(index.passage)
        self.narrowing = Narrowing(index, self.course, self.passage)
        self.teller = Teller(index, self.course, self.passage)
        self.also = Also(index, self.course)
        self.tells = lru_cache(maxsize=10 * REMEMBERED)(lambda place: date_or_amount(self.passage(place).text))
        self.told = lru_cache(maxsize=10 * REMEMBERED)(self._told)

    def understand(self, question: str) -> Understood:
        """Read the question by its words; its `texts` are to be encoded for `consider`."""
        return understand(question, self.index, self.parser)

    def consider(
        self,
        understood: Understood,
        vectors: Vectors,
        *,
        given: Sequence[Condition] = (),
        hidden: Mask | None = None,
        most: int = MOST,
        near: Near | None = None,
    ) -> Considered:
        """Decide, rank and look up. `vectors` are those of `understood.texts`; `given` conditions always hold;
        `hidden` (courses,) are as if they were not in the catalogue; `near` are the cosines of what is searched for,
        where they are known already.
        """
        since = changed_since(understood)
        if since is not None:  # the newest edition, then, beside that one
            rest = tuple(one for one in understood.found.conditions if one.field != "year")
            understood = replace(understood, found=Found(rest, understood.found.ignored), year_named=False)
        near = near or Near.of(self.index, vectors[understood.asking_texts :])
        shares = self.index.asked_model.probabilities(understood.frame, vectors[0])
        asked = decide(understood, shares, self.fields)
        written_to = person_to_write_to(understood)
        person = None if written_to else told_of_person(self.index, self.passage, understood, asked, near)
        if written_to:
            asked = replace(asked, kind="course", field=CONTACTS, elsewhere=0.0, shares={"lecturer": TOLD})
            understood = replace(understood, topical=False)
        if person is not None:
            asked = replace(asked, kind="topic", field=None, elsewhere=0.0)
        found, own = self.narrowing.dated(understood, applied(understood, asked), asked)
        if understood.year_named and not any(one.field == "year" for one in found.conditions):
            understood = replace(understood, year_named=False)  # the newest, then
        start = self.narrowing.start(understood, given, hidden) & self.narrowing.apart(understood, asked) & own
        if person is not None:
            start &= np.arange(self.index.courses) == self.index.owner(person.place)
        follows = person is None and asks_what_follows(understood)
        after = self._first(understood) if follows else None
        if after is not None and not understood.codes and self._instead(understood, after):
            follows, after = False, None  # of another part of a course, which is not here
        next_ones = following(self.index, self.passage, understood, after) if follows else []
        asked_for = understood.codes[0].code if understood.codes else ""
        if next_ones:
            asked = replace(asked, kind="courses", field=None, elsewhere=0.0)
            kept_beside = beside_codes(understood)
            understood = replace(understood, codes=(), titles=(), topical=False)
            found, these = Found(kept_beside, ()), np.isin(np.arange(self.index.courses), next_ones)
            start = self.narrowing.start(understood, given, hidden) & these
        if asked.kind != "course":
            fulfilling = self.narrowing.wanted(start, understood)
            if fulfilling.any():
                start = fulfilling
            else:  # what none fulfils is not said to be fulfilled
                understood = replace(understood, unwanted="", undemanding=False)
        allowed, kept, relaxed = self.narrowing.narrowed(start, found.conditions)
        told, terms = near, understood.wanted
        if asked.kind == "course" and not understood.named and understood.bare:  # its facts would match every course's
            told, terms = near.of_rows(1), understood.wanted_bare
        elif asked.kind == "course" and understood.named:
            terms = understood.wanted_but(understood.found.conditions)  # `X, fall or spring?`: no course has both
        parts = measure(self.index, understood, told, terms, hidden, passages=asked.kind != "course")
        ranking = rank(self.index, understood, asked, parts, allowed, most=most)
        wanted: tuple[Asked, ...] = ()
        sentences: list[Saying] = []
        fits: Sequence[Fit] = ()
        beside: list[Saying] = []
        also: list[int] = []
        other, untold = None, 0.0
        if asked.kind == "course" and len(ranking.order):
            number = int(ranking.order[0])
            concerns = concerns_of(understood.beside)
            fits, fitting = self._fits(understood, number, vectors[0], parts, concerns)
            untold = self._untold(asked, fits, concerns)
            asked = self._field(asked, understood, number, fits, untold, concerns)
            asked = self._described(asked, understood, number)
            untold = 0.0 if asked.field == CONTACTS and self.course(number).contacts else untold
            ranking = replace(ranking, parts=fitting)
            asking = self._told_by_sentences(asked, understood, number)
            several = by_clauses(
                asked,
                understood,
                vectors[1 : understood.asking_texts],
                self.index.asked_model,
                self.fields,
                asking,
            )
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
            other = None if also else self._instead(understood, number)
            for one in also:
                its = replace(ranking, parts=self._fits(understood, one, vectors[0], parts, concerns)[1])
                beside += self._sentences(one, asking)
                beside += [self.teller.say(understood, field, its, kept, number=one, compared=True) for field in wanted]
            if sentences:
                asked = replace(asked, field=sentences[0].field, share=TOLD, elsewhere=0.0)
        thought = [
            word.text for word in understood.told if asked.kind == "courses" and word.text in words_of("opinions")
        ]
        ignored = tuple(dict.fromkeys((*found.ignored, *(one.said for one in relaxed), *thought)))
        silent = all(one in thought or self.parser.untold(one) for one in ignored)
        compared = bool(also)
        said = [
            *sentences,
            *(
                self.teller.say(understood, one, ranking, kept, unmet=ignored, untold=silent, compared=compared)
                for one in (wanted if sentences else wanted or (asked,))
            ),
        ]
        if person is not None and len(ranking.order):
            said = [
                say_person(understood, self.course(self.index.owner(person.place)), person, self.passage(person.place))
            ]
        if asked.kind == "course" and self._of_none(understood):
            said = [say_which(asked.field, understood.language)]
        if after is not None or next_ones:
            best = [self.course(one) for one in ranking.order[:NAMED_AFTER].tolist()] if next_ones else []
            course = self.course(after) if after is not None else None
            name = course.name if course else asked_for
            count = int(np.isfinite(ranking.score).sum())
            filtered = bool(next_ones) and not best
            said = [NOTHING if filtered else say_following(name, course, best, count, understood.language)]
        if compared:
            said, beside = self.teller.compared(understood, asked, ranking, kept, said, beside, also)
        unknown = [code.code for code in understood.codes if not code.courses]
        if unknown and understood.coded:
            said[0] = replace(said[0], note=said[0].note or no_code(unknown[0], understood.language))
        saying, *further = sorted(said, key=lambda one: one.answer is None)  # what is held comes first
        saying = replace(saying, note=next((one.note for one in said if one.note), None))
        if fits and len(said) == 1 and not also:
            behind = self.teller.elsewhere(understood, saying, int(ranking.order[0]), fits)
            if behind and saying.answer is None:
                saying = behind
            else:
                further += [behind] if behind else []
        coverage = parts.coverage(int(ranking.order[0])) if len(ranking.order) else 0.0
        evidence = evidence_of(
            understood,
            replace(asked, kind="courses") if written_to else asked,  # as sure as whose courses they are
            ranking,
            coverage,
            self.fields,
            kept=bool(kept or given or next_ones),
            other=other,
            untold=untold,
            beside=also,
        )
        kept = (*given, *kept)
        return Considered(understood, asked, kept, ignored, ranking, saying, (*further, *beside), evidence, other)

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

    def _of_none(self, understood: Understood) -> bool:
        """Whether a question for one of several courses says nothing of which: `and who teaches it?`."""
        small = asking_words() | {*self.index.asked_names}
        return self.index.courses > 1 and not understood.named and all(one.text in small for one in understood.told)

    def _first(self, understood: Understood) -> int | None:
        """The newest course that the question names by code, else by title."""
        named = understood.coded if understood.codes else [one.course for one in understood.titles[:1]]
        return self.also.newest(named) if named else None

    def _instead(self, understood: Understood, number: int) -> Instead | None:
        """What the question says instead of a word of the title of course `number`."""
        course = self.course(number)
        lecturers = {word.text for value in course.values("lecturer") for word in words(str(value))}

        def beside(word: str) -> bool:
            mended = words(self.index.asked_model.mend(word))
            if word in lecturers or any(one.text in frame_words() for one in mended):
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
        scores = telling(understood.frame, fits, detail, lambda row: self.tells(first + row))
        return fits, parts.fitting(first, fits, scores)

    def _told(self, concern: Concern, place: int) -> bool:
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
