"""Which field or section of a course a question asks for, once the course is found.

In: what the classifier of `asked.py` says of the question, and how well each passage of the course fits what is left of
it without the course's name. Out: `Asked` with the field that both together make likeliest. Words of asking alone
cannot know that "do I have to fly to Singapore?" is about teaching; the course's own passages do. All is added up as in
a multinomial logit, whose weights were fitted on 7,404 questions of other people's wording about a catalogue and 497
that it does not answer (by a fit on the other sets right .955 and .759; LOG.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from courselens.search.decide import SAME, Asked
from courselens.search.tokens import fold, words
from courselens.search.vocabulary import MENTION, NOT_FIELDS, stop_words

WEIGHTS = (1.38, 2.62, 0.19, 6.38, 8.10)
"""Of `Told`, printed by `scripts/fit_field.py`."""
TELLS = 3
"""Place in `Told` of what a section has to say of the practical things asked."""
FLOOR = 1e-4
LIKELIER = 3.0
"""How much likelier the narrower of two fields that a question can hardly tell apart must be: the parts of an exam say
its form too, and how much each counts.
"""


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a passage of the course fits the question without the course's name: `cosine` and BM25 (`words`), of
    which `share` is the part of what a passage with all of the words would have.

    `field` is the field or section that it answers, `fact` whether it is a fact, `told` the `Concern.weight` of each of
    the practical things asked that it tells, 0 of the others.
    """

    field: str
    fact: bool
    cosine: float
    words: float
    share: float = 0.0
    told: tuple[float, ...] = ()


Told = tuple[float, float, float, float, float]
"""What speaks for a field: the classifier's log probability, the best cosine of its passages to the question without
the course's name, the best BM25 of a section's passages for the same words (those of conditions and of lecturers left
out), what a section has to say of the practical things asked (of each, a part of as many as there are sections that
tell it), and for what no catalogue holds how likely one of them is asked that is told nowhere.
"""


def choose_field(asked: Asked, frame: str, passages: Sequence[Fit], untold: float = 0.0) -> Asked:
    """`asked` with the field chosen among what the classifier knows and what the course has.

    Who asks for a fact says so: the likelier that is, the less the passages count, and the words of facts, which are
    ours, never do. Nothing is asked where `frame` is but the course's name.
    """
    if frame.strip(" ?.!,:;") in (MENTION, ""):
        return replace(asked, field=None)
    found = evidence(asked.shares, passages, untold)
    scores = dict(zip(found, (np.array([*found.values()]) @ WEIGHTS).tolist(), strict=True))
    top = max(scores, key=lambda name: (scores[name], name))
    telling = max(found, key=lambda name: (found[name][TELLS], scores[name]))
    held = {SAME.get(one.field, one.field) for one in passages}
    if top not in (*NOT_FIELDS, *held) and found[telling][TELLS]:
        top = telling  # the course has no such section, and says it in another one
    total = sum(math.exp(score - scores[top]) for score in scores.values())
    elsewhere = math.exp(scores["elsewhere"] - scores[top]) / total
    if top in NOT_FIELDS:
        return replace(asked, field=None, share=1 / total, elsewhere=elsewhere)
    members = [name for name, group in SAME.items() if group == top]
    narrower = max(members, key=lambda name: asked.shares.get(name, 0.0), default=top)
    likelier = asked.shares.get(narrower, 0.0) > LIKELIER * asked.shares.get(top, 0.0)
    field = narrower if likelier else top
    return replace(asked, field=field, share=1 / total, elsewhere=elsewhere)


def called(frame: str, passages: Sequence[Fit], labels: Mapping[str, Iterable[Sequence[str]]]) -> str | None:
    """The field or section with one of the `passages` that its catalogue has of its own and `frame` calls by one of its
    `labels`, in folded words: in more than one word, or in one and nothing else.
    """
    said = [word.text for word in words(frame)]
    content = [word for word in said if word not in stop_words() and word != fold(MENTION)]
    for name in dict.fromkeys(one.field for one in passages):
        for label in map(list, labels.get(name, ())):
            within = any(said[at : at + len(label)] == label for at in range(len(said)))
            if within and (len(label) > 1 or content == label):
                return name
    return None


def openness(shares: Mapping[str, float], passages: Sequence[Fit]) -> float:
    """Probability that something else than a fact is asked of the course with these `passages`."""
    return _open(_grouped(shares), passages)


def _grouped(shares: Mapping[str, float]) -> dict[str, float]:
    """The shares with those added up that a question can hardly tell apart."""
    grouped: dict[str, float] = {}
    for name, share in shares.items():
        if name not in ("none", "courses"):
            group = SAME.get(name, name)
            grouped[group] = grouped.get(group, 0.0) + share
    return grouped


def _open(grouped: Mapping[str, float], passages: Sequence[Fit]) -> float:
    sections = {SAME.get(one.field, one.field) for one in passages if not one.fact}
    facts = {SAME.get(one.field, one.field) for one in passages} - sections
    return 1.0 - sum(grouped.get(group, 0.0) for group in facts)


def evidence(shares: Mapping[str, float], passages: Sequence[Fit], untold: float = 0.0) -> dict[str, Told]:
    """What speaks for each field or section that the classifier (`shares`) or the course's `passages` know; `untold`
    is how likely something practical is asked that none of them tells.
    """
    grouped = _grouped(shares)
    cosine: dict[str, float] = {}
    words: dict[str, float] = {}
    for one in passages:
        group = SAME.get(one.field, one.field)
        cosine[group] = max(cosine.get(group, -1.0), one.cosine)
        words[group] = max(words.get(group, 0.0), 0.0 if one.fact else one.words)
    open_ = _open(grouped, passages)
    concerns = _told(passages)
    return {
        group: (
            math.log(grouped.get(group, 0.0) + FLOOR),
            open_ * cosine.get(group, 0.0),
            open_ * words.get(group, 0.0),
            open_ * concerns.get(group, 0.0),
            untold * float(group == "elsewhere"),
        )
        for group in dict.fromkeys((*grouped, *cosine, "elsewhere"))
    }


def _told(passages: Sequence[Fit]) -> dict[str, float]:
    """What each section has to say of the practical things asked, from 0 to 1."""
    found: dict[str, float] = {}
    asked = len(passages[0].told) if passages else 0
    for number in range(asked):
        telling = {
            SAME.get(one.field, one.field): one.told[number] for one in passages if not one.fact and one.told[number]
        }
        for group, weight in telling.items():
            found[group] = found.get(group, 0.0) + weight / (asked * len(telling))
    return found
