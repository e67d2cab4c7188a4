"""Every command has help and stands in the README, and the README names only commands and options that exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from courselens.cli import main

README = Path(__file__).parents[2] / "README.md"
COMMANDS = sorted(main.commands)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    command = main.commands[name]
    assert command.help
    assert len(command.help) > 20
    for parameter in command.params:
        if (
            isinstance(parameter, click.Option)
            and not parameter.is_bool_flag
            and parameter.name not in {"seed", "format_"}
        ):
            assert parameter.help, f"{name} {parameter.name}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_readme(name: str) -> None:
    assert f"courselens {name}" in README.read_text(encoding="utf-8")


def test_the_readme_names_only_what_exists() -> None:
    text = README.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^\$? ?|`)courselens ([a-z]+)", text, flags=re.MULTILINE))
    assert named <= set(COMMANDS)
    options = {
        option for command in main.commands.values() for parameter in command.params for option in parameter.opts
    }
    used = set(re.findall(r"courselens [a-z]+[^\n`]*?\s(--[a-z-]+)", text))
    assert used <= options | {"--help", "--version"}
