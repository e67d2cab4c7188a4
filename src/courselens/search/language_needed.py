"""Which language a student needs for a course: its prerequisites may ask for another one than it is taught in.

In: a question understood, the course and its passages. Out: the sentences that name a language which is asked to be
needed and in which the course is not taught. The words are data (`words/conditions.yaml`).
"""

from __future__ import annotations

from collections.abc import Iterable

from courselens.course import Course
from courselens.dataset.types import Passage
from courselens.search.conditions import values_said
from courselens.search.excerpt import SENTENCE
from courselens.search.places import phrase_pattern, speech_of, words_of
from courselens.search.query import Understood
from courselens.search.saying import Saying
from courselens.search.tokens import Word, words
from courselens.search.vocabulary import conditions

PREREQUISITES = "prerequisites"


def say_needed(understood: Understood, course: Course, passages: Iterable[tuple[int, Passage]]) -> Saying | None:
    """The sentences of `course` that name a language which is asked to be needed, of the prerequisites at first; None
    where it is taught in that, or where none names it.
    """
    asked = languages_needed(understood) - {*map(str, course.values("language"))}
    texts = [(place, one) for place, one in passages if one.kind == "chunk" and one.asked != "exam"] if asked else []
    for place, passage in sorted(texts, key=lambda one: one[1].asked != PREREQUISITES):
        heading, _, body = passage.text.partition("\n")
        told = [one.strip() for one in SENTENCE.split(body) if _names(one, asked, passage.asked == PREREQUISITES)]
        if told:
            return Saying(f"{heading}\n{' '.join(told)}", (), passage.asked, course, (place,))
    return None


def languages_needed(understood: Understood) -> frozenset[str]:
    """The languages that the question asks to be needed: `do i need german`, not `is it in German`; all others where it
    asks whether one is enough.
    """
    said = " ".join(word.text for word in words(understood.frame))
    speech = " ".join(filter(None, (speech_of(word.text) for word in understood.told)))
    if not values_said(speech, "language") and not phrase_pattern("language_needed").search(said):
        return frozenset()
    named = values_said(f"{understood.frame} {speech}", "language")
    enough = bool(named) and phrase_pattern("language_enough").search(said)
    return frozenset(conditions()["language"]) - named if enough else named


def _names(sentence: str, languages: frozenset[str], required: bool) -> bool:
    """Whether a sentence names one of the languages, as one that is spoken or read where it is no prerequisite."""
    told = words(sentence)
    named = any(_is(word, language) for word in told for language in languages)
    return named and (required or any(_of_texts(word) for word in told))


def _is(word: Word, language: str) -> bool:
    return not {word.text, speech_of(word.text)}.isdisjoint(_languages(language))


def _of_texts(word: Word) -> bool:
    return word.text in words_of("in_language") or speech_of(word.text) is not None


def _languages(value: str) -> frozenset[str]:
    return frozenset(map(str, conditions()["language"].get(value, ())))
