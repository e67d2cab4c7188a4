"""Commands as a person types them, run in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from courselens.cli import main

COURSES = 15

RECIPE = """
extends: best
style: card
max_seq_length: 64
batch_size: 4
mined_negatives: 0
max_steps: 4
dtype: fp32
engine: stock
logging_steps: 2
checkpoint_steps: 2
"""


@dataclass(frozen=True)
class Walked:
    """A workspace and what each command printed while it was made."""

    workspace: Path
    pages: Path
    base: Path
    recipe: Path
    results: dict[str, Result]


def run(*arguments: object) -> Result:
    """Run a command in this process; an exception that reaches the top is a failure of the test."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def document(result: Result) -> dict[str, Any]:
    """The one JSON document on standard output."""
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found
