"""Texts of different lengths in one inference without padding: they stand one after another in a single row.

In: the folder that `encode.export` wrote. Out: an `Encoder` for many short texts. The exported graph is changed when it
is loaded: positions begin anew with each text and a mask lets a token attend to its own text only, so the vectors are
those of each text alone. A batch padded to its longest text computes a third of its tokens for nothing, and every cut
that avoids this is another inference; here questions that wait together cost their tokens and nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import openvino
from openvino import opset13
from tokenizers import Encoding, Tokenizer

from courselens.encode import Encoder, Vectors
from courselens.encode.openvino_encoder import (
    GRAPH,
    LONGEST_CHARACTERS,
    TOKENIZER,
    EncoderSettings,
    OpenVinoEncoder,
)
from courselens.errors import CourselensError

BUDGET = 256
"""Tokens of one inference: with more, attention over the whole row costs what is saved."""
STEP = 16
"""A row's length is a multiple: each new length is a new kernel to prepare."""
NOWHERE = -1
"""The text to which the tokens belong that fill a row."""


class PackedEncoder:
    """An `Encoder` over an exported BERT. Safe for several threads: `streams` of them are served at once, a core each,
    because two threads are no faster on rows this short and cost twice the work of one.
    """

    def __init__(self, folder: Path, *, streams: int = 1) -> None:
        """Load `folder`. Raises ValueError where its graph is not one that can be packed, or is damaged."""
        self.settings = EncoderSettings.read(folder)
        core = openvino.Core()
        able = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        precision = "bf16" if self.settings.precision == "bf16" and able else "f32"
        options = {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": streams,
            "NUM_STREAMS": streams,
        }
        try:
            graph = packable(core.read_model(folder / GRAPH))
            compiled = core.compile_model(graph, "CPU", options)
            self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:  # both libraries raise bare Exception or RuntimeError
            raise ValueError(str(error)) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.settings.max_tokens)
        self._free: Queue[Any] = Queue()
        for _ in range(streams):
            self._free.put(compiled.create_infer_request())

    @property
    def dimensions(self) -> int:
        """Width of the vectors."""
        return self.settings.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), d), rows L2-normalised, in the order of `texts`; (0, d) for no text."""
        cut = [text[:LONGEST_CHARACTERS] for text in texts]
        place = {text: row for row, text in enumerate(dict.fromkeys(cut))}
        told = list(place)
        encodings = [self._tokenizer.encode(text) for text in told]  # its threads cost more than so few texts
        made = np.empty((len(told), self.dimensions), dtype=np.float32)
        for rows in packs([len(one) for one in encodings], BUDGET):
            made[rows] = self._vectors([encodings[row] for row in rows])
        return made if len(told) == len(cut) else made[[place[text] for text in cut]]

    def _vectors(self, encodings: Sequence[Encoding]) -> Vectors:
        lengths = np.array([len(one) for one in encodings])
        starts = np.cumsum(lengths) - lengths
        told = int(lengths.sum())
        width = -(-told // STEP) * STEP
        tokens = np.full((1, width), self.settings.pad_token, dtype=np.int64)
        tokens[0, :told] = np.concatenate([one.ids for one in encodings])
        positions = np.zeros((1, width), dtype=np.int64)
        positions[0, :told] = np.arange(told) - np.repeat(starts, lengths)
        owner = np.full(width, NOWHERE)
        owner[:told] = np.repeat(np.arange(len(encodings)), lengths)
        request = self._free.get()
        try:
            hidden = request.infer([tokens, positions, (owner[:, None] == owner)[None, None]])[0][0]
        finally:
            self._free.put(request)
        if self.settings.pooling == "cls":
            pooled = np.array(hidden[starts], dtype=np.float32)
        else:
            pooled = np.add.reduceat(hidden[:told], starts, axis=0, dtype=np.float32) / lengths[:, None]
        pooled = np.nan_to_num(pooled.astype(np.float32, copy=False))
        vectors: Vectors = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return vectors


class OneAtATime:
    """An `Encoder` that is safe for several threads, over one that is not."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._turn = threading.Lock()

    @property
    def dimensions(self) -> int:
        """Width of the vectors."""
        return self.encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), d), rows L2-normalised, in the order of `texts`."""
        with self._turn:
            return self.encoder.encode(texts)


def packable(graph: openvino.Model) -> openvino.Model:
    """`graph` with the inputs `input_ids` (1, t), `positions` (1, t) and `mask` (1, 1, t, t), giving hidden states
    (1, t, d). Raises ValueError for a graph that does not count positions and mask attention as BERT does.
    """
    nodes = graph.get_ordered_ops()
    kinds = {node.get_type_name() for node in nodes}
    attention = [node for node in nodes if node.get_type_name() == "ScaledDotProductAttention"]
    counted = [node for node in nodes if node.get_type_name() == "Gather" and _is_position_table(node)]
    ids = [one for one in graph.get_parameters() if "input_ids" in one.output(0).get_names()]
    masked = all(node.get_input_size() > 3 for node in attention)
    if not attention or not masked or len(counted) != 1 or len(ids) != 1 or "CumSum" in kinds:
        raise ValueError("not a graph of BERT as it is exported")
    positions = opset13.parameter([1, -1], np.int64, name="positions")
    mask = opset13.parameter([1, 1, -1, -1], np.bool_, name="mask")
    counted[0].input(1).replace_source_output(positions.output(0))
    for node in attention:
        if node.input_value(3).get_element_type() != openvino.Type.boolean:
            raise ValueError("a mask that is added")
        node.input(3).replace_source_output(mask.output(0))
    return openvino.Model([opset13.result(_hidden(graph))], [ids[0], positions, mask], "packed")


def open_packed(folder: Path, *, streams: int = 1) -> Encoder:
    """The encoder in `folder` for several threads, packed where its graph allows it.

    Raises CourselensError when it is missing or damaged.
    """
    if not (folder / GRAPH).is_file():
        raise CourselensError("no encoder here", where=folder, remedy="Run `courselens index` again")
    try:
        return PackedEncoder(folder, streams=streams)
    except ValueError:
        return OneAtATime(OpenVinoEncoder(folder, threads=1))


def packs(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Rows of texts that go together, at most `budget` tokens each (one text at the least), longest first."""
    left = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    while left:
        chosen, rest, room = [left[0]], [], budget - lengths[left[0]]
        for row in left[1:]:
            if lengths[row] <= room:
                chosen.append(row)
                room -= lengths[row]
            else:
                rest.append(row)
        yield chosen
        left = rest


def _is_position_table(node: openvino.Node) -> bool:
    return "position_embeddings" in node.input_value(0).get_node().get_friendly_name()


def _hidden(graph: openvino.Model) -> openvino.Output:
    """The last layer's output: what pooling begins with."""
    node = graph.get_results()[0].input_value(0).get_node()
    while "layer_norm" not in node.get_friendly_name():
        if not node.get_input_size():
            raise ValueError("no layer norm before pooling")
        node = node.input_value(0).get_node()
    return node.output(0)
