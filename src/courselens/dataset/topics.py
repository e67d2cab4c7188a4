"""What a course is about, in a few of its own words: courses come in, key phrases per section go out.

Questions that describe a course without its title are made of these. Candidates are runs of words between function
words and punctuation, as in RAKE (Rose et al., 2010: Automatic keyword extraction from individual documents), scored by
how often they stand in the section and how rare their words are in the catalogue (TF-IDF). Runs of rare words are as
often verbs as subjects, so a phrase must also look like a noun: capitalised in German; elsewhere not a word that the
catalogue uses as a verb, and not with an adjective's ending.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from courselens.course import Course, Section
from courselens.dataset.glossary import is_term
from courselens.dataset.wording import LANGUAGES, language_of, load_data

TOPICAL = ("content", "objectives")
"""The sections that say what a course is about, most telling first."""

MAX_WORDS = 3
"""Words of the longest key phrase."""

COMMON = 0.35
"""A word that stands in more than this share of the course groups is too general to tell courses apart."""

VERB = 0.3
"""A word that follows a verb marker (`to`, `can`, `students`) in this share of its places is taken for a verb."""

_WORD = re.compile(r"[^\W\d_](?:[\w'’&/-]*\w)?")
_RUN_END = re.compile(r"[.,;:!?()\[\]«»„“”\"•·…–—|/\n\d]|\s-\s|^- ")
_SENTENCE = re.compile(r"[.!?:\n•·–]|^- ")


@dataclass(frozen=True, slots=True)
class Topic:
    """A key phrase of a section as it is written there, and its weight (larger is more telling)."""

    text: str
    weight: float


@cache
def word_list(name: str, language: str | None = None) -> frozenset[str]:
    """A list of `words.yaml`, lower case."""
    found = load_data("words.yaml")[name]
    return frozenset((found if language is None else found.get(language, "")).split())


@cache
def stopwords() -> frozenset[str]:
    """Function words and course-page boilerplate of all languages, lower case."""
    words = set(word_list("boilerplate"))
    for language in LANGUAGES:
        words |= word_list("stopwords", language)
    return frozenset(words)


class Topics:
    """Key phrases against the background of one catalogue."""

    def __init__(self, courses: Iterable[Course]) -> None:
        """Counts in how many course groups each word stands, and how often it stands where verbs do."""
        seen: dict[str, set[str]] = {}
        places: Counter[str] = Counter()
        as_verb: Counter[str] = Counter()
        for course in courses:
            markers = word_list("verb_markers", language_of(course))
            stems = seen.setdefault(course.group, set())
            for section in course.sections:
                before = ""
                for word in _WORD.findall(section.text):
                    stems.add(stem(word))
                    places[word] += 1
                    as_verb[word] += before in markers
                    before = word.lower()
        self._groups = max(len(seen), 1)
        self._holders: dict[str, set[int]] = {}
        for number, words in enumerate(seen.values()):
            for word in words:
                self._holders.setdefault(word, set()).add(number)
        self._verbs = frozenset(word for word, count in as_verb.items() if count / places[word] > VERB)
        self._cached = lru_cache(maxsize=64)(self._find)

    def rarity(self, word: str) -> float:
        """log(groups / groups with the word), words of a single group counted as of two: a slip is no subject."""
        return math.log((self._groups + 1) / (max(len(self._holders.get(stem(word), ())), 2) - 0.5))

    def rarity_at(self, share: float) -> float:
        """The rarity of a word that stands in this share of the course groups (from 0 to 1)."""
        return math.log((self._groups + 1) / (max(share * self._groups, 2) - 0.5))

    def holders(self, phrases: Iterable[str]) -> int:
        """The number of course groups that have every word of the `phrases`, by its stem; one or more words."""
        held = [self._holders.get(stem(word), set()) for phrase in phrases for word in _WORD.findall(phrase)]
        return len(set.intersection(*held))

    def of(self, course: Course, section: Section, limit: int = 12) -> list[Topic]:
        """The `limit` most telling phrases of a section, none of which holds a word of the course's title."""
        return list(self._cached(section, title_stems(course), language_of(course))[:limit])

    def _find(self, section: Section, forbidden: frozenset[str], language: str) -> tuple[Topic, ...]:
        counts: Counter[str] = Counter()
        written: dict[str, str] = {}
        for phrase in candidates(section.text, language, self._verbs):
            if not forbidden & {stem(word) for word in _WORD.findall(phrase)}:
                counts[phrase.lower()] += 1
                written.setdefault(phrase.lower(), phrase)
        common = self.rarity_at(COMMON)
        scored = [
            Topic(written[key], self._weight(key, count))
            for key, count in counts.items()
            if " " in key or self.rarity(key) > common
        ]
        scored.sort(key=lambda topic: (-topic.weight, topic.text))
        return tuple(_without_overlap(scored))

    def _weight(self, phrase: str, count: int) -> float:
        words = _WORD.findall(phrase)
        rarity = sum(self.rarity(word) for word in words) / math.sqrt(len(words))
        return rarity * (1 + math.log(count))


