"""BM25 over texts of three languages, with tantivy: words are stemmed by the language of their text, compounds split.

In: texts with their languages when an index is made, weighted words when it is asked. Out: rows of the best texts with
their scores. One field holds the stems of all languages, so a word's rarity is counted over the whole catalogue; a
question is stemmed in every language, because a German word may stand in an English question.
"""

from __future__ import annotations

import json
import math
import re
import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import UUID

import numpy as np
import numpy.typing as npt
import tantivy

from courselens.errors import CourselensError
from courselens.search.tokens import fold, words
from courselens.search.vocabulary import conditions, stop_words

STEMMERS = {"en": "english", "de": "german", "da": "danish"}
HEAP = 64_000_000
"""Bytes that tantivy's one writer thread may buffer: enough that a catalogue of 100,000 passages stays one segment."""
REMEMBERED = 4096
"""Words whose queries and rarities are kept."""
LONGEST_QUERY = 64
"""Words of a question that are searched for."""
SHORTEST_STEM = 4
"""Letters of a stem that tells a word."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows (int64) and BM25 scores (float32), best first."""

    rows: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]


class LexicalIndex:
    """A BM25 index in a folder."""

    def __init__(self, folder: Path) -> None:
        """Open `folder`. Raises CourselensError when it is missing or damaged."""
        self.folder = folder
        try:
            self._searcher = self._open(folder)
        except (ValueError, OSError) as error:
            raise _damaged(error, folder) from error
        self._schema = _schema()
        self._word = lru_cache(maxsize=REMEMBERED)(self._query)
        self.rarity = lru_cache(maxsize=REMEMBERED)(self._rarity)

    def _open(self, folder: Path) -> tantivy.Searcher:
        """tantivy writes a lock file to read; where it may not, it reads the same files through links elsewhere."""
        try:
            return tantivy.Index.open(str(folder)).searcher()
        except ValueError as error:
            if "Lockfile" not in str(error):
                raise
        links = Path(tempfile.mkdtemp(prefix="courselens-"))
        weakref.finalize(self, shutil.rmtree, links, ignore_errors=True)
        for path in folder.iterdir():
            if path.suffix != ".lock":
                (links / path.name).symlink_to(path.resolve())
        return tantivy.Index.open(str(links)).searcher()

    @classmethod
    def build(
        cls, texts: Sequence[str], languages: Sequence[str], folder: Path, english: Sequence[str] = ()
    ) -> LexicalIndex:
        """Index `texts` in `folder` (made here); a text's row is its place in the sequence.

        `english` are terms of each text in English, found as well; empty for none.
        """
        folder.mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(_schema(), path=str(folder))
        writer = index.writer(heap_size=HEAP, num_threads=1)
        known = _vocabulary(texts)
        for row, (text, language) in enumerate(zip(texts, languages, strict=True)):
            terms = stems(text, language, known) + (stems(english[row], "en") if english else [])
            writer.add_document(tantivy.Document(text=[" ".join(terms)], row=row))
        writer.commit()
        writer.wait_merging_threads()
        del writer, index
        _number_segments(folder)
        return cls(folder)

    def search(self, wanted: Sequence[tuple[str, float]], k: int) -> Hits:
        """The best `k` rows for weighted words. A word is looked for in its stem of every language."""
        parts = [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(self._word(word), weight) if weight != 1.0 else self._word(word),
            )
            for word, weight in wanted[:LONGEST_QUERY]
        ]
        if not parts:
            return Hits(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
        try:
            hits = self._searcher.search(tantivy.Query.boolean_query(parts), k, count=False).hits
            rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        except ValueError as error:
            raise _damaged(error, self.folder) from error
        scores = np.fromiter((score for score, _ in hits), dtype=np.float32, count=len(hits))
        return Hits(np.array(rows, dtype=np.int64), scores)

    def scores(self, wanted: Sequence[str], first: int, end: int) -> npt.NDArray[np.float32]:
        """BM25 of the rows from `first` to before `end`: float32 (end - first,), 0 for a row without any word."""
        made = np.zeros(end - first, dtype=np.float32)
        among = tantivy.Query.range_query(self._schema, "row", tantivy.FieldType.Integer, first, end - 1)
        parts = [(tantivy.Occur.Should, self._word(word)) for word in wanted[:LONGEST_QUERY]]
        if not parts or not len(made):
            return made
        both = [tantivy.Query.boost_query(among, 0.0), tantivy.Query.boolean_query(parts)]
        try:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in both])
            hits = self._searcher.search(query, len(made), count=False).hits
            rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        except ValueError as error:
            raise _damaged(error, self.folder) from error
        made[np.array(rows, dtype=np.int64) - first] = [score for score, _ in hits]
        return made

    def _rarity(self, word: str) -> float:
        """BM25's weight of a word (its idf); that of a word found nowhere is the highest there is."""
        forms = {form for language in STEMMERS for form in _stem(word, language)}
        found = max((self._searcher.doc_freq("text", form) for form in forms), default=0)
        return math.log1p((self._searcher.num_docs - found + 0.5) / (found + 0.5))

    def _query(self, word: str) -> tantivy.Query:
        forms = {form for language in STEMMERS for form in _stem(word, language)}
        terms = [tantivy.Query.term_query(self._schema, "text", form, "freq") for form in sorted(forms)]
        return terms[0] if len(terms) == 1 else tantivy.Query.disjunction_max_query(terms)


