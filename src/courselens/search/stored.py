"""An index on disk, opened: what answering reads.

In: the folder that `index.build_index` wrote. Out: `Index`: vectors and arrays that are memory-mapped, passages and
courses as JSON Lines that are read by line number, the lexical indexes, names, facts, and the fitted models. It opens
in milliseconds, whatever the size of the catalogue, and needs no torch.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from courselens.course import Course
from courselens.dataset.types import Passage
from courselens.encode import Vectors
from courselens.errors import CourselensError
from courselens.search.asked import AskedModel
from courselens.search.facts import Facts
from courselens.search.lexical import LexicalIndex
from courselens.search.names import Names
from courselens.search.subjects import Coverage
from courselens.search.vectors import Rounded
from courselens.workspace import Workspace

FORMAT = 7
SETTINGS = "index.json"
ENCODER = "encoder"
"""Folder inside the index where the encoder is exported to."""
ARRAYS = (
    "vectors",
    "about",
    "subjects",
    "subject_names",
    "subject_best",
    "subject_second",
    "subject_owner",
    "first",
    "first_about",
    "asked",
    "fact",
    "group",
    "newest",
    "passage_starts",
    "course_starts",
)
ROUNDED = ("vectors", "about")
"""Those that have a copy in 8 bits where passages are many."""
CHECKED = 2_000_000
"""Bytes up to which a file's content is compared when an index is opened: all that is looked up by place, in a few
milliseconds. Vectors, passages and the encoder are compared by `courselens info`."""
REMEDY = "Run `courselens index` again"

Ints = npt.NDArray[np.int32]


class Lines:
    """A JSON Lines file read by line number, through a memory map."""

    def __init__(self, path: Path, starts: npt.NDArray[np.int64]) -> None:
        self.path = path
        self.starts = starts
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> Any:
        """The object of line `number`. Raises CourselensError when the line is damaged."""
        try:
            return json.loads(self._bytes[int(self.starts[number]) : int(self.starts[number + 1])])
        except ValueError as error:
            raise CourselensError("damaged line", value=number + 1, where=self.path, remedy=REMEDY) from error

    @staticmethod
    def write(path: Path, objects: Iterable[Mapping[str, Any]]) -> npt.NDArray[np.int64]:
        """Write one object a line; where each line starts, and the end."""
        starts = [0]
        with path.open("wb") as file:
            for one in objects:
                starts.append(starts[-1] + file.write(json.dumps(one, ensure_ascii=False).encode() + b"\n"))
        return np.array(starts, dtype=np.int64)


@dataclass(frozen=True)
class Index:
    """An opened index. Courses and passages are known by their place (from 0).

    `vectors` float32 (passages, d), zero for boilerplate; `about` float32 (texts, d), texts that say in English what a
    course is about; `rounded` and `about_rounded` their copies in 8 bits, where passages are many; `first` and
    `first_about` (courses + 1,) where each course's passages and such texts begin.
    `subjects`, `subject_names` (s, d) and `coverage` are those of `subjects.py`.
    `asked` (passages,) is the number in `asked_names` of the field or section that a passage answers, `fact` whether it
    is a fact; `labels` are what the catalogue calls those of its own, in folded words. `group` and `newest` (courses,)
    are the course group and whether no later year of it exists.
    """

    folder: Path
    vectors: Vectors
    rounded: Rounded | None
    about: Vectors
    about_rounded: Rounded | None
    subjects: Vectors
    subject_names: Vectors
    coverage: Coverage
    first: npt.NDArray[np.int64]
    first_about: npt.NDArray[np.int64]
    asked: Ints
    fact: npt.NDArray[np.bool_]
    group: Ints
    newest: npt.NDArray[np.bool_]
    asked_names: tuple[str, ...]
    labels: Mapping[str, tuple[tuple[str, ...], ...]]
    passage_lines: Lines
    course_lines: Lines
    names: Names
    facts: Facts
    asked_model: AskedModel
    lexical: LexicalIndex
    course_lexical: LexicalIndex

    @property
    def courses(self) -> int:
        """How many courses there are."""
        return len(self.group)

    def course(self, number: int) -> Course:
        """The course at a place, without the texts of its sections."""
        return Course.from_dict(self.course_lines[number])

    def passage(self, number: int) -> Passage:
        """The passage at a place."""
        return Passage(**self.passage_lines[number])

    def passages_of(self, course: int) -> range:
        """Places of a course's passages."""
        return range(int(self.first[course]), int(self.first[course + 1]))

    def owner(self, place: int) -> int:
        """The course of a passage."""
        return int(np.searchsorted(self.first, place, side="right")) - 1


