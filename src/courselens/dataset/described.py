"""Questions that describe a course without its title or code: a course's text comes in, such questions go out.

Three ways: key phrases of a section, answered by a chunk of it or of a sister section; the same in another language of
the catalogue, by the glossary; and a sentence of the text, answered by a sister section or by its own chunk without
that sentence (the inverse cloze task of Lee et al., 2019: Latent Retrieval for Weakly Supervised Open Domain Question
Answering), which keeps the model from matching words only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from courselens.course import Course, Section
from courselens.dataset.chunks import split_sentences
from courselens.dataset.glossary import is_common, translate_terms
from courselens.dataset.phrasing import phrasings
from courselens.dataset.topics import COMMON, TOPICAL, Topics, stem, title_stems, word_list
from courselens.dataset.types import Pair, Passage, Question
from courselens.dataset.wording import language_of

FEWEST_WORDS, MOST_WORDS = 6, 26
"""Words of a sentence that serves as a question."""

MOST_TOPICS = 5
"""Key phrases of a question."""

SENTENCES = 0.3
"""Questions that are sentences, for each question made of key phrases."""

_WORD = re.compile(r"[^\W\d_]+")
_NUMBERING = re.compile(r"^(?:[\W_]*\d{0,2}[.):]?\s+|[\W_]+)")
_AND = {"en": " and ", "de": " und ", "da": " og "}


@dataclass(frozen=True, slots=True)
class _Subject:
    """A course, its telling sections and the chunks of each."""

    course: Course
    sections: tuple[Section, ...]
    chunks: dict[str, list[Passage]]
    language: str


def describe(
    course: Course,
    passages: Sequence[Passage],
    topics: Topics,
    languages: Sequence[str],
    *,
    held_out: bool,
    rng: Random,
) -> list[Pair]:
    """Positive pairs of kind `described`, style `none`: up to one for each of `languages`, and some sentences.

    `passages` are the course's own. None for a course without objectives or content.
    """
    subject = _subject(course, passages)
    made = []
    for number, language in enumerate(languages if subject.sections else ()):
        section = subject.sections[number % len(subject.sections)]
        made.append(_by_topics(subject, section, topics, language, held_out, rng))
    count = round(SENTENCES * len(languages))
    for _, (section, sentence) in zip(range(count), _sentences(subject, topics, rng), strict=False):
        made.append(_by_sentence(subject, section, sentence, held_out, rng))
    return [pair for pair in made if pair is not None]


def _subject(course: Course, passages: Sequence[Passage]) -> _Subject:
    chunks = {name: [one for one in passages if one.section == name and one.kind == "chunk"] for name in TOPICAL}
    sections = [section for section in course.sections if chunks.get(section.name)]
    sections.sort(key=lambda section: TOPICAL.index(section.name))
    return _Subject(course, tuple(sections), chunks, language_of(course))


def _by_topics(
    subject: _Subject, section: Section, topics: Topics, language: str, held_out: bool, rng: Random
) -> Pair | None:
    words = {topic.text: topic.text for topic in topics.of(subject.course, section, limit=10)}
    translated = _translated(subject, section, topics, language) if language != subject.language else {}
    # One word of another language is too little to go by.
    words = translated if len(translated) > 1 else words
    if not words or (language != subject.language and len(words) < 2):
        return None
    picked = _pick(words, topics, rng, fewest=2 if translated else 1)
    if not picked:
        return None
    phrasing = rng.choice(phrasings("described", None, language, held_out))
    if "{rest}" in phrasing.text and len(picked) < 2:
        return None
    text = phrasing.text.format(
        topics=_join(picked, language, rng), topic=picked[0], rest=_join(picked[1:], language, rng)
    )
    text = text.lower().rstrip("?") if rng.random() < 0.4 else text
    answers = subject.chunks[rng.choice(subject.sections).name]
    near = [one for one in answers if any(word.lower() in one.text.lower() for word in picked)]
    return Pair(_question(subject, text, language), rng.choice(near or answers[:2]), 1.0, "positive")


def _translated(subject: _Subject, section: Section, topics: Topics, target: str) -> dict[str, str]:
    """What the title and the section are about in another language, rarest first, none written as in the title, each
    with the word of the text.
    """
    forbidden = title_stems(subject.course)
    common = topics.rarity_at(COMMON)
    found: dict[str, float] = {}
    sources: dict[str, str] = {}
    for text, bonus in ((subject.course.title, 2.0), (section.text, 0.0)):
        for term in translate_terms(text, subject.language, target):
            if is_common(term.source, subject.language):
                continue
            weight = max(topics.rarity(word) for word in _WORD.findall(term.source))
            told = weight > common and term.target.lower() not in word_list("vague")
            if told and not forbidden & {stem(word) for word in _WORD.findall(term.target)}:
                found.setdefault(term.target, weight + bonus)
                sources.setdefault(term.target, term.source)
    return {word: sources[word] for word in sorted(found, key=lambda word: (-found[word], word))[:8]}


def _sentences(subject: _Subject, topics: Topics, rng: Random) -> Iterator[tuple[Section, str]]:
    """Sentences that hold a key phrase but no word of the title, and stand on their own, in random order."""
    forbidden = title_stems(subject.course)
    found = []
    for section in subject.sections:
        telling = [topic.text for topic in topics.of(subject.course, section)]
        for sentence, _ in split_sentences(section.text):
            words = _WORD.findall(sentence)
            if (
                FEWEST_WORDS <= len(words) <= MOST_WORDS
                and words[0].lower() not in word_list("leaning")
                and sum(phrase in sentence for phrase in telling) > 1
                and not forbidden & {stem(word) for word in words}
            ):
                found.append((section, sentence))
    rng.shuffle(found)
    yield from found


def _by_sentence(subject: _Subject, section: Section, sentence: str, held_out: bool, rng: Random) -> Pair | None:
    text = _NUMBERING.sub("", sentence)
    question = _question(subject, text.rstrip(".") if rng.random() < 0.5 else text, subject.language)
    sisters = [one for name, found in subject.chunks.items() if name != section.name for one in found]
    sisters += [one for one in subject.chunks[section.name] if sentence not in one.text]
    if sisters and (held_out or rng.random() < 0.5):
        return Pair(question, rng.choice(sisters), 1.0, "positive")
    home = [one for one in subject.chunks[section.name] if sentence in one.text]
    # The passages of dev and test are those that search returns, so nothing is cut out of them.
    if held_out or not home:
        return None
    lines = (line.strip() for line in home[0].text.replace(sentence, "").split("\n"))
    rest = "\n".join(line for line in lines if line not in ("", "-"))
    if len(_WORD.findall(rest)) < 2 * FEWEST_WORDS:
        return None
    return Pair(question, replace(home[0], text=rest), 1.0, "positive")


def _question(subject: _Subject, text: str, language: str) -> Question:
    course = subject.course
    return Question(" ".join(text.split()), "described", None, None, course.key, course.group, "none", language)


def _pick(words: Mapping[str, str], topics: Topics, rng: Random, fewest: int) -> list[str]:
    """Some of the `words`, given with what the text has for them: as many as no other course has all of, or none."""
    count = min(len(words), max(fewest, rng.choice((1, 2, 2, 3, 3, 4))))
    # The most telling phrases more often than the others.
    ranked = sorted(enumerate(words), key=lambda one: rng.random() * (1 + one[0] / 3))
    shuffled = [word for _, word in ranked]
    told = (shuffled[:size] for size in range(count, min(MOST_TOPICS, len(words)) + 1))
    return next((picked for picked in told if topics.holders(words[one] for one in picked) <= 1), [])


def _join(words: Sequence[str], language: str, rng: Random) -> str:
    if len(words) < 2:
        return "".join(words)
    if rng.random() < 0.4:
        return ", ".join(words)
    return ", ".join(words[:-1]) + _AND[language] + words[-1]
