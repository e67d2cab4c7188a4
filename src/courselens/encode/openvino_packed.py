"""Texts of different lengths in one inference without padding: they stand one after another in a single row.

In: the folder that `encode.export` wrote. Out: an `Encoder` for many short texts. The exported graph is changed when it
is loaded: positions begin anew with each text and a mask lets a token attend to its own text only, so the vectors are
those of each text alone. A batch padded to its longest text computes a third of its tokens for nothing, and every cut
that avoids this is another inference; here questions that wait together cost their tokens and nothing else.

A row of another length than the row before costs OpenVINO a millisecond of preparing every layer anew. Whoever asks
more than a few questions therefore gets copies of the graph for the commonest lengths, made in the background; they
give the same numbers.
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

from courselens.encode import Encoder, Vectors, well_formed
from courselens.encode.openvino_encoder import (
    CORE,
    GRAPH,
    LONGEST_CHARACTERS,
    THREADS,
    TOKENIZER,
    EncoderSettings,
    OpenVinoEncoder,
)
from courselens.errors import CourselensError

BUDGET = 256
"""Tokens of one inference: with more, attention over the whole row costs what is saved."""
STEP = 16
"""A row's length is a multiple: each new length is a new kernel to prepare."""
WIDTHS = (16, 24, 32, 48, 64)
"""Lengths of rows with a graph of their own: nine of ten questions. Each costs 35 MB and .4 s to make."""
SHORT = 4 * BUDGET
"""Characters of all texts together that are packed: about one inference."""
A_FEW = 3
"""Rows that are encoded before those graphs are made: a process that asks once pays nothing for them."""
FIXING = "graphs of fixed length"
"""Name of the thread that makes them."""
NOWHERE = -1
"""The text to which the tokens belong that fill a row."""


class PackedEncoder:
    """An `Encoder` over an exported BERT, for texts of a sentence or two. Safe for several threads: `streams` rows are
    computed at once, with `threads` each (two answer one asker sooner, and cost a third more of the processor).
    """

    def __init__(self, folder: Path, *, streams: int = 1, threads: int = 1, widths: Sequence[int] = ()) -> None:
        """Load `folder`; `widths` are the lengths of rows that get a graph of their own.

        Raises ValueError where its graph is not one that can be packed, or is damaged.
        """
        self.settings = EncoderSettings.read(folder)
        able = "BF16" in CORE.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self._streams = streams
        self._options = {
            "INFERENCE_PRECISION_HINT": "bf16" if self.settings.precision == "bf16" and able else "f32",
            "INFERENCE_NUM_THREADS": streams * threads,
            "NUM_STREAMS": streams,
        }
        try:
            self._graph = packable(CORE.read_model(folder / GRAPH))
            self._free = self._requests(self._graph)
            self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:  # both libraries raise bare Exception or RuntimeError
            raise ValueError(str(error)) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.settings.max_tokens)
        self._widths = tuple(sorted(widths))
        self._fixed: dict[int, Queue[Any]] = {}
        self._rows = 0
        if streams > 1:  # what openvino sets up at the first inference, two threads at once wait for each other forever
            self.encode([""])

    @property
    def dimensions(self) -> int:
        """Width of the vectors."""
        return self.settings.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), d), rows L2-normalised, in the order of `texts`; (0, d) for no text."""
        cut = [well_formed(text[:LONGEST_CHARACTERS]) for text in texts]
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
        width = next((one for one in self._widths if one >= told and one in self._fixed), -(-told // STEP) * STEP)
        tokens = np.full((1, width), self.settings.pad_token, dtype=np.int64)
        tokens[0, :told] = np.concatenate([one.ids for one in encodings])
        positions = np.zeros((1, width), dtype=np.int64)
        positions[0, :told] = np.arange(told) - np.repeat(starts, lengths)
        owner = np.full(width, NOWHERE)
        owner[:told] = np.repeat(np.arange(len(encodings)), lengths)
        self._rows += 1
        if self._rows == A_FEW and self._widths:
            threading.Thread(target=self._fix, name=FIXING).start()
        free = self._fixed.get(width, self._free)
        request = free.get()
        try:
            hidden = request.infer([tokens, positions, (owner[:, None] == owner)[None, None]])[0][0]
        finally:
            free.put(request)
        if self.settings.pooling == "cls":
            pooled = np.array(hidden[starts], dtype=np.float32)
        else:
            pooled = np.add.reduceat(hidden[:told], starts, axis=0, dtype=np.float32) / lengths[:, None]
        pooled = np.nan_to_num(pooled.astype(np.float32, copy=False))
        vectors: Vectors = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return vectors

    def _fix(self) -> None:
        for width in self._widths:
            if not threading.main_thread().is_alive():  # the program ends
                return
            graph = self._graph.clone()
            shapes = ((1, width), (1, width), (1, 1, width, width))
            graph.reshape(
                {port: openvino.PartialShape(shape) for port, shape in zip(graph.inputs, shapes, strict=True)}
            )
            self._fixed[width] = self._requests(graph)

    def _requests(self, graph: openvino.Model) -> Queue[Any]:
        compiled = CORE.compile_model(graph, "CPU", self._options)
        free: Queue[Any] = Queue()
        for _ in range(self._streams):
            free.put(compiled.create_infer_request())
        return free


class QuestionEncoder:
    """An `Encoder` for one asker at a time: a few short texts are packed, anything else is encoded in bulk."""

    def __init__(self, folder: Path) -> None:
        """Load `folder`. Raises CourselensError when it is missing or damaged."""
        self._folder = folder
        self._packed: PackedEncoder | None = None
        self._bulk: OpenVinoEncoder | None = None
        try:
            self._packed = PackedEncoder(folder, threads=THREADS, widths=WIDTHS)
        except ValueError:
            self._bulk = OpenVinoEncoder(folder)
        self.settings = EncoderSettings.read(folder)

    @property
    def dimensions(self) -> int:
        """Width of the vectors."""
        return self.settings.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), d), rows L2-normalised, in the order of `texts`; (0, d) for no text."""
        if self._packed is not None and sum(map(len, texts)) <= SHORT:
            return self._packed.encode(texts)
        if self._bulk is None:
            self._bulk = OpenVinoEncoder(self._folder)
        return self._bulk.encode(texts)


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
