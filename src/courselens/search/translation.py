"""What a course is about, said in English: so that an English question finds a German or Danish course.

In: courses and their passages. Out: English terms of a text, and for each course short English texts to be encoded
beside its passages: its title, and for a page in another language its title with the terms of its content. A glossary
does it, because no translation model is at hand; a small embedding model that knows little German gains more from it
than from anything else (LOG.md has the figures).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from courselens.course import Course
from courselens.dataset.glossary import find_terms, language_of_terms, translate_terms
from courselens.dataset.types import Passage
from courselens.search.tokens import Word, words
from courselens.search.vocabulary import stop_words

TERMS = 40
"""Terms of a course's content that are said in English; more are past the encoder's attention."""
SYNONYMS = 3
"""English titles of a course, each in other words."""
TOLD_BY = ("content", "objectives")
"""Sections that say what a course is about."""

_PREFIX = re.compile(r"^[^\s:]+/[^\s:]+:\s+|^[^:]{1,24}:\s+(?=\S.{12})")


@lru_cache(maxsize=50_000)
def english(text: str, language: str) -> tuple[str, ...]:
    """The glossary's English terms for `text`, in order, each once; () for an English text."""
    if language == "en":
        return ()
    return tuple(term.target for term in translate_terms(text, language, "en"))


@lru_cache(maxsize=4096)
def english_of_any(text: str) -> str:
    """The glossary's English terms for `text`, of whichever language it is."""
    return " ".join(term for language in ("de", "da") for term in english(text, language))


def in_english(text: str, told: Sequence[Word], language: str, *, synonym: int = 0) -> list[Word]:
    """The words `told` of `text` with those that the glossary knows in English, each at its own place in the text."""
    made: list[Word] = []
    end = 0
    for term in find_terms(text, language, "en", synonym):
        made += [word for word in told if end <= word.start < term.start]
        made += [Word(word.text, term.start, term.end) for word in words(term.target)]
        end = term.end
    return [*made, *(word for word in told if word.start >= end)]


def english_titles(course: Course, language: str) -> list[str]:
    """The title in English as far as the glossary goes, in the usual words and in synonyms, and the words that it lacks
    as they are (`Corporate Finance` in a German title); empty for an English title or when no word is known.
    """
    if course.title_en:
        return [course.title_en]
    told = words(course.title)
    said = [in_english(course.title, told, language, synonym=number) for number in range(SYNONYMS)]
    known = (one for one in said if [word.text for word in one] != [word.text for word in told])
    texts = (" ".join(word.text for word in one if word.text not in stop_words()) for one in known)
    return list(dict.fromkeys(text for text in texts if text))


def about(course: Course, language: str, passages: Sequence[Passage]) -> list[str]:
    """Texts that say what the course is about, in English where the glossary can."""
    bare = _PREFIX.sub("", course.title) or course.title
    if language == "en":
        return [bare]
    title = next(iter(english_titles(course, language)), None)
    told = [passage for passage in passages if passage.section in TOLD_BY]
    body = "\n".join(passage.text.partition("\n")[2] for passage in told or passages if passage.kind == "chunk")
    terms = english(body, language)[:TERMS]
    texts = [title or bare]
    if terms:
        texts.append(f"{title or bare}: {', '.join(terms)}")
    return texts


def topic_language(topic: str, language: str | None) -> str:
    """The language of bare words: that of the question unless its letters (`ä`, `ß`, `ø`) or its words tell."""
    if language in (None, "en") and re.search(r"[äöüß]", topic.lower()):
        return "de"
    if language in (None, "en") and re.search(r"[æøå]", topic.lower()):
        return "da"
    return language or language_of_terms(topic) or "en"
