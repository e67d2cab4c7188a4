"""What a question means, without a language model: which course, which field or section, which conditions.

In: a question and an opened index. Out: `Understood`, then `Asked` once the question is encoded. Codes and titles are
found by their words; the rest of the question, with the course's name replaced by a placeholder, says what is asked;
conditions are read where a question asks for courses, or where a code stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from courselens.course import Value
from courselens.dataset.glossary import language_of_terms
from courselens.encode import well_formed
from courselens.search.conditions import Condition, ConditionParser, Found
from courselens.search.lexical import guess_language, query_words
from courselens.search.names import CodeMention, Names, TitleMention
from courselens.search.stored import Index
from courselens.search.tokens import Word, fold, words
from courselens.search.translation import english, in_english
from courselens.search.vocabulary import MENTION, asking_words, collapse, conditions, stop_words

Kind = Literal["course", "courses", "topic"]
"""`course`: about one course. `courses`: asks for courses. `topic`: a description or bare words, best courses first."""

LONGEST = 2_000
"""Characters of a question that are looked at."""
ENCODED = 300
"""Characters of a text of a question that are encoded: more than twice the longest question of the exams. A pasted page
takes a third of the time that it took with `LONGEST`; its words are all searched for."""
NAMED = 0.62
"""Strength from which a title counts as the name of a course."""
MAYBE = 0.5
"""Strength from which a title's words are taken for a name while the rest of the question is read."""
NEARLY = 0.45
"""Strength from which a question for yes or no is about the course of that title: `is evaluating innovation hard`."""
BETTER = 0.1
"""Strength by which a title must fit better in English than as the question is worded."""
COMPLETE = 0.99
"""Share of a title from which all of it is said."""
FULL = 0.8
"""Share of a title that must be said for a condition beside it to be a question: `derivatives 3 credits`."""
LEAST_ASKED = 0.35
"""Probability from which a field or section counts as asked of a course that is named."""
DESCRIBED_ASKED = 0.4
"""Probability of all fields together from which one counts as asked of a course that is only described."""


_BREAK = re.compile(r"[,;:.?!–](?!\d)|\s-\s")
"""Where a clause ends."""

