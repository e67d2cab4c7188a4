"""What the packed engine keeps of freed memory is given back."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest
from transformers import TrainerControl, TrainerState, TrainingArguments

from courselens.train import hooks
from courselens.train.packed import release_freed_memory

HOLES = """
from courselens.train.packed import _keep_freed_memory, release_freed_memory, resident_memory

_keep_freed_memory()
buffers = [b"x" * 4_000_000 for _ in range(100)]
kept = buffers[::2]
del buffers[1::2]
before = resident_memory()
release_freed_memory()
print(before - resident_memory())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc" or not Path("/proc/self/status").exists(), reason="needs glibc")
def test_gaps_between_live_buffers_are_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 150_000_000


def test_it_may_be_called_anywhere() -> None:
    release_freed_memory()


def test_memory_is_given_back_when_much_of_it_came_together(monkeypatch: pytest.MonkeyPatch) -> None:
    resident, released = [600], []

    def release() -> None:
        released.append(resident[-1])
        resident.append(600)

    monkeypatch.setattr(hooks, "MOST_KEPT", 200)
    monkeypatch.setattr(hooks, "resident_memory", lambda: resident[-1])
    monkeypatch.setattr(hooks, "release_freed_memory", release)
    keeper, nothing = hooks.MemoryKeeper(), (TrainingArguments("."), TrainerState(), TrainerControl())
    keeper.on_train_begin(*nothing)
    for now in (700, 800, 801, 700, 850, 750):
        resident.append(now)
        keeper.on_step_end(*nothing)
    assert released == [600, 801, 850]
