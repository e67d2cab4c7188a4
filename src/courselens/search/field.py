"""Which field or section of a course a question asks for, once the course is found.

In: what the classifier of `asked.py` says of the question, and how well each passage of the course fits what is left of
it without the course's name. Out: `Asked` with the field that both together make likeliest. Words of asking alone
cannot know that "do I have to fly to Singapore?" is about teaching; the course's own passages do. All is added up as in
a multinomial logit, whose weights were fitted on 1,916 questions of other people's wording about three catalogues
(right field, a set at a time left out: the classifier alone .915, with the passages .951; LOG.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from courselens.search.query import SAME, Asked
from courselens.search.vocabulary import MENTION, NOT_FIELDS

CLASSIFIER = 1.17
"""Weight of the classifier's log probability."""
HELD = 3.84
"""What a field is likelier because the course has it."""
COSINE = 7.85
"""Weight of the best cosine of a field's passages to the question without the course's name."""
WORDS = 0.335
"""Weight of the best BM25 of a section's passages for the same words, those of conditions and of lecturers left out;
facts are worded by us."""
ELSEWHERE = 3.0
"""What no catalogue holds fits no passage; it is as likely as the classifier says where a field fits with this much."""
FLOOR = 1e-4


def choose_field(
    asked: Asked, frame: str, passages: Sequence[str], cosine: Sequence[float], words: Sequence[float]
) -> Asked:
    """`asked` with the field chosen among what the classifier knows and what the course has.

    `passages` are the fields or sections of the course's passages, `cosine` and `words` (BM25, 0 for facts) their fit
    to the question without the course's name. Nothing is asked where `frame` is but that name.
    """
    if frame.strip(" ?.!,:;") in (MENTION, ""):
        return replace(asked, field=None)
    scores: dict[str, float] = {}
    for name, share in asked.shares.items():
        if name not in ("none", "courses"):
            group = SAME.get(name, name)
            scores[group] = scores.get(group, 0.0) + share
    scores = {name: CLASSIFIER * math.log(share + FLOOR) for name, share in scores.items()}
    fits: dict[str, tuple[float, float]] = {}
    for name, near, said in zip(passages, cosine, words, strict=True):
        group = SAME.get(name, name)
        best = fits.get(group, (-1.0, 0.0))
        fits[group] = max(best[0], near), max(best[1], said)
    for group, (near, said) in fits.items():
        scores[group] = scores.get(group, CLASSIFIER * math.log(FLOOR)) + HELD + COSINE * near + WORDS * said
    scores["elsewhere"] = scores.get("elsewhere", CLASSIFIER * math.log(FLOOR)) + ELSEWHERE
    top = max(scores, key=lambda name: (scores[name], name))
    total = sum(math.exp(score - scores[top]) for score in scores.values())
    elsewhere = math.exp(scores["elsewhere"] - scores[top]) / total
    if top in NOT_FIELDS:
        return replace(asked, field=None, share=1 / total, elsewhere=elsewhere)
    members = [name for name, group in SAME.items() if group == top]
    field = max([top, *members], key=lambda name: (asked.shares.get(name, 0.0), name == top))
    return replace(asked, field=field, share=1 / total, elsewhere=elsewhere)
