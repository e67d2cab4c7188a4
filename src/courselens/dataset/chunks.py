"""Long texts cut for the encoder: texts with their prefixes come in, chunks that fit its token limit go out.

A cut falls between paragraphs or sentences, chunks of one text are about equally long, and each begins with the prefix
(course and heading), because a chunk that does not say what it is about cannot be found. Only a single sentence that is
longer than a chunk goes to `semantic_text_splitter`: it counts each candidate cut anew and took 6 times as long on
whole course sheets, and it takes `Prof. Dr.` for the end of a sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from semantic_text_splitter import TextSplitter
from tokenizers import Tokenizer

from courselens.dataset.wording import load_data
from courselens.errors import CourselensError

SPECIAL_TOKENS = 2
"""[CLS] and [SEP], which the encoder adds to every text and which count towards its limit."""

_SENTENCE_END = re.compile(r"(\w*)[.!?…][\"'”»)\]]*(\s+)(?=[\"'“„«(\[]?[A-ZÀ-ÖØ-Þ0-9])")


@dataclass(frozen=True, slots=True)
class Draft:
    """A text to be cut and the prefix that each of its chunks begins with."""

    prefix: str
    text: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, its number of tokens, and what divides it from the piece before (newline or blank)."""

    text: str
    tokens: int
    glue: str


class Chunker:
    """Cuts drafts into chunks of at most `max_tokens` tokens of one encoder, prefix and special tokens included.

    With a `target`, paragraphs that fit are kept whole, and a chunk ends once it has about so many tokens; without one,
    a text is cut into as few chunks as its sentences allow.
    """

    def __init__(self, tokenizer: Path, max_tokens: int, target: int | None = None) -> None:
        """`tokenizer` is the encoder's `tokenizer.json`. Raises CourselensError when it is missing or no tokenizer."""
        self._tokenizer = load_tokenizer(tokenizer)
        self._max_tokens = max_tokens
        self._target = target
        self._splitter = lru_cache(maxsize=64)(self._make_splitter)

    def count(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, special tokens not counted."""
        return [len(found.ids) for found in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def cut(self, drafts: Sequence[Draft]) -> list[list[str]]:
        """The chunks of each draft; one where all of it fits, none for an empty text."""
        sentences = [list(split_sentences(draft.text)) for draft in drafts]
        counts = iter(self.count([text for found in sentences for text, _ in found]))
        pieces = [[_Piece(text, next(counts), glue) for text, glue in found] for found in sentences]
        prefixes = self.count([draft.prefix for draft in drafts])
        return [
            [draft.prefix + body for body in self._pack(found, used)]
            for draft, found, used in zip(drafts, pieces, prefixes, strict=True)
        ]

    def _pack(self, pieces: list[_Piece], prefix: int) -> Iterator[str]:
        limit = max(self._max_tokens - SPECIAL_TOKENS - prefix, self._max_tokens // 4)
        pieces = [part for piece in pieces for part in self._shorten(piece, limit)]
        total = sum(piece.tokens for piece in pieces)
        if not total:
            return
        if self._target is not None:
            pieces = list(_whole_lines(pieces, limit))
        # Equal shares: 210 tokens at a limit of 200 become 105 + 105, not 200 and a scrap of 10.
        share = total / math.ceil(total / min(limit, self._target or limit))
        body, used = "", 0
        for piece in pieces:
            if body and (used + piece.tokens > limit or used + piece.tokens / 2 > share):
                yield body
                body, used = "", 0
            body += (piece.glue if body else "") + piece.text
            used += piece.tokens
        yield body

    def _shorten(self, piece: _Piece, limit: int) -> list[_Piece]:
        if piece.tokens <= limit:
            return [piece]
        share = math.ceil(piece.tokens / math.ceil(piece.tokens / limit))
        parts = self._splitter(min(limit, share + -share % 8)).chunks(piece.text)
        glues = [piece.glue] + [" "] * (len(parts) - 1)
        return [_Piece(text, tokens, glue) for text, tokens, glue in zip(parts, self.count(parts), glues, strict=True)]

    def _make_splitter(self, capacity: int) -> TextSplitter:
        return TextSplitter.from_huggingface_tokenizer(self._tokenizer, capacity)


def _whole_lines(pieces: Iterable[_Piece], limit: int) -> Iterator[_Piece]:
    """The sentences of a line put together again where the line has at most `limit` tokens."""
    lines: list[list[_Piece]] = []
    for piece in pieces:
        if not lines or piece.glue == "\n":
            lines.append([])
        lines[-1].append(piece)
    for line in lines:
        tokens = sum(piece.tokens for piece in line)
        if tokens > limit:
            yield from line
        else:
            yield _Piece(" ".join(piece.text for piece in line), tokens, line[0].glue)


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of an encoder without truncation and padding, so that lengths are true.

    Raises CourselensError when `path` is missing or damaged.
    """
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception for a missing as for a damaged file
        raise CourselensError(
            "no readable tokenizer",
            value=str(error),
            where=path,
            remedy="Name the `tokenizer.json` in the folder of the base model",
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def split_sentences(text: str) -> Iterator[tuple[str, str]]:
    """The sentences of `text`, each with what divides it from the one before: a newline or a blank."""
    for line in text.split("\n"):
        start, glue = 0, "\n"
        for end in _SENTENCE_END.finditer(line):
            if _is_abbreviation(end[1]):
                continue
            yield line[start : end.start(2)].strip(), glue
            start, glue = end.end(), " "
        if line[start:].strip():
            yield line[start:].strip(), glue


@cache
def _abbreviations() -> frozenset[str]:
    return frozenset(load_data("words.yaml")["abbreviations"].split())


def _is_abbreviation(word: str) -> bool:
    return len(word) == 1 or word.isdigit() or word.lower() in _abbreviations()