def index_folder(workspace: Path) -> Path:
    """The folder of a workspace's index, every file of it there, whole, and up to `CHECKED` bytes unchanged.

    Damage would else be found by some later question, or by the system: a memory map beyond the end of its file ends
    the process. Raises CourselensError where there is no workspace, one of another schema, no index, or a file that is
    missing or damaged.
    """
    opened = Workspace.open(workspace)
    folder = opened.folder("index")
    opened.verify("index", largest=CHECKED)
    return folder


def year_order(year: str | None) -> tuple[int, str]:
    """Sorts years: by their first number of four digits, then as text; no year is the oldest."""
    digits = "".join(letter if letter.isdigit() else " " for letter in year or "").split()
    first = next((int(part) for part in digits if len(part) == 4), 0)
    return first, year or ""


def open_index(folder: Path) -> Index:
    """Open what `build_index` wrote. Raises CourselensError when it is missing, damaged or of another format."""
    try:
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        if settings["format"] != FORMAT:
            raise CourselensError("index of another format", value=settings["format"], where=folder, remedy=REMEDY)
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
        if arrays["vectors"].shape != (settings["passages"], settings["dimensions"]):
            raise ValueError(f"vectors of shape {arrays['vectors'].shape}")
        return Index(
            folder=folder,
            vectors=arrays["vectors"].view(np.ndarray),
            rounded=_rounded(folder, settings, "vectors"),
            first=np.asarray(arrays["first"]),
            asked=np.asarray(arrays["asked"]),
            about=arrays["about"].view(np.ndarray),
            about_rounded=_rounded(folder, settings, "about"),
            first_about=np.asarray(arrays["first_about"]),
            subjects=arrays["subjects"].view(np.ndarray),
            subject_names=arrays["subject_names"].view(np.ndarray),
            coverage=Coverage(*(np.asarray(arrays[f"subject_{name}"]) for name in ("best", "second", "owner"))),
            fact=np.asarray(arrays["fact"]),
            group=np.asarray(arrays["group"]),
            newest=np.asarray(arrays["newest"]),
            asked_names=tuple(settings["asked"]),
            labels={name: tuple(map(tuple, labels)) for name, labels in settings["labels"].items()},
            passage_lines=Lines(folder / "passages.jsonl", np.asarray(arrays["passage_starts"])),
            course_lines=Lines(folder / "courses.jsonl", np.asarray(arrays["course_starts"])),
            names=Names.open(folder),
            facts=Facts.open(folder),
            asked_model=AskedModel.open(folder),
            lexical=LexicalIndex(folder / "lexical"),
            course_lexical=LexicalIndex(folder / "lexical-courses"),
        )
    except FileNotFoundError as error:
        raise CourselensError(
            "no index here", value=Path(error.filename or folder).name, where=folder, remedy=REMEDY
        ) from error
    except (ValueError, KeyError, TypeError, EOFError) as error:
        raise CourselensError("damaged index", value=str(error)[:200], where=folder, remedy=REMEDY) from error


def _rounded(folder: Path, settings: Mapping[str, Any], name: str) -> Rounded | None:
    if "largest" not in settings:
        return None
    return Rounded(np.load(folder / f"{name}8.npy", mmap_mode="r").view(np.ndarray), settings["largest"][name])
