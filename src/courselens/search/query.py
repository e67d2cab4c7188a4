"""What a question means, without a language model: which course, which field or section, which conditions.

In: a question and an opened index. Out: `Understood`. Codes and titles are found by their words; the rest of the
question, with the course's name replaced by a placeholder, says what is asked; conditions are read where a question
asks for courses, or where a code stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from courselens.course import Value
from courselens.encode import well_formed
from courselens.search.amounts import follows
from courselens.search.clauses import clauses, of_nouns
from courselens.search.codes import CodeMention
from courselens.search.comparing import pair
from courselens.search.compounds import parted
from courselens.search.conditions import Condition, ConditionParser, Found
from courselens.search.framing import framed, inside, joined_on, title_spans
from courselens.search.lexical import guess_language, query_words
from courselens.search.names import MAYBE, NAMED, TitleMention
from courselens.search.naming import (
    ALL_SAID,
    COMPLETE,
    FULL,
    TIED,
    asked_of,
    besides_needed,
    by_the_way,
    is_needed,
    is_number,
    named_beside,
    numbered,
    of_first_clause,
    tied,
    titles_of,
)
from courselens.search.places import words_of
from courselens.search.plural import announced, asks_before, asks_for_courses, asks_last, beside_title
from courselens.search.stored import Index
from courselens.search.tokens import Word, fold, words
from courselens.search.translation import english, topic_language
from courselens.search.vocabulary import MENTION, asking_words, collapse, either_as_written, stop_words
from courselens.search.wishes import OpenTo, open_to_in, to_the_point, undemanding_in, unwanted_in, wished_in

LONGEST = 2_000
"""Characters of a question that are looked at."""
ENCODED = 300
"""Characters of a text of a question that are encoded: more than twice the longest question of the exams. A pasted page
takes a third of the time that it took with `LONGEST`; its words are all searched for."""
APART = 0.25
"""Strength by which a title said in full must lead for nothing but its own words to say which course is meant."""
COURSE = "course"
_NOT_THIS = re.compile(
    r"\b(?:not|nicht|ikke) (?:the|das|der|die|den|dem|det) (?:[\w-]+ ){1,3}?(?:one|course|class|kurs|seminar|kursus)\b",
    re.IGNORECASE,
)
"""Another course than the one meant: `derivatives (not the python one)`."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A question understood by its words alone.

    `text` is the question, cut and with single spaces; `frame` the text with the course's name replaced, `beside` the
    same with the words of a topic kept where a question is asked in so many words, `clauses` its parts where several
    things are asked of a course; `topic` the text without conditions and words of asking for courses, `bare` the text
    without any word of asking (empty where that is all or nothing), `told_language` is None where no word tells the
    `language`, `in_english` its terms in English where it is in another language; `topical`
    whether a word is left that neither asks nor says a condition, `plural` whether it asks for courses; `year_named`
    whether a year is a condition; `unwanted` is a topic that courses are not to be about, `undemanding` tells that they
    are to ask for nothing before, `open_to` whom they are for; `text` says none of it any more. `others` are further
    courses than the first that are named by title; `titled` are the places in `text` of the words of the best one.
    """

    question: str
    text: str
    language: str
    told_language: str | None
    told: tuple[Word, ...]
    codes: tuple[CodeMention, ...]
    titles: tuple[TitleMention, ...]
    frame: str
    beside: str
    clauses: tuple[str, ...]
    topic: str
    bare: str
    in_english: str
    topical: bool
    plural: bool
    found: Found
    year_named: bool
    unwanted: str = ""
    undemanding: bool = False
    open_to: OpenTo | None = None
    others: tuple[TitleMention, ...] = ()
    titled: tuple[tuple[int, int], ...] = ()

    @property
    def named(self) -> bool:
        """Whether a course is named, by code or by a title that fits well."""
        return bool(self.codes) or self.strength >= NAMED

    @property
    def limited(self) -> bool:
        """Whether what courses are not to be about, or whom they are for, is all that is said beside conditions."""
        return self.open_to is not None or (bool(self.unwanted) and not self.topical)

    @property
    def strength(self) -> float:
        """Strength of the best title."""
        return self.titles[0].strength if self.titles else 0.0

    @property
    def coded(self) -> list[int]:
        """The courses of the codes."""
        return [course for code in self.codes for course in code.courses]

    @property
    def texts(self) -> list[str]:
        """What is encoded: what is asked, then what is searched for."""
        return [text[:ENCODED] for text in (self.frame, *self.clauses, *self.searched)]

    @property
    def asking_texts(self) -> int:
        """How many of `texts` say what is asked."""
        return 1 + len(self.clauses)

    @property
    def searched(self) -> list[str]:
        """The texts that are searched for.

        Of a course that is named, the frame says what is asked and the words without asking which course: the whole
        question beside them changed one answer in 124 either way, and cost more than both.
        """
        whole = not (self.named and not self.plural and self.bare)
        searched = [self.topic if self.plural and self.topic else self.text] if whole else []
        return [*searched, *(text for text in (self.bare, self.in_english) if text)]

    @property
    def wanted(self) -> list[str]:
        """The words that are searched for."""
        return query_words(" ".join([self.topic if self.plural else self.text, self.in_english]))

    def wanted_but(self, conditions: Sequence[Condition]) -> list[str]:
        """`wanted` without the words that say the `conditions`."""
        said = {word for one in conditions for word in query_words(self.text[one.start : one.end])}
        return [word for word in self.wanted if word not in said]

    @property
    def wanted_bare(self) -> list[str]:
        """The words that are searched for where a field of a course is asked that is only described."""
        return query_words(" ".join([self.bare or self.text, self.in_english]))

    def asking(self, lecturers: Sequence[Value]) -> list[str]:
        """The words beside the course's name, as they stand and in English, but for those of conditions and names of
        its `lecturers`, which say which course is meant; the name of another one is asked after.
        """
        beside = self.frame.replace(MENTION, " ")
        names = set(lecturers)
        its = [one for one in self.found.conditions if one.field != "lecturer" or names & {*one.values}]
        said = [self.text[one.start : one.end] for one in its]
        known = {word.text for text in (*said, *map(str, lecturers)) for word in words(text)}
        told = [word for word in query_words(beside) if fold(word) not in known]
        return [*told, *(english(beside, self.told_language) if self.told_language in ("de", "da") else ())]


def understand(question: str, index: Index, parser: ConditionParser) -> Understood:
    """Read `question` by its words. Never fails, whatever the text."""
    question = well_formed(question)
    text = to_the_point(" ".join(question[:LONGEST].split()))
    text, open_to = open_to_in(text)
    text, undemanding = undemanding_in(text, parser)
    text, unwanted = unwanted_in(text, parser)
    text = parted(wished_in(text), index.names.words, parser.meanings)
    told = words(text)
    numbers = [(one.start, one.end) for one in parser.numbers(text)]
    codes = [code for code in index.names.codes.find(text, told) if not is_number(code, index.names, told, numbers)]
    codes = asked_of(told, [code for code in codes if not by_the_way(code, index.names, told)])
    spans = [(code.start, code.end) for code in codes]
    others = [found.span() for found in _NOT_THIS.finditer(text)]
    free = [word for word in told if not inside(word, [*spans, *numbers, *others])]
    if not asks_for_courses(told) and is_needed(index.names, told, codes):
        codes, spans = [], []
    own = free
    titles, free = titles_of(index.names, text, free)
    if not codes:
        titles, free = besides_needed(index.names, text, titles, free)
        titles, free = of_first_clause(index.names, text, titles, free)
    compared = None if codes else pair(index.names, text, free, titles)
    if compared:
        titles = [*compared, *(one for one in titles if one.course not in {other.course for other in compared})]
    if titles and titles[0].strength >= NAMED and not any(map(index.names.codes.may_have, codes)):
        codes, spans = [], []  # `is a TI-30 allowed in Derivatives?`
    plural = asks_for_courses(beside_title(own, free, titles)) and not asks_last(text, free, titles)
    series = not codes and (not titles or titles[0].cover < COMPLETE) and parser.series.said(text, told) is not None
    plural = plural and not asks_before(free, titles) and not announced(text, free, titles)
    plural = plural or bool(unwanted) or series
    if numbers and not codes and not plural:
        titles, free = numbered(index.names, told, numbers, titles, free)
    coded = {course for code in codes for course in code.courses}
    first = next((one for one in titles if not coded or one.course in coded), None)
    best = first if first and first.strength >= max(MAYBE, titles[0].strength - TIED) else None
    title = title_spans(text, free, best) if best else []
    if best and best.cover < FULL and not plural:
        title = joined_on(text, own, title)
    rivals = compared[1:] if compared else tuple(named_beside(titles, best, told, free))
    also = [span for one in rivals for span in title_spans(text, free, one)]
    named = [*spans, *title, *also]
    found = parser.parse(text, taken=spans if plural else named, named=named)
    spoken = best is not None and (best.cover >= COMPLETE or best.whole)
    if best and not spoken and any(one.field == "department" for one in found.conditions):
        found = parser.parse(text, taken=spans, named=named)  # the title's words are those of the department
    elif title and not plural and len(tied(titles)) > 1:
        found = _with_versions(found, parser.parse(_as_course(text, title), taken=spans))
    if best and best.cover >= FULL and not plural:
        size = sum(free[place].text not in stop_words() for place in best.places if place < len(free))
        found = _without_department(found, title, size, spoken=spoken)
    told_apart = [] if compared else _told_apart(index, titles, found, text, [*spans, *title])
    dated = _dated(found, text, named, whether=any(word.text in words_of("yes_no") for word in told[:1]))
    now = _now(text, named) if codes or best else []
    frame = framed(text, sorted([*named, *dated, *now, *told_apart, *others]))
    told_language = guess_language(frame)
    language = told_language or "en"
    frame = beside = index.asked_model.mend(frame)
    if not codes and not compared and (best is None or best.strength < NAMED):
        frame = collapse(frame)
        asks = text.endswith("?") or any(word.text in words_of("yes_no") for word in told[:1])
        beside = beside if asks else frame
    topic = _topic(text, told, [*spans, *((one.start, one.end) for one in found.conditions)])
    whole = title if best is not None and best.whole else []
    kept = title if best is not None and best.strength >= NAMED else whole
    said = bool(title) and best is not None and best.cover >= COMPLETE and best.said >= ALL_SAID
    full = (whole or said) and _leads(titles)
    bare = "" if plural else " ".join(text[start:end] for start, end in title) if full else _bare(text, told, kept)
    parts = clauses(frame) if codes or best or (MENTION in frame and not plural) else ()
    return Understood(
        question=question,
        text=text,
        language=language,
        told_language=told_language,
        told=tuple(told),
        codes=tuple(codes),
        titles=tuple(titles),
        frame=frame,
        beside=beside,
        clauses=parts if codes or best else of_nouns(parts),
        topic=topic,
        bare=bare if bare != text else "",
        in_english=" ".join(english(bare or topic, topic_language(topic, told_language))),
        topical=any(_topical(word, found) for word in told),
        plural=plural,
        found=found,
        year_named=any(one.field == "year" for one in found.conditions),
        unwanted=unwanted,
        undemanding=undemanding,
        open_to=open_to,
        others=rivals,
        titled=tuple(title),
    )


def _as_course(text: str, title: Sequence[tuple[int, int]]) -> str:
    """`text` with the title's place taken by the word `course`: `the English Reporting & Auditing`."""
    for start, end in title:
        text = text[:start] + COURSE[: end - start].ljust(end - start) + text[end:]
    return text


