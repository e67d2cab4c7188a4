"""What the page says, in the reader's language.

In: `wording.yaml` and the browser's Accept-Language. Out: `Wording`, which names texts, fields, sections and values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from courselens.search.exams import WEIGHT

FILE = Path(__file__).parent / "wording.yaml"
DEFAULT = "en"


@dataclass(frozen=True)
class Wording:
    """The texts of one language (`en`, `da`, `de`)."""

    language: str
    texts: Mapping[str, Any]

    def say(self, name: str, **values: object) -> str:
        """A text with its places filled. Raises KeyError for a text that does not exist."""
        text = str(self.texts[name])
        return text.format(**values) if values else text

    def field(self, name: str) -> str:
        """A field as people call it; what a form of examination counts for by the form: `weight_oral_exam`."""
        if name.startswith(WEIGHT):
            form = name.removeprefix(WEIGHT).replace("_", " ").capitalize()
            return f"{self.texts['field']['weight']}, {self.value(form)}"
        return str(self.texts["field"].get(name) or self.texts["section"].get(name) or _plain(name))

    def section(self, name: str) -> str:
        """A section as people call it."""
        return str(self.texts["section"].get(name) or _plain(name))

    def value(self, value: object) -> str:
        """A canonical value in the reader's language, where it has a word for it."""
        return str(self.texts["value"].get(str(value), value))

    def number(self, number: int) -> str:
        """A count with the language's separator of thousands."""
        return f"{number:,}".replace(",", "," if self.language == "en" else ".")

    def date(self, text: str) -> str:
        """An ISO date as people write it; any other text as it is."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return text
        return self.say("date", day=day.day, month=self.texts["months"][day.month - 1], year=day.year)

    def percent(self, share: float) -> str:
        """A probability as a person says it, never more than 99 %."""
        return f"{min(99, round(share * 100))} %" if self.language != "en" else f"{min(99, round(share * 100))}%"

    def sure(self, share: float) -> str:
        """A probability in words."""
        return self.say("sure_high" if share >= 0.85 else "sure_middle" if share >= 0.6 else "sure_low")


@lru_cache(maxsize=1)
def wordings() -> Mapping[str, Wording]:
    """All languages."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = yaml.load(FILE.read_text(encoding="utf-8"), Loader=loader)
    return {language: Wording(language, texts) for language, texts in found.items()}


def negotiate(accepted: str) -> Wording:
    """The language that the browser likes best (`da-DK,da;q=0.9,en;q=0.8` → Danish); English where it names none."""
    wanted: list[tuple[float, str]] = []
    for part in accepted[:500].split(","):
        tag, _, quality = part.partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        language = tag.strip().lower().partition("-")[0]
        if language in wordings() and weight > 0:
            wanted.append((weight, language))
    best = max(wanted, key=lambda one: one[0], default=(0.0, DEFAULT))
    return wordings()[best[1]]


def _plain(name: str) -> str:
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]
