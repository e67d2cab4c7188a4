"""A workspace of a dozen courses with a hash encoder, for tests of the server."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers

from courselens.course import Catalogue, Course, Source, write_courses
from courselens.dataset.types import Passage
from courselens.encode.openvino_encoder import TOKENIZER, EncoderSettings
from courselens.search.index import build_index
from courselens.search.stored import open_index
from courselens.serve.encoding import SharedEncoder, SharedLens
from courselens.serve.shelf import COURSES, Shelf, open_courses
from fakes import HashEncoder, catalogue, course

EVIL = "<script>alert(1)</script> & Society"


def courses() -> tuple[Course, ...]:
    """The dozen of `fakes`, one of them in an older year too, one with markup in every text."""
    dozen = catalogue().courses
    older = replace(dozen[0], key=f"{dozen[0].code} 2023/2024", year="2023/2024")
    evil = course(
        "KAN-C2001U",
        EVIL,
        language=("English",),
        ects=7.5,
        level=("Master",),
        department="<img src=x onerror=alert(2)>",
        sections={"content": "A <b>bold</b> text about cross-site scripting & escaping. </script><script>alert(3)"},
    )
    evil = replace(evil, source=Source("evil.html", url="https://example.org/evil?a=1&b=2"))
    return (*dozen, older, evil)


def passages(some: tuple[Course, ...]) -> list[Passage]:
    """A fact for each field, a chunk for each section."""
    made = []
    for one in some:
        about = (one.key, one.group, one.source.file, 1)
        for name, field in one.fields.items():
            text = f"The {name} of {one.name} is {field.text}."
            made.append(Passage(text, "fact", name, None, *about))
        for section in one.sections:
            text = f"{one.name} – {section.heading}\n{section.text}"
            made.append(Passage(text, "chunk", None, section.name, *about))
    return made


def write_workspace(folder: Path, some: tuple[Course, ...]) -> Path:
    """What a build leaves for answering."""
    index = folder / "index"
    build_index(Catalogue(some), passages(some), HashEncoder(), index)
    (folder / "catalogue").mkdir(parents=True, exist_ok=True)
    write_courses(some, folder / COURSES)
    words = {word: number for number, word in enumerate(["[UNK]", *"abcdefghijklmnopqrstuvwxyz", "tax", "law"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    (index / "encoder").mkdir(exist_ok=True)
    tokenizer.save(str(index / "encoder" / TOKENIZER))
    EncoderSettings(64, 16, "mean", "f32", ("input_ids",), 0, 1.0, {}).write(index / "encoder")
    (index / ".stage.json").write_text(json.dumps({"stage": "index", "courses": len(some)}))
    return folder


def open_shelf(workspace: Path) -> Shelf:
    """`Shelf.open` with the hash encoder."""
    lens = SharedLens(open_index(workspace / "index"), SharedEncoder(HashEncoder()))
    return Shelf(lens, open_courses(workspace / COURSES))
