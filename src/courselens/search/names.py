"""Which courses a question names: by code in any spelling, or by title in full, in part or misspelt.

In: the courses when an index is made, a question's words when it is asked. Out: mentions, each with the course, how
well the name fits and where in the question it stands. An inverted list from title words to titles keeps this fast for
100,000 courses; misspelt words are looked for only among words of a similar length and the same first letter.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from courselens.course import Course
from courselens.search.codes import Codes, codes_of
from courselens.search.lexical import word_stems
from courselens.search.places import compound_of
from courselens.search.tokens import Word, abbreviates, fold, words
from courselens.search.vocabulary import asking_words, conditions, stop_words

LONGEST_QUERY = 40
"""Words of a question that are compared with titles; a pasted page is not a name."""
DIGITS = frozenset("0123456789")
CANDIDATES = 50
"""Titles that are looked at closely."""
SAME_STEM = 0.95
"""Similarity of another form of a word: `evaluate` and `evaluating`."""
SHORTENED = 0.9
"""Similarity of a word without its vowels: `mgmt`, `intl`."""
MEANT = 3
"""Words that one without its vowels may mean."""
BEGUN = 8
"""Words that one may begin."""
LEAST_SIMILARITY = 0.74
"""Least similarity (1 - edit distance / length) of a misspelt word."""
SEGMENT_WEIGHT = 0.97
"""A part of a title (before or after a colon or dash) counts a little less than the whole."""

FEW = 3
"""Titles that a word may stand in to name a course by itself, as a part of its title."""
LEAST_COVER = 0.1
"""Share of a title's weight below which it is not named."""
NUMERALS = frozenset("2345678")
"""Numbers of courses, as `II` and `2` are read alike."""
OTHER_NUMBER = 0.5
"""Share of its strength that a title keeps beside one of the number that is said."""
PART_OF = 0.95
"""What a title counts less for that is but a part of another one that is said."""
TOGETHER = 3
"""Words of a title that are surely meant as one where all of them stand together."""

NAMED = 0.62
"""Strength from which a title counts as the name of a course."""
MAYBE = 0.5
"""Strength from which a title's words are taken for a name while the rest of the question is read."""
NICKNAME = 0.95
"""Similarity of a word to what it is short for."""
ENOUGH = 0.6
"""Strength of a title that needs no part of it to stand together."""

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

_SEGMENTS = re.compile(r"\s*[:;|]\s+|\s+[-–—]+\s+|\s*[()\[\]]\s*|\s*:\s*")
_CONSONANTS = re.compile(r"[a-z][b-df-hj-np-tv-xz]{2,5}")


@dataclass(frozen=True, slots=True)
class TitleMention:
    """A title found in a question.

    `cover` is the share of the title's weight that the question says, `said` the share of the question's own content
    words that the title explains, `weight` the summed rarity of the words matched; `places` are indices of words.
    `whole` tells that three words or more are all of the title and stand together: small words (`I, You and We`) and
    whatever else is said do not matter then.
    """

    course: int
    cover: float
    said: float
    weight: float
    places: tuple[int, ...]
    whole: bool = False
    strength: float = field(init=False)
    """From 0 to 1: a title in full, or a short form that is all that the question names."""

    def __post_init__(self) -> None:
        said = 1.0 if self.whole else self.said
        strength = max(self.cover * (0.55 + 0.45 * said), 0.35 * self.cover + 0.65 * said * min(1.0, self.cover * 2))
        object.__setattr__(self, "strength", strength)  # looked at several times for each of many titles

    def part_of(self, other: TitleMention) -> bool:
        """Whether another title says this one and more: `Differential Equations` in `Differential Equations I`."""
        return len(self.places) < len(other.places) and {*self.places} < {*other.places}

    def better_than(self, other: TitleMention) -> bool:
        """Whether this is the better one of two of a course: the stronger; of a title and a part of it that is `whole`
        the one that explains more.
        """
        if self.whole != other.whole and min(self.strength, other.strength) >= ENOUGH:
            return self.weight > other.weight
        return self.strength > other.strength


