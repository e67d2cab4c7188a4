"""`/v1/embeddings` with the official client and in plain HTTP: forms, dimensions, tokens, limits."""

from __future__ import annotations

import base64

import numpy as np
import openai
import pytest
from fastapi.testclient import TestClient

from courselens.serve import embeddings
from fakes import HashEncoder


@pytest.fixture
def official(client: TestClient) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{client.base_url}/v1", api_key="unused", http_client=client, max_retries=0)


def test_the_official_client_gets_the_encoders_vectors(official: openai.OpenAI) -> None:
    texts = ["tax law", "climate and carbon", "tax law"]
    found = official.embeddings.create(model="courselens", input=texts)
    vectors = np.array([one.embedding for one in found.data], dtype=np.float32)
    np.testing.assert_allclose(vectors, HashEncoder().encode(texts), atol=1e-6)
    assert [one.index for one in found.data] == [0, 1, 2]
    assert found.usage.prompt_tokens == found.usage.total_tokens == 7
    assert [model.id for model in official.models.list().data] == ["courselens"]
    assert official.models.retrieve("courselens").object == "model"


def test_numbers_and_base64_are_the_same_vector(client: TestClient) -> None:
    asked = {"input": "tax law", "model": "courselens"}
    numbers = client.post("/v1/embeddings", json=asked).json()["data"][0]["embedding"]
    packed = client.post("/v1/embeddings", json={**asked, "encoding_format": "base64"}).json()["data"][0]["embedding"]
    np.testing.assert_array_equal(np.frombuffer(base64.b64decode(packed), dtype="<f4"), np.float32(numbers))


def test_fewer_dimensions_are_normalised_again(official: openai.OpenAI) -> None:
    found = official.embeddings.create(
        model="courselens", input=" ".join("abcdefghijklm"), dimensions=16, encoding_format="float"
    )
    assert len(found.data[0].embedding) == 16
    assert np.linalg.norm(found.data[0].embedding) == pytest.approx(1.0, abs=1e-5)


def test_token_arrays_are_the_models_own_tokens(client: TestClient) -> None:
    text = client.post("/v1/embeddings", json={"input": "tax law"}).json()["data"]
    tokens = client.post("/v1/embeddings", json={"input": [27, 28]}).json()["data"]
    many = client.post("/v1/embeddings", json={"input": [[27, 28], [28]]}).json()["data"]
    assert text == tokens
    assert many[0]["embedding"] == text[0]["embedding"]
    assert len(many) == 2


def test_texts_longer_than_the_model_reads_are_counted(client: TestClient) -> None:
    usage = client.post("/v1/embeddings", json={"input": ["tax " * 17, "tax"]}).json()["usage"]
    assert usage == {"prompt_tokens": 18, "total_tokens": 18, "truncated_inputs": 1}


@pytest.mark.parametrize(
    "asked",
    [
        {"input": []},
        {"input": ""},
        {"input": ["tax", ""]},
        {"input": None},
        {"input": {"text": "tax"}},
        {"input": [1, "tax"]},
        {"input": [[99999]]},
        {"input": [-1]},
        {"input": [[]]},
        {"input": ["x"] * 2049},
        {"input": "tax " * 8193},
        {"input": "tax", "dimensions": 0},
        {"input": "tax", "dimensions": True},
        {"input": "tax", "dimensions": "8"},
        {"input": [["8"]]},
        {"input": "tax", "dimensions": 65},
        {"input": "tax", "encoding_format": "hex"},
        {},
    ],
    ids=lambda asked: str(asked)[:40],
)
def test_what_cannot_be_embedded_is_refused(client: TestClient, asked: dict[str, object]) -> None:
    answer = client.post("/v1/embeddings", json=asked)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.json()["remedy"]


def test_too_many_tokens_in_all(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "MOST_TOKENS_IN_ALL", 10)
    assert client.post("/v1/embeddings", json={"input": ["tax " * 6] * 2}).status_code == 400


def test_the_official_client_raises_its_own_errors(official: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="no such model"):
        official.embeddings.create(model="text-embedding-3-small", input="tax")
    with pytest.raises(openai.BadRequestError, match="dimensions out of range"):
        official.embeddings.create(model="courselens", input="tax", dimensions=4096)


def test_broken_text_is_mended_or_refused(client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    lone = client.post("/v1/embeddings", content=b'{"input": "tax \\ud800 law"}', headers=headers)
    assert lone.status_code in (200, 400)
    broken = client.post("/v1/embeddings", content=b"\xff{", headers=headers)
    assert broken.status_code == 400
