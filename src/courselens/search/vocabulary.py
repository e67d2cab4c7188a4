"""The data files of `search/words`: question phrasings, words of conditions, and academic terms in three languages.

In: the YAML and TSV files of this package. Out: plain mappings, and phrasings with their alternatives written out.
Adding a word, a phrasing or a language is a change of data.
"""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from courselens.search.tokens import either, fold, words

FOLDER = Path(__file__).parent / "words"
MENTION = "X"
"""What stands for the course's name in a phrasing; the same is put in its place when a question is understood."""

NOT_FIELDS = ("none", "courses", "elsewhere")
"""Entries of `asked.yaml` that are not a field or section of a course."""

ASKING = 8
"""Phrasings of fields that a word must stand in to be a word of asking, which names no course."""
FRAMING = 2
"""The same for a word that may say what is asked, which is kept where the topic is cut out."""

_CHOICE = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way to ask: `text` holds `{x}` where the course is named, `asked` the field, section or other entry; `depth`
    is `summary` where a summary of the examination tells it, `detail` where more is asked, empty where nobody said.
    """

    text: str
    asked: str
    language: str
    depth: str = ""


@lru_cache(maxsize=1)
def conditions() -> Mapping[str, Any]:
    """`conditions.yaml` as it stands."""
    return load("conditions.yaml")


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Words without a topic, folded."""
    return frozenset(fold(word) for word in conditions()["stop"])


@lru_cache(maxsize=1)
def asking_words() -> frozenset[str]:
    """Words with which people ask rather than name a course, folded: those of `ASKING` phrasings of fields or more.

    A word of fewer is as likely an example of a topic, which may well be a title.
    """
    found = {word for word, count in _asked_words().items() if count >= ASKING}
    measures = {fold(word) for word in conditions()["measures"]}
    return frozenset(found - {fold(word) for word in conditions()["half_topics"]}) | stop_words() | measures


@lru_cache(maxsize=1)
def _asked_words() -> Mapping[str, int]:
    """Each word of the phrasings of fields, folded, with the number of phrasings that it stands in."""
    counts = Counter(
        word
        for asked, languages in load("asked.yaml").items()
        if asked not in ("none", "elsewhere")
        for lines in languages.values()
        for line in lines
        for word in {word.text for word in words(line.replace("{x}", " "))}
    )
    for word in conditions()["topics"]:
        counts.pop(fold(word), None)
    return counts


@lru_cache(maxsize=1)
def frame_words() -> frozenset[str]:
    """Words that may say what is asked, values of fields (`german`, `oral`) and what no catalogue holds (`wifi`) among
    them: no part of a topic.
    """
    found = {word for word, count in _asked_words().items() if count >= FRAMING} | stop_words()
    for lines in load("asked.yaml")["elsewhere"].values():
        found |= {word.text for line in lines for word in words(line.replace("{x}", " "))}
    for name in ("language", "level", "start", "type", "teaching_method", "exam_form", "numbers"):
        for said in conditions()[name].values():
            found |= {word.text for one in said for word in words(str(one))}
    found |= {fold(one.text) for one in expressions() if one.text.isalpha() and len(one.text) >= LONG_WORD}
    found |= {word.removesuffix("s") for word in found if len(word) > SHORT_WORD and not word.endswith("ss")}
    return frozenset(found)


def collapse(text: str) -> str:
    """`text` with each run of words that do not ask made the placeholder: `food politics teacher` → `X teacher`."""
    told: list[str] = []
    for word in words(text):
        said = text[word.start : word.end]
        kept = said if said == MENTION or word.text in frame_words() or word.text.isdigit() else MENTION
        if kept != MENTION or told[-1:] != [MENTION]:
            told.append(kept)
    return _runs().sub(MENTION, " ".join(told)) + ("?" if text.rstrip().endswith("?") else "")


@lru_cache(maxsize=1)
def _runs() -> re.Pattern[str]:
    """Placeholders with nothing but joining words between them: `X of the X and X`."""
    return re.compile(rf"{MENTION}(?:(?: (?:{either(conditions()['linking'])}))+ {MENTION})+", re.IGNORECASE)


LONG_WORD = 7
"""Letters from which a word alone that names what is asked is no part of a topic."""
SHORT_WORD = 5
"""Letters of a word up to which its last `s` is no sign of a plural."""
RESERVED = 5
"""Every so many lines of `elsewhere`, one is kept from fitting: confidence is calibrated on it."""


def phrasings(*, most: int = 6, seed: int = 1, reserved: bool = False) -> list[Phrasing]:
    """Every line of `asked.yaml` with its alternatives written out, at most `most` a line, the same for a seed.

    Lines that are `reserved` for calibration are left out, or are all that is given.
    """
    choose = random.Random(seed)
    made = []
    for asked, languages in load("asked.yaml").items():
        for language, lines in languages.items():
            for number, line in enumerate(lines, 1):
                if reserved != (asked == "elsewhere" and number % RESERVED == 0):
                    continue
                texts = expand(line)
                if len(texts) > most:
                    texts = choose.sample(texts, most)
                made += [Phrasing(text, asked, language) for text in texts]
    return made


def described() -> list[Phrasing]:
    """The lines of `described.tsv`: topics as students describe them, and what is asked of them, mostly nothing."""
    return _lines("described.tsv")


def students() -> list[Phrasing]:
    """The lines of `students.tsv`: what is asked of a course, `{x}`, as students put it, and what answers it."""
    return _lines("students.tsv")


def expressions() -> list[Phrasing]:
    """The lines of `expressions.tsv`: words for what is asked, as they stand beside a course's name."""
    return _lines("expressions.tsv")


def _lines(name: str) -> list[Phrasing]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    told = (line.split("\t") for line in lines if line.strip() and not line.startswith("#"))
    return [Phrasing(text, asked, language, *depth) for language, asked, text, *depth in told]


def expand(line: str) -> list[str]:
    """`(a|b) c` → `a c`, `b c`; an empty alternative is allowed."""
    parts = _CHOICE.split(line)
    options = [part.split("|") if number % 2 else [part] for number, part in enumerate(parts)]
    return [" ".join("".join(choice).split()) for choice in itertools.product(*options)]


@lru_cache(maxsize=4)
def load(name: str) -> Mapping[str, Any]:
    """A YAML file of `search/words` as it stands."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # five times faster where libyaml is built in
    found: Mapping[str, Any] = yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=loader)
    return found


def either_as_written(*names: str) -> str:
    """A pattern of any phrase of entries of `conditions.yaml`, as they are written, the longest first."""
    said = (str(phrase) for name in names for phrase in conditions()[name])
    return "|".join(re.escape(phrase) for phrase in sorted(said, key=len, reverse=True))
