"""One small workspace, made stage by stage with the commands that a person would type."""

from __future__ import annotations

import pytest

from commands import COURSES, RECIPE, Walked, run
from courselens.search import asked
from tiny import write_tiny_base


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """`sample`, `read`, `pairs`, `train`, `index`, `evaluate`, each alone, with --json.

    Pairs of style `card` are few: that makes it quick.
    """
    home = tmp_path_factory.mktemp("cli")
    pages, workspace, base, recipe = home / "pages", home / "workspace", home / "base", home / "tiny.yaml"
    write_tiny_base(base)
    recipe.write_text(RECIPE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asked, "EPOCHS", 1)
        patch.setattr(asked, "LEAST_COUNT", 50)
        results = {
            "sample": run("sample", pages, "--courses", COURSES, "--json"),
            "read": run("read", pages, "--out", workspace, "--json"),
            "pairs": run("pairs", workspace, "--style", "card", "--base-model", base, "--json"),
            "train": run("train", workspace, "--recipe", recipe, "--base-model", base, "--allow-worse", "--json"),
            "index": run("index", workspace, "--json"),
            "evaluate": run("evaluate", workspace, "--base-model", base, "--json"),
        }
    return Walked(workspace, pages, base, recipe, results)
