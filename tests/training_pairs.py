"""Pairs of a dozen courses and recipes cut down to them: what the tests of training share."""

from __future__ import annotations

from pathlib import Path

from courselens.dataset.pairs_io import write_pairs
from courselens.dataset.types import Pair, PairSet, Passage, Question
from courselens.train.recipe import Recipe, load_recipe
from fakes import SUBJECTS

FIELDS = ("language", "ects", "level")


def make_pairs(courses: range) -> tuple[Pair, ...]:
    """Labelled pairs about some of the courses: each field, a description, one wrong field and one wrong course."""
    made: list[Pair] = []
    for number in courses:
        title, level, ects, language, about = SUBJECTS[number]
        said = (f"is taught in {language}.", f"is a {ects:g} ECTS course.", f"is {level}.")
        facts = dict(zip(FIELDS, said, strict=True))
        other = SUBJECTS[(number + 1) % len(SUBJECTS)][0]
        for at, name in enumerate(FIELDS):
            question = ask(f"{name} of {title}?", number, name)
            wrong = FIELDS[(at + 1) % 3]
            made += [
                Pair(question, fact(f"{title} {facts[name]}", number, name), 1.0, "positive"),
                Pair(question, fact(f"{title} {facts[wrong]}", number, wrong), 0.0, "hard_field"),
                Pair(question, fact(f"{other} {facts[name]}", number + 1, name), 0.0, "hard_course"),
            ]
        chunk = Passage(
            f"{title}: Students explain {about}.", "chunk", None, "objectives", f"C{number}", f"G{number}", "f"
        )
        made.append(Pair(ask(f"What is {title} about?", number), chunk, 1.0, "positive"))
    return tuple(made)


def ask(text: str, number: int, field: str | None = None) -> Question:
    """A question about course `number`."""
    kind = "field" if field else "description"
    return Question(text, kind, field, None, f"C{number}", f"G{number}", "title", "en")


def fact(text: str, number: int, field: str) -> Passage:
    """A fact about course `number`."""
    return Passage(text, "fact", field, None, f"C{number}", f"G{number}", "f")


def write(folder: Path, train: range, dev: range) -> Path:
    """train.parquet and dev.parquet of these courses."""
    write_pairs(PairSet(train=make_pairs(train), dev=make_pairs(dev), test=()), folder)
    return folder


def short(name: str, **changes: object) -> Recipe:
    """A shipped recipe cut down to the tiny model."""
    recipe = load_recipe(name).to_dict()
    small = {"max_seq_length": 32, "batch_size": 8, "logging_steps": 2, "checkpoint_steps": 4, "learning_rate": 1e-3}
    return Recipe(**{**recipe, **small, **changes})
