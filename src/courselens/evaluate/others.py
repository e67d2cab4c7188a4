"""Further models for the comparison: that of another workspace, a folder, or one of the Hub.

In: what a user named. Out: the model's folder, a name for the tables, and a warning where the model was trained on what
the test asks about. So a model of another recipe or another catalogue stands in the same table, on the same questions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from courselens.dataset.pairs_io import read_pairs
from courselens.dataset.types import Passage
from courselens.encode.base import base_model

KNOWN = ("base", "trained")
"""Names that the comparison itself gives."""


@dataclass(frozen=True, slots=True)
class Other:
    """A model by its `name`, the folder it is in, and the pairs it was trained on, None where they are not known."""

    name: str
    model: Path
    pairs: Path | None

    def warnings(self, corpus: Sequence[Passage]) -> Iterator[str]:
        """A sentence where some of the corpus was trained on, or where that cannot be known."""
        if self.pairs is None:
            yield f"what {self.name} was trained on is not known: it may have seen the test courses"
            return
        known = {pair.passage.text for pair in read_pairs(self.pairs)}
        seen = sum(passage.text in known for passage in corpus)
        if seen:
            yield f"{self.name} was trained on {seen:,} of the test's {len(corpus):,} passages: its figures flatter"


def other_models(given: Sequence[str], taken: Collection[str] = KNOWN) -> tuple[Other, ...]:
    """The models named by workspaces, folders or hub ids. Raises CourselensError for one that is none."""
    made: list[Other] = []
    for one in given:
        path = Path(one).expanduser()
        within = path / "model"
        is_workspace = within.is_dir() and (path / "manifest.json").is_file()
        model = base_model(str(within if is_workspace else one))
        home = path if is_workspace or path.name != "model" else path.resolve().parent
        pairs = home / "pairs" / "train.parquet"
        name = home.resolve().name if path.exists() else one.rpartition("/")[2]
        names = {*taken, *(other.name for other in made)}
        number = next(n for n in range(1, len(names) + 2) if (name if n == 1 else f"{name} ({n})") not in names)
        made.append(Other(name if number == 1 else f"{name} ({number})", model, pairs if pairs.is_file() else None))
    return tuple(made)
