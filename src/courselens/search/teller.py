"""What is said of the courses that were found: the sentence, its value, the passages that it stands on.

In: a question understood, what is asked of it, the ranking. Out: `Saying`. Which course and which field is decided in
`answering.py`; the words are those of `saying.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from courselens.course import Course
from courselens.dataset.types import Passage
from courselens.dataset.wording import language_of
from courselens.search.concerns import concerns_of
from courselens.search.conditions import Condition
from courselens.search.contacts import CONTACTS, say_address
from courselens.search.decide import Asked
from courselens.search.excerpt import ADDRESS, LONGEST, writes
from courselens.search.field import Fit
from courselens.search.framing import inside
from courselens.search.joined import within
from courselens.search.language_needed import say_needed
from courselens.search.lexical import word_stems
from courselens.search.listing import (
    ALL_NAMED,
    NAMED_COURSES,
    either_of,
    first_of_title,
    is_called,
    named_of,
    speaks_of,
    versions_of,
)
from courselens.search.names import MAYBE
from courselens.search.people import names_said
from courselens.search.places import phrase_pattern, words_of
from courselens.search.plural import counts
from courselens.search.query import Understood
from courselens.search.rank import Ranking, best_passages
from courselens.search.rows import rows_asked
from courselens.search.saying import (
    NOTHING,
    Saying,
    not_said,
    say_courses,
    say_field,
    say_passage,
    say_untold,
    with_facts,
    with_rows,
)
from courselens.search.sections import Sections, asks_required, tells_required
from courselens.search.sentences import say_sentences
from courselens.search.stating import sentence_with_most
from courselens.search.stored import Index
from courselens.search.tokens import fold, words
from courselens.search.unstated import asks_of_groups_for_one, unstated
from courselens.search.verdict import PREREQUISITES, asks_which_first, first_of, verdict
from courselens.search.vocabulary import asking_words
from courselens.search.whole import asks_whole, from_beginning

TWO = 2
MOST = 10
"""Passages of a course that are looked at."""
SHARE = 0.15
MORE = 0.12
"""Share of the words asked that another passage must have, and how much more than the one that is shown."""
MOSTLY = 0.45
"""Share from which a passage answers where the course lacks the field asked: its type, in `(CEMS Elective Course)`."""
TOLD_OF_PARTS = ("duration", "weight", "grouping")
"""What a summary of an examination tells of its parts, each with the words that ask for it."""
IDENTITY = frozenset({"title", "title_en", "code", "codes"})
"""Fields that say nothing of a course but which one it is."""
ALIASES = {
    "ects": ("ects", "credits"),
    "credits": ("credits", "ects"),
    "exam_form": ("exam_form", "exam"),
    "exam": ("exam", "exam_form"),
    "teaching_method": ("teaching_method", "teaching", "content"),
    "teaching": ("teaching", "teaching_method", "content"),
    "content": ("content", "objectives"),
    "objectives": ("objectives", "content"),
    "workload": ("workload", "teaching"),
    "timetable": ("timetable", "teaching", "start"),
    "duration": ("duration", "teaching"),
    "grading_scale": ("grading_scale", "exam", "exam_form"),
}
"""Fields and sections that answer for each other where a course has only one of them."""


def asks_form(understood: Understood) -> bool:
    """Whether the form of an examination is asked for in so many words."""
    return any(word.text in words_of("exam_form_words") for word in understood.told)


class Teller:
    """Says what is found in one index; `course` and `passage` give them by number."""

    def __init__(self, index: Index, course: Callable[[int], Course], passage: Callable[[int], Passage]) -> None:
        self.index = index
        self.course = course
        self.passage = passage
        self.sections = Sections(index, passage)

    def say(
        self,
        understood: Understood,
        asked: Asked,
        ranking: Ranking,
        kept: Sequence[Condition],
        *,
        number: int | None = None,
        unmet: Sequence[str] = (),
        untold: bool = False,
        compared: bool = False,
    ) -> Saying:
        """What is said of the first course, or of course `number`, where it is `compared` with all its facts; `unmet`
        are conditions that none fulfils, `untold` since the catalogue tells none of them of any course.
        """
        unknown = bool(understood.codes) and not any(code.courses for code in understood.codes)
        if not len(ranking.order) or unknown:
            return Saying(None, (), asked.field, None, ())
        if asked.kind != "course":
            if not understood.told:
                return NOTHING
            if unmet and untold and not kept and _nothing_but(understood, unmet):
                return say_untold(unmet, understood.language)
            count = self._count(understood, ranking, kept)
            if 0 < count <= ALL_NAMED:
                good = versions_of(self.index, ranking, self.course)
                count, most = len(good), len(good) if len(good) > count else ALL_NAMED
            elif count:
                good, most = ranking.order.tolist(), NAMED_COURSES
            else:
                either = either_of(understood.told, words(understood.topic))
                good, most = named_of(
                    ranking,
                    lambda one: self._speaks_of(one, understood),
                    lambda one: is_called(self.course(one), either),
                )
            courses = first_of_title([self.course(one) for one in good], most)
            more = len(ranking.order) > 1
            return say_courses(courses, understood, count=count, more=more, unmet=unmet, untold=untold)
        number = int(ranking.order[0]) if number is None else number
        course = self.course(number)
        section = self.sections.contact(number) if asked.field == CONTACTS and not course.contacts else None
        if section:
            asked = replace(asked, field=section)
        if asked.field == CONTACTS:
            return say_address(understood, course, understood.told_language or language_of(course))
        field = self.held(number, asked.field)
        if asked.field is None and asked.elsewhere > 0.5:
            return Saying(None, (), None, course, (), not_said(course, None, understood.language))
        needed = self._language_needed(understood, number) if field == "language" else None
        if needed:
            return needed
        shown = self._shown(understood, number, field)
        places = best_passages(self.index, ranking.parts, [number], most=MOST, field=field or "content")
        passages = tuple((place, self.passage(place)) for place in places)
        if writes(understood):
            passages = tuple(sorted(passages, key=lambda one: not ADDRESS.search(one[1].text)))
        elif field in ("exam", "exam_form"):
            rows = self._rows_asked(understood, course)
            missing = unstated(
                understood.beside, course, map(self.passage, self.index.passages_of(number)), understood.language
            )
            alone = asks_of_groups_for_one(understood.beside, course)
            if rows or missing or alone or not self._detailed(understood, course):
                passages = (*self._summary(number, field), *passages)
            if rows or missing:
                said = say_field(understood, course, field, asked.field, passages, shown)
                return with_rows(said, rows, passages, missing)
        elif asks_required(understood):
            passages = tuple(sorted(passages, key=lambda one: not tells_required(one[1].text)))
        elif field in (None, "content") and not self._detailed(understood, course):
            passages = self._from_the_start(number, passages)
        if compared and asked.field in (None, "content"):
            return with_facts(say_field(understood, course, field, asked.field, passages), course)
        if asks_whole(understood, field, course) and not course.values(field or ""):
            begun = self._begun(number, field)
            if begun:
                return begun
        return say_field(understood, course, field, asked.field, passages, shown)

    def _shown(self, understood: Understood, number: int, field: str | None) -> Callable[[Passage, int], Passage]:
        """How a passage of course `number` is shown that answers `field`: whole; where the form of an examination is
        asked, and not in so many words, its parts, which tell the form and more.
        """
        parts = self._summary(number, "exam") if field == "exam_form" and not asks_form(understood) else ()
        if not parts or not self.course(number).exam:
            return self._whole
        return lambda passage, place: parts[0][1] if passage.field == field else self._whole(passage, place)

    def _language_needed(self, understood: Understood, number: int) -> Saying | None:
        """What course `number` says of a language that is asked to be needed for it."""
        passages = ((place, self.passage(place)) for place in self.index.passages_of(number))
        return say_needed(understood, self.course(number), passages)

    def _speaks_of(self, number: int, understood: Understood) -> bool:
        """Whether course `number` has each word of the topic in its title, or often in its text."""
        told = " ".join(self.passage(place).text for place in self.index.passages_of(number))
        return speaks_of(self.course(number), told, words(understood.topic))

    def _begun(self, number: int, field: str | None) -> Saying | None:
        """The section `field` of course `number` from its beginning; None where it has none."""
        told = [(place, self.passage(place)) for place in self.index.passages_of(number) if not self.index.fact[place]]
        own = [(place, *one.text.partition("\n")) for place, one in told if one.section == field]
        if not own:
            return None
        place, heading = own[0][:2]
        text = from_beginning(heading, [body for _, begins, _, body in own if begins == heading], field)
        return Saying(text, (), field, self.course(number), (place,))

    def _rows_asked(self, understood: Understood, course: Course) -> str:
        """The rows of the course's examination that tell what is asked of it."""
        told = understood.asking(course.values("lecturer"))
        stems = {stem for word in told for stem in word_stems(fold(word))}
        return rows_asked(course, concerns_of(understood.beside), stems)

    def _summary(self, number: int, field: str) -> list[tuple[int, Passage]]:
        """The fact of course `number` that tells all parts of its examination at once."""
        places = (place for place in self.index.passages_of(number) if self.index.fact[place])
        return [(place, passage) for place in places if (passage := self.passage(place)).asked == field]

    def _detailed(self, understood: Understood, course: Course) -> bool:
        """Whether more is asked of a course than what it is about."""
        asking = understood.asking(course.values("lecturer"))
        told = [word for said in asking for word in fold(said).split()]  # `group work` is one of them
        small = asking_words() | words_of("comparing") | words_of("choosing") | words_of("between")
        small |= words_of("handing_in")  # what is to be handed in, the parts of the examination are
        chooses = any(word.text in words_of("choosing") for word in understood.told)
        for name in TOLD_OF_PARTS:
            asked = chooses or name != "grouping"  # `an individual paper` does not ask for it
            if asked and any(getattr(part, name) for part in course.exam):
                small |= words_of(f"exam_{name}")
        small -= words_of("measures")  # how many characters a paper has, no summary tells
        return any(word not in small and len(word) > 1 for word in told)

    def _from_the_start(self, number: int, passages: Sequence[tuple[int, Passage]]) -> tuple[tuple[int, Passage], ...]:
        """`passages` of course `number` behind the first one of its content, which says what it is about."""
        told = ((place, self.passage(place)) for place in range(*map(int, self.index.first[number : number + 2])))
        first = next((one for one in told if one[1].section == "content"), None)
        return (first, *(one for one in passages if one != first)) if first else tuple(passages)

    def _count(self, understood: Understood, ranking: Ranking, kept: Sequence[Condition]) -> int:
        """How many courses fit, one of each group, where nothing but conditions or their number is asked; else 0."""
        if understood.topical or not (kept or understood.limited or counts(understood.told)):
            return 0
        if understood.strength >= MAYBE and not self._of_conditions(understood, kept):
            return 0
        return len(np.unique(self.index.group[np.isfinite(ranking.score)]))

    def _of_conditions(self, understood: Understood, kept: Sequence[Condition]) -> bool:
        """Whether the words of the best title are those of conditions and of asking: `how many film courses are there`,
        where Topics in Film are one of them, or `many` is but a word of asking.
        """
        told = [word for word in understood.told if inside(word, understood.titled)]
        of_conditions = [within(word, kept) for word in told]
        rest = (word.text for word, held in zip(told, of_conditions, strict=True) if not held)
        counted = phrase_pattern("counting").search(" ".join(word.text for word in understood.told))
        return bool(any(of_conditions) or counted) and all(word in asking_words() for word in rest)

    def held(self, number: int, field: str | None) -> str | None:
        """The field itself, or the one that answers for it in course `number`."""
        if field is None:
            return None
        has = self.has(number)
        return next((name for name in ALIASES.get(field, (field,)) if name in has), field)

    def has(self, number: int) -> set[str]:
        """The fields and sections that course `number` has."""
        course = self.course(number)
        answered = self.index.asked[self.index.first[number] : self.index.first[number + 1]].tolist()
        has = {self.index.asked_names[one] for one in answered} | set(course.fields) | {"title", "title_en", "code"}
        return has | {name for name, told in (("exam", course.exam), ("year", course.year)) if told}

    def elsewhere(self, understood: Understood, saying: Saying, number: int, fits: Sequence[Fit]) -> Saying | None:
        """What another passage of course `number`, whose passages fit so, tells of a name that is said, or with many
        more of the words asked than the one that `saying` shows (when a course takes place may stand under `Additional
        information`), or with most of them where the course lacks the field asked.
        """
        first = int(self.index.first[number])
        shown = [fits[place - first] for place in saying.passages if 0 <= place - first < len(fits)]
        best = self._with_name(understood, number, fits)
        if best is None and saying.answer is None and saying.course and saying.field:
            best = max(range(len(fits)), key=lambda place: fits[place].share)
            best = None if fits[best].share < MOSTLY or fits[best].field in IDENTITY else best
            if best is None:
                return self._stated(understood, number)
        elif best is None and saying.answer is None and saying.course and saying.note:
            return self._by_sentence(understood, number)
        elif best is None and shown and not any(one.fact for one in shown):
            best = max((place for place, one in enumerate(fits) if not one.fact), key=lambda place: fits[place].share)
            best = None if fits[best].share < max(SHARE, max(one.share for one in shown) + MORE) else best
        if best is None or first + best in saying.passages:
            return None
        return say_passage(understood, self.course(number), first + best, self.passage(first + best))

    def _stated(self, understood: Understood, number: int) -> Saying | None:
        """The sentence of course `number` that has what is asked in it; None where none has."""
        course = self.course(number)
        passages = ((place, self.passage(place)) for place in self.index.passages_of(number))
        told = sentence_with_most(understood, course, passages, self.index.lexical.rarity)
        if told is None:
            return None
        return Saying(f"{told.heading}\n{told.sentence}", (), self.passage(told.place).asked, course, (told.place,))

    def _by_sentence(self, understood: Understood, number: int) -> Saying | None:
        """The sentences of course `number` that surely tell what is asked; None where none does."""
        concerns = [one for one in concerns_of(understood.beside) if one.sure and one.by_sentence]
        passages = ((place, self.passage(place)) for place in self.index.passages_of(number))
        return next(iter(say_sentences(self.course(number), passages, concerns)), None)

    def _with_name(self, understood: Understood, number: int, fits: Sequence[Fit]) -> int | None:
        """Which of the passages of course `number` has a name that the question says, and fits it best."""
        names = names_said(understood.frame)
        first = int(self.index.first[number])
        told = (place for place, one in enumerate(fits) if names and not one.fact and one.field != "literature")
        held = [place for place in told if any(name in self.passage(first + place).text for name in names)]
        return max(held, key=lambda place: fits[place].share, default=None)

    def _whole(self, passage: Passage, place: int) -> Passage:
        """`passage` with the rest of its section; where that is too long, with signs that more stands there."""
        if passage.kind == "fact" or passage.section == "exam" or len(passage.text) > LONGEST:
            return passage
        heading, _, body = passage.text.partition("\n")
        first, end = map(int, self.index.first[self.index.owner(place) :][:2])
        split = ((other, self.passage(other).text.partition("\n")) for other in range(first, end))
        bodies = {other: text for other, (begins, _, text) in split if begins == heading}
        whole = "\n".join((heading, *bodies.values()))
        if len(whole) <= LONGEST:
            return replace(passage, text=whole)
        before = ("…\n" if body.startswith("- ") else "… ") * (place > min(bodies))
        behind = " …" * (place < max(bodies))
        return replace(passage, text=f"{heading}\n{before}{body}{behind}")

    def compared(
        self,
        understood: Understood,
        asked: Asked,
        ranking: Ranking,
        kept: Sequence[Condition],
        said: list[Saying],
        beside: list[Saying],
        also: Sequence[int],
    ) -> tuple[list[Saying], list[Saying]]:
        """What is said of courses that are compared, what one lacks and another has among it; where the first lacks the
        field asked and none has it, what each is about. Which of two comes first is told by what either asks for.
        """
        numbers = [int(ranking.order[0]), *also]
        if len(numbers) == TWO and asks_which_first(understood):
            wanted = replace(asked, field=PREREQUISITES)
            needed = [self.say(understood, wanted, ranking, kept, number=number) for number in numbers]
            first = first_of(needed[0], needed[1], self.index.names.codes, numbers, understood.language)
            told = [one for one in needed if one.answer]
            if first:
                return [Saying(first, (), PREREQUISITES, told[0].course, told[0].passages)], told
        if said[0].answer is not None:
            beside = [one if one.answer else replace(one, answer=one.note) for one in beside]
        elif any(one.answer for one in beside):
            said = [replace(said[0], answer=said[0].note, note=None), *said[1:]]
        else:
            whole = replace(asked, field=None, elsewhere=0.0)
            leading, *beside = (
                self.say(understood, whole, ranking, kept, number=number, compared=True) for number in numbers
            )
            said = [replace(leading, field=asked.field, note=said[0].note)]
        if len(said) == len(beside) == 1:
            note = said[0].note or verdict(said[0], beside[0], understood)
            if said[0].course and beside[0].course and said[0].course.code == beside[0].course.code:
                said, beside = [_of_year(said[0])], [_of_year(beside[0])]
            said = [replace(said[0], note=note)]
        return said, beside


def _of_year(saying: Saying) -> Saying:
    """`saying` of one of several editions of a course, behind its year."""
    year = saying.course.year if saying.course else None
    dated = year is None or saying.answer is None or year in saying.answer
    return saying if dated else replace(saying, answer=f"{year}: {saying.answer}")


def _nothing_but(understood: Understood, said: Sequence[str]) -> bool:
    """Whether the question for courses says nothing else than what was `said` to be ignored."""
    small = (
        asking_words() | words_of("courses") | words_of("levels") | {word.text for one in said for word in words(one)}
    )
    return all(word.text in small for word in understood.told)
