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
from courselens.dataset.glossary import translate_terms
from courselens.dataset.types import Passage

TERMS = 40
"""Terms of a course's content that are said in English; more are past the encoder's attention."""
TOLD_BY = ("content", "objectives")
"""Sections that say what a course is about."""

_PREFIX = re.compile(r"^[^\s:]+/[^\s:]+:\s+|^[^:]{1,24}:\s+(?=\S.{12})")


@lru_cache(maxsize=50_000)
def english(text: str, language: str) -> tuple[str, ...]:
    """The glossary's English terms for `text`, in order, each once; () for an English text."""
    if language == "en":
        return ()
    return tuple(term.target for term in translate_terms(text, language, "en"))


def english_title(course: Course, language: str) -> str | None:
    """The title in English as far as the glossary goes; None for an English title or when no word is known."""
    if course.title_en:
        return course.title_en
    return " ".join(english(course.title, language)) or None


def about(course: Course, language: str, passages: Sequence[Passage]) -> list[str]:
    """Texts that say what the course is about, in English where the glossary can."""
    bare = _PREFIX.sub("", course.title) or course.title
    if language == "en":
        return [bare]
    title = english_title(course, language)
    told = [passage for passage in passages if passage.section in TOLD_BY]
    body = "\n".join(passage.text.partition("\n")[2] for passage in told or passages if passage.kind == "chunk")
    terms = english(body, language)[:TERMS]
    texts = [title or bare]
    if terms:
        texts.append(f"{title or bare}: {', '.join(terms)}")
    return texts
