"""courselens: a course catalogue becomes search and answers of its own.

`open` gives what `ask` uses and loads no torch; `read` gives a `Catalogue`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from courselens.course import Catalogue
    from courselens.search.lens import Lens

__all__ = ["open", "read"]


def read(*sources: Path | str | Sequence[Path | str], labels: Path | None = None) -> Catalogue:
    """Read files and folders (HTML, PDF, text, CSV, TSV, JSON, JSONL, Parquet) into a `Catalogue`.

    `labels` is a YAML file with a university's own labels. Raises CourselensError when nothing can be read.
    """
    room: Callable[..., Catalogue] = import_module("courselens.read")  # type: ignore[assignment]  # a callable module
    return room(*sources, labels=labels)


def open(workspace: Path | str) -> Lens:
    """Open a workspace for `ask`, `search` and `encode`. Raises CourselensError when it is missing or damaged."""
    lens: Lens = import_module("courselens.search.lens").Lens.open(Path(workspace))
    return lens
