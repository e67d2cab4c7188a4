"""Questions answered together get the answers that they get alone; a bad one spoils no other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from courselens.search.answer import Answer
from courselens.search.query import Understood
from courselens.serve.shelf import Shelf
from courselens.serve.together import MOST, Together
from serve_workspace import open_shelf

QUESTIONS = [
    "Who teaches Tax Law?",
    "courses taught in English",
    "what is the weather",
    "KAN-C1011U",
    "",
    *(f"law {number}" for number in range(2 * MOST)),
]


@pytest.fixture(scope="module")
def shelf(workspace: Path) -> Shelf:
    return open_shelf(workspace)


@pytest.fixture
def together() -> Iterator[Together]:
    made = Together(2)
    yield made
    made.close()


def test_each_gets_the_answer_it_gets_alone(shelf: Shelf, together: Together) -> None:
    async def ask() -> list[Answer]:
        return await asyncio.gather(*(together.ask(shelf.lens, text, 5) for text in QUESTIONS))

    for _ in range(2):  # the lanes are free again after the first time
        for text, got in zip(QUESTIONS, asyncio.run(ask()), strict=True):
            alone = shelf.lens.ask(text, k=5)
            assert (got.question, got.answer, got.field, got.value) == (text, alone.answer, alone.field, alone.value)
            assert [one.course for one in got.courses] == [one.course for one in alone.courses]
            assert [one.passage for one in got.passages] == [one.passage for one in alone.passages]
            assert got.confidence == pytest.approx(alone.confidence, abs=1e-4)


def test_a_bad_question_spoils_no_other(workspace: Path, together: Together, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = open_shelf(workspace)
    understand = shelf.lens.answerer.understand

    def picky(text: str) -> Understood:
        if text == "bad":
            raise RuntimeError("bad")
        return understand(text)

    monkeypatch.setattr(shelf.lens.answerer, "understand", picky)

    async def ask() -> list[object]:
        texts = ["Tax Law", "bad", "Auditing"]
        return await asyncio.gather(*(together.ask(shelf.lens, text, 5) for text in texts), return_exceptions=True)

    good, bad, other = asyncio.run(ask())
    assert isinstance(bad, RuntimeError)
    assert [str(good), str(other)] == [str(shelf.lens.ask("Tax Law", k=5)), str(shelf.lens.ask("Auditing", k=5))]


def test_questions_of_two_shelves_are_kept_apart(workspace: Path, shelf: Shelf, together: Together) -> None:
    other = open_shelf(workspace)

    async def ask() -> list[object]:
        lenses = [shelf.lens, other.lens] * MOST
        return await asyncio.gather(*(together.ask(lens, "Tax Law", 5) for lens in lenses))

    assert len({str(one) for one in asyncio.run(ask())}) == 1


def test_a_client_that_has_gone_does_no_harm(shelf: Shelf, together: Together) -> None:
    async def ask() -> object:
        gone = asyncio.create_task(together.ask(shelf.lens, "Tax Law", 5))
        await asyncio.sleep(0)
        gone.cancel()
        return await together.ask(shelf.lens, "Auditing", 5)

    assert str(asyncio.run(ask())) == str(shelf.lens.ask("Auditing", k=5))
