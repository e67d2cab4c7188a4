"""Which passage of a course tells what is asked of it: the summary of its examination, or the line with the date.

In: how well each passage fits the question without the course's name (`field.Fit`), and its text. Out: a score for each
passage. Who asks when wants a date, who asks how many an amount, and who asks for something that a summary does not
hold wants no summary. The weights were fitted as a multinomial logit over the passages of a course
(`scripts/fit_telling.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from courselens.search.tokens import either, fold
from courselens.search.vocabulary import conditions

if TYPE_CHECKING:
    from courselens.search.field import Fit

WEIGHTS = {"cosine": 9.58, "words": 5.29, "summary": 3.39, "detail": -4.51, "date": 6.01, "amount": 0.71, "told": 3.84}
"""Of `features`, in that order."""
CLOCK = r"(?<![\d.,])\d\d?[:.]\d\d\b"
"""A time of the day, which is no part of a number: not in `8,100,1.00`."""
FEW = 3
"""The least number that is read in words too: `two`, `one` and `to` say other things."""
Floats = npt.NDArray[np.float32]
Tells = Callable[[int], tuple[bool, bool]]


def telling(text: str, fits: Sequence[Fit], detail: float, tells: Tells) -> Floats:
    """Scores float32 (n,) of the n passages of a course for the question `text`; `detail` is the probability that more
    is asked than a summary tells, `tells` what `date_or_amount` says of a passage.
    """
    return features(text, fits, detail, tells) @ np.array([*WEIGHTS.values()], dtype=np.float32)


def features(text: str, fits: Sequence[Fit], detail: float, tells: Tells) -> Floats:
    """What speaks for each passage, float32 (n, 7): its cosine and its words, whether it is a fact, which sums up, and
    by how much less that is wanted, whether it tells a date or an amount that is asked, and the share of the practical
    things asked that it tells.
    """
    date, amount = (one is not None for one in looked_for(text))
    found = np.zeros((len(fits), len(WEIGHTS)), dtype=np.float32)
    for row, fit in enumerate(fits):
        found[row, :2] = fit.cosine, fit.share
        if fit.fact:
            found[row, 2:4] = 1.0, detail
        elif date or amount:
            has_date, has_amount = tells(row)
            found[row, 4:6] = date and has_date, amount and has_amount
        found[row, 6] = sum(map(bool, fit.told)) / len(fit.told) if fit.told else 0.0
    return found


def date_or_amount(text: str) -> tuple[bool, bool]:
    """Whether a passage tells a date, and whether an amount, below its heading."""
    body = fold(text.partition("\n")[2])
    return _dates()[1].search(body) is not None, _amounts()[1].search(body) is not None


def dates() -> re.Pattern[str]:
    """What a date looks like in folded text."""
    return _dates()[1]


def looked_for(text: str) -> list[re.Pattern[str] | None]:
    """What a date, and an amount, looks like in folded text, where the question asks for one."""
    asked = fold(text)
    return [told if asking.search(asked) else None for asking, told in (_dates(), _amounts())]


@lru_cache(maxsize=1)
def _dates() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What asks for a date, and what is one: `8./9. Mai`, `May 12`, `04.04.2025`, `Friday`, `CW 21`, `10:15`."""
    month, day = either(conditions()["months"]), either(conditions()["days"])
    told = (
        rf"\d\.? ?/? ?(?:{month})\b",
        rf"\b(?:{month}) \d",
        r"\b\d\d?\. ?\d\d?\.",
        rf"\b(?:{day})\b",
        r"\b(?:cw|kw) ?\d",
        CLOCK,
    )
    return re.compile(rf"\b(?:{either(conditions()['asking_date'])})\b"), re.compile("|".join(told))


@lru_cache(maxsize=1)
def _amounts() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What asks for an amount, and what is one: `12'000 Zeichen`, `5-6 pages per student`, `three students`."""
    few = either(word for number, said in conditions()["numbers"].items() if number >= FEW for word in said)
    digits = r"\d[\d.,'’ʹ]*(?: ?(?:-|–|/|bis|to|til) ?\d[\d.,'’ʹ]*)?"
    told = rf"(?:{digits}[ -]?|\b(?:{few})[ -])(?:{either(conditions()['measured'])})"
    return re.compile(rf"\b(?:{either(conditions()['asking_amount'])})\b"), re.compile(told)
