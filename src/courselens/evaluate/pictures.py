"""The pictures of the report: what was measured goes in, each picture comes out as SVG for the page and as PNG.

Colours are Okabe & Ito's, told apart by people who see colours differently, and every series has a shape or a pattern
of its own as well. In the SVG whatever is ink takes the page's text colour, so that it fits a light and a dark page.
Narrow on purpose: at the width of a phone the text can still be read.
"""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from courselens.evaluate.compare import PairScores
from courselens.evaluate.evaluation import Evaluation
from courselens.evaluate.metrics import Bin
from courselens.evaluate.tables import shorten

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8C6BB1", "#7F7F7F")
"""Okabe & Ito 2008 without black and yellow, which vanish on a dark or a light page; and a violet and a grey."""

MARKERS = "osD^vPX*"
INK = "#1b2733"
WIDTH = 4.6
"""Inches: 440 pixels on a page, so that a phone shows it nearly as drawn."""

PNG_DPI = 160

_STYLE: dict[Any, Any] = {
    "axes.edgecolor": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "font.size": 9.5,
    "font.family": "DejaVu Sans",
    "grid.alpha": 0.15,
    "grid.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "legend.labelcolor": INK,
    "svg.fonttype": "none",
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in the name of a department is a dollar sign
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: `name` of its PNG, what it shows in words for those who do not see it, a caption, and its bytes."""

    name: str
    title: str
    alt: str
    caption: str
    svg: str
    png: bytes


def by_kind(evaluation: Evaluation, metric: str = "MRR@10") -> Picture:
    """`metric` of every system, overall and for each kind of question, as points with their intervals."""
    rows = [("overall", "all"), *(("kind", name) for name in evaluation.slices("kind"))]
    labels = []
    for by, name in rows:
        n = evaluation.interval(evaluation.subject, metric, by, name).n
        labels.append(f"{'all' if by == 'overall' else name}\nn = {n:,}")

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        spread = 0.72 / len(evaluation.systems)
        for number, system in enumerate(evaluation.systems):
            found = [evaluation.interval(system, metric, by, name) for by, name in rows]
            places = np.arange(len(rows)) + (number - (len(evaluation.systems) - 1) / 2) * spread
            axes.errorbar(
                [one.value for one in found],
                places,
                xerr=[[max(0, one.value - one.low) for one in found], [max(0, one.high - one.value) for one in found]],
                **_points(number, system == evaluation.subject),
                linestyle="none",
                label=system,
            )
        axes.set_yticks(range(len(rows)), labels)
        axes.invert_yaxis()
        axes.set_xlim(-0.02, 1.02)
        axes.set_xlabel(f"{metric}, 95% interval")
        axes.grid(axis="y", visible=False)
        _legend_above(figure, axes, 3)

    told = ", ".join(f"{system} {evaluation.interval(system, metric).value:.3f}" for system in evaluation.systems)
    return _picture(
        "metrics_by_kind",
        "Metrics by kind of question",
        f"Points with intervals: {metric} of each system by kind of question. Overall: {told}.",
        f"{metric} by kind of question, with 95% intervals over {evaluation.groups:,} course groups; "
        f"n = {evaluation.questions:,} questions.",
        draw,
        height=1.3 + 0.16 * len(rows) * (len(evaluation.systems) + 1.2),
    )


def loss_curve(
    losses: Sequence[Mapping[str, float]], dev: Sequence[Mapping[str, float]], base_dev: float | None
) -> Picture:
    """Mean training loss by step (`step`, `loss`), and below it MRR@10 on the dev courses (`step`, `mrr`)."""

    def draw(figure: Figure) -> None:
        panels = figure.subplots(2 if dev else 1, 1, sharex=True, squeeze=False)[:, 0]
        steps = [point["step"] for point in losses]
        panels[0].plot(steps, [point["loss"] for point in losses], **_line(0), label="training loss")
        panels[0].set_ylabel("loss")
        panels[0].set_ylim(bottom=0)
        if dev:
            dev_steps = [point["step"] for point in dev]
            panels[1].plot(dev_steps, [point["mrr"] for point in dev], **_line(1), label="trained")
            panels[1].set_ylabel("dev MRR@10")
            if base_dev is not None:
                panels[1].axhline(base_dev, color=INK, linestyle="--", linewidth=1, label="base")
                panels[1].legend(loc="best")
        panels[-1].set_xlabel("step")

    last = losses[-1] if losses else {"step": 0, "loss": float("nan")}
    measured = f" Below, MRR@10 on the dev courses at {len(dev)} checkpoints." if dev else ""
    return _picture(
        "loss",
        "Training",
        f"Line: training loss over steps, {losses[0]['loss']:.4f} at first and {last['loss']:.4f} at step "
        f"{last['step']:g}.{measured}",
        f"Mean training loss since the point before, {len(losses)} points to step {last['step']:,.0f}.{measured}",
        draw,
        height=4.2 if dev else 2.8,
    )


def score_histograms(before: PairScores, after: PairScores, auc: tuple[float, float]) -> Picture:
    """Cosines of the test pairs labelled 1 and 0, before training above and after it below; `auc` of both."""

    def draw(figure: Figure) -> None:
        panels = figure.subplots(2, 1, sharex=True, sharey=True)
        every = np.concatenate([before.positives, before.negatives, after.positives, after.negatives])
        edges = np.linspace(min(0.0, float(every.min())), 1, 41)
        for axes, scores, title in ((panels[0], before, "before"), (panels[1], after, "after")):
            for number, (values, label) in enumerate(((scores.positives, "label 1"), (scores.negatives, "label 0"))):
                colour = COLOURS[number]
                share = np.full(len(values), 100 / max(1, len(values)))
                axes.hist(values, edges, weights=share, color=colour, alpha=0.35)
                axes.hist(
                    values,
                    edges,
                    weights=share,
                    color=colour,
                    histtype="step",
                    linewidth=1.4,
                    label=label,
                    linestyle="-" if number == 0 else "--",
                )
            axes.set_ylabel("% of pairs")
            axes.set_title(title, loc="left", fontsize=9.5)
        panels[1].set_xlabel("cosine of question and passage")
        panels[0].legend(loc="upper left")

    n = f"{len(after.positives):,} pairs labelled 1 and {len(after.negatives):,} labelled 0"
    apart = f"A random pair labelled 1 scores above one labelled 0 in {auc[0]:.1%} of cases before, {auc[1]:.1%} after"
    medians = ", ".join(
        f"{name} {np.median(scores.positives):.2f} and {np.median(scores.negatives):.2f}"
        for name, scores in (("before", before), ("after", after))
    )
    return _picture(
        "scores",
        "Scores of positives and negatives",
        f"Histograms of cosines of test pairs labelled 1 and 0 before and after training. Medians: {medians}. {apart}.",
        f"Cosines of the test pairs: {n}. {apart}.",
        draw,
        height=4.2,
    )


def course_map(points: npt.NDArray[np.float64], groups: Sequence[str], colour_by: str | None, of: int) -> Picture:
    """Courses as points (n, 2), coloured by their `groups` (a value of the field `colour_by`); `of` courses in all."""
    counts = Counter(groups)
    named = [name for name, _ in counts.most_common() if name][: len(COLOURS) - 1]
    shown = [name if name in named else "" for name in groups]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for number, name in reversed(list(enumerate([*named, ""]))):
            inside = np.array([one == name for one in shown], dtype=bool)
            if not inside.any():
                continue
            colour, marker = (COLOURS[number], MARKERS[number]) if name else ("#9a9a9a", ".")
            # Pixels, not shapes: thousands of points would make the page slow.
            axes.scatter(
                points[inside, 0],
                points[inside, 1],
                s=16,
                alpha=0.75,
                linewidths=0,
                rasterized=True,
                label=shorten(name, 34) or ("other" if named else None),
                color=colour,
                marker=marker,
            )
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_aspect("equal", adjustable="datalim")
        for spine in axes.spines.values():
            spine.set_visible(False)
        if named:
            handles, labels = axes.get_legend_handles_labels()
            order = [labels.index(shorten(name, 34) or "other") for name in [*named, *({""} & set(shown))]]
            figure.legend(
                [handles[at] for at in order], [labels[at] for at in order], loc="outside lower center", ncols=2
            )

    by = f", coloured by {colour_by.replace('_', ' ')}" if colour_by else ""
    some = f"{len(points):,} of {of:,} courses" if len(points) < of else f"{len(points):,} courses"
    told = "; ".join(f"{name}: {counts[name]}" for name in named)
    return _picture(
        "map",
        "Map of courses",
        f"Scatter plot of {some}{by}. {told}",
        f"{some} as the model sees them{by}: near each other means alike. The two directions of the greatest "
        "variance (principal components): courses that stand far apart differ, those that stand close may still.",
        draw,
        height=4.6,
    )


def reliability_diagram(bins: Sequence[Bin], error: float) -> Picture:
    """Share of right answers by stated confidence; on the diagonal confidence is a probability."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=INK, linestyle="--", linewidth=1, label="calibrated")
        most = max(one.n for one in bins)
        sizes = [20 + 180 * one.n / most for one in bins]
        axes.plot([one.confidence for one in bins], [one.accuracy for one in bins], color=COLOURS[0], linewidth=1)
        axes.scatter(
            [one.confidence for one in bins], [one.accuracy for one in bins], s=sizes, color=COLOURS[0], label="answers"
        )
        for one in bins:
            axes.annotate(
                f"{one.n}",
                (one.confidence, one.accuracy),
                (0, -14),
                textcoords="offset points",
                ha="center",
                fontsize=7.5,
            )
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.08, 1.05), xlabel="confidence", ylabel="share right")
        axes.legend(loc="upper left")

    n = sum(one.n for one in bins)
    told = "; ".join(f"{one.confidence:.2f}: {one.accuracy:.2f} of {one.n}" for one in bins)
    return _picture(
        "reliability",
        "Is the confidence a probability?",
        f"Share of right answers by confidence. {told}.",
        f"Share of right answers by stated confidence, n = {n:,} questions; numbers and areas say how many. Expected "
        f"calibration error {error:.3f}.",
        draw,
        height=3.8,
    )