SAME: Mapping[str, str] = {"exam_form": "exam", "credits": "ects"}
"""Fields that a question can hardly tell apart: judged together, the likelier of the two is asked."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A question understood by its words alone.

    `text` is the question, cut and with single spaces; `frame` the text with the course's name replaced; `topic` the
    text without conditions and words of asking for courses, `bare` the text without any word of asking (empty where
    that is all or nothing), `told_language` is None where no word tells the `language`, `in_english` its terms in
    English where it is in another language;
    `topical` whether a word is left that neither asks nor says a condition, `plural` whether it asks for courses;
    `year_named` whether a year is a condition.
    """

    question: str
    text: str
    language: str
    told_language: str | None
    told: tuple[Word, ...]
    codes: tuple[CodeMention, ...]
    titles: tuple[TitleMention, ...]
    frame: str
    topic: str
    bare: str
    in_english: str
    topical: bool
    plural: bool
    found: Found
    year_named: bool

    @property
    def named(self) -> bool:
        """Whether a course is named, by code or by a title that fits well."""
        return bool(self.codes) or self.strength >= NAMED

    @property
    def strength(self) -> float:
        """Strength of the best title."""
        return self.titles[0].strength if self.titles else 0.0

    @property
    def texts(self) -> list[str]:
        """What is encoded: the frame first, then what is searched for.

        Of a course that is named, the frame says what is asked and the words without asking which course: the whole
        question beside them changed one answer in 124 either way, and cost more than both.
        """
        whole = not (self.named and not self.plural and self.bare)
        searched = [self.topic if self.plural and self.topic else self.text] if whole else []
        texts = [self.frame, *searched, *(text for text in (self.bare, self.in_english) if text)]
        return [text[:ENCODED] for text in texts]

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


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the `kind` of question, the field or section (None where it asks for courses or names none).

    `share` is the probability of the likeliest field, `elsewhere` that of something that no catalogue holds, `shares`
    those of everything.
    """

    kind: Kind
    field: str | None
    share: float
    elsewhere: float
    shares: Mapping[str, float]


def understand(question: str, index: Index, parser: ConditionParser) -> Understood:
    """Read `question` by its words. Never fails, whatever the text."""
    question = well_formed(question)
    text = " ".join(question[:LONGEST].split())
    told = words(text)
    numbers = [(one.start, one.end) for one in parser.numbers(text)]
    codes = [code for code in index.names.find_codes(text, told) if code.courses or not _crosses(code, numbers)]
    spans = [(code.start, code.end) for code in codes]
    free = [word for word in told if not _inside(word, [*spans, *numbers])]
    titles, free = _titles(index.names, text, free)
    plural = asks_for_courses(_beside_title(free, titles))
    if numbers and not codes and not plural:
        titles, free = _numbered(index.names, told, numbers, titles, free)
    coded = {course for code in codes for course in code.courses}
    best = titles[0] if titles and titles[0].strength >= MAYBE and (not coded or titles[0].course in coded) else None
    title = _title_spans(text, free, best) if best else []
    found = parser.parse(text, taken=spans if plural else [*spans, *title])
    frame = _framed(text, [*spans, *title])
    told_language = guess_language(frame)
    language = told_language or "en"
    frame = index.asked_model.mend(frame)
    if not codes and (best is None or best.strength < NAMED):
        frame = collapse(frame)
    topic = _topic(text, told, [*spans, *((one.start, one.end) for one in found.conditions)])
    bare = "" if plural else _bare(text, told)
    return Understood(
        question=question,
        text=text,
        language=language,
        told_language=told_language,
        told=tuple(told),
        codes=tuple(codes),
        titles=tuple(titles),
        frame=frame,
        topic=topic,
        bare=bare if bare != text else "",
        in_english=" ".join(english(bare or topic, _topic_language(topic, told_language))),
        topical=any(_topical(word, found) for word in told),
        plural=plural,
        found=found,
        year_named=any(one.field == "year" for one in found.conditions),
    )


def _titles(names: Names, text: str, told: list[Word]) -> tuple[list[TitleMention], list[Word]]:
    """The titles that `told` may name, and the words that their places count: in English where those fit better
    (`Digitale Plattformen` names Digital Platforms).
    """
    titles = names.find_titles(told)
    strength = titles[0].strength if titles else 0.0
    language = _topic_language(text, guess_language(text)) if strength < FULL else "en"
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
    if full and any(_inside(told[place], numbers) for place in whole[0].places):
        return whole, told
    return titles, free


def decide(understood: Understood, shares: Mapping[str, float], held: frozenset[str]) -> Asked:
    """The kind of question and the field asked, from the words and the probabilities of what is asked.

    `held` are the fields and sections that any course has. A description that sounds like another one (`how firms run
    their tax department`) asks for none of those that no course has.
    """
    fields = {name: share for name, share in shares.items() if name not in ("none", "courses", "elsewhere")}
    if not understood.named:
        fields = {name: share for name, share in fields.items() if name in held} or fields
    best = max(fields, key=fields.__getitem__)
    share, elsewhere, none = fields[best], shares.get("elsewhere", 0.0), shares.get("none", 0.0)
    courses = shares.get("courses", 0.0)
    mass = sum(fields.values())
    named = understood.named and (not understood.plural or mass > courses)
    loose = understood.plural or not understood.titles or understood.titles[0].cover < FULL
    alone = _conditions_alone(understood, best)
    if named and not understood.codes and (loose or _asks_to_filter(understood)) and alone:
        return Asked("courses", None, share, elsewhere, shares)
    if understood.codes or named:
        asked = best if share >= max(LEAST_ASKED, elsewhere) or share > none + courses + elsewhere else None
        return Asked("course", asked, share, elsewhere, shares)
    if understood.plural or alone or (courses > max(0.5, mass) and not _about_one(understood)):
        return Asked("courses", None, share, elsewhere, shares)
    if mass >= DESCRIBED_ASKED or _about_one(understood):
        return Asked("course", best, share, elsewhere, shares)
    return Asked("topic", None, share, elsewhere, shares)


def _conditions_alone(understood: Understood, asked: str) -> bool:
    """Whether conditions are all that is said (`6 ECTS English`), or the field asked is one (`worth at least 6 ECTS`).

    `Is the course on retail in German?` asks; so does everything that begins like a question for yes or no, and one
    condition beside a topic with a question mark or a choice of values: `retail innovations: english or german`.
    """
    told = [one for one in understood.found.conditions if one.field != "year"]
    if not told:
        return False
    if _yes_no(understood) or (_of_the_course(understood) and not understood.plural):
        return False
    if understood.plural:
        return True
    if _asks(understood) and any(one.field == "lecturer" for one in told) and _of_one(understood, asked, told):
        return False
    if any(one.field == "lecturer" for one in told) and any(word.text in _folded("giving") for word in understood.told):
        return True
    if _same(told, asked) and _stated_last(understood):
        return True
    chosen = told[0].operator == "is" and len(told[0].values) > 1
    if understood.topical and len({one.field for one in told}) == 1 and (_asks(understood) or chosen):
        return False
    said = any(one.field != "lecturer" for one in told) and not _asks(understood)
    if said and any(word.text in _folded("singular_courses") for word in understood.told):
        return True
    return not understood.topical or len(told) > 1 or _same(told, asked) or _asks_to_filter(understood)


def _of_one(understood: Understood, asked: str, told: Sequence[Condition]) -> bool:
    """Whether a field is asked of the course that a lecturer gives: `how many credits has Sander's course on law`."""
    singular = any(word.text in _folded("singular_courses") for word in understood.told)
    return understood.topical and singular and asked != "lecturer" and not _same(told, asked)


def _same(told: Sequence[Condition], asked: str) -> bool:
    """Whether one of the conditions is on the field asked."""
    return any(SAME.get(one.field, one.field) == SAME.get(asked, asked) for one in told)


def _stated_last(understood: Understood) -> bool:
    """Whether a description ends with a clause of conditions: `how startups get money, at least 4 credits`."""
    breaks = [found.end() for found in _BREAK.finditer(understood.text.rstrip(".! "))]
    if not breaks or understood.text.endswith("?"):
        return False
    spans = [
        (one.start, one.end) for one in understood.found.conditions if len(one.values) == 1 or one.operator != "is"
    ]
    small = stop_words() | _folded("courses") | _folded("taught") | _folded("units")
    clause = [word for word in understood.told if word.start >= breaks[-1]]
    stated = [_inside(word, spans) for word in clause]
    return any(stated) and all(one or word.text in small for one, word in zip(stated, clause, strict=True))


def _asks_to_filter(understood: Understood) -> bool:
    """Whether conditions beside a title in full filter rather than ask: `derivatives, at least 4 ects, in english`."""
    told = understood.found.conditions
    if understood.text.endswith("?") or _asks(understood):
        return False
    compared = any(one.operator != "is" for one in told)
    if any(one.start == 0 and one.field in ("ects", "credits") for one in told):  # `3 credits music theory`
        return True
    fields = {SAME.get(one.field, one.field) for one in told} - {"year", "lecturer"}
    return compared or (len(fields) > 1 and "ects" in fields)


def _asks(understood: Understood) -> bool:
    """Whether a question is asked in so many words: with a question mark, `how long`, `wie viel`, `is it`."""
    words_asking = _folded("question_words_only") | _folded("yes_no") - (
        {"was"} if understood.language == "de" else set()
    )
    return understood.text.endswith("?") or any(word.text in words_asking for word in understood.told)


def _yes_no(understood: Understood) -> bool:
    """Whether a clause begins like a question for yes or no; `is there` asks for anything that is."""
    yes_no = _folded("yes_no") - ({"was"} if understood.language == "de" else set())
    end = 0
    for place, word in enumerate(understood.told):
        begins = place == 0 or _BREAK.search(understood.text[end : word.start])
        following = understood.told[place + 1].text if place + 1 < len(understood.told) else ""
        if begins and word.text in yes_no and following not in ("there", "es", "der"):
            return True
        end = word.end
    return False


def _of_the_course(understood: Understood) -> bool:
    """Whether one course is spoken of as known: `the retail seminar`, `im Kurs zu Diversity`, `kurset om trust`."""
    told = [word.text for word in understood.told]
    definite, singular = _folded("definite"), _folded("singular_courses")
    return any(
        word in _folded("definite_courses")
        or (word in singular and any(one in definite for one in told[max(0, place - 4) : place]))
        for place, word in enumerate(told)
    )


def _about_one(understood: Understood) -> bool:
    """Whether a question is asked about a course that its words nearly name."""
    near = understood.strength >= NEARLY or _of_the_course(understood)
    return near and _yes_no(understood) and not understood.plural


def applied(understood: Understood, asked: Asked) -> Found:
    """The conditions that hold for this kind of question: of a course that a title names, only year and term."""
    if asked.kind != "course":
        return understood.found
    told = understood.found.conditions
    if understood.codes or not understood.named:
        kept = tuple(one for one in told if one.field != asked.field)
    else:
        kept = tuple(one for one in told if one.field == "year" or (one.field == "start" and asked.field != "start"))
    return Found(kept, ())


def asks_for_courses(told: Sequence[Word]) -> bool:
    """Whether the question asks for courses rather than about one: `which courses`, `any class`, `kurse über`,
    `what can I take`, `anything on`.
    """
    texts = [word.text for word in told[:40]]
    if _asks_without_the_word(texts):
        return True
    plural = _folded("plural_courses")
    plural |= {word for word in texts if len(word) > 7 and word.endswith((*plural, "fag"))}
    singular, some = _folded("singular_courses"), _folded("asking_some") - {"the"}
    asking = {"which", "what", "welche", "welcher", "welches", "hvilket", "hvilken"}
    of_one = texts[:1] and texts[0] in _folded("of_one") and not {"there", "any", "es", "der", "some"} & set(texts)
    for place, word in enumerate(texts):
        before = texts[max(0, place - 3) : place]
        if (word == "fag" or word in _folded("plural_types")) and place == 0:
            return True
        if word in _folded("plural_types") and before[-1:] and before[-1] in some | asking | {"only", "nur", "kun"}:
            return True
        if word in plural and not ("the" in before[-1:] or "guest" in before[-1:] or of_one or _counted(before)):
            return True
        if (
            word in singular
            and any(one in some for one in before)
            and (before[0] in asking or "is" not in texts[:1] or texts[1] == "there")
        ):
            return texts[place + 1 : place + 2] != ["is"] or before[0] in asking
    return False


def _counted(before: Sequence[str]) -> bool:
    """`a handful of seminars`, `how many classes`: courses are parts of one."""
    return before[-2:] == ["how", "many"] or (
        before[-1:] in (["of"], ["von"], ["af"])
        and before[-2:-1] not in (["list"], ["kind"], ["which"], ["types"], ["any"])
    )


def _asks_without_the_word(texts: Sequence[str]) -> bool:
    found = _asking_without().search(" ".join(texts))
    if found and not set(" ".join(texts)[found.end() :].split()[:2]) & _folded("units"):
        return True
    some, about = _folded("something"), _folded("about")
    return any(
        word in some and any(one in about for one in texts[place + 1 : place + 3]) for place, word in enumerate(texts)
    )


@lru_cache(maxsize=1)
def _asking_without() -> re.Pattern[str]:
    """Phrases of `asking_without`; a star stands for a few words, at the end for the rest of one."""
    phrases = (re.escape(phrase) for phrase in _folded("asking_without"))
    return re.compile(
        rf"\b(?:{'|'.join(one.replace(chr(92) + '*', '(?:[^ ]* ?){0,8}?') for one in sorted(phrases))})(?!\w)"
    )


def _beside_title(told: Sequence[Word], titles: Sequence[TitleMention]) -> list[Word]:
    """The words outside a title that is said in full, which may itself speak of courses or seminars."""
    full = titles[0].places if titles and titles[0].cover >= 0.9 and len(titles[0].places) >= 3 else ()
    return [word for place, word in enumerate(told) if place not in full]


@lru_cache(maxsize=16)
def _folded(name: str) -> frozenset[str]:
    return frozenset(fold(word) for word in conditions()[name])


def _crosses(code: CodeMention, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether what looks like a code that no course has is a number of credits or a term: `ECTS 15`, `FS25`."""
    return any(start < code.end and code.start < end for start, end in spans)


