"""What a question means, without a language model: which course, which field or section, which conditions.

In: a question and an opened index. Out: `Understood`. Codes and titles are found by their words; the rest of the
question, with the course's name replaced by a placeholder, says what is asked; conditions are read where a question
asks for courses, or where a code stands beside them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from courselens.course import Value
from courselens.dataset.glossary import language_of_terms
from courselens.encode import well_formed
from courselens.search.amounts import follows
from courselens.search.clauses import clauses
from courselens.search.codes import CodeMention
from courselens.search.conditions import ConditionParser, Found
from courselens.search.framing import framed, inside, joined_on, title_spans
from courselens.search.lexical import guess_language, query_words
from courselens.search.names import MAYBE, NAMED, Names, TitleMention
from courselens.search.places import words_of
from courselens.search.plural import asks_before, asks_for_courses, asks_last, beside_title
from courselens.search.stored import Index
from courselens.search.tokens import Word, fold, words
from courselens.search.translation import english, in_english
from courselens.search.vocabulary import MENTION, asking_words, collapse, conditions, stop_words

LONGEST = 2_000
"""Characters of a question that are looked at."""
ENCODED = 300
"""Characters of a text of a question that are encoded: more than twice the longest question of the exams. A pasted page
takes a third of the time that it took with `LONGEST`; its words are all searched for."""
BETTER = 0.1
"""Strength by which a title must fit better in English than as the question is worded."""
ALL_SAID = 0.7
"""Share of the question's own words that a title explains from which it is not looked for in English."""
COMPLETE = 0.99
"""Share of a title from which all of it is said."""
NEARLY_COMPLETE = 0.9
"""The same for two titles between which a question chooses."""
APART = 0.25
"""Strength by which a title said in full must lead for nothing but its own words to say which course is meant."""
COURSE = "course"
_NOT_THIS = re.compile(
    r"\b(?:not|nicht|ikke) (?:the|das|der|die|den|dem|det) (?:[\w-]+ ){1,3}?(?:one|course|class|kurs|seminar|kursus)\b",
    re.IGNORECASE,
)
"""Another course than the one meant: `derivatives (not the python one)`."""
TIED = 0.01
"""Strength within which titles fit equally well."""
MUCH = 4
"""Words of a topic beside what looks like a code, from which it is none."""
FULL = 0.8
"""Share of a title that must be said for a condition beside it to be a question: `derivatives 3 credits`."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A question understood by its words alone.

    `text` is the question, cut and with single spaces; `frame` the text with the course's name replaced, `beside` the
    same with the words of a topic kept where a question is asked in so many words, `clauses` its parts where several
    things are asked of a course; `topic` the text without conditions and words of asking for courses, `bare` the text
    without any word of asking (empty where that is all or nothing), `told_language` is None where no word tells the
    `language`, `in_english` its terms in English where it is in another language; `topical`
    whether a word is left that neither asks nor says a condition, `plural` whether it asks for courses; `year_named`
    whether a year is a condition; `unwanted` is a topic that courses are not to be about, and `undemanding` tells
    that they are to ask for nothing before; `text` says neither any more.
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

    @property
    def named(self) -> bool:
        """Whether a course is named, by code or by a title that fits well."""
        return bool(self.codes) or self.strength >= NAMED

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

    @property
    def wanted_bare(self) -> list[str]:
        """The words that are searched for where a field of a course is asked that is only described."""
        return query_words(" ".join([self.bare or self.text, self.in_english]))

    def asking(self, lecturers: Sequence[Value]) -> list[str]:
        """The words beside the course's name, as they stand and in English, but for those of conditions and names of
        `lecturers`, which say which course is meant.
        """
        beside = self.frame.replace(MENTION, " ")
        said = [self.text[one.start : one.end] for one in self.found.conditions]
        known = {word.text for text in (*said, *map(str, lecturers)) for word in words(text)}
        told = [word for word in query_words(beside) if fold(word) not in known]
        return [*told, *(english(beside, self.told_language) if self.told_language in ("de", "da") else ())]


def understand(question: str, index: Index, parser: ConditionParser) -> Understood:
    """Read `question` by its words. Never fails, whatever the text."""
    question = well_formed(question)
    text = to_the_point(" ".join(question[:LONGEST].split()))
    text, unwanted = _unwanted(text, parser)
    text, undemanding = _undemanding(text)
    told = words(text)
    numbers = [(one.start, one.end) for one in parser.numbers(text)]
    codes = [code for code in index.names.codes.find(text, told) if not _is_number(code, index.names, told, numbers)]
    codes = _asked_of(told, [code for code in codes if not _by_the_way(code, index.names, told)])
    spans = [(code.start, code.end) for code in codes]
    others = [found.span() for found in _NOT_THIS.finditer(text)]
    free = [word for word in told if not inside(word, [*spans, *numbers, *others])]
    if _needed(index.names, told, codes):
        codes, spans = [], []
    own = free
    titles, free = _titles(index.names, text, free)
    if not codes:
        titles, free = _besides_needed(index.names, text, titles, free)
    if titles and titles[0].strength >= NAMED and not any(map(index.names.codes.may_have, codes)):
        codes, spans = [], []  # `is a TI-30 allowed in Derivatives?`
    plural = asks_for_courses(beside_title(own, free, titles)) and not asks_last(text, free, titles)
    plural = (plural and not asks_before(free, titles)) or bool(unwanted)
    if numbers and not codes and not plural:
        titles, free = _numbered(index.names, told, numbers, titles, free)
    coded = {course for code in codes for course in code.courses}
    first = next((one for one in titles if not coded or one.course in coded), None)
    best = first if first and first.strength >= max(MAYBE, titles[0].strength - TIED) else None
    title = title_spans(text, free, best) if best else []
    if best and best.cover < FULL and not plural:
        title = joined_on(text, own, title)
    also = [span for one in named_beside(titles, best, told) for span in title_spans(text, free, one)]
    named = [*spans, *title, *also]
    found = parser.parse(text, taken=spans if plural else named, named=named)
    if best and best.cover < COMPLETE and any(one.field == "department" for one in found.conditions):
        found = parser.parse(text, taken=spans, named=named)  # the title's words are those of the department
    elif title and not plural and len(tied(titles)) > 1:
        found = _with_versions(found, parser.parse(_as_course(text, title), taken=spans))
    told_apart = _told_apart(index, titles, found, text, [*spans, *title])
    dated = _dated(found, text, named, whether=any(word.text in words_of("yes_no") for word in told[:1]))
    frame = framed(text, sorted([*named, *dated, *told_apart, *others]))
    told_language = guess_language(frame)
    language = told_language or "en"
    frame = beside = index.asked_model.mend(frame)
    if not codes and (best is None or best.strength < NAMED):
        frame = collapse(frame)
        asks = text.endswith("?") or any(word.text in words_of("yes_no") for word in told[:1])
        beside = beside if asks else frame
    topic = _topic(text, told, [*spans, *((one.start, one.end) for one in found.conditions)])
    whole = title if best is not None and best.whole else []
    kept = title if best is not None and best.strength >= NAMED else whole
    said = bool(title) and best is not None and best.cover >= COMPLETE and best.said >= ALL_SAID
    full = (whole or said) and _leads(titles)
    bare = "" if plural else " ".join(text[start:end] for start, end in title) if full else _bare(text, told, kept)
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
        clauses=clauses(frame) if codes or (best and best.strength >= NAMED) else (),
        topic=topic,
        bare=bare if bare != text else "",
        in_english=" ".join(english(bare or topic, _topic_language(topic, told_language))),
        topical=any(_topical(word, found) for word in told),
        plural=plural,
        found=found,
        year_named=any(one.field == "year" for one in found.conditions),
        unwanted=unwanted,
        undemanding=undemanding,
    )


def to_the_point(text: str) -> str:
    """`text` without what leads up to the question: `hello, could you tell me …`. All of it where nothing follows."""
    while found := _polite().match(text):
        if not any(letter.isalnum() for letter in text[found.end() :]):
            break
        text = text[found.end() :]
    return text


def _unwanted(text: str, parser: ConditionParser) -> tuple[str, str]:
    """`text` without a topic that is not wanted, and that topic: `finance courses but not derivatives`. Conditions that
    are denied stay.
    """
    found = _denying(courses=False).search(text)
    if found is None and (brief := _denying(courses=True).search(text)):
        before = words(text[: brief.start()])
        few = sum(word.text not in asking_words() for word in before) < MUCH
        asking = words_of("question_words_only") | words_of("how") | words_of("yes_no")
        asks = text.endswith("?") or any(word.text in asking for word in before[:1])
        found = brief if asks_for_courses(words(text)) or (few and not asks) else None
    if found is None:
        return text, ""
    read = parser.parse(text)
    within = [one for one in read.conditions if one.start < found.end() and found.start() < one.end]
    denied = any(one.operator == "not" or one.start <= found.start("topic") for one in within)
    end = min((one.start for one in within), default=found.end())
    told = [word for word in words(text[:end]) if word.start >= found.start("topic")]
    while told and told[-1].text in stop_words() | words_of("in"):  # `in` of `derivatives in English`
        told.pop()
    if denied or not told or any(said in found.group() for said in read.ignored):
        return text, ""
    topic = text[told[0].start : told[-1].end]
    rest = " ".join((text[: found.start()] + " " + text[told[-1].end :]).split())
    small = asking_words()
    named = any(map(str.isdigit, topic)) or all(word.text in small for word in told)
    return (text, "") if named or all(word.text in small for word in words(rest)) else (rest, topic)


def _undemanding(text: str) -> tuple[str, bool]:
    """`text` without that courses are to ask for nothing before, and whether it said so."""
    found = _no_prerequisites().search(text) if asks_for_courses(words(text)) else None
    rest = " ".join((text[: found.start()] + text[found.end() :]).split()) if found else text
    return rest, found is not None


@lru_cache(maxsize=1)
def _no_prerequisites() -> re.Pattern[str]:
    said = "|".join(re.escape(one) for one in sorted(conditions()["no_prerequisites"], key=len, reverse=True))
    return re.compile(rf"\b(?:{said})\b", re.IGNORECASE)


@lru_cache(maxsize=2)
def _denying(*, courses: bool) -> re.Pattern[str]:
    """Words that say of what courses are not to be, and that topic, to the end of the clause; more of them where
    `courses` are asked for.
    """
    told = [*conditions()["denying"], *(conditions()["denying_courses"] if courses else ())]
    said = "|".join(re.escape(one) for one in sorted(told, key=len, reverse=True))
    return re.compile(rf"(?<![\s,;])[\s,;]+(?:{said})\s+(?P<topic>[^,;.?!]+)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _polite() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(conditions()['polite'])})(?![\w-])[\s,;:!.–-]*", re.IGNORECASE)


def _titles(names: Names, text: str, told: list[Word]) -> tuple[list[TitleMention], list[Word]]:
    """The titles that `told` may name, and the words that their places count: in English where those fit better
    (`Digitale Plattformen` names Digital Platforms).
    """
    titles = names.find_titles(told)
    strength = titles[0].strength if titles else 0.0
    known = strength >= FULL and (titles[0].whole or titles[0].said >= ALL_SAID)
    language = "en" if known else _topic_language(text, guess_language(text))
    if language == "en":
        return titles, told
    least = max(NAMED, strength + BETTER)
    for synonym in range(2):
        translated = in_english(text, told, language, synonym=synonym)
        found = names.find_titles(translated)
        if found and found[0].strength >= least:
            return found, translated
    return titles, told


def _numbered(
    names: Names,
    told: list[Word],
    numbers: Sequence[tuple[int, int]],
    titles: list[TitleMention],
    free: list[Word],
) -> tuple[list[TitleMention], list[Word]]:
    """`titles` and `free` as they are, or with a title in full whose number seemed to be a condition: `strategy 2
    credits` asks for the credits of Strategy II.
    """
    whole = names.find_titles(told)
    full = bool(whole) and whole[0].cover >= COMPLETE and (not titles or titles[0].cover < COMPLETE)
    if full and any(inside(told[place], numbers) for place in whole[0].places):
        return whole, told
    return titles, free


def tied(titles: Sequence[TitleMention]) -> list[int]:
    """The courses whose titles fit as well as the best one."""
    least = max(titles[0].strength - TIED, NAMED) if titles else NAMED
    return [one.course for one in titles if one.strength >= least]


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


def named_beside(
    titles: Sequence[TitleMention], first: TitleMention | None, told: Sequence[Word]
) -> list[TitleMention]:
    """Further titles that are said in full beside the `first`, in other words of the question `told`: where it compares
    or chooses, in some others, as in `History of Finance or of Insurance`.
    """
    chooses = any(word.text in words_of("comparing") | words_of("choosing") for word in told)
    least = NEARLY_COMPLETE if chooses else COMPLETE
    found: list[TitleMention] = []
    if first is None or first.cover < least:
        return found
    taken = set(first.places)
    for one in titles:
        own = {*one.places} - taken
        apart = own if chooses else len(one.places) > 1 and len(own) == len({*one.places})
        if one.cover >= least and apart:
            found.append(one)
            taken |= own
    return found


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


def _needed(names: Names, told: Sequence[Word], codes: Sequence[CodeMention]) -> bool:
    """Whether the courses of the `codes` are asked of as needed for another one: `do I need MATH 244 for Topology?`,
    `topology - is MATH 244 needed`, `topology without MATH 244`.
    """
    needing, asking = words_of("needing"), words_of("yes_no")
    ahead = [word for word in told if codes and word.end <= codes[0].start]
    behind = [word for word in told if codes and word.start >= codes[-1].end]
    after = {word.text for word in behind[:3]}
    linking = [
        place
        for place, word in enumerate(behind[:3], 1)
        if word.text in words_of("needed_for") and not (place > 1 and behind[place - 2].text in asking)  # `do i need`
    ]
    needs = [place for place, word in enumerate(ahead) if word.text in needing | words_of("lacking")]
    if needs and needs[-1] >= len(ahead) - 2:
        ahead = ahead[: needs[-1]]
    elif ahead and ahead[-1].text in asking and after & needing:
        ahead = ahead[:-1]
    elif not (linking and after & needing):
        return False
    coded = {course for code in codes for course in code.courses}
    for part in (behind[linking[0] :] if linking else behind, ahead):
        titles = names.find_titles(part)
        if titles and titles[0].strength >= NAMED and titles[0].course not in coded:
            return True
    return False


def _besides_needed(
    names: Names, text: str, titles: list[TitleMention], told: list[Word]
) -> tuple[list[TitleMention], list[Word]]:
    """`titles` and `told` as they are, or without what is asked to be needed where the rest names a course better: of
    `how much maths for central banking` the last two words.
    """
    spans = needed(text)
    rest = [word for word in told if not inside(word, spans)]
    if len(rest) == len(told):
        return titles, told
    found, free = _titles(names, text, rest)
    better = found and found[0].strength >= max(MAYBE, titles[0].strength if titles else 0.0)
    return (found, free) if better else (titles, told)


def needed(text: str) -> list[tuple[int, int]]:
    """The spans of what a question asks to be needed for something: `german` in `do i need german for`."""
    return [found.span("needed") for found in _needing().finditer(text)]


@lru_cache(maxsize=1)
def _needing() -> re.Pattern[str]:
    asking, linking = (
        "|".join(re.escape(one) for one in sorted(map(str, conditions()[name]), key=len, reverse=True))
        for name in ("needing_some", "needed_for_some")
    )
    return re.compile(rf"\b(?:{asking})\s+(?P<needed>\w[\w +#-]{{0,40}}?)\s+(?:{linking})\b", re.IGNORECASE)


def _asked_of(told: Sequence[Word], codes: list[CodeMention]) -> list[CodeMention]:
    """Of several codes those that no word of needing stands before: of `MATH 244 without MATH 126` the first, of
    `must I take MATH 126 before MATH 244` the second.
    """
    needs = words_of("needing") | words_of("lacking")
    ahead = {word.text for word in told if codes and word.end <= codes[0].start}
    later = {after.start for before, after in itertools.pairwise(told) if before.text in words_of("coming_next")}
    if ahead & (needs | words_of("taking_first")) and not later.isdisjoint(code.start for code in codes[1:]):
        return [code for code in codes if code.start in later]
    needed = {after.start for before, after in itertools.pairwise(told) if before.text in needs}
    return [code for code in codes if code.start not in needed] or codes


def _by_the_way(code: CodeMention, names: Names, told: Sequence[Word]) -> bool:
    """Whether what looks like a code is of no subject of the catalogue, and much else is said: `a visit to the KARE 11
    studio`.
    """
    if code.courses or not _subject(code) or _subject(code) in names.codes.subjects:
        return False
    beside = [word for word in told if word.text not in asking_words() and not inside(word, [(code.start, code.end)])]
    return len(beside) >= MUCH


def _is_number(code: CodeMention, names: Names, told: Sequence[Word], numbers: Sequence[tuple[int, int]]) -> bool:
    """Whether what looks like a code is a number of credits or a term (`ECTS 15`, `FS25`), or a department and a level
    (`history, 200 level`).
    """
    following = next((word.text for word in told if word.start >= code.end), "")
    if following in words_of("level_units") and code.code.endswith("00"):
        return True
    crosses = any(start < code.end and code.start < end for start, end in numbers)
    return crosses and not code.courses and _subject(code) not in names.codes.subjects


def _subject(code: CodeMention) -> str:
    """The letters that a code begins with, folded."""
    found = re.match(r"[^\W\d_]*", fold(code.code))
    return found.group() if found else ""


def _topic(text: str, told: Sequence[Word], spans: Sequence[tuple[int, int]]) -> str:
    """The words of the text that are neither a condition, a code nor a word of asking for courses."""
    asking = words_of("courses") | words_of("asking_some") | words_of("taught") | words_of("units") | stop_words()
    asking |= words_of("something") | words_of("wishing")
    kept = [word for word in told if not inside(word, spans) and word.text not in asking]
    return " ".join(text[word.start : word.end] for word in kept)


def _topical(word: Word, found: Found) -> bool:
    """Whether the word names or describes: it neither asks nor says a condition."""
    said = {one.field for one in found.conditions}
    if (word.text in words_of("offering") and "department" in said) or (
        word.text in words_of("grades") and "level" in said
    ):
        return False
    return word.text not in asking_words() and not inside(word, [(one.start, one.end) for one in found.conditions])


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


def _topic_language(topic: str, language: str | None) -> str:
    """The language of bare words: that of the question unless its letters (`ä`, `ß`, `ø`) or its words tell."""
    if language in (None, "en") and re.search(r"[äöüß]", topic.lower()):
        return "de"
    if language in (None, "en") and re.search(r"[æøå]", topic.lower()):
        return "da"
    return language or language_of_terms(topic) or "en"
