"""The report: complete, self-contained, escaped, and the same each time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from courselens.course import Catalogue, Skipped
from courselens.dataset.types import Pair, Passage, Question
from courselens.evaluate.compare import evaluate, pair_scores
from courselens.evaluate.evaluation import Evaluation
from courselens.evaluate.exam import questions_of, run_exam
from courselens.evaluate.landscape import MOST, colour_field, landscape, principal
from courselens.evaluate.report import WRONG_SHOWN, verdict, write_report
from fakes import HashEncoder, catalogue, course

HOSTILE = "<script>alert(1)</script> & $x^ \"'"

TRAINING: Mapping[str, Any] = {
    "recipe": "best",
    "engine": "packed",
    "pairs": 100,
    "steps": 30,
    "epochs": 1.0,
    "best_step": 20,
    "seconds": 12.0,
    "pairs_per_second": 8.3,
    "peak_memory_mb": 900.0,
    "losses": [{"step": 10 * at, "epoch": at / 3, "loss": 1 / at} for at in (1, 2, 3)],
    "dev": [{"step": 10, "epoch": 0.3, "mrr": 0.5}, {"step": 20, "epoch": 0.6, "mrr": 0.6}],
    "base_dev": {"mrr": 0.4, "questions": 7, "passages": 9},
    "trained_dev": {"mrr": 0.6, "questions": 7, "passages": 9},
}

SIDE = {
    "pairs": 100,
    "label_mean": 0.64,
    "courses": 12,
    "kinds": {"positive": 64, "hard_field": 36},
    "card": {name: {"minimum": 4, "mean": 9.5, "maximum": 30} for name in ("sentence_0", "sentence_1")},
}
AUDIT: Mapping[str, Any] = {
    "sides": {"train": SIDE},
    "gradient": {"share": 0.7, "negatives": 36, "margin": 0.5},
    "warnings": ["dev has no pairs"],
}


def pairs() -> list[Pair]:
    made = []
    for one in catalogue().courses:
        for section in one.sections:
            passage = Passage(f"{one.title}: {section.text}", "chunk", None, section.name, one.key, one.group, "f")
            asked = Question(
                f"{section.name} of {one.title} {HOSTILE}",
                "section",
                None,
                section.name,
                one.key,
                one.group,
                "full",
                "en",
            )
            made += [Pair(asked, passage, 1.0, "positive"), Pair(asked, replace(passage, text="x"), 0.0, "random")]
    return made


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    made = pairs()
    passages = list(dict.fromkeys(pair.passage for pair in made))
    return evaluate(made, passages, {"base": HashEncoder(8), "trained": HashEncoder(512)})


@pytest.fixture(scope="module")
def folder(evaluation: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report")
    write(path, evaluation)
    return path


def write(path: Path, evaluation: Evaluation) -> None:
    made = pairs()
    write_report(
        path,
        evaluation,
        catalogue=replace(catalogue(), skipped=(Skipped("broken.pdf", HOSTILE),)),
        training=TRAINING,
        audit=AUDIT,
        before=pair_scores(made, HashEncoder(8)),
        after=pair_scores(made, HashEncoder(512)),
        encoder=HashEncoder(32),
    )


class Page(HTMLParser):
    """Tags with their attributes, and identifiers."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.tags if "id" in attributes]


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "index.html").read_text(encoding="utf-8"))


def test_nothing_is_asked_of_another_host(folder: Path, page: Page) -> None:
    links = [value for _, attributes in page.tags for name, value in attributes.items() if name in ("src", "href")]
    links += [value for _, attributes in page.tags for name, value in attributes.items() if name == "xlink:href"]
    assert all(link and (link[0] == "#" or link.startswith("data:") or (folder / link).is_file()) for link in links)
    assert not page.all("link")
    assert not page.all("script")
    assert "url(http" not in (folder / "index.html").read_text(encoding="utf-8")


def test_text_of_the_catalogue_is_escaped(folder: Path) -> None:
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_every_picture_is_told_in_words_and_lies_beside_the_page(folder: Path, page: Page) -> None:
    drawn = [one for one in page.all("svg") if one.get("role") == "img"]
    assert len(drawn) == len(page.all("figure")) == len(list(folder.glob("*.png"))) == 4
    assert all(len(one["aria-label"] or "") > 40 for one in drawn)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in folder.glob("*.png"))