def _damaged(error: Exception, folder: Path) -> CourselensError:
    return CourselensError(
        "the lexical index cannot be read",
        value=str(error)[:200],
        where=folder,
        remedy="Run `courselens index` again",
    )


def _number_segments(folder: Path) -> None:
    """Name the segments 1, 2, …: tantivy names them at random, and equal texts are to make equal files."""
    state = [folder / "meta.json", folder / ".managed.json"]
    texts = [path.read_text(encoding="utf-8") for path in state]
    for number, segment in enumerate(json.loads(texts[0])["segments"], 1):
        old, new = UUID(segment["segment_id"]), UUID(int=number)
        for path in folder.glob(f"{old.hex}.*"):
            path.rename(path.with_name(new.hex + path.suffix))
        texts = [text.replace(str(old), str(new)).replace(old.hex, new.hex) for text in texts]
    texts[1] = json.dumps(sorted(json.loads(texts[1])))
    for path, text in zip(state, texts, strict=True):
        path.write_text(text, encoding="utf-8")


def query_words(text: str) -> list[str]:
    """The words of a question that carry a topic, as they stand."""
    found = [match.group().lower() for match in _WORD.finditer(text)]
    return list(dict.fromkeys(word for word in found if fold(word) not in stop_words()))[:LONGEST_QUERY]


def stems(text: str, language: str, known: frozenset[str] = frozenset()) -> list[str]:
    """Stems of every word of `text`, with the parts of German and Danish compounds whose parts are in `known`."""
    found: list[str] = []
    for match in _WORD.finditer(text.lower()):
        word = match.group()
        found += _stem(word, language)
        if language != "en" and len(word) >= 9:
            for part in split_compound(fold(word), known):
                found += _stem(part, language)
    return found


def split_compound(word: str, known: frozenset[str]) -> tuple[str, ...]:
    """A compound's parts, linking letters dropped: `umweltrecht` → `umwelt`, `recht`; () when it is none."""
    for cut in range(4, len(word) - 3):
        tail = word[cut:]
        if tail not in known:
            continue
        for link in ("", "s", "es", "n", "en", "e", "er"):
            head = word[: cut - len(link)] if word[:cut].endswith(link) else ""
            if len(head) >= 4 and (head in known or split_compound(head, known)):
                return (*(split_compound(head, known) or (head,)), tail)
    return ()


def guess_language(text: str) -> str | None:
    """`en`, `de` or `da`, by which language's small words are the most frequent; None where none is. Where two are
    alike (`der` is German and Danish), the words of courses tell: `kurser der undervises online`.
    """
    told = [word.text for word in words(text[:4000])]
    counts = {language: sum(map(small.__contains__, told)) for language, small in _small_words().items()}
    best = max(counts, key=lambda language: (counts[language], language == "en"))
    alike = [language for language, count in counts.items() if count == counts[best]]
    if len(alike) > 1:
        telling = {language: sum(word.endswith(_telling_words()[language]) for word in told) for language in alike}
        likeliest = max(telling, key=telling.__getitem__)
        if telling[likeliest] > max(count for language, count in telling.items() if language != likeliest):
            return likeliest
    return best if counts[best] else None


@lru_cache(maxsize=1)
def _small_words() -> dict[str, frozenset[str]]:
    return {language: frozenset(small) for language, small in conditions()["languages"].items()}


@lru_cache(maxsize=1)
def _telling_words() -> dict[str, tuple[str, ...]]:
    """Ends of words by which a language is told where its small words do not tell it; English has none."""
    ends = conditions()["language_endings"]
    return {language: tuple(ends.get(language, ())) for language in conditions()["languages"]}


@lru_cache(maxsize=1)
def _analyzers() -> dict[str, tantivy.TextAnalyzer]:
    return {
        code: tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer(language))
        .filter(tantivy.Filter.ascii_fold())
        .build()
        for code, language in STEMMERS.items()
    }


def word_stems(word: str) -> frozenset[str]:
    """The stems of a folded word in every language, those of at least four letters."""
    return frozenset(form for language in STEMMERS for form in _stem(word, language) if len(form) >= SHORTEST_STEM)


@lru_cache(maxsize=200_000)
def _stem(word: str, language: str) -> tuple[str, ...]:
    return tuple(_analyzers().get(language, _analyzers()["en"]).analyze(word))


@lru_cache(maxsize=1)
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    builder.add_integer_field("row", fast=True)
    return builder.build()


def _vocabulary(texts: Iterable[str]) -> frozenset[str]:
    """Words that may be parts of compounds: those that stand alone at least twice."""
    spelled = Counter(word for text in texts for word in _WORD.findall(text))
    counts: Counter[str] = Counter()
    for word, count in spelled.items():  # far fewer spellings than words: folding is the slow part
        counts[fold(word)] += count
    return frozenset(word for word, count in counts.items() if count >= 2 and 4 <= len(word) <= 14 and word.isalpha())