def _inside(word: Word, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < word.end and word.start < end for start, end in spans)


def _title_spans(text: str, told: Sequence[Word], title: TitleMention) -> list[tuple[int, int]]:
    """Spans of the title's words; words between two of them belong to it when they carry no topic."""
    spans: list[tuple[int, int]] = []
    matched = {told[place].text for place in title.places if place < len(told)}
    places = [place for place, word in enumerate(told) if word.text in matched]
    for place in places:
        word = told[place]
        if word.text in stop_words() and place - 1 not in places and place + 1 not in places:
            continue
        if spans and re.fullmatch(r"[\W_]*(?:\w{1,3}[\W_]+)?", text[spans[-1][1] : word.start]):
            spans[-1] = (spans[-1][0], word.end)
        else:
            spans.append((word.start, word.end))
    return spans


def _framed(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """`text` with its first span replaced by the placeholder and the others left out."""
    out, at = [], 0
    for number, (start, end) in enumerate(sorted(spans)):
        out += [text[at:start], f" {MENTION} " if number == 0 else " "]
        at = max(at, end)
    frame = " ".join("".join([*out, text[at:]]).split())
    return re.sub(rf"\b{MENTION}(?:\W+{MENTION})+\b", MENTION, frame)


def _topic(text: str, told: Sequence[Word], spans: Sequence[tuple[int, int]]) -> str:
    """The words of the text that are neither a condition, a code nor a word of asking for courses."""
    asking = _folded("courses") | _folded("asking_some") | _folded("taught") | _folded("units") | stop_words()
    kept = [word for word in told if not _inside(word, spans) and word.text not in asking]
    return " ".join(text[word.start : word.end] for word in kept)


def _topical(word: Word, found: Found) -> bool:
    """Whether the word names or describes: it neither asks nor says a condition."""
    return word.text not in asking_words() and not _inside(word, [(one.start, one.end) for one in found.conditions])


def _bare(text: str, told: Sequence[Word]) -> str:
    """The words of the text that name or describe rather than ask, with the small words between two of them."""
    places = [place for place, word in enumerate(told) if word.text not in asking_words()]
    kept = [
        place
        for place, word in enumerate(told)
        if place in places or (word.text in stop_words() and place - 1 in places and place + 1 in places)
    ]
    return " ".join(text[told[place].start : told[place].end] for place in kept)


def _topic_language(topic: str, language: str | None) -> str:
    """The language of bare words: that of the question unless its letters (`ä`, `ß`, `ø`) or its words tell."""
    if language in (None, "en") and re.search(r"[äöüß]", topic.lower()):
        return "de"
    if language in (None, "en") and re.search(r"[æøå]", topic.lower()):
        return "da"
    return language or language_of_terms(topic) or "en"
