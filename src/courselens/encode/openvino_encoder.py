"""Texts become vectors on a CPU without torch: an OpenVINO graph, a tokenizer, and what was decided at export.

Comes in: the folder that `encode.export` wrote (`model.xml`, `model.bin`, `tokenizer.json`, `encoder.json`). Goes out:
an `Encoder`. The graph pools and L2-normalises, so a vector leaves it ready for a dot product. Texts are sorted by
length and cut into batches of a bounded number of tokens, because padding is the largest waste of a mixed batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino
from openvino import opset13
from tokenizers import Encoding, Tokenizer

from courselens.encode import Encoder, Vectors, well_formed
from courselens.errors import CourselensError

CORE = openvino.Core()
"""The only one of a process, and it lasts as long. Its CPU plugin gives the thread that first asks for it a stack for
signals and frees that stack when the plugin goes, from whichever thread lets go of it: with a core for each encoder, a
server whose index had been exchanged died of the next signal, which was often the order to stop.
"""
GRAPH = "model.xml"
TOKENIZER = "tokenizer.json"
SETTINGS = "encoder.json"
FORMAT = 1
BATCH_TOKENS = 1024
"""Tokens in a batch, padding included: 32,400 tokens a second; 32,000 with 2,048 or 1,536, 31,500 with 768."""
THREADS = 2
BULK = 4
"""Batches from which they run side by side, on a second copy of the model that is loaded then."""
FEW = 8
UNFUSED = {"SNIPPETS_MODE": "DISABLE"}
"""Keeps openvino from making one kernel of an attention again; an option that its documentation does not promise."""
MASKED = -1e4
LONGEST_CHARACTERS = 20_000
"""Characters of a text that are looked at: far more than any model's token limit, and it bounds a pasted book."""


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """The content of `encoder.json`.

    `precision` is `f32` or `bf16`, the arithmetic that was chosen by measurement at export; a machine without bf16
    falls back to f32. `attention` is `fused` or `plain`, chosen likewise: as one kernel, or product by product.
    `inputs` are the names of the graph's inputs in order. `cosine` is the mean cosine to the model in fp32 that was
    measured at export, `versions` the libraries that made the folder.
    """

    dimensions: int
    max_tokens: int
    pooling: str
    precision: str
    inputs: tuple[str, ...]
    pad_token: int
    cosine: float
    versions: Mapping[str, str]
    attention: str = "fused"
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write `encoder.json`."""
        (folder / SETTINGS).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> EncoderSettings:
        """Read `encoder.json`. Raises CourselensError when it is missing, damaged or of another format."""
        path = folder / SETTINGS
        remedy = "Run `courselens index` again"
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if data["format"] != FORMAT:
                raise CourselensError("encoder of another format", value=data["format"], where=path, remedy=remedy)
            return cls(**{**data, "inputs": tuple(data["inputs"])})
        except FileNotFoundError as error:
            raise CourselensError("no encoder here", where=path, remedy=remedy) from error
        except (ValueError, KeyError, TypeError) as error:
            raise CourselensError("damaged encoder settings", value=str(error), where=path, remedy=remedy) from error


class OpenVinoEncoder:
    """An `Encoder` over an exported folder. Not safe for two threads at once: one infer request is reused."""

    def __init__(
        self, folder: Path, *, precision: str | None = None, attention: str | None = None, threads: int = THREADS
    ) -> None:
        """Load `folder`; `precision` and `attention` override the exported ones.

        Raises CourselensError on a damaged folder.
        """
        self._queue: openvino.AsyncInferQueue | None = None
        self._threads = threads
        self.settings = EncoderSettings.read(folder)
        self.folder = folder
        wanted = precision or self.settings.precision
        able = "BF16" in CORE.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self.precision = "bf16" if wanted == "bf16" and able else "f32"
        self.attention = attention or self.settings.attention
        try:
            self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self._request = self._compiled(PERFORMANCE_HINT="LATENCY").create_infer_request()
        except Exception as error:  # both libraries raise bare Exception or RuntimeError for a damaged file
            raise CourselensError(
                "the encoder cannot be loaded",
                value=str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__,
                where=folder,
                remedy="Run `courselens index` again",
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.settings.max_tokens)

    def _compiled(self, **options: Any) -> openvino.CompiledModel:
        graph = CORE.read_model(self.folder / GRAPH)
        options |= {"INFERENCE_PRECISION_HINT": self.precision, "INFERENCE_NUM_THREADS": self._threads}
        if self.attention == "plain":
            with suppress(RuntimeError):  # a version without that option
                return CORE.compile_model(with_plain_attention(graph), "CPU", options | UNFUSED)
        return CORE.compile_model(graph, "CPU", options)

    @property
    def dimensions(self) -> int:
        """Width of the vectors."""
        return self.settings.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), d), rows L2-normalised, in the order of `texts`; (0, d) for no text."""
        read = [well_formed(text[:LONGEST_CHARACTERS]) for text in texts]
        distinct = list(dict.fromkeys(read))
        vectors = self._encode(distinct)
        if len(distinct) == len(read):
            return vectors
        place = {text: row for row, text in enumerate(distinct)}  # re-issued courses say the same again
        return vectors[[place[text] for text in read]]

    def _encode(self, texts: Sequence[str]) -> Vectors:
        out = np.empty((len(texts), self.dimensions), dtype=np.float32)
        few = len(texts) <= FEW  # starting the tokenizer's threads takes longer than a handful of questions
        encodings = [self._tokenizer.encode(text) for text in texts] if few else self._tokenizer.encode_batch(texts)
        lengths = np.fromiter((len(encoding) for encoding in encodings), dtype=np.int64, count=len(encodings))
        parts = list(batches(lengths, BATCH_TOKENS))
        if len(parts) <= BULK:
            for rows in parts:
                out[rows] = self._vectors(self._request.infer(self._inputs([encodings[row] for row in rows]))[0])
            return out
        queue = self._bulk()

        def keep(request: Any, rows: npt.NDArray[np.int64]) -> None:
            out[rows] = self._vectors(request.get_output_tensor(0).data)

        queue.set_callback(keep)
        try:
            for rows in parts:
                queue.start_async(self._inputs([encodings[row] for row in rows]), rows)
            queue.wait_all()
        finally:
            queue.set_callback(_nothing)  # the queue would hold this encoder, which holds the queue, forever
        return out

    def _bulk(self) -> openvino.AsyncInferQueue:
        """Batches side by side, a thread each: no thread waits for another at every layer (up to twice as fast)."""
        if self._queue is None:
            compiled = self._compiled(PERFORMANCE_HINT="THROUGHPUT", NUM_STREAMS=self._threads)
            self._queue = openvino.AsyncInferQueue(compiled, self._threads)
        return self._queue

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` as the model sees it, truncated to its limit."""
        return len(self._tokenizer.encode(well_formed(text)))

    def _inputs(self, encodings: Sequence[Encoding]) -> list[npt.NDArray[np.int64]]:
        width = max(len(encoding) for encoding in encodings)
        ids = np.full((len(encodings), width), self.settings.pad_token, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding)] = encoding.ids
            mask[row, : len(encoding)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return [given[name] for name in self.settings.inputs]

    def _vectors(self, made: npt.NDArray[np.float32]) -> Vectors:
        vectors: Vectors = np.nan_to_num(np.array(made, dtype=np.float32))
        if self.precision == "bf16":  # the graph's own normalisation is rounded to 8 bits
            vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors


def _nothing(request: Any, rows: object) -> None:
    """What a queue does with a batch that nobody waits for."""


def load_encoder(folder: Path) -> Encoder:
    """The encoder that was exported to `folder`. Raises CourselensError when it is missing or damaged."""
    return OpenVinoEncoder(folder)


def with_plain_attention(graph: openvino.Model) -> openvino.Model:
    """`graph` with each attention as two products and a softmax: a tenth faster where one kernel for all is slow.

    `graph` itself is changed. An attention without a boolean mask stays as it is.
    """
    added: dict[tuple[str, int], openvino.Node] = {}
    for node in graph.get_ordered_ops():
        if node.get_type_name() != "ScaledDotProductAttention" or node.get_input_size() < 4:
            continue
        query, key, value, mask = (node.input_value(place) for place in range(4))
        if mask.get_element_type() != openvino.Type.boolean or node.get_attributes().get("causal"):
            continue
        place = (mask.get_node().get_friendly_name(), mask.get_index())
        if place not in added:
            added[place] = opset13.select(mask, *(opset13.constant(np.float32(each)) for each in (0, MASKED)))
        width = query.get_partial_shape()[3].get_length()
        scale = node.input_value(4) if node.get_input_size() > 4 else opset13.constant(np.float32(width**-0.5))
        scores = opset13.matmul(opset13.multiply(query, scale), key, False, True)
        weights = opset13.softmax(opset13.add(scores, added[place]), -1)
        node.output(0).replace(opset13.matmul(weights, value, False, False).output(0))
    graph.validate_nodes_and_infer_types()
    return graph


def batches(lengths: npt.NDArray[np.int64], budget: int) -> Iterator[npt.NDArray[np.int64]]:
    """Rows of texts grouped for inference, longest first; rows × longest length ≤ `budget` (one row at the least)."""
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        stop = start + max(1, budget // max(1, int(lengths[order[start]])))
        yield order[start:stop]
        start = stop
