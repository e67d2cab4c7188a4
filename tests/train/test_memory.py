"""What the packed engine keeps of freed memory is given back."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from courselens.train.packed import release_freed_memory

HOLES = """
import ctypes, re
from pathlib import Path
from courselens.train.packed import _keep_freed_memory, release_freed_memory

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1000

_keep_freed_memory()
buffers = [b"x" * 4_000_000 for _ in range(100)]
kept = buffers[::2]
del buffers[1::2]
before = resident()
release_freed_memory()
print(before - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc" or not Path("/proc/self/status").exists(), reason="needs glibc")
def test_gaps_between_live_buffers_are_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 150


def test_it_may_be_called_anywhere() -> None:
    release_freed_memory()
