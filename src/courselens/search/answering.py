"""One question through understanding, ranking and lookup.

In: an opened index, an encoder and a question. Out: `Considered`: all that was found, from which the lens makes an
answer and calibration learns how sure it may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from courselens.encode import Vectors
from courselens.search.about_one import AboutOne, OfOne, asks_of_the_first
from courselens.search.also import Also, changed_since
from courselens.search.answer import Reference
from courselens.search.conditions import Condition, ConditionParser, Found
from courselens.search.confidence import Evidence, evidence_of
from courselens.search.contacts import CONTACTS, person_to_write_to
from courselens.search.decide import TOLD, Asked, applied, decide
from courselens.search.facts import Mask
from courselens.search.following import asks_what_follows, beside_codes, following
from courselens.search.instead import Instead
from courselens.search.narrowing import Narrowing
from courselens.search.people import asks_after, told_of_person
from courselens.search.places import words_of
from courselens.search.query import Understood, understand
from courselens.search.rank import Near, Ranking, measure, rank
from courselens.search.saying import (
    NOTHING,
    Saying,
    no_code,
    say_following,
    say_person,
    say_which,
)
from courselens.search.stored import Index
from courselens.search.teller import ALIASES, Teller
from courselens.search.vocabulary import asking_words

MOST = 10
NAMED_AFTER = 8
"""Courses that are named as those that ask for another one."""
REMEMBERED = 4096
"""Courses, and passages, kept parsed."""


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
        self.one = AboutOne(index, self.course, self.passage, self.teller, self.also, self.fields)

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
        elif asked.kind != "course" and asks_after(understood):  # nobody says who that is, but what they teach
            asked = replace(asked, kind="courses", field=None, elsewhere=0.0)
        found, own = self.narrowing.dated(understood, applied(understood, asked), asked)
        if understood.year_named and not any(one.field == "year" for one in found.conditions):
            understood = replace(understood, year_named=False)  # the newest, then
        start = self.narrowing.start(understood, given, hidden) & self.narrowing.apart(understood, asked) & own
        current = self.narrowing.current(understood, asked)
        start = start & current if (start & current).any() else start
        if person is not None:
            start &= np.arange(self.index.courses) == self.index.owner(person.place)
        follows = person is None and asks_what_follows(understood)
        after = self._first(understood) if follows else None
        if after is not None and not understood.codes and self.one.instead_of(understood, after):
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
            start, understood, found = self._opened(start, understood, found)
        allowed, kept, relaxed = self.narrowing.narrowed(start, found.conditions)
        told, terms = near, understood.wanted
        if asked.kind == "course" and not understood.named and understood.bare:  # its facts would match every course's
            told, terms = near.of_rows(1), understood.wanted_bare
        elif asked.kind == "course" and understood.named:
            terms = understood.wanted_but(understood.found.conditions)  # `X, fall or spring?`: no course has both
        parts = measure(self.index, understood, told, terms, hidden, passages=asked.kind != "course")
        ranking = rank(self.index, understood, asked, parts, allowed, most=most)
        one, found_as = OfOne(asked, ranking), asked.kind
        spotted = asked.kind == "topic" and person is None and asks_of_the_first(understood, ranking)
        if (asked.kind == "course" or spotted) and len(ranking.order):
            read = self.one.read(understood, replace(asked, kind="course"), ranking, vectors, kept, since)
            if not spotted or self.one.surely(read):
                one = read
                asked, ranking = one.asked, one.ranking
        thought = [
            word.text for word in understood.told if asked.kind == "courses" and word.text in words_of("opinions")
        ]
        ignored = tuple(dict.fromkeys((*found.ignored, *(each.said for each in relaxed), *thought)))
        silent = all(said in thought or self.parser.untold(said) for said in ignored)
        compared, beside = bool(one.also), list(one.beside)
        said = [
            *one.sentences,
            *(
                self.teller.say(understood, each, ranking, kept, unmet=ignored, untold=silent, compared=compared)
                for each in (one.wanted if one.sentences else one.wanted or (asked,))
            ),
        ]
        of_facts = all(each.value and "\n" not in str(each.answer) for each in said)  # a passage may tell it as well
        if all(each.answer for each in said):
            said += [each for each in one.halves if each.answer or of_facts]
        if person is not None and len(ranking.order):
            said = [
                say_person(understood, self.course(self.index.owner(person.place)), person, self.passage(person.place))
            ]
        if asked.kind == "course" and self._of_none(understood):
            said = [say_which(asked.field, understood.language)]
        if after is not None or next_ones:
            said = [self._say_following(understood, after, asked_for, ranking, any_next=bool(next_ones))]
        if compared:
            said, beside = self.teller.compared(understood, asked, ranking, kept, said, beside, one.also)
        unknown = [code.code for code in understood.codes if not code.courses]
        if unknown and understood.coded:
            said[0] = replace(said[0], note=said[0].note or no_code(unknown[0], understood.language))
        saying, *further = sorted(said, key=lambda one: one.answer is None)  # what is held comes first
        saying = replace(saying, note=next((each.note for each in said if each.note), None))
        if one.fits and len(said) == 1 and not compared:
            behind = self.teller.elsewhere(understood, saying, int(ranking.order[0]), one.fits)
            if behind and saying.answer is None:
                saying, asked = behind, replace(asked, field=behind.field, elsewhere=0.0)
            else:
                further += [behind] if behind else []
        coverage = parts.coverage(int(ranking.order[0])) if len(ranking.order) else 0.0
        evidence = evidence_of(
            understood,
            replace(asked, kind="courses" if written_to else found_as),  # as sure as the course was found
            ranking,
            coverage,
            self.fields,
            kept=bool(kept or given or next_ones or understood.limited),
            other=one.other,
            untold=one.untold,
            beside=one.also,
        )
        kept = (*given, *kept)
        return Considered(understood, asked, kept, ignored, ranking, saying, (*further, *beside), evidence, one.other)

    def _opened(self, start: Mask, understood: Understood, found: Found) -> tuple[Mask, Understood, Found]:
        """The courses of `start` that are open to whom they are to be; where no course tells it, that is ignored."""
        wanted = understood.open_to
        if wanted is None:
            return start, understood, found
        opened, told = self.narrowing.opened(start, wanted)
        if opened.any():
            return opened, replace(understood, open_to=told), found
        return start, replace(understood, open_to=None), Found(found.conditions, (*found.ignored, wanted.said))

    def _say_following(
        self, understood: Understood, after: int | None, code: str, ranking: Ranking, *, any_next: bool
    ) -> Saying:
        """The courses that ask for course `after`, or for the unknown `code`, of which there is `any_next`."""
        best = [self.course(one) for one in ranking.order[:NAMED_AFTER].tolist()] if any_next else []
        course = self.course(after) if after is not None else None
        if any_next and not best:
            return NOTHING
        count = int(np.isfinite(ranking.score).sum())
        return say_following(course.name if course else code, course, best, count, understood.language)

    def _of_none(self, understood: Understood) -> bool:
        """Whether a question for one of several courses says nothing of which: `and who teaches it?`."""
        small = asking_words() | {*self.index.asked_names}
        return self.index.courses > 1 and not understood.named and all(one.text in small for one in understood.told)

    def _first(self, understood: Understood) -> int | None:
        """The newest course that the question names by code, else by title."""
        named = understood.coded if understood.codes else [one.course for one in understood.titles[:1]]
        return self.also.newest(named) if named else None
