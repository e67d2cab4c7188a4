"""Workspaces with the untrained base model, for tests from outside: the sample catalogue, and a few real sheets."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from courselens.course import write_courses
from courselens.dataset.passages import make_passages
from courselens.encode.base import base_model
from courselens.encode.export import export_encoder
from courselens.encode.openvino_encoder import load_encoder
from courselens.read import read
from courselens.sample import write_sample
from courselens.search import asked, calibrate
from courselens.search.index import build_index
from courselens.search.stored import ENCODER
from courselens.serve.shelf import COURSES
from courselens.workspace import Workspace

STGALLEN = Path(os.environ.get("COURSELENS_CATALOGUES", "../shared/catalogues")) / "stgallen-pdf"
SHEETS = 24
FEW = 8
"""One example in so many is enough for what a browser is tested with."""


def build_untrained(sources: Sequence[Path], folder: Path) -> Path:
    """What `courselens build` leaves for answering, without training and fitted on few examples: half a minute."""
    catalogue = read(sources)
    base = base_model()
    passages = make_passages(catalogue.courses, tokenizer=base / "tokenizer.json")
    with Workspace.writing(folder) as workspace:
        with (
            workspace.stage("index", "untrained", {}, {}) as index,
            patch.object(asked, "examples", _few),
            patch.object(calibrate, "QUESTIONS", 40),
        ):
            export_encoder(base, index / ENCODER, [passage.text for passage in passages[:4]])
            build_index(catalogue, passages, load_encoder(index / ENCODER), index)
        with workspace.stage(COURSES.parent.name, "untrained", {}, {}) as courses:
            write_courses(catalogue.courses, courses / COURSES.name)
    return folder


_examples = asked.examples


def _few(*given: Any, **options: Any) -> tuple[list[str], list[str], list[float]]:
    texts, labels, counts = _examples(*given, **options)
    return texts[::FEW], labels[::FEW], counts[::FEW]


def build_stgallen(folder: Path) -> Path:
    """Some of the real sheets."""
    return build_untrained(sorted(STGALLEN.glob("*.pdf"))[:SHEETS], folder / "workspace")


def build_sample(folder: Path, courses: int = 24) -> Path:
    """The sample catalogue."""
    write_sample(folder / "sample", courses=courses)
    return build_untrained([folder / "sample"], folder / "workspace")
