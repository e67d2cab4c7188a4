"""Where in a question a word says a condition: "in German" and "German courses" do, "German history" does not.

In: the words of a question and the place of a phrase that may be a value of a field. Out: whether it stands where a
condition stands, and whether it is negated. The words that tell are data (`words/conditions.yaml`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from courselens.search.tokens import Word, fold, words
from courselens.search.vocabulary import conditions, stop_words

Phrase = tuple[str, ...]

REACH = 6
"""Words between a negation and what it negates: `I don't want to take an oral exam`."""
FARTHEST = 3
"""Words between a language and the courses that it belongs to: `English finance courses`."""


@dataclass(frozen=True, slots=True)
class Around:
    """The words around a phrase: what a fitting place is judged by."""

    told: Sequence[Word]
    place: int
    size: int
    text: str

    @property
    def start(self) -> int:
        """Where the phrase begins in the text."""
        return self.told[self.place].start

    @property
    def end(self) -> int:
        """Where the phrase ends in the text."""
        return self.told[self.place + self.size - 1].end

    @property
    def next(self) -> str:
        """The word after the phrase in the same clause, empty at its end."""
        following = self.following(1)
        return following[0] if following else ""

    def following(self, most: int) -> list[str]:
        """At most so many words after the phrase in the same clause."""
        found: list[str] = []
        end = self.end
        for word in self.told[self.place + self.size :]:
            if len(found) == most or re.search(r"[,;.?!:]", self.text[end : word.start]):
                break
            if not (word.text == "s" and self.text[word.start - 1 : word.start] in ("'", "’")):  # bachelor's courses
                found.append(word.text)
            end = word.end
        return found

    @property
    def of_courses(self) -> bool:
        """Whether courses follow, with nothing but other conditions between: `bachelor electives`, `core classes`."""
        for word in self.following(FARTHEST):
            if is_course_word(word):
                return True
            if word not in value_words() and word not in words_of("units") and not word.isdigit():
                return False
        return False

    @property
    def trails(self) -> bool:
        """Whether only conditions follow in the clause: `finance english spring`."""
        told = self.following(FARTHEST + 1)
        return all(word in value_words() or word in words_of("units") or word.isdigit() for word in told)

    @property
    def loose(self) -> bool:
        """Whether it modifies nothing: a clause, a small word or a word of asking for courses follows."""
        following = self.next
        free = stop_words() | words_of("joining") | words_of("graded") | words_of("doing") | words_of("courses")
        return following == "" or following in free or following in value_words() or following.isdigit()

    @property
    def alone(self) -> bool:
        """Whether the phrase is a clause of its own: `hist course, english, 3 credits`."""
        begins = self.place == 0 or re.search(r"[,;.?!:]", self.text[self.told[self.place - 1].end : self.start])
        return bool(begins) and self.next == ""

    def before(self, steps: int = 1) -> str:
        """The word so many steps before the phrase, empty where there is none."""
        at = self.place - steps
        return self.told[at].text if at >= 0 else ""

    @property
    def operator(self) -> str:
        """`not` or `only` when such a word stands shortly before with nothing but small words between, or after."""
        for steps in range(1, REACH + 1):
            word = self.before(steps)
            if not word or self._parted(self.place - steps):
                break
            if word in words_of("negation") or word in ("t", "non"):
                return "not"
            if word in ("but", "except") and self.before(steps + 1) in ("anything", "everything", "any", "all"):
                return "not"
            if word in words_of("only"):
                return "only" if self.before(steps + 1) not in ("not", "nicht", "ikke") else "is"
            if word not in words_of("between_not"):
                break
        if self.next in words_of("only"):  # `by group work only`
            return "only"
        return "not" if self._denied else "is"

    def _parted(self, place: int) -> bool:
        """Whether a clause ends after the word at `place`."""
        return re.search(r"[,;.?!:]", self.text[self.told[place].end : self.told[place + 1].start]) is not None

    @property
    def _denied(self) -> bool:
        """Whether what follows denies it: `my German is bad`, `participation is not graded`, `Klausuren vermeiden`."""
        told = self.following(4)
        if not told:
            return False
        if self.before() in words_of("mine") and words_of("poorly") & set(told):
            return True
        if told[0] in ("vermeiden", "undga", "vermeide"):
            return True
        if told[0] in ("free", "frei", "fri") and self.text[self.end : self.end + 1] == "-":  # exam-free
            return True
        stated = told[0] in words_of("copula") | words_of("graded") | {"wird", "werden"}
        if told[0] in ("do", "does"):  # `participation does not count`, not `English do not have an exam`
            stated = len(told) == 2 or told[2] in words_of("graded") | {"matter"}
        return stated and len(told) > 1 and told[1] in ("not", "nicht", "ikke", "t") and told[-1] not in ("problem",)

    @property
    def dated(self) -> int:
        """How many words on a year follows: 1 in `fall 2025`, 2 in `spring of 2012`; 0 where none does."""
        told = self.following(2)
        if told[:1] and told[0] in ("of", "von", "af"):
            return 2 if any(map(is_year, told[1:])) else 0
        return 1 if any(map(is_year, told[:1])) else 0

    @property
    def after_only(self) -> bool:
        """Whether `only` stands right before."""
        return self.before() in words_of("only")

    @property
    def said(self) -> str:
        """The phrase as the question has it, with the words that negate it."""
        first = self.place
        lead = words_of("negation") | words_of("only") | words_of("in") | {"taught", "a", "an", "with"}
        while first > 0 and self.place - first < 3 and self.told[first - 1].text in lead:
            first -= 1
        if self.operator == "is":
            first = self.place
        return self.text[self.told[first].start : self.end]


def fits(field: str, own: bool, phrase: Phrase, around: Around) -> bool:
    """Whether the phrase stands where a condition on `field` stands; `own` is a value as the catalogue writes it."""
    courses, before, after = words_of("courses"), around.before(), around.next
    negated = around.operator != "is"
    if ruled_out(phrase) and field == "exam_form":
        return around.operator == "not" and around.loose and around.next not in value_words()
    if field == "exam_form" and after in words_of("not_exams"):
        return False
    if compound_of(phrase[-1]) is not None and len(phrase) == 1 and not own and field != "exam_form":
        return True
    if field == "language":
        return _fits_language(around, negated)
    if field == "level":
        level = words_of("levels")
        if own and phrase[0][:1].isdigit():
            return after in level or before in level or not phrase[0].isdigit()
        if phrase[0] in words_of("also_else"):
            return after in courses | level
        near = before in words_of("near_level") and (around.loose or after in words_of("taking_place"))
        return (negated and around.loose) or near or around.of_courses or after in level | {""}
    if field == "start":
        terms = words_of("terms")
        near = before in words_of("near_start") | words_of("taught") and around.loose and after != "of"
        named = phrase[-1].endswith(tuple(terms)) or around.alone or (negated and around.loose)
        return near or named or around.of_courses or after in terms | {"school", "start"} or around.dated > 0
    if field == "type":
        if phrase[-1] in words_of("needing") and words_of("beforehand") & set(around.following(4)):
            return False
        stated = not own and (negated or before in words_of("copula")) and around.loose
        if own and after in words_of("types"):
            return True
        return phrase[-1] in words_of("plural_types") or around.of_courses or stated
    if field == "teaching_method":
        last = around.loose and before in words_of("taught") | words_of("taught_so") | words_of("entirely") | words_of(
            "copula"
        )
        stated = last or around.alone or (negated and around.loose) or after in words_of("only")
        taught = after in words_of("taught_so")
        return around.of_courses or stated or taught or (own and len(phrase) > 1)
    if field == "exam_form":
        return (negated and around.loose) or _fits_exam(around)
    if field == "exam_rule":
        return _fits_rule(around)
    if field in ("department", "discipline", "study_board"):
        cue = words_of("departments")
        near = after in cue or before in cue or (before == "of" and around.before(2) in cue)
        if own and after in courses and around.text[around.start : around.end].isupper():
            return True
        if field == "discipline" and len(phrase) > 1:
            within = before in words_of("in") | {"within", "i", "im", "from"} and around.before(2) in courses | cue
            return within or around.of_courses or near
        return len(phrase) > 1 or near
    return len(phrase) > 1


def is_year(word: str) -> bool:
    """Whether a word is a year of the last or of this century."""
    return len(word) == 4 and word.isdecimal() and word[:2] in ("19", "20")


def _fits_language(around: Around, negated: bool) -> bool:
    """`in German`, `German courses`, `English finance courses`, `6 ECTS English`; not `English literature`."""
    courses, taught = words_of("courses"), words_of("taught")
    before, after = around.before(), around.next
    following = around.following(FARTHEST + 1)
    loose = stop_words() | courses | words_of("after_language") | words_of("having") | {""}
    after_in = before in words_of("in") | {"of"} and (after in loose or around.before(2) in taught)
    last = around.trails and around.place > 0 and before not in words_of("not_language") | words_of("in")
    examined = (after,) in exam_phrases() or tuple(following[:2]) in exam_phrases()
    beside = before in taught | words_of("units") and (
        after in stop_words() | words_of("units") | {""} or after.isdigit()
    )
    numbered = re.fullmatch(r"\d\d?[a-z]*", after) is not None  # `english 4cr`
    courses_follow = any(is_course_word(word) for word in following)
    of_courses = (courses_follow and not words_of("about_language") & set(following)) or after in words_of("versions")
    adverb = around.told[around.place].text in words_of("language_adverbs")
    if (
        re.search(r"\(\s*(?:in|auf|på|im)\s+$", around.text[: around.start], re.I)
        and around.text[around.end :][:1] == ":"
    ):
        return False  # a word of that language follows: `(in Danish: lempelse)`
    if after in words_of("skills") or speech_of(around.told[around.place].text) in _languages():
        return negated
    if before in words_of("speaking") and not adverb:
        return negated and after in loose
    if before in words_of("mine"):
        return around.operator == "not"
    named = before in words_of("copula") and around.before(2) in taught and around.loose
    stated = named or after in taught | words_of("only") or around.alone or adverb or last or examined
    return after_in or beside or numbered or of_courses or stated or (negated and around.loose)


def _fits_exam(around: Around) -> bool:
    """`with an oral exam`, `graded by portfolio`, `quiz graded`, `4 credits, klausur`; not `podcasts on the SDGs`."""
    having, graded = words_of("having"), words_of("graded")
    before = {around.before(), around.before(2)}
    following = set(around.following(3))
    beside = around.before() in words_of("units") | _languages() or around.next.isdigit() or around.next in _languages()
    named = around.told[around.place + around.size - 1].text in words_of("exams")
    if named or around.alone:
        return True
    return around.loose and (bool(before & having or before & graded or following & graded) or beside)


def _fits_rule(around: Around) -> bool:
    """`central exams`, `an open book written exam`, `exams are digital`; not `central banking`, `digital platforms`."""
    exams = words_of("exams") | _exam_words()
    if around.size > 1 and exams & set(around.following(FARTHEST)):
        return True
    phrase = {word.text for word in around.told[around.place : around.place + around.size]}
    if phrase & words_of("telling_rules") and (around.loose or around.of_courses):
        return True
    joining = words_of("joining") | words_of("indefinite")
    told = around.following(FARTHEST + 1)
    for word, following in itertools.zip_longest(told, told[1:], fillvalue=""):
        if word in exams:
            return True
        joined = word in joining and following in words_of("rules") | words_of("indefinite")
        if word not in value_words() | words_of("rules") and not joined:  # `central and digital exams`
            break
    before = [around.before(steps) for steps in range(1, FARTHEST + 1)]
    small = words_of("copula") | words_of("negation") | words_of("graded") | words_of("rules") | stop_words()
    for word in before:
        if word in exams:
            return around.loose or around.next in words_of("rules")
        if word not in small:
            break
    return around.size > 1 and around.alone


WITH_VALUES = ("language", "level", "start", "type", "teaching_method", "exam_form")
"""Fields whose values have words of their own."""


@lru_cache(maxsize=8)
def value_words(fields: tuple[str, ...] = WITH_VALUES) -> frozenset[str]:
    """Single words that are values of one of the `fields`: `english`, `bachelor`, `elective`, `spring`, `quiz`."""
    phrases = (words(str(one)) for field in fields for said in conditions()[field].values() for one in said)
    return frozenset(told[0].text for told in phrases if told)


def ruled_out(phrase: Phrase) -> str | None:
    """The form of examination that a phrase names where it is ruled out."""
    return _ruled_out().get(phrase)


@lru_cache(maxsize=1)
def _ruled_out() -> dict[Phrase, str]:
    return {(fold(word),): value for value, said in conditions()["ruled_out"].items() for word in said}


@lru_cache(maxsize=1)
def _skills() -> tuple[str, ...]:
    return tuple(sorted(words_of("skills"), key=len, reverse=True))


def speech_of(word: str) -> str | None:
    """The language in a compound of who speaks it: `deutschkenntnisse` → `deutsch`."""
    ending = next((one for one in _skills() if word.endswith(one) and len(word) > len(one) + 3), None)
    return word.removesuffix(ending) if ending else None


def compound_of(word: str) -> str | None:
    """What stands before the course in a compound: `masterkurse` → `master`, `efterårskurser` → `efterar`."""
    for ending in sorted(words_of("course_endings") | words_of("courses"), key=len, reverse=True):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 3:
            return stem.removesuffix("s") if stem not in value_words() else stem
    return None


@lru_cache(maxsize=1)
def exam_phrases() -> frozenset[Phrase]:
    """Every phrase that names a form of examination, as folded words."""
    said = (phrase for phrases in conditions()["exam_form"].values() for phrase in phrases)
    return frozenset(tuple(word.text for word in words(str(phrase))) for phrase in said)


@lru_cache(maxsize=1)
def _exam_words() -> frozenset[str]:
    """Words with which a form of examination ends."""
    return frozenset(phrase[-1] for phrase in exam_phrases() if phrase)


def is_course_word(word: str) -> bool:
    """Whether a folded word means courses, as the end of a German or Danish compound too: `finanzkurse`."""
    return word in words_of("courses") or (len(word) > 7 and word.endswith(tuple(words_of("course_endings"))))


@lru_cache(maxsize=1)
def _languages() -> frozenset[str]:
    return frozenset(fold(str(word)) for said in conditions()["language"].values() for word in said)


@lru_cache(maxsize=64)
def words_of(name: str) -> frozenset[str]:
    """An entry of `conditions.yaml` that is a list of words, folded."""
    return frozenset(fold(str(word)) for word in conditions()[name])


@lru_cache(maxsize=32)
def phrase_pattern(name: str) -> re.Pattern[str]:
    """The phrases of an entry of `conditions.yaml` in folded words with one space between them; a star stands for a few
    words, at the end for the rest of one.
    """
    phrases = (
        r" (?:[^ ]+ ){0,8}?".join(re.escape(part).replace(r"\*", "[^ ]*") for part in phrase.split(" * "))
        for phrase in sorted(words_of(name))
    )
    return re.compile(rf"\b(?:{'|'.join(phrases)})(?!\w)")