class Names:
    """Codes and titles of a catalogue, to be recognised in questions."""

    def __init__(
        self,
        codes: Mapping[str, Sequence[int]],
        vocabulary: Sequence[str],
        initials: Mapping[str, Sequence[int]],
        arrays: Mapping[str, npt.NDArray[np.generic]],
    ) -> None:
        self.vocabulary = vocabulary
        self.initials = initials
        self.arrays = arrays
        self.words = {word: number for number, word in enumerate(vocabulary)}
        self.codes = Codes(codes, self.words)
        self._similar: dict[str, tuple[tuple[int, float], ...]] = {}
        self._blocks: dict[tuple[str, int], list[str]] | None = None
        self._stems: dict[str, list[str]] = {}

    @classmethod
    def of(cls, courses: Sequence[Course], extra_titles: Mapping[int, Sequence[str]] | None = None) -> Names:
        """Codes and titles of `courses`; a course is known by its place in the sequence."""
        initials: dict[str, list[int]] = defaultdict(list)
        rows: list[tuple[int, tuple[str, ...], float]] = []
        alone, own = _in_few_titles(courses), _own_segments(courses)
        for number, course in enumerate(courses):
            for title, weight in _titles(course, (extra_titles or {}).get(number, ()), alone, own):
                told = tuple(dict.fromkeys(word.text for word in words(title)))
                if told:
                    rows.append((number, told, weight))
                letters = "".join(word.text[0] for word in words(title) if word.text not in stop_words() | DIGITS)
                if len(letters) >= 3 and number not in initials[letters]:
                    initials[letters].append(number)
        return cls(codes_of(courses), *_inverted(rows, len(courses), initials))

    def write(self, folder: Path) -> None:
        """Write `names.json` and the arrays `names.*.npy`."""
        data = {
            "codes": {code: list(found) for code, found in self.codes.known.items()},
            "vocabulary": list(self.vocabulary),
            "initials": {letters: list(found) for letters, found in self.initials.items()},
        }
        (folder / "names.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        for name, array in self.arrays.items():
            np.save(folder / f"names.{name}.npy", array)

    @classmethod
    def open(cls, folder: Path) -> Names:
        """Open what `write` wrote; the arrays stay on disk until they are used."""
        data = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        arrays = {
            name: np.load(folder / f"names.{name}.npy", mmap_mode="r").view(np.ndarray)  # faster to take parts of
            for name in ("starts", "rows", "rarity", "row_course", "row_total", "row_weight")
        }
        return cls(data["codes"], data["vocabulary"], data["initials"], arrays)

    def find_titles(self, told: Sequence[Word], *, most: int = 30) -> list[TitleMention]:
        """The titles that the question may name, strongest first."""
        told = told[:LONGEST_QUERY]
        numbered = any(word.text in NUMERALS for word in told)
        alike = [() if numbered and _speaks(told, at) else self.similar(one.text) for at, one in enumerate(told)]
        places: dict[int, tuple[int, float]] = {}
        for place, found in enumerate(alike):
            for number, similarity in found:
                first, so_far = places.get(number, (0, 0.0))
                if similarity > so_far or (similarity == so_far and _amid(alike, place) > _amid(alike, first)):
                    places[number] = (place, similarity)
        mentions = self._scored(told, places) + self._by_initials(told)
        best: dict[int, TitleMention] = {}
        for mention in mentions:
            known = best.get(mention.course)
            if known is None or mention.better_than(known):
                best[mention.course] = mention
        named = _numbered_as_said(told, list(best.values()))
        longer = [one for one in named if one.whole]
        if longer:
            shorter = (any(map(one.part_of, longer)) for one in named)
            both = zip(named, shorter, strict=True)
            named = [replace(one, cover=one.cover * PART_OF) if part else one for one, part in both]
        return sorted(named, key=lambda one: (-one.strength, one.course))[:most]

    def similar(self, word: str) -> tuple[tuple[int, float], ...]:
        """Vocabulary words like `word`, with a similarity: itself, else other forms of it, else misspellings, else what
        it begins.
        """
        if word in nicknames():
            known = [(self.words[one], NICKNAME) for one in nicknames()[word] if one in self.words]
            return (((self.words[word], 1.0),) if word in self.words else ()) + tuple(known)
        if word in self.words:
            return ((self.words[word], 1.0),)
        if len(word) < 3 or word in asking_words() or word.isdigit():
            return ()
        if word not in self._similar:
            if len(self._similar) > 10_000:
                self._similar.clear()
            self._similar[word] = self._look_up(word)
        return self._similar[word]

    def _look_up(self, word: str) -> tuple[tuple[int, float], ...]:
        if self._blocks is None:
            self._blocks = defaultdict(list)
            for known in self.vocabulary:
                self._blocks[known[0], len(known)].append(known)
                for stem in word_stems(known):
                    self._stems.setdefault(stem, []).append(known)
        near = [w for size in range(len(word) - 2, len(word) + 3) for w in self._blocks.get((word[0], size), ())]
        forms = (known for stem in word_stems(word) for known in self._stems.get(stem, ()))
        found = dict.fromkeys((known for known in forms if known[0] == word[0]), SAME_STEM)
        if len(word) >= 4 and not found:
            scorer = OSA.normalized_similarity
            for known, similarity, _ in process.extract(
                word, near, scorer=scorer, score_cutoff=LEAST_SIMILARITY, limit=3
            ):
                found[known] = similarity * 0.97
        if not found:
            longer = [
                w for (first, size), ws in self._blocks.items() if first == word[0] and size > len(word) for w in ws
            ]
            short = [known for known in longer if _shortens(word, known)] if _CONSONANTS.fullmatch(word) else []
            begun = [known for known in longer if known.startswith(word)]
            if 0 < len(short) <= MEANT:
                found = dict.fromkeys(short, SHORTENED)
            elif len(begun) <= BEGUN:
                found = {known: 0.6 + 0.3 * len(word) / len(known) for known in begun}
        kind = compound_of(word) if not found else None
        if kind:  # `der Hexenkurs`
            return self.similar(kind)
        return tuple((self.words[known], similarity) for known, similarity in found.items())

    def _scored(self, told: Sequence[Word], places: Mapping[int, tuple[int, float]]) -> list[TitleMention]:
        if not places:
            return []
        starts, listed = self.arrays["starts"], self.arrays["rows"]
        numbers = np.fromiter(places, dtype=np.int64)
        parts = [np.asarray(listed[starts[number] : starts[number + 1]]) for number in numbers]
        sizes = [len(part) for part in parts]
        rarity = np.asarray(self.arrays["rarity"][numbers], dtype=np.float64)
        gains = rarity * np.fromiter((places[int(number)][1] for number in numbers), dtype=np.float64)
        rows, where = np.unique(np.concatenate(parts), return_inverse=True)
        matched = np.bincount(where, weights=np.repeat(gains, sizes))
        cover = matched / np.asarray(self.arrays["row_total"])[rows] * np.asarray(self.arrays["row_weight"])[rows]
        content = self._content(told, places)
        total = sum(content.values())
        best = np.argsort(-(cover + 0.03 * matched), kind="stable")[:CANDIDATES]
        best = best[cover[best] >= LEAST_COVER]
        chosen = np.full(len(rows), -1)
        chosen[best] = np.arange(len(best))
        held = chosen[where]
        said = np.fromiter((places[int(number)][0] for number in numbers), dtype=np.int64)
        places_of: list[list[int]] = [[] for _ in best]
        for one, place in zip(held[held >= 0].tolist(), np.repeat(said, sizes)[held >= 0].tolist(), strict=True):
            places_of[one].append(place)
        courses = self.arrays["row_course"][rows[best]].tolist()
        told_of = zip(courses, cover[best].tolist(), matched[best].tolist(), places_of, strict=True)
        return [_mention(*one, content, total) for one in told_of]

    def _content(self, told: Sequence[Word], places: Mapping[int, tuple[int, float]]) -> dict[int, float]:
        """Weight of each word of the question that may name something, by its place."""
        rarity = self.arrays["rarity"]
        unknown = float(np.max(rarity)) if len(rarity) else 1.0
        by_place: dict[int, float] = {}
        for number, (place, _) in places.items():
            by_place[place] = max(by_place.get(place, 0.0), float(rarity[number]))
        return {
            place: by_place.get(place, unknown)
            for place, word in enumerate(told)
            if word.text not in asking_words() and not (word.text.isdigit() and place not in by_place)
        }

    def _by_initials(self, told: Sequence[Word]) -> list[TitleMention]:
        content = [place for place, word in enumerate(told) if word.text not in asking_words()]
        found = []
        for place, word in enumerate(told):
            if 3 <= len(word.text) <= 6 and word.text not in self.words and word.text not in asking_words():
                for course in self.initials.get(word.text, ()):
                    said = 1 / max(1, len(content))
                    found.append(TitleMention(course, 0.85, said, 8.0, (place,)))
        return found


@lru_cache(maxsize=1)
def nicknames() -> Mapping[str, tuple[str, ...]]:
    """What students call subjects for short → the folded words of titles that are meant."""
    said = conditions()["nicknames"]
    return {fold(short): tuple(word.text for word in words(meant)) for short, meant in said.items()}


def _mention(
    course: int, cover: float, weight: float, matched: Sequence[int], content: Mapping[int, float], total: float
) -> TitleMention:
    """The mention of a title whose words are said at the places `matched`."""
    used = sorted({*matched})
    said = sum(map(content.get, used, itertools.repeat(0.0))) / total if total else 1.0
    together = len(used) >= TOGETHER and used[-1] - used[0] < len(used)
    whole = together and cover >= SEGMENT_WEIGHT - 0.01 and len(matched) == len(used)
    return TitleMention(course, min(1.0, cover), said, weight, tuple(used), whole)


def _speaks(told: Sequence[Word], place: int) -> bool:
    """Whether `I` is who asks rather than a number: `can I take Modern III`."""
    before = told[place - 1].text if place else ""
    return told[place].text == "i" and before in asking_words() and before not in NUMERALS


def _numbered_as_said(told: Sequence[Word], named: list[TitleMention]) -> list[TitleMention]:
    """`named`, weaker where a title lacks the number said beside its words and is stronger than one that has it: of
    `Modern Dance III` the first Modern Dance, where there is a Modern III.
    """
    for place in (place for place, word in enumerate(told) if word.text in NUMERALS):
        numbered = [one for one in named if place in one.places]
        having = {other for one in numbered for other in one.places}
        best = max((one.strength for one in numbered), default=1.0)
        for number, one in enumerate(named):
            own = {*one.places}
            if one.strength > best and place not in own and own & having and own & {place - 1, place + 1}:
                named[number] = replace(one, cover=one.cover * OTHER_NUMBER)
    return named


def _amid(alike: Sequence[Sequence[object]], place: int) -> int:
    """How many of the words next to a place stand in titles: of `can I take I, You and We` the second `I` does."""
    return sum(bool(alike[beside]) for beside in (place - 1, place + 1) if 0 <= beside < len(alike))


def _shortens(word: str, known: str) -> bool:
    """Whether `word` has the first, the last and some letters between of a longer one, in order."""
    return word[-1] == known[-1] and len(known) > len(word) + 2 and abbreviates(word, known)


def _in_few_titles(courses: Iterable[Course]) -> frozenset[str]:
    """The words that name a course by themselves."""
    titles = {title for course in courses for title in (course.title, course.title_en) if title}
    spread = Counter(word for title in titles for word in {one.text for one in words(title)})
    return frozenset(word for word, count in spread.items() if count <= FEW)


def _own_segments(courses: Iterable[Course]) -> frozenset[str]:
    """The parts of titles that few titles have: `Consultancy Project` before a colon names none of a dozen."""
    titles = {title for course in courses for title in (course.title, course.title_en) if title}
    spread = Counter(fold(part) for title in titles for part in {*_SEGMENTS.split(title)})
    return frozenset(part for part, count in spread.items() if count <= FEW)


def _titles(
    course: Course, extra: Sequence[str], alone: frozenset[str], own: frozenset[str]
) -> list[tuple[str, float]]:
    """Titles, parts of them and further names, with weights; a part is one of its `own`, and where it is one word of
    those that stand `alone`.
    """
    found = [(course.title, 1.0)]
    if course.title_en and course.title_en != course.title:
        found.append((course.title_en, 1.0))
    for title, _ in tuple(found):
        parts = [part for part in _SEGMENTS.split(title) if part and part != title]
        for part in parts:
            told = {word.text for word in words(part)}
            if fold(part) in own and (len(told) > 1 or (len(part) >= 6 and told <= alone)):
                found.append((part, SEGMENT_WEIGHT))
    return found + [(title, SEGMENT_WEIGHT) for title in extra]


def _inverted(
    rows: Sequence[tuple[int, tuple[str, ...], float]], courses: int, initials: Mapping[str, Sequence[int]]
) -> tuple[list[str], Mapping[str, Sequence[int]], dict[str, npt.NDArray[np.generic]]]:
    spread: dict[str, set[int]] = defaultdict(set)
    lists: dict[str, list[int]] = defaultdict(list)
    for number, (course, told, _) in enumerate(rows):
        for word in told:
            spread[word].add(course)
            lists[word].append(number)
    vocabulary = sorted(lists)
    rarity = {
        word: float(np.log1p((courses + 1) / len(spread[word]))) * (0.25 if word in stop_words() else 1.0)
        for word in vocabulary
    }
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "starts": np.cumsum([0, *(len(lists[word]) for word in vocabulary)], dtype=np.int64),
        "rows": np.array([number for word in vocabulary for number in lists[word]], dtype=np.int32),
        "rarity": np.array([rarity[word] for word in vocabulary], dtype=np.float32),
        "row_course": np.array([course for course, _, _ in rows], dtype=np.int32),
        "row_total": np.array([sum(rarity[word] for word in told) for _, told, _ in rows], dtype=np.float32),
        "row_weight": np.array([weight for _, _, weight in rows], dtype=np.float32),
    }
    return vocabulary, initials, arrays
