"""On what a figure was measured: processor, cores, memory, versions of what computed it, and when."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = (
    "courselens",
    "numpy",
    "openvino",
    "tokenizers",
    "tantivy",
    "torch",
    "transformers",
    "sentence-transformers",
)
"""Whose versions can change a figure."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine and software of a measurement. `memory` in bytes, 0 where the system does not say; `date` in UTC."""

    processor: str
    cores: int
    memory: int
    system: str
    python: str
    date: str
    versions: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """A JSON object with these names."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"versions": dict(self.versions)}

    def __str__(self) -> str:
        memory = f", {self.memory / 2**30:.0f} GiB" if self.memory else ""
        return f"{self.processor}, {self.cores} cores{memory}; {self.system}; Python {self.python}"


def this_machine() -> Machine:
    """Describe the machine that runs this."""
    return Machine(
        processor=_processor(),
        cores=_cores(),
        memory=_memory(),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        date=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        versions=installed_versions(),
    )


def installed_versions() -> dict[str, str]:
    """Versions of those of `PACKAGES` that are installed."""
    installed = {}
    for name in PACKAGES:
        try:
            installed[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return installed


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _cores() -> int:
    """Cores that this process may use, where the system tells, else all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 0
