"""Courses out of a page, read as the walker reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from courselens.course import Course, Source
from courselens.read.document import Document
from courselens.read.labels import Labels, load_labels
from courselens.read.understand import understand

PAGES = Path(__file__).parent / "pages"
Reader = Callable[[bytes, str], list[Document]]


@pytest.fixture(scope="session")
def shipped() -> Labels:
    """The labels that ship."""
    return load_labels()


@pytest.fixture(scope="session")
def courses_of(shipped: Labels) -> Callable[[Reader, bytes], list[Course]]:
    """The courses that a reader finds in bytes."""

    def read(reader: Reader, data: bytes) -> list[Course]:
        return [course for one in reader(data, "file") for course in understand(one, shipped, Source("file"))]

    return read


@pytest.fixture(scope="session")
def page() -> Callable[[str], bytes]:
    """The bytes of one of the pages that stand beside the tests."""
    return lambda name: (PAGES / name).read_bytes()
