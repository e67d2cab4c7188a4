"""Packed texts have the vectors that each has alone; a graph that cannot be packed is encoded as before."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import openvino
import pytest

from courselens.encode import Vectors
from courselens.encode.base import base_model
from courselens.encode.export import FALLBACK_TEXTS, export_encoder
from courselens.encode.openvino_encoder import GRAPH, OpenVinoEncoder
from courselens.encode.openvino_packed import (
    BUDGET,
    FIXING,
    OneAtATime,
    PackedEncoder,
    QuestionEncoder,
    open_packed,
    packs,
)
from courselens.errors import CourselensError
from tiny import write_tiny_base

TEXTS = [f"{number} of {'many words ' * (number % 40)}" for number in range(60)] + [
    "",
    "ects",
    "🙂",
    "ects",
    "half of one \ud83d",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoder")
    export_encoder(write_tiny_base(tmp_path_factory.mktemp("model") / "tiny"), folder, FALLBACK_TEXTS)
    return folder


def test_each_text_has_the_vector_that_it_has_alone(folder: Path) -> None:
    packed = open_packed(folder, streams=2)
    assert isinstance(packed, PackedEncoder)
    vectors = packed.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), packed.dimensions)
    expected = OpenVinoEncoder(folder, precision="f32").encode(TEXTS)
    assert np.sum(vectors * expected, axis=1).min() > 0.9995
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert packed.encode([]).shape == (0, packed.dimensions)


def test_several_threads_get_their_own(folder: Path) -> None:
    packed = open_packed(folder, streams=2)
    alone = {text: packed.encode([text]) for text in TEXTS}
    with ThreadPoolExecutor(4) as pool:
        for text, vector in zip(TEXTS, pool.map(lambda text: packed.encode([text]), TEXTS), strict=True):
            assert np.allclose(vector, alone[text], atol=1e-3)


EXCHANGED = """
import signal, sys, threading
from pathlib import Path
from courselens.encode.openvino_packed import open_packed

def exchange():
    open_packed(folder, streams=2).encode(["a"])
    held.clear()

signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
folder = Path(sys.argv[1])
held = [open_packed(folder, streams=2)]
thread = threading.Thread(target=exchange)
thread.start()
thread.join()
signal.raise_signal(signal.SIGTERM)
"""


def test_a_signal_after_another_thread_let_go_of_an_encoder(folder: Path) -> None:
    assert subprocess.run([sys.executable, "-c", EXCHANGED, str(folder)], check=False, timeout=60).returncode == 7


def test_the_first_inference_is_made_before_threads_can_meet_in_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by: list[int] = []
    encode = PackedEncoder.encode

    def counted(self: PackedEncoder, texts: Sequence[str]) -> Vectors:
        by.append(len(texts))
        return encode(self, texts)

    monkeypatch.setattr(PackedEncoder, "encode", counted)
    open_packed(folder, streams=2)
    assert by == [1]


@pytest.mark.model
def test_of_the_real_model(tmp_path: Path) -> None:
    export_encoder(base_model(), tmp_path, FALLBACK_TEXTS)
    packed = open_packed(tmp_path)
    assert isinstance(packed, PackedEncoder)
    expected = OpenVinoEncoder(tmp_path, precision="f32").encode(TEXTS)
    assert np.sum(packed.encode(TEXTS) * expected, axis=1).mean() > 0.9999


def test_another_graph_is_encoded_without_packing(folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    graph = openvino.Core().read_model(other / GRAPH)
    for node in graph.get_ordered_ops():
        node.set_friendly_name(node.get_friendly_name().replace("position_embeddings", "places"))
    (other / GRAPH).unlink()
    openvino.save_model(graph, tmp_path / "renamed.xml")
    del graph
    for suffix in (".xml", ".bin"):
        shutil.move(tmp_path / f"renamed{suffix}", (other / GRAPH).with_suffix(suffix))
    encoder = open_packed(other, streams=2)
    assert isinstance(encoder, OneAtATime)
    assert np.allclose(encoder.encode(TEXTS), OpenVinoEncoder(folder).encode(TEXTS), atol=1e-2)


def test_a_missing_or_damaged_folder_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match="no encoder here"):
        open_packed(tmp_path / "none")
    damaged = Path(shutil.copytree(folder, tmp_path / "damaged"))
    (damaged / GRAPH).write_text("<net/>")
    with pytest.raises(CourselensError, match="cannot be loaded"):
        open_packed(damaged)


def test_rows_are_filled_and_none_is_lost() -> None:
    assert list(packs([], BUDGET)) == []
    assert list(packs([BUDGET + 5, 3, 2], BUDGET)) == [[0], [1, 2]]
    lengths = [(number * 37) % 120 + 1 for number in range(80)]
    found = list(packs(lengths, BUDGET))
    assert sorted(row for rows in found for row in rows) == list(range(80))
    assert all(sum(lengths[row] for row in rows) <= BUDGET for rows in found)
    assert len(found) <= -(-sum(lengths) // BUDGET) + 1


def test_rows_of_common_length_have_graphs_of_their_own(folder: Path) -> None:
    encoder = PackedEncoder(folder, widths=(16, 24, 32))
    before = {text: encoder.encode([text]) for text in TEXTS}
    for thread in threading.enumerate():
        if thread.name == FIXING:
            thread.join()
    assert sorted(encoder._fixed) == [16, 24, 32]
    for text, vector in before.items():
        assert np.array_equal(encoder.encode([text]), vector)


def test_a_process_that_asks_once_makes_none(folder: Path) -> None:
    encoder = PackedEncoder(folder, widths=(16,))
    encoder.encode(["one question"])
    assert not any(thread.name == FIXING for thread in threading.enumerate())
    assert not encoder._fixed


def test_few_words_are_packed_and_many_are_not(folder: Path) -> None:
    encoder = QuestionEncoder(folder)
    expected = OpenVinoEncoder(folder, precision="f32")
    short = encoder.encode(["ects", "who teaches tax law?"])
    assert encoder._bulk is None
    assert np.sum(short * expected.encode(["ects", "who teaches tax law?"]), axis=1).min() > 0.9995
    assert np.sum(encoder.encode(TEXTS) * expected.encode(TEXTS), axis=1).min() > 0.9995
    assert encoder._bulk is not None
    assert encoder.encode([]).shape == (0, encoder.dimensions)
