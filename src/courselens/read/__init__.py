"""Any catalogue to courses: files and folders in, `Catalogue` out.

`courselens.read` is both this room and the function of the same name that the package offers, so the room is callable:
importing it puts it in the function's place, and `courselens.read("pages/")` must go on working.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from courselens.course import Catalogue
from courselens.read.catalogue import read

__all__ = ["read"]


class _CallableRoom(ModuleType):
    def __call__(self, *sources: Path | str | Sequence[Path | str], labels: Path | None = None) -> Catalogue:
        """See `courselens.read`."""
        paths = [path for source in sources for path in ([source] if isinstance(source, (str, Path)) else source)]
        return read(paths, labels=labels)


sys.modules[__name__].__class__ = _CallableRoom
