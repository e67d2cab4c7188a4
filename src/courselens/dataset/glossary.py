"""Academic words in English, German and Danish: a text comes in, what it is about in another language goes out.

A student asks in English about a course whose page is German. No translation model is at hand offline, but subjects
are named by a few thousand words (`glossary*.tsv`), and German and Danish build the rest out of them:
`Finanzmarktregulierung` is financial market + regulation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from random import Random

COLUMNS = ("en", "de", "da")
"""The columns of `glossary*.tsv`; `|` divides synonyms, the first of which is given out."""

COMMON = "glossary_common.tsv"
"""Words of every day."""

_FILE = re.compile(r"glossary\w*\.tsv")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ENDINGS = (
    "",
    "s",
    "e",
    "n",
    "r",
    "rne",
    "rnes",
    "ken",
    "en",
    "er",
    "es",
    "em",
    "ern",
    "ne",
    "erne",
    "ene",
    "et",
    "t",
    "ens",
    "ets",
    "ernes",
)
_LINKS = ("", "s", "te", "n", "en", "e", "es", "er", "-", "s-")
_SHORTEST = 4
TOGETHER = (1, 1, 1, 2, 2, 3)
"""Terms of a pair that a model is trained on, one of these at random."""
JOINTS = (" ", ", ")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase of a text, its translation, and where in the text it begins."""

    source: str
    target: str
    start: int = 0

    @property
    def end(self) -> int:
        """Where in the text it ends; words of a phrase with one space between them."""
        return self.start + len(self.source)


def translate_terms(text: str, source: str, target: str) -> list[Term]:
    """The words and phrases of `text` (language `source`) that the glossary has, in `target`, in order, each once."""
    found: dict[str, Term] = {}
    for term in find_terms(text, source, target):
        found.setdefault(term.target.lower(), term)
    return list(found.values())


# A course's sections are translated again for each question that is made of them.
@lru_cache(maxsize=64)
def find_terms(text: str, source: str, target: str, synonym: int = 0) -> tuple[Term, ...]:
    """Every word and phrase of `text` that the glossary has, in `target`, in order.

    Languages are `en`, `de`, `da`; none is found for others. Each is said by its `synonym` of that number (0 is the
    usual one), or by its last.
    """
    if source == target or source not in COLUMNS or target not in COLUMNS:
        return ()
    return tuple(_find(text, source, target, synonym))


def term_pairs(languages: Sequence[str], count: int, rng: Random) -> list[tuple[str, str]]:
    """`count` pairs of one to three terms in English and the same in one of `languages` (`de`, `da`), spelled as any of
    their synonyms and in any order: what teaches a model of English words what the others mean. Empty without a
    language of the glossary.
    """
    known = [COLUMNS.index(language) for language in languages if language in COLUMNS[1:]]
    rows = [[cell.split("|") for cell in line.split("\t")] for line in _lines()] if known else []
    made: list[tuple[str, str]] = []
    while rows and len(made) < count:
        rng.shuffle(rows)
        at = 0
        while at < len(rows) and len(made) < count:
            size = rng.choice(TOGETHER)
            picked = rows[at : at + size]
            at += size
            column = rng.choice(known)
            english = rng.choice(JOINTS).join(rng.choice(row[0]).strip() for row in picked)
            rng.shuffle(picked)
            other = rng.choice(JOINTS).join(rng.choice(row[column]).strip() for row in picked)
            if english.lower() != other.lower():
                made.append((english, other))
    return made


def is_common(word: str, language: str) -> bool:
    """Whether `word`, with any ending, is one of the common words that describe any subject and name none."""
    lower = word.lower()
    return any(lower.removesuffix(ending) in _common(language) for ending in _ENDINGS if lower.endswith(ending))


def is_term(word: str) -> bool:
    """Whether `word`, in any of the languages and with any ending, is a word of the glossaries, common ones too."""
    return any(_lookup(word, source, "de" if source == "en" else "en") is not None for source in COLUMNS)


def is_written(word: str) -> bool:
    """Whether `word` stands so in the glossaries, in any of the languages, without any ending cut: `winter`, not the
    `bien-er` of a name.
    """
    lower = word.lower()
    return any(lower in _entries(source, "de" if source == "en" else "en", 0) for source in COLUMNS)


def language_of_terms(text: str) -> str | None:
    """The language whose column holds most of the words of `text` that another one does not; None where none leads."""
    told = dict.fromkeys(_WORD.findall(text))
    found = [{one for one in COLUMNS if _translate_word(word, one, "de" if one == "en" else "en")} for word in told]
    counts = {one: sum(one in each and len(each) < len(COLUMNS) for each in found) for one in COLUMNS}
    first, second = sorted(COLUMNS, key=lambda one: -counts[one])[:2]
    return first if counts[first] > counts[second] else None


