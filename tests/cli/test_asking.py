"""The commands that read a workspace: shapes, exit codes, odd input and damaged files, as a stranger would try them."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import courselens
from commands import Walked, document, run
from courselens.search.stored import CHECKED
from courselens.workspace import MANIFEST, SCHEMA

pytestmark = pytest.mark.model

ASK = ["question", "answer", "field", "value", "confidence", "course", "courses", "passages", "filters", "ignored"]
SEARCH = [name for name in ASK if name not in {"answer", "field", "value", "confidence", "course"}]
COURSE = ["key", "code", "codes", "year", "title"]


def title(walked: Walked) -> str:
    lines = (walked.workspace / "catalogue" / "courses.jsonl").read_text(encoding="utf-8").splitlines()
    return str(next(course["title"] for course in map(json.loads, lines) if course.get("language")))


def test_the_shape_of_ask(walked: Walked) -> None:
    told = document(run("ask", walked.workspace, f"What language is {title(walked)} taught in?", "--json"))
    assert list(told)[: len(ASK)] == ASK
    assert told["field"] == "language"
    assert {*told["value"]} <= {"English", "Danish", "German"}
    assert told["value"]
    assert list(told["course"]) == COURSE
    assert list(told["courses"][0]) == [*COURSE, "score", "passage"]
    assert list(told["passages"][0]) == ["rank", "text", "kind", "field", "section", "score", "course", "source"]
    assert list(told["passages"][0]["source"]) == ["file", "page"]
    assert told == courselens.open(walked.workspace).ask(told["question"]).to_dict()


def test_the_shape_of_search_and_its_filters(walked: Walked) -> None:
    told = document(run("search", walked.workspace, "law", "-k", 3, "--filter", "language=english", "--json"))
    assert [name for name in told if name in ASK] == SEARCH
    assert told["filters"][0] == {"field": "language", "value": ["English"], "from": "language=english"}
    assert 0 < len(told["courses"]) <= 3
    assert document(run("explain", walked.workspace, "law", "--json"))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["search", "{w}", "law", "--filter", "level"], 2),
        (["search", "{w}", "law", "-k", "0"], 2),
        (["search", "{w}", "law", "--filter", "colour=red"], 1),
        (["ask", "{w}"], 2),
        (["ask", "nowhere", "law"], 1),
        (["ask", "{pages}", "law"], 1),
        (["pairs", "{w}", "--style", "none"], 2),
        (["evaluate", "{w}", "--questions", "none"], 1),
        (["serve", "{w}", "--port", "70000"], 2),
        (["serve", "nowhere", "--json"], 1),
        (["mcp", "nowhere"], 1),
        (["frobnicate"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_exit_codes(walked: Walked, arguments: list[str], code: int) -> None:
    failed = run(*(one.format(w=walked.workspace, pages=walked.pages) for one in arguments))
    assert (failed.exit_code, failed.stdout) == (code, "")
    assert failed.stderr


@pytest.mark.parametrize(
    "question", ["", "x", "the of and", "🙂", "\u202eשלום", "'; DROP TABLE courses; --", "a" * 10_000]
)
def test_odd_questions_are_no_failure(walked: Walked, question: str) -> None:
    assert "answer" in document(run("ask", walked.workspace, question, "--json"))


def test_an_argument_that_is_no_utf8(walked: Walked) -> None:
    code = "from courselens.cli import main; main()"
    asked: list[str | bytes] = [
        sys.executable,
        "-c",
        code,
        "ask",
        os.fsencode(walked.workspace),
        b"caf\xe9 law",
        "--json",
    ]
    done = subprocess.run(asked, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["question"] == "caf? law"


def test_half_an_emoji(walked: Walked) -> None:
    lens = courselens.open(walked.workspace)
    assert lens.ask("law \ud83d").question == "law ?"
    json.dumps(lens.search("\ud83d").to_dict(), ensure_ascii=False).encode()
    assert lens.encode(["\ud83d"]).shape == (1, 32)


def copy_without(workspace: Path, place: Path, name: str) -> Path:
    """A copy by links; the file `name` is a copy of its own, to be damaged."""
    shutil.copytree(workspace, place, copy_function=os.link)
    path = place / name
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("damage", ["missing", "empty", "half", "garbage"])
def test_every_damaged_file_is_named_with_the_remedy(walked: Walked, tmp_path: Path, damage: str) -> None:
    index = walked.workspace / "index"
    found = [path for path in index.rglob("*") if path.is_file() and path.suffix != ".lock"]
    if damage == "garbage":
        found = [path for path in found if path.stat().st_size <= CHECKED]
    names = [path.relative_to(walked.workspace).as_posix() for path in found]
    assert len(names) > 30
    for number, name in enumerate(names):
        path = copy_without(walked.workspace, tmp_path / str(number), name)
        data = path.read_bytes()
        if damage == "missing":
            path.unlink()
        elif data:
            garbage = random.Random(name).randbytes(len(data))
            path.write_bytes({"empty": b"", "half": data[: len(data) // 2], "garbage": garbage}[damage])
        failed = run("ask", tmp_path / str(number), "law")
        if path.name == ".stage.json" and damage == "missing":
            assert "no index" in failed.stderr
        else:
            assert path.name in failed.stderr
        assert (failed.exit_code, failed.stdout) == (1, ""), name
        assert "again" in failed.stderr or "Run `courselens" in failed.stderr


def test_another_schema_is_refused_by_every_reader(walked: Walked, tmp_path: Path) -> None:
    path = copy_without(walked.workspace, tmp_path / "w", MANIFEST)
    path.write_text(json.dumps({"schema": SCHEMA + 1, "stages": {}}), encoding="utf-8")
    for command in (
        ["ask", "{w}", "law"],
        ["search", "{w}", "law"],
        ["info", "{w}"],
        ["serve", "{w}"],
        ["pairs", "{w}"],
    ):
        failed = run(*(one.format(w=tmp_path / "w") for one in command))
        assert failed.exit_code == 1
        assert "another version" in failed.stderr
        assert "new folder" in failed.stderr


def test_a_place_that_may_not_be_written_can_be_asked(walked: Walked, tmp_path: Path) -> None:
    shutil.copytree(walked.workspace, tmp_path / "w", copy_function=os.link)
    whole = document(run("search", tmp_path / "w", "law", "--json"))
    for lexical in ("lexical", "lexical-courses"):
        lock = tmp_path / "w" / "index" / lexical / ".tantivy-meta.lock"
        lock.unlink()
        lock.mkdir()  # as on a read-only disk, tantivy cannot open its lock file, whoever runs this test
    assert document(run("search", tmp_path / "w", "law", "--json")) == whole
