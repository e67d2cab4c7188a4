"""The report: one page that a reviewer can read without the program, its pictures, and the figures as JSON.

In: the evaluation, what was read, the audit of the pairs, the training run. Out: `index.html` (self-contained: nothing
is asked of another host), `*.png`, `metrics.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from courselens.course import Catalogue
from courselens.encode import Encoder
from courselens.evaluate import pictures
from courselens.evaluate.compare import PairScores
from courselens.evaluate.evaluation import METRICS, Evaluation
from courselens.evaluate.exam import Exam, Outcome
from courselens.evaluate.landscape import landscape
from courselens.evaluate.metrics import auc
from courselens.evaluate.pictures import Picture

WRONG_SHOWN = 20
"""Questions answered wrong that the page lists, the surest first: those mislead."""

SKIPPED_SHOWN = 200
"""Skipped files that the page lists; all are in the catalogue's own record."""


def write_report(
    folder: Path,
    evaluation: Evaluation,
    *,
    catalogue: Catalogue,
    training: Mapping[str, Any] | None = None,
    audit: Mapping[str, Any] | None = None,
    before: PairScores | None = None,
    after: PairScores | None = None,
    encoder: Encoder | None = None,
    exam: Exam | None = None,
) -> None:
    """Write the report into `folder`, which is made when missing.

    `training` is `Training.to_dict()`, `audit` the content of `audit.json`. `before` and `after` are the cosines of the
    test pairs by the base and by the trained model; `encoder` places the courses on the map. What is not given is left
    out of the page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {
        picture.name: picture for picture in _pictures(evaluation, catalogue, training, before, after, encoder, exam)
    }
    for picture in drawn.values():
        (folder / f"{picture.name}.png").write_bytes(picture.png)
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(
            evaluation=evaluation,
            verdict=verdict(evaluation),
            metrics=METRICS,
            health=catalogue.health,
            skipped=catalogue.skipped[:SKIPPED_SHOWN],
            training=training,
            audit={"sides": {}, "gradient": None, "warnings": (), **(audit or {})},
            exam=exam,
            wrong=_wrong(exam) if exam else (),
            pictures=drawn,
        )
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
    figures = evaluation.to_dict()
    if before and after:
        figures["scores"] = {"before": _scores(before), "after": _scores(after)}
    if exam:
        figures["exam"] = exam.to_dict()
    text = json.dumps(figures, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "metrics.json").write_text(text + "\n", encoding="utf-8")


def verdict(evaluation: Evaluation) -> str:
    """The subject's MRR@10 and what is shown about it against every other system; where the test is too small, that."""
    ours = evaluation.interval(evaluation.subject)
    if evaluation.inconclusive:
        return (
            f"{evaluation.inconclusive} {evaluation.subject} has an MRR@10 of {ours.value:.3f} there, n = {ours.n:,}."
        )
    said: dict[str, list[str]] = {}
    for one in evaluation.comparisons:
        if one.by == "overall" and one.system == evaluation.subject:
            theirs = evaluation.interval(one.against).value
            said.setdefault(one.verdict, []).append(f"{one.against} ({theirs:.3f})")
    words = {"better": "better than", "worse": "worse than", "no difference shown": "not shown to differ from"}
    parts = [f"{words[key]} {_list(said[key])}" for key in words if key in said]
    compared = f": {', '.join(parts)}" if parts else ""
    return (
        f"On courses that it has never seen, {evaluation.subject} has an MRR@10 of {ours.value:.3f} "
        f"[{ours.low:.3f}, {ours.high:.3f}], n = {ours.n:,}{compared}."
    )


def _wrong(exam: Exam) -> list[Outcome]:
    wrong = [one for one in exam.outcomes if not one.right]
    return sorted(wrong, key=lambda one: -float(one.answer.get("confidence") or 0.0))[:WRONG_SHOWN]


def _list(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _pictures(
    evaluation: Evaluation,
    catalogue: Catalogue,
    training: Mapping[str, Any] | None,
    before: PairScores | None,
    after: PairScores | None,
    encoder: Encoder | None,
    exam: Exam | None,
) -> list[Picture]:
    made = [pictures.by_kind(evaluation)]
    if training and training["losses"]:
        base_dev = training["base_dev"]["mrr"] if training["dev"] else None
        made.append(pictures.loss_curve(training["losses"], training["dev"], base_dev))
    if before and after and all(len(side) for side in (before.positives, before.negatives)):
        areas = auc(before.positives, before.negatives), auc(after.positives, after.negatives)
        made.append(pictures.score_histograms(before, after, areas))
    if encoder and catalogue.courses:
        found = landscape(catalogue.courses, encoder)
        made.append(pictures.course_map(found.points, found.groups, found.colour_by, len(catalogue.courses)))
    if exam:
        made.append(pictures.reliability_diagram(exam.bins, exam.calibration))
    return made


def _scores(scores: PairScores) -> dict[str, Any]:
    """Mean cosine of both sides, and the area under the curve where there are both."""
    sides = {"positives": scores.positives, "negatives": scores.negatives}
    found: dict[str, Any] = {
        name: {"n": len(values), "mean": float(values.mean()) if len(values) else None}
        for name, values in sides.items()
    }
    found["auc"] = auc(scores.positives, scores.negatives) if all(len(side) for side in sides.values()) else None
    return found


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
