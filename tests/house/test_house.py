"""The house stands: rooms import only downwards, and answering loads no torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import courselens

ROOT = Path(next(iter(courselens.__path__)))

FLOORS = (
    {"cli"},
    {"pipeline"},
    {"serve", "evaluate"},
    {"search", "train"},
    {"read", "dataset", "sample"},
    {"course", "workspace"},
    {"encode", "errors", "progress"},
)
"""From the top down; a room imports only from floors below its own, and from its own folder."""

FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def room_of(module: Path) -> str:
    return module.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_rooms(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= (
                {f"{node.module}.{alias.name}" for alias in node.names}
                if node.module == "courselens"
                else {node.module}
            )
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("courselens.")}


MODULES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_from_below(module: Path) -> None:
    room = room_of(module)
    allowed = {other for other, floor in FLOOR.items() if floor > FLOOR[room]} | {room}
    # errors and progress are the ground: encode stands on them too.
    allowed |= {"errors", "progress"}
    assert imported_rooms(module) <= allowed


def test_every_room_stands_in_the_house() -> None:
    assert {room_of(module) for module in MODULES} <= set(FLOOR)


@pytest.mark.parametrize(
    "command",
    [["--help"], ["ask", "--help"], ["ask", "no-such-workspace", "what"], ["search", "no-such-workspace", "what"]],
    ids=" ".join,
)
def test_answering_loads_no_torch(command: list[str]) -> None:
    code = (
        "import sys\n"
        "from courselens.cli import main\n"
        f"sys.argv = ['courselens', *{command!r}]\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'datasets', 'matplotlib'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