def _find(text: str, source: str, target: str, synonym: int) -> Iterator[Term]:
    places = list(_WORD.finditer(text))
    words = [place.group() for place in places]
    at = 0
    while at < len(words):
        for size in (3, 2):
            phrase = " ".join(words[at : at + size])
            known = _lookup(phrase, source, target, synonym)
            if known:
                yield Term(phrase, known, places[at].start())
                at += size
                break
        else:
            whole = _completed(text, places[at : at + 3], source) or words[at]
            single = _translate_word(whole, source, target, synonym)
            if single:
                yield Term(words[at], single, places[at].start())
            at += 1


def _completed(text: str, places: Sequence[re.Match[str]], source: str) -> str | None:
    """The word whose end stands only behind the next one: `Bau-` in `Bau- und Planungsrecht` is `Baurecht`."""
    if len(places) < 3 or text[places[0].end() : places[0].end() + 1] != "-" or source == "en":
        return None
    first, _, last = (place.group() for place in places)
    entries = _entries(source, "en", 0)
    ends = (last[cut:] for cut in range(_SHORTEST, len(last) - _SHORTEST + 1))
    return next((first + end for end in ends if end in entries), None)


@lru_cache(maxsize=50_000)
def _translate_word(word: str, source: str, target: str, synonym: int = 0) -> str | None:
    known = _lookup(word, source, target, synonym) or _acronyms(source, target).get(word.lower())
    if known or source == "en":
        return known
    entries = _entries(source, target, synonym)
    parts = _split_compound(word.lower(), entries)
    if parts:
        return " ".join(entries[part] for part in parts)
    if "-" in word:  # a part that is not known stays: `IT-Strafrecht`
        told = [(part, _translate_word(part, source, target, synonym)) for part in word.split("-") if part]
        if any(found for _, found in told):
            return " ".join(found or part for part, found in told)
    return None


@lru_cache(maxsize=200_000)
def _lookup(word: str, source: str, target: str, synonym: int = 0) -> str | None:
    entries = _entries(source, target, synonym)
    lower = word.lower()
    for ending in _ENDINGS:
        base = lower.removesuffix(ending) if ending else lower
        if len(base) >= _SHORTEST and (not ending or lower.endswith(ending)) and base in entries:
            return entries[base]
    return None


def _split_compound(word: str, entries: dict[str, str]) -> tuple[str, ...]:
    """The glossary words that `word` is built of, at most three; empty when it is not built of them alone."""
    for parts in _decompose(word, entries, 3):
        if len(parts) > 1:
            return parts
    return ()


def _decompose(word: str, entries: dict[str, str], depth: int) -> Iterator[tuple[str, ...]]:
    for ending in _ENDINGS:
        base = word.removesuffix(ending) if ending else word
        if (not ending or word.endswith(ending)) and len(base) >= _SHORTEST and base in entries:
            yield (base,)
    if depth == 1:
        return
    for cut in range(len(word) - _SHORTEST, _SHORTEST - 1, -1):
        if word[:cut] not in entries:
            continue
        for link in _LINKS:
            rest = word[cut:]
            if rest.startswith(link):
                for tail in _decompose(rest[len(link) :], entries, depth - 1):
                    yield (word[:cut], *tail)


@cache
def _entries(source: str, target: str, synonym: int = 0) -> dict[str, str]:
    found = _usual(source, synonym) if target == "en" else {}
    for line in _lines():
        row = dict(zip(COLUMNS, (cell.split("|") for cell in line.split("\t")), strict=True))
        said = row[target][min(synonym, len(row[target]) - 1)].strip()
        for word in row[source]:
            found.setdefault(word.strip().lower(), said)
    return found


def _usual(source: str, synonym: int) -> dict[str, str]:
    """What `translations.tsv` says of single words, which the glossaries say as the subject that they are part of."""
    text = resources.files(__package__).joinpath("translations.tsv").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith(f"{source}\t"):
            _, word, said = line.split("\t")
            synonyms = said.split("|")
            found.setdefault(word.strip().lower(), synonyms[min(synonym, len(synonyms) - 1)].strip())
    return found


@cache
def _common(source: str) -> frozenset[str]:
    column = COLUMNS.index(source)
    text = resources.files(__package__).joinpath(COMMON).read_text(encoding="utf-8")
    return frozenset(word.lower() for line in text.splitlines() for word in line.split("\t")[column].split("|"))


@cache
def _acronyms(source: str, target: str) -> dict[str, str]:
    """The entries too short for endings and compounds that are written in capitals: `KI`, `BIP`."""
    column = COLUMNS.index(source)
    spelled = {word for line in _lines() for word in line.split("\t")[column].split("|")}
    return {word: said for word, said in _entries(source, target).items() if word.upper() in spelled and len(word) < 5}


@cache
def _lines() -> tuple[str, ...]:
    """Every line of the glossary that holds words; where two files have a word, the first by name decides."""
    folder = resources.files(__package__)
    files = sorted((file for file in folder.iterdir() if _FILE.fullmatch(file.name)), key=lambda file: file.name)
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return tuple(line for line in lines if line.strip() and not line.startswith("#"))
