"""A rebuilt workspace is picked up without a dropped request; a damaged one leaves the old one answering."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from courselens.errors import CourselensError
from courselens.serve.service import OverloadedError, Service, clean, state_of
from courselens.serve.settings import Settings
from serve_workspace import courses, open_shelf, write_workspace


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workspace(tmp_path_factory.mktemp("rebuilt"), courses()[:5])


def exchange(workspace: Path, other: Path) -> None:
    """Put another index in place as a build does: beside the old one, then renamed."""
    shutil.copytree(other / "index", workspace / ".new-index")
    (workspace / "index").rename(workspace / ".old-index")
    (workspace / ".new-index").rename(workspace / "index")
    shutil.rmtree(workspace / ".old-index")


def test_a_new_index_is_served_and_no_request_fails(workspace: Path, rebuilt: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(workspace, tmp_path / "mine"))

    async def serve() -> None:
        service = Service(Settings(mine, watch=0.02), open_shelf)
        watching = asyncio.create_task(service.watch())
        answered = 0

        async def client(number: int) -> None:
            nonlocal answered
            while not service.reloads:
                answer = await service.ask(f"who teaches course {number} {answered}?")
                assert answer.courses
                answered += 1

        clients = [asyncio.create_task(client(number)) for number in range(4)]
        await asyncio.sleep(0.2)
        exchange(mine, rebuilt)
        await asyncio.wait_for(asyncio.gather(*clients), 30)
        assert answered > 4
        assert service.shelf.courses == 5
        assert (await service.ask("Tax Law")).courses[0].course.title != "Tax Law", "no answer of the old index is kept"
        watching.cancel()
        service.close()

    asyncio.run(serve())


def test_a_damaged_index_leaves_the_old_one(workspace: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(workspace, tmp_path / "mine"))

    async def serve() -> None:
        service = Service(Settings(mine), open_shelf)
        assert not await service.reload(), "nothing has changed"
        (mine / "index" / "index.json").write_text("{")
        assert not await service.reload()
        assert service.reload_error
        assert (await service.ask("Tax Law")).courses[0].course.title == "Tax Law"
        shutil.rmtree(mine / "index")
        assert not await service.reload(), "a missing index is waited for"
        service.close()

    asyncio.run(serve())


def test_a_catalogue_ahead_of_the_index_does_no_harm(workspace: Path, rebuilt: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(workspace, tmp_path / "mine"))
    lines = (mine / "catalogue" / "courses.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (mine / "catalogue" / "courses.jsonl").write_text("".join(reversed(lines)), encoding="utf-8")
    shelf = open_shelf(mine)
    for entry in shelf.entries.all:
        assert shelf.course(entry.reference.key).key == entry.reference.key
    shutil.rmtree(mine / "catalogue")
    assert open_shelf(mine).course("KAN-C1011U 2024/2025").title == "Tax Law"


def test_a_workspace_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match="not a courselens workspace"):
        Service(Settings(tmp_path))


def test_the_queue_is_bounded(workspace: Path) -> None:
    async def serve() -> None:
        service = Service(Settings(workspace, queue=1, threads=1), open_shelf)
        first = asyncio.create_task(service.ask("tax"))
        await asyncio.sleep(0)
        with pytest.raises(OverloadedError):
            await service.ask("law")
        await first
        service.close()

    asyncio.run(serve())


def test_kept_answers_are_bounded(workspace: Path) -> None:
    async def serve() -> None:
        service = Service(Settings(workspace, cache=3), open_shelf)
        for number in range(6):
            await service.once(number, lambda number=number: number)  # type: ignore[misc]  # a default
        assert len(service._kept) == 3
        service.close()

    asyncio.run(serve())


def test_state_and_text(tmp_path: Path) -> None:
    assert state_of(tmp_path) == ()
    assert clean("a\x00b\ud800c\n") == "a b?c\n"