def stem(word: str) -> str:
    """A crude stem that works across English, German and Danish: lower case, at most the first six letters."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    return word if len(word) <= 4 else word[:6].rstrip("s")


def title_stems(course: Course) -> frozenset[str]:
    """The stems of the words of a course's titles and codes that tell something."""
    words = _WORD.findall(" ".join([course.title, course.title_en or "", course.code, *course.codes]))
    return frozenset(stem(word) for word in words if word.lower() not in stopwords())


def candidates(text: str, language: str = "en", verbs: frozenset[str] = frozenset()) -> list[str]:
    """The runs of at most `MAX_WORDS` words that look like the name of a subject, in order."""
    return [phrase for run in _runs(text, verbs) if (phrase := _as_subject(run, language))]


def _runs(text: str, verbs: frozenset[str]) -> Iterator[list[str]]:
    # The first word of a sentence is capitalised whatever it is, so it is written small unless it is known as a term.
    for sentence in _SENTENCE.split(text):
        first = next(iter(_WORD.findall(sentence)), "")
        for piece in _RUN_END.split(sentence):
            run: list[str] = []
            for word in [*piece.split(), ""]:
                if _WORD.fullmatch(word) and word.lower() not in stopwords() and word not in verbs:
                    run.append(word.lower() if word == first and word[1:].islower() and not is_term(word) else word)
                    continue
                yield run
                run = []


def _as_subject(run: list[str], language: str) -> str | None:
    while run and _is_weak(run[-1], language):
        run = run[:-1]
    while len(run) > 1 and (run[0].endswith("ly") or (language == "de" and _no_attribute(run[0]))):
        run = run[1:]
    if not 0 < len(run) <= MAX_WORDS or len(" ".join(run)) < 4:
        return None
    return " ".join(run) if len(run) > 1 or _stands_alone(run[0], language) else None


def _is_weak(word: str, language: str) -> bool:
    """Whether a word cannot be the head of a subject's name."""
    if word.lower() in word_list("vague"):
        return True
    if is_term(word):
        return False
    if language == "de":
        return not word[:1].isupper() and not word.endswith(tuple(word_list("strong_endings", "de")))
    return word.islower() and word.endswith(tuple(word_list("weak_endings", language)) or ("\0",))


def _no_attribute(word: str) -> bool:
    return not word[:1].isupper() and not word.endswith(("e", "en", "er", "es", "em"))


def _stands_alone(word: str, language: str) -> bool:
    if language == "de" or is_term(word) or not word.islower():
        return True
    return word.endswith(tuple(word_list("strong_endings", language))) and len(word) > 5


def _without_overlap(topics: list[Topic]) -> Iterator[Topic]:
    taken: set[str] = set()
    for topic in topics:
        stems = {stem(word) for word in _WORD.findall(topic.text)}
        if not stems & taken:
            yield topic
            taken |= stems