def test_every_table_has_a_caption_and_headings_descend(folder: Path, page: Page) -> None:
    names = [name for name, _ in page.tags]
    assert len(page.all("table")) == len(page.all("caption")) > 4
    levels = [int(name[1]) for name in names if re.fullmatch(r"h[1-6]", name)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_identifiers_are_unique_and_references_lead_somewhere(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    told = [
        value for _, attributes in page.tags for name, value in attributes.items() if name in ("href", "xlink:href")
    ]
    assert all(value and value[1:] in page.ids for value in told if value and value[0] == "#")


def test_figures_stand_on_the_page_and_in_the_json(folder: Path, evaluation: Evaluation) -> None:
    data = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    shown = (folder / "index.html").read_text(encoding="utf-8")
    value = evaluation.interval("trained").value
    assert data["systems"]["trained"]["MRR@10"]["value"] == value
    assert data["scores"]["after"]["positives"]["n"] == 24
    assert f"{value:.3f}" in shown
    assert "broken.pdf" in shown
    assert "dev has no pairs" in shown


def test_the_exam_its_calibration_what_was_wrong_and_the_ablation_stand_on_the_page(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    class Silent:
        def ask(self, question: str) -> Silent:
            return self

        def to_dict(self) -> dict[str, Any]:
            return {"answer": None, "confidence": 0.25, "courses": []}

    exam = run_exam(Silent(), questions_of(pairs(), catalogue()), catalogue())
    added = tuple(replace(one, system="base", against="BM25") for one in evaluation.comparisons if one.by == "overall")
    cut = {64: {"base": evaluation.interval("base"), "trained": evaluation.interval("trained")}}
    shown = replace(evaluation, ablation=added, warnings=(HOSTILE,), dimensions=cut)
    write_report(tmp_path, shown, catalogue=catalogue(), exam=exam)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert f"Expected calibration error {exam.calibration:.3f} over {len(exam.outcomes)} questions" in page
    assert (tmp_path / "reliability.png").is_file()
    assert "Answered wrong" in page
    assert page.count("not found (sure: 25%)") == WRONG_SHOWN
    assert "What each part brings" in page
    assert "MRR@10 by dimensions kept" in page
    assert "<script>alert" not in page


def test_the_same_evaluation_gives_the_same_files(folder: Path, evaluation: Evaluation, tmp_path: Path) -> None:
    write(tmp_path, evaluation)
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_a_report_of_figures_alone(evaluation: Evaluation, tmp_path: Path) -> None:
    write_report(tmp_path, evaluation, catalogue=Catalogue(()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "metrics.json", "metrics_by_kind.png"]


def test_the_verdict_says_what_is_shown(evaluation: Evaluation) -> None:
    said = verdict(evaluation)
    assert f"{evaluation.interval('trained').value:.3f}" in said
    assert "better than base" in said


def test_principal_components_by_hand() -> None:
    # Points on a line: the first component is the distance from their middle, the second nothing.
    points = principal(np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [9, 0, 0]], dtype=np.float32))
    assert points[:, 0].tolist() == pytest.approx([-3, -2, -1, 6])
    assert points[:, 1].tolist() == pytest.approx([0, 0, 0, 0])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_courses_have_a_map_too(count: int) -> None:
    assert landscape(catalogue().courses[:count], HashEncoder()).points.shape == (count, 2)


def test_a_large_catalogue_is_thinned_out() -> None:
    some = [course(f"C{number}", f"Title {number}") for number in range(MOST + 1)]
    assert len(landscape(some, HashEncoder(8)).points) == (MOST + 2) // 2


def test_the_map_is_coloured_by_what_tells_courses_apart() -> None:
    same = [course(str(number), level="Master", department=f"D{number % 3}") for number in range(9)]
    assert colour_field(same) == "department"
    assert colour_field([course(str(number), level="Master") for number in range(9)]) is None
    rare = [
        course("1", level="Master"),
        course("2", level="Bachelor"),
        *(course(str(number)) for number in range(3, 9)),
    ]
    assert colour_field(rare) is None
