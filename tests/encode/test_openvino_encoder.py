"""An exported encoder gives the model's vectors, in the order of the texts, and says when its folder is damaged."""

from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path

import numpy as np
import pytest

from courselens.encode import Vectors, openvino_encoder
from courselens.encode.export import FALLBACK_TEXTS, EncoderReport, export_encoder
from courselens.encode.openvino_encoder import (
    CORE,
    GRAPH,
    SETTINGS,
    EncoderSettings,
    OpenVinoEncoder,
    batches,
    load_encoder,
    with_plain_attention,
)
from courselens.errors import CourselensError
from tiny import write_tiny_base

TEXTS = ["a", "Which language is this course taught in?", "Die Lernziele des Kurses sind hoch. " * 12, "", "ects"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_base(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def folder(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoder")
    report = export_encoder(model, folder, [text for text in TEXTS if text])
    assert isinstance(report, EncoderReport)
    assert report.cosine >= 0.9999
    return folder


def of_model(model: Path, texts: list[str]) -> Vectors:
    from sentence_transformers import SentenceTransformer

    found: Vectors = SentenceTransformer(str(model), device="cpu").encode(texts, normalize_embeddings=True)
    return found


def test_the_models_vectors_in_the_order_of_the_texts(model: Path, folder: Path) -> None:
    encoder = load_encoder(folder)
    texts = [text for text in TEXTS * 7 if text]
    vectors = encoder.encode(texts)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(texts), 32) == (len(texts), encoder.dimensions)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert np.sum(vectors * of_model(model, texts), axis=1).mean() >= 0.9999


def test_many_texts_side_by_side_equal_one_at_a_time(folder: Path) -> None:
    encoder = OpenVinoEncoder(folder, precision="f32")
    texts = [f"{number} of {'many words ' * (number % 60)}" for number in range(400)]
    texts += texts[5:9]
    many = encoder.encode(texts)
    assert np.allclose(many, np.concatenate([encoder.encode([text]) for text in texts]), atol=1e-5)
    assert np.array_equal(many, OpenVinoEncoder(folder, precision="f32").encode(texts))


def test_attention_product_by_product_gives_the_vectors_of_one_kernel(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"{number} of {'many words ' * (number % 60)}" for number in range(400)]
    fused = OpenVinoEncoder(folder, precision="f32", attention="fused").encode(texts)
    plain = OpenVinoEncoder(folder, precision="f32", attention="plain")
    graph = with_plain_attention(CORE.read_model(folder / GRAPH))
    assert "ScaledDotProductAttention" not in {node.get_type_name() for node in graph.get_ordered_ops()}
    assert np.allclose(fused, plain.encode(texts), atol=1e-5)
    monkeypatch.setattr(openvino_encoder, "UNFUSED", {"NO_SUCH_OPTION": "DISABLE"})
    elsewhere = OpenVinoEncoder(folder, precision="f32", attention="plain")  # a version that lacks the option
    assert np.allclose(fused, elsewhere.encode(texts), atol=1e-5)
    assert OpenVinoEncoder(folder).attention == EncoderSettings.read(folder).attention  # as it was measured at export


def test_no_text_and_odd_texts(folder: Path) -> None:
    encoder = load_encoder(folder)
    assert encoder.encode([]).shape == (0, 32)
    assert np.isfinite(encoder.encode(["", " ", "🙂", "x" * 50_000])).all()


def test_f32_everywhere(folder: Path, model: Path) -> None:
    encoder = OpenVinoEncoder(folder, precision="f32")
    assert encoder.precision == "f32"
    assert np.sum(encoder.encode(TEXTS[:3]) * of_model(model, TEXTS[:3]), axis=1).min() > 0.99999


def test_a_model_without_normalize_is_normalised_all_the_same(model: Path, tmp_path: Path) -> None:
    import shutil

    bare = tmp_path / "bare"
    shutil.copytree(model, bare)
    modules = json.loads((bare / "modules.json").read_text())
    (bare / "modules.json").write_text(json.dumps(modules[:2]))
    export_encoder(bare, tmp_path / "out", FALLBACK_TEXTS)
    assert np.allclose(np.linalg.norm(load_encoder(tmp_path / "out").encode(TEXTS[:3]), axis=1), 1, atol=1e-3)


def test_batches_are_bounded_longest_first_and_complete() -> None:
    lengths = np.array([5, 100, 7, 50, 50, 3], dtype=np.int64)
    made = list(batches(lengths, 100))
    assert sorted(row for rows in made for row in rows.tolist()) == list(range(6))
    assert made[0].tolist() == [1]
    assert all(len(rows) == 1 or len(rows) * lengths[rows].max() <= 100 for rows in made)


@pytest.mark.parametrize("name", [SETTINGS, "model.xml", "tokenizer.json"])
def test_a_damaged_folder_is_named(folder: Path, tmp_path: Path, name: str) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / name).unlink()
    (tmp_path / name).write_text("{")
    with pytest.raises(CourselensError, match="courselens index"):
        load_encoder(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(CourselensError, match="courselens index"):
        load_encoder(tmp_path)


def test_another_format_is_refused(folder: Path, tmp_path: Path) -> None:
    data = json.loads((folder / SETTINGS).read_text())
    (tmp_path / SETTINGS).write_text(json.dumps({**data, "format": 99}))
    with pytest.raises(CourselensError, match="another format"):
        EncoderSettings.read(tmp_path)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match="not a sentence-transformers model"):
        export_encoder(tmp_path, tmp_path / "out", [])


def test_an_encoder_that_nobody_holds_is_gone(folder: Path) -> None:
    encoder = OpenVinoEncoder(folder)
    encoder.encode([f"{number} {'words ' * (number % 90)}" for number in range(300)])  # enough for batches side by side
    assert encoder._queue is not None
    gone = weakref.ref(encoder)
    del encoder
    gc.collect()
    assert gone() is None
