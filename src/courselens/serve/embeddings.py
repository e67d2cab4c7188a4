"""OpenAI-compatible embeddings from the workspace's own model.

In: `POST /v1/embeddings` with texts or token arrays. Out: L2-normalised vectors as numbers or base64. Texts are encoded
a few at a time, so that questions asked meanwhile wait for milliseconds. Limits are those of OpenAI's own API.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response
from tokenizers import Tokenizer

from courselens.encode import Vectors
from courselens.encode.openvino_encoder import TOKENIZER, EncoderSettings
from courselens.errors import CourselensError
from courselens.search.stored import ENCODER
from courselens.serve.problems import Problem
from courselens.serve.service import Service, clean
from courselens.serve.shapes import EmbeddingRequest, EmbeddingResult, Model, Models
from courselens.serve.shelf import Shelf

MODEL = "courselens"
MOST_TOKENS = 8192
"""Tokens of one input; more than `max_tokens` of the model are cut and counted, as sentence-transformers does."""
MOST_TOKENS_IN_ALL = 300_000
SLICE = 16
"""Texts that are encoded at a time."""

router = APIRouter(tags=["embeddings"])
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem} for status in (400, 401, 404, 413, 414, 429, 503)
}


@dataclass(frozen=True)
class Texts:
    """Inputs as texts, and what `usage` says of them."""

    texts: Sequence[str]
    tokens: int
    truncated: int


class TokenCounter:
    """The tokenizer of a workspace's encoder, without its truncation."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.limit = EncoderSettings.read(folder).max_tokens
        self.size = self._tokenizer.get_vocab_size()

    def texts(self, given: EmbeddingRequest) -> Texts:
        """Check an input and count it. Raises CourselensError over a limit."""
        inputs = _inputs(given.input)
        texts = [one if isinstance(one, str) else self._decoded(one) for one in inputs]
        lengths = [len(one.ids) for one in self._tokenizer.encode_batch(texts)]
        longest = max(range(len(texts)), key=lengths.__getitem__)
        if lengths[longest] > MOST_TOKENS:
            what = f"input[{longest}] of {lengths[longest]:,} tokens"
            raise _wrong("an input is too long", what, f"Send at most {MOST_TOKENS:,} tokens an input")
        if sum(lengths) > MOST_TOKENS_IN_ALL:
            remedy = f"Send at most {MOST_TOKENS_IN_ALL:,} at a time"
            raise _wrong("too many tokens in all", f"{sum(lengths):,} tokens", remedy)
        return Texts(texts, sum(lengths), sum(length > self.limit for length in lengths))

    def _decoded(self, tokens: Sequence[int]) -> str:
        wrong = next((token for token in tokens if not 0 <= token < self.size), None)
        if wrong is not None:
            remedy = f"Tokens are those of this model's tokenizer (0 to {self.size - 1}); or send the text"
            raise _wrong("no such token", wrong, remedy)
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=True))


@router.post("/v1/embeddings", response_model=EmbeddingResult, responses=PROBLEMS)
async def create_embeddings(request: Request, given: EmbeddingRequest) -> Response:
    """Vectors of texts from the model that answers this catalogue's questions; OpenAI-compatible."""
    service: Service = request.app.state.service
    shelf = service.shelf
    width = shelf.lens.encoder.dimensions
    _check_model(given.model)
    if given.dimensions is not None and given.dimensions > width:
        raise CourselensError(
            "dimensions out of range", value=given.dimensions, where="dimensions", remedy=f"Give 1 to {width}"
        )
    counter = await service.once("token counter", lambda: TokenCounter(shelf.index.folder / ENCODER))
    texts = await service.run(lambda: counter.texts(given))
    vectors = await _encode(service, shelf, texts.texts)
    if given.dimensions is not None:
        vectors = vectors[:, : given.dimensions]
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    data = [
        {"object": "embedding", "index": number, "embedding": _written(vector, given.encoding_format)}
        for number, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": texts.tokens, "total_tokens": texts.tokens, "truncated_inputs": texts.truncated}
    return JSONResponse({"object": "list", "model": MODEL, "data": data, "usage": usage})


@router.get("/v1/models", response_model=Models, responses=PROBLEMS)
async def models(request: Request) -> Response:
    """The one model of this server."""
    return JSONResponse({"object": "list", "data": [_model(request.app.state.service)]})


@router.get("/v1/models/{name}", response_model=Model, responses=PROBLEMS)
async def model(request: Request, name: str) -> Response:
    """The model by its name."""
    _check_model(name)
    return JSONResponse(_model(request.app.state.service))


def limit(document: dict[str, Any], shelf: Shelf) -> None:
    """Write the model's width and the size of its vocabulary into an OpenAPI document."""
    tokens = TokenCounter(shelf.index.folder / ENCODER).size
    properties = document["components"]["schemas"][EmbeddingRequest.__name__]["properties"]
    for one in properties["dimensions"]["anyOf"]:
        if one["type"] == "integer":
            one["maximum"] = shelf.lens.encoder.dimensions
    pending = list(properties["input"]["anyOf"])
    while pending:
        one = pending.pop()
        pending += [one["items"]] if "items" in one else []
        if one.pop("x-token", False):
            one["maximum"] = tokens - 1


def _model(service: Service) -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": int(service.loaded_at), "owned_by": MODEL}


def _check_model(name: str) -> None:
    if name != MODEL:
        raise CourselensError("no such model", value=name, where="model", remedy=f"This server has {MODEL!r}")


async def _encode(service: Service, shelf: Shelf, texts: Sequence[str]) -> Vectors:
    parts = []
    for start in range(0, len(texts), SLICE):
        some = texts[start : start + SLICE]
        parts.append(await service.run(lambda some=some: shelf.lens.encode(some)))  # type: ignore[misc]  # a default
    return np.concatenate(parts)


def _written(vector: Vectors, form: str) -> list[float] | str:
    if form == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    numbers: list[float] = vector.tolist()
    return numbers


def _inputs(given: str | list[str] | list[int] | list[list[int]]) -> list[str | list[int]]:
    if isinstance(given, str):
        return [clean(given)]
    if given and isinstance(given[0], int):
        return [[token for token in given if isinstance(token, int)]]
    return [clean(one) if isinstance(one, str) else one for one in given if not isinstance(one, int)]


def _wrong(what: str, value: object, remedy: str) -> CourselensError:
    return CourselensError(what, value=value, where="input", remedy=remedy)
