"""How a long stage says how far it is: a callable that the command line turns into a line on standard error."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are (0 when unknown)."""
