"""Where in a question a word says a condition: "in German" and "German courses" do, "German history" does not.

In: the words of a question and the place of a phrase that may be a value of a field. Out: whether it stands where a
condition stands, and whether it is negated. The words that tell are data (`words/conditions.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from courselens.search.tokens import Word, fold, words
from courselens.search.vocabulary import conditions, stop_words

Phrase = tuple[str, ...]

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
        for word in self.told[self.place + self.size :][:most]:
            if re.search(r"[,;.?!]", self.text[end : word.start]):
                break
            found.append(word.text)
            end = word.end
        return found

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
        """`not` or `only` when such a word stands shortly before with nothing but small words between."""
        for steps in range(1, 6):
            word = self.before(steps)
            if word in words_of("negation") or word in ("t", "non"):
                return "not"
            if word == "but" and self.before(steps + 1) in ("anything", "everything", "any", "all"):
                return "not"
            if word in words_of("only"):
                return "only" if self.before(steps + 1) not in ("not", "nicht", "ikke") else "is"
            if word not in words_of("between_not"):
                break
        return "is"

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
    if field == "language":
        return _fits_language(around, negated)
    if field == "level":
        level = words_of("levels")
        if own and phrase[0].isdigit():
            return after in level or before in level
        if phrase[0] in words_of("also_else"):
            return after in courses | level
        return negated or before in words_of("near_level") or after in courses | level | {""}
    if field == "start":
        terms = words_of("terms")
        return before in words_of("near_start") or after in courses | terms or after[:2] in ("19", "20")
    if field == "type":
        stated = not own and (negated or before in words_of("copula"))
        return phrase[-1] in words_of("plural_types") or after in courses or stated
    if field == "teaching_method":
        stated = after == "" and before in words_of("taught") | words_of("only")
        return after in courses or stated or (own and len(phrase) > 1)
    if field == "exam_form":
        return negated or _fits_exam(around)
    if field in ("department", "discipline", "study_board"):
        cue = words_of("departments")
        return len(phrase) > 1 or after in cue or before in cue or (before == "of" and around.before(2) in cue)
    return len(phrase) > 1


def _fits_language(around: Around, negated: bool) -> bool:
    """`in German`, `German courses`, `English finance courses`, `6 ECTS English`; not `English literature`."""
    courses, taught = words_of("courses"), words_of("taught")
    before, after = around.before(), around.next
    following = around.following(FARTHEST + 1)
    loose = stop_words() | courses | words_of("after_language") | {""}
    after_in = before in words_of("in") | {"of"} and (after in loose or around.before(2) in taught)
    last = after == "" and around.place > 0 and before not in words_of("not_language") | words_of("in")
    examined = (after,) in exam_phrases() or tuple(following[:2]) in exam_phrases()
    beside = before in taught | words_of("units") and (
        after in stop_words() | words_of("units") | {""} or after.isdigit()
    )
    numbered = after.isdigit() and len(after) <= 2
    of_courses = any(is_course_word(word) for word in following) and not words_of("about_language") & set(following)
    adverb = around.told[around.place].text in words_of("language_adverbs")
    stated = after in taught | words_of("only") or around.alone or adverb or last or examined
    return after_in or beside or numbered or of_courses or stated or (negated and after in stop_words() | {""})


def _fits_exam(around: Around) -> bool:
    """`with an oral exam`, `graded by portfolio`, `quiz graded`, `4 credits, klausur`; not `podcasts on the SDGs`."""
    having, graded = words_of("having"), words_of("graded")
    before = {around.before(), around.before(2)}
    following = set(around.following(3))
    beside = around.before() in words_of("units") | _languages() or around.next.isdigit() or around.next in _languages()
    named = around.told[around.place + around.size - 1].text in words_of("exams")
    return bool(before & having or before & graded or following & graded) or beside or around.alone or named


@lru_cache(maxsize=1)
def exam_phrases() -> frozenset[Phrase]:
    """Every phrase that names a form of examination, as folded words."""
    said = (phrase for phrases in conditions()["exam_form"].values() for phrase in phrases)
    return frozenset(tuple(word.text for word in words(str(phrase))) for phrase in said)


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