def _with_versions(found: Found, versions: Found) -> Found:
    """`found` with the conditions on further fields that `versions` has."""
    fields = {one.field for one in found.conditions}
    further = [one for one in versions.conditions if one.field not in fields]
    return Found(tuple(sorted((*found.conditions, *further), key=lambda one: one.start)), found.ignored)


def _without_department(found: Found, title: Sequence[tuple[int, int]], size: int, *, spoken: bool) -> Found:
    """`found` without a department all of whose words are among the `size` ones of a `title`: `film studies intro`; the
    only words of it are those of the department, unless it is `spoken` in full.
    """

    def its(one: Condition) -> bool:
        inner = any(start <= one.start and one.end <= end for start, end in title)
        return one.field == "department" and inner and (spoken or len(words(one.said)) < size)

    return Found(tuple(one for one in found.conditions if not its(one)), found.ignored)


def _told_apart(
    index: Index, titles: Sequence[TitleMention], found: Found, text: str, named: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Spans of conditions that say which of several courses of one title is meant, unless nothing else is asked:
    `prerequisites of Reporting & Auditing (English)`.
    """
    years = [one.mask(index.facts) for one in found.conditions if one.field == "year"]
    courses = [course for course in tied(titles) if all(mask[course] for mask in years)]
    if len(courses) < 2:
        return []
    masks = [
        (one, one.mask(index.facts)[courses]) for one in found.conditions if one.field not in ("year", "exam_form")
    ]
    telling = [(one.start, one.end) for one, mask in masks if mask.any() and not mask.all()]
    small = stop_words() | words_of("courses") | words_of("taught")
    asks = any(word.text not in small and not inside(word, [*named, *telling]) for word in words(text))
    return telling if asks else []


def _dated(found: Found, text: str, named: Sequence[tuple[int, int]], *, whether: bool) -> list[tuple[int, int]]:
    """Spans of years that belong to a name before them; not those that are asked about (`whether` it is so): `was
    Logic in 2021?`.
    """
    years = [(one, follows(text, one.start, named)) for one in found.conditions if one.field == "year"]
    return [
        (one.start - len(between), one.end)
        for one, between in years
        if between is not None and not (whether and any(map(str.isalpha, between)))
    ]


def _now(text: str, named: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The span of the term in which one asks (`this spring`), which says nothing of what is asked, unless it is asked
    whether or when there is the course.
    """
    found = _this_term().search(text)
    if found is None or any(start < found.end() and found.start() < end for start, end in named):
        return []
    small = stop_words() | words_of("now_offered")
    rest = (word for word in words(text) if not inside(word, [*named, found.span()]))
    return [found.span()] if any(word.text not in small for word in rest) else []


@lru_cache(maxsize=1)
def _this_term() -> re.Pattern[str]:
    now, terms = either_as_written("now"), either_as_written("now_terms")
    return re.compile(rf"\b(?:(?:in|im|for|during|i)\s+)?(?:{now})\s+(?:{terms})\b", re.IGNORECASE)


def _topic(text: str, told: Sequence[Word], spans: Sequence[tuple[int, int]]) -> str:
    """The words of the text that are neither a condition, a code nor a word of asking for courses."""
    asking = words_of("courses") | words_of("asking_some") | words_of("taught") | words_of("units") | stop_words()
    asking |= words_of("something") | words_of("wishing") | words_of("opinions")
    kept = [word for word in told if not inside(word, spans) and word.text not in asking]
    return " ".join(text[word.start : word.end] for word in kept)


def _topical(word: Word, found: Found) -> bool:
    """Whether the word names or describes: it neither asks nor says a condition."""
    said = {one.field for one in found.conditions}
    if (word.text in words_of("offering") and "department" in said) or (
        word.text in words_of("grades") and "level" in said
    ):
        return False
    small = asking_words() | words_of("counting")
    if found.conditions:
        small |= words_of("wishing") | words_of("negation") | words_of("opinions")
        small |= words_of("only") | words_of("courses") | words_of("copula") | words_of("taking_place")
        small |= words_of("listing")
        if said & {"exam_form", "exam_rule"}:
            small |= words_of("assessing")
    return word.text not in small and not inside(word, [(one.start, one.end) for one in found.conditions])


def _bare(text: str, told: Sequence[Word], title: Sequence[tuple[int, int]]) -> str:
    """The words of the text that name or describe rather than ask, those of a whole `title` among them, with the small
    words between two of them.
    """
    places = [place for place, word in enumerate(told) if word.text not in asking_words() or inside(word, title)]
    kept = [
        place
        for place, word in enumerate(told)
        if place in places or (word.text in stop_words() and place - 1 in places and place + 1 in places)
    ]
    return " ".join(text[told[place].start : told[place].end] for place in kept)


def _leads(titles: Sequence[TitleMention]) -> bool:
    """Whether no second title is named nearly as well as the first."""
    return len(titles) < 2 or titles[0].strength - titles[1].strength >= APART
