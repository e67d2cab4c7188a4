"""Sentences with slots: templates and words in, text out.

A slot is `{name}`, `{name!c}` (first letter a capital), `{name!t}` (title case) or `{name!m}` (title case in the middle
of a title). `str.format` has no such conversions,
and parsing a template for every sentence would cost more than filling it, so templates are taken apart once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from random import Random
from string import Formatter

_SMALL = frozenset(
    ("a", "an", "and", "as", "at", "between", "by", "for", "from", "in", "into", "of", "on", "or", "over", "the", "to")
) | {"under", "with", "without"}


def fill(template: str, words: Mapping[str, str]) -> str:
    """The template with its slots filled. Raises KeyError for a slot that `words` does not have."""
    out = []
    for literal, name, conversion in _parts(template):
        out.append(literal)
        if name:
            out.append(_CONVERSIONS[conversion](words[name]))
    return "".join(out)


def capital(text: str) -> str:
    """The first letter as a capital, the rest as it is."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=20_000)
def title_case(text: str) -> str:
    """English title case: small words stay small but at the beginning, capitals inside a word stay."""
    return capital(_middle_case(text))


def vary(rng: Random, yearly: Random, templates: Sequence[str], count: int, words: Mapping[str, str]) -> list[str]:
    """`count` different sentences drawn with `rng`; in one year of four or so, `yearly` exchanges one of them."""
    chosen = rng.sample(range(len(templates)), min(count, len(templates)))
    if yearly.random() < 0.3 and len(chosen) < len(templates):
        other = yearly.randrange(len(templates))
        if other not in chosen:
            chosen[yearly.randrange(len(chosen))] = other
    return [fill(templates[number], words) for number in chosen]


@lru_cache(maxsize=20_000)
def _middle_case(text: str) -> str:
    return " ".join(word if word in _SMALL else capital(word) for word in text.split())


_CONVERSIONS: Mapping[str | None, Callable[[str], str]] = {
    None: str,
    "c": capital,
    "t": title_case,
    "m": _middle_case,
}


@lru_cache(maxsize=10_000)
def _parts(template: str) -> tuple[tuple[str, str | None, str | None], ...]:
    return tuple((literal, name, conversion) for literal, name, _, conversion in Formatter().parse(template))