def _picture(
    name: str, title: str, alt: str, caption: str, draw: Callable[[Figure], None], *, height: float
) -> Picture:
    """Draw on a canvas of its own: nothing of pyplot's, which is one for the whole process."""
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a script that the font lacks is drawn as boxes in the PNG
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure)
        svg, png = io.StringIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None}, dpi=PNG_DPI)
        figure.savefig(png, format="png", dpi=PNG_DPI, facecolor="white", metadata={"Software": None})
    return Picture(name, title, alt, caption, _inline(svg.getvalue(), name, alt), png.getvalue())


def _inline(svg: str, name: str, alt: str) -> str:
    """An SVG file as an element of a page: without prologue and metadata, ink in the page's colour, told to readers."""
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = svg.replace(INK, "currentColor")
    # Identifiers are unique in a page only with the picture's name before them.
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(href="|url\()#', rf"\1#{name}-", svg)
    label = alt.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', lambda _: f'role="img" aria-label="{label}"', svg, count=1)


def _points(number: int, subject: bool) -> dict[str, Any]:
    return {
        "color": COLOURS[number % len(COLOURS)],
        "marker": MARKERS[number % len(MARKERS)],
        "markersize": 6 if subject else 4.5,
        "elinewidth": 2 if subject else 1.2,
    }


def _line(number: int) -> dict[str, Any]:
    return {"color": COLOURS[number], "marker": MARKERS[number], "markersize": 3, "linewidth": 1.6}


def _legend_above(figure: Figure, axes: Axes, columns: int) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=columns)
