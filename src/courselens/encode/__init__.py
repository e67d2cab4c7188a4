"""Text to vectors. Imports no other room, and no torch: answering loads this package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""float32 of shape (n, d), rows L2-normalised."""


class Encoder(Protocol):
    """Anything that turns texts into L2-normalised vectors."""

    @property
    def dimensions(self) -> int:
        """Width d of the vectors."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), d), rows L2-normalised, in the order of `texts`; (0, d) for no text."""
        ...
