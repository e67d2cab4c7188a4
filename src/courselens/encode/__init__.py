"""Text to vectors. Imports no other room, and no torch: answering loads this package."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

# OpenVINO reports its use over the network, and writes a client id into the home folder, as soon as it is imported.
# Nothing of ours calls home: without this package it falls back to a stub of its own. This stands here because every
# module of this package that imports openvino imports the package first.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

Vectors = npt.NDArray[np.float32]
"""float32 of shape (n, d), rows L2-normalised."""


def well_formed(text: str) -> str:
    """`text` with `?` for lone surrogates (half an emoji, an argument that is no UTF-8), which no tokenizer takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


class Encoder(Protocol):
    """Anything that turns texts into L2-normalised vectors."""

    @property
    def dimensions(self) -> int:
        """Width d of the vectors."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), d), rows L2-normalised, in the order of `texts`; (0, d) for no text."""
        ...
