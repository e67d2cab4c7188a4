"""Which field or section of a course a question asks for, once the course is found.

In: what the classifier of `asked.py` says of the question, and how well each passage of the course fits what is left of
it without the course's name. Out: `Asked` with the field that both together make likeliest. Words of asking alone
cannot know that "do I have to fly to Singapore?" is about teaching; the course's own passages do. All is added up as in
a multinomial logit, whose weights were fitted on 1,932 questions of other people's wording about three catalogues and
55 that no catalogue answers (a set at a time left out: right field .953; LOG.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from courselens.search.decide import SAME, Asked
from courselens.search.vocabulary import MENTION, NOT_FIELDS

CLASSIFIER = 1.23
"""Weight of the classifier's log probability."""
HELD = 4.2
"""What a field is likelier because the course has it."""
COSINE = 4.83
"""Weight of the best cosine of a field's passages to the question without the course's name."""
WORDS = 0.5
"""Weight of the best BM25 of a section's passages for the same words, those of conditions and of lecturers left out."""
ELSEWHERE = 4.86
"""What no catalogue holds fits no passage; it is as likely as the classifier says where a field fits with this much."""
FLOOR = 1e-4


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a passage of the course fits the question without the course's name: `cosine` and BM25 (`words`).

    `field` is the field or section that it answers, `fact` whether it is a fact.
    """

    field: str
    fact: bool
    cosine: float
    words: float


def choose_field(asked: Asked, frame: str, passages: Sequence[Fit]) -> Asked:
    """`asked` with the field chosen among what the classifier knows and what the course has.

    Who asks for a fact says so: the likelier that is, the less the passages count, and the words of facts, which are
    ours, never do. Nothing is asked where `frame` is but the course's name.
    """
    if frame.strip(" ?.!,:;") in (MENTION, ""):
        return replace(asked, field=None)
    shares: dict[str, float] = {}
    for name, share in asked.shares.items():
        if name not in ("none", "courses"):
            group = SAME.get(name, name)
            shares[group] = shares.get(group, 0.0) + share
    scores = {name: CLASSIFIER * math.log(share + FLOOR) for name, share in shares.items()}
    cosine: dict[str, float] = {}
    words: dict[str, float] = {}
    for one in passages:
        group = SAME.get(one.field, one.field)
        cosine[group] = max(cosine.get(group, -1.0), one.cosine)
        words[group] = max(words.get(group, 0.0), 0.0 if one.fact else one.words)
    sections = {SAME.get(one.field, one.field) for one in passages if not one.fact}
    open_ = 1.0 - sum(shares.get(group, 0.0) for group in cosine if group not in sections)
    for group in cosine:
        fit = open_ * (COSINE * cosine[group] + WORDS * words[group])
        scores[group] = scores.get(group, CLASSIFIER * math.log(FLOOR)) + HELD + fit
    scores["elsewhere"] = scores.get("elsewhere", CLASSIFIER * math.log(FLOOR)) + ELSEWHERE
    top = max(scores, key=lambda name: (scores[name], name))
    total = sum(math.exp(score - scores[top]) for score in scores.values())
    elsewhere = math.exp(scores["elsewhere"] - scores[top]) / total
    if top in NOT_FIELDS:
        return replace(asked, field=None, share=1 / total, elsewhere=elsewhere)
    members = [name for name, group in SAME.items() if group == top]
    field = max([top, *members], key=lambda name: (asked.shares.get(name, 0.0), name == top))
    return replace(asked, field=field, share=1 / total, elsewhere=elsewhere)
