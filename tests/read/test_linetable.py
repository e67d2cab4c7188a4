"""Tables set as lines: rows that wrap, cells that are empty, dividers within a cell."""

from __future__ import annotations

import pytest

from courselens.read.linetable import LineTable

HEADER = ["Timetable", "Language", "Lecturer"]


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        (
            ["8,049,1.01 Tides, group 1 -- English -- Holm Ada , van der Meer", "Jens , Lind Bo"],
            [["8,049,1.01 Tides, group 1", "English", "Holm Ada , van der Meer Jens , Lind Bo"]],
        ),
        (["8,049,1.01 Tides -- English --"], [["8,049,1.01 Tides", "English", ""]]),
        (["8,049,1.01 Tides -- English -- --"], [["8,049,1.01 Tides", "English", ""]]),
        (
            ["8,049,1.01 Tides -- and Ebbs -- English -- Holm Ada"],
            [["8,049,1.01 Tides -- and Ebbs", "English", "Holm Ada"]],
        ),
        (
            ["8,049,1.01 Tides -- English -- Holm Ada 8,049,1.02 Ebbs -- German -- Lind Bo"],
            [["8,049,1.01 Tides", "English", "Holm Ada"], ["8,049,1.02 Ebbs", "German", "Lind Bo"]],
        ),
    ],
    ids=["wrapped", "no lecturer", "dashes for none", "divider in the title", "two on a line"],
)
def test_rows(lines: list[str], rows: list[list[str]]) -> None:
    table = LineTable(HEADER, 1, "Attached courses")
    for line in lines:
        table.add(line)
    assert table.rows() == rows
