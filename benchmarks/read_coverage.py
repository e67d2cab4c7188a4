"""How much of each real catalogue is read, how fast, and whether an independent reading agrees.

Prints, for each catalogue of COURSELENS_CATALOGUES (default ../shared/catalogues), for how many courses every field and
section was found, what was skipped, and the seconds of a read with one process and with as many as there are cores.
Sheets that `pdftotext -layout` reads too are compared: every section's letters and digits, in order, against the lines
between the same two headings of its output. Writes benchmarks/read_coverage.json.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from courselens.course import Catalogue, Course
from courselens.read import read

ROUNDS = 3


def main() -> None:
    """Measure every catalogue that is there, print, and write the JSON."""
    root = Path(os.environ.get("COURSELENS_CATALOGUES", "../shared/catalogues"))
    if not root.is_dir():
        raise SystemExit(f"no catalogues at {root}: set COURSELENS_CATALOGUES")
    measured = {}
    for source in sorted(root.iterdir()):
        if source.is_dir() or source.suffix == ".csv":
            measured[source.name] = _measure(source)
    out = {"machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores", "catalogues": measured}
    Path(__file__).with_suffix(".json").write_text(
        json.dumps(out, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _measure(source: Path) -> dict[str, object]:
    seconds: dict[int, list[float]] = {1: [], os.cpu_count() or 1: []}
    catalogue = Catalogue(())
    for _ in range(ROUNDS):
        for workers, taken in seconds.items():
            begin = time.perf_counter()
            catalogue = read([source], workers=workers)
            taken.append(time.perf_counter() - begin)
    health = catalogue.health
    print(f"\n{source.name}: {health.courses} courses, {health.groups} groups, {health.skipped} skipped")
    for workers, taken in seconds.items():
        print(f"  {median(taken):6.2f} s with {workers} process(es), median of {ROUNDS}")
    for kind, counts in (("field", health.fields), ("section", health.sections)):
        for name, count in counts.items():
            print(f"  {kind:8} {name:24} {count:5} {100 * count / max(1, health.courses):6.1f}%")
    for skipped in catalogue.skipped:
        print(f"  skipped  {skipped.file}: {skipped.reason}")
    agreement = _agreement(source, catalogue.courses)
    if agreement.compared:
        print(f"  pdftotext agrees on {agreement.same} of {agreement.compared} sections")
        for text in agreement.differ:
            print(f"    differs: {text}")
    timing = {str(workers): round(median(taken), 3) for workers, taken in seconds.items()}
    return {**health.to_dict(), "seconds": timing, "agreement": asdict(agreement)}


@dataclass(frozen=True)
class Agreement:
    """How many sections were compared, in how many both readings are the same, and which differ."""

    compared: int = 0
    same: int = 0
    differ: tuple[str, ...] = ()


def _agreement(source: Path, courses: Sequence[Course]) -> Agreement:
    """Sections compared with pdftotext's reading; none where the source is no folder of PDF files."""
    if not source.is_dir() or shutil.which("pdftotext") is None:
        return Agreement()
    compared, same, differ = 0, 0, []
    for course in courses:
        path = source / course.source.file
        if path.suffix != ".pdf":
            continue
        text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout
        for heading, said in _told(text, [section.heading for section in course.sections]).items():
            mine = next(section.text for section in course.sections if section.heading == heading)
            compared += 1
            if _letters(mine) == _letters(said):
                same += 1
            else:
                differ.append(f"{path.name}: {heading}")
    return Agreement(compared, same, tuple(differ))


def _told(text: str, headings: Sequence[str]) -> dict[str, str]:
    """The lines under each heading, up to the next line that is set as a heading: after two empty lines or more."""
    running = _running(text)
    lines = [line for line in text.replace("\f", "\n").split("\n") if re.sub(r"\d+", "#", line.strip()) not in running]
    found: dict[str, list[str]] = {}
    at: str | None = None
    for line in lines:
        words = line.strip()
        if words in headings and words not in found:
            at = words
            found[words] = []
        elif words in _CONTAINERS:
            at = None
        elif at is not None:
            found[at].append(line)
    return {heading: "\n".join(said) for heading, said in found.items()}


_CONTAINERS = frozenset(
    (
        *("Course information", "Examination information", "Attached courses", "Examination sub part/s"),
        *("Veranstaltungs-Informationen", "Prüfungs-Informationen", "Zugeordnete Veranstaltung/en"),
        *("Prüfungs-Teilleistung/en", "Additional course information", "Veranstaltungs-Zusatzinformationen"),
        *("Course prerequisites", "Veranstaltungs-Vorbedingungen"),
    )
)
"""Headings under which a sheet may hold nothing, so that no section tells of them."""


def _running(text: str) -> set[str]:
    """Lines that stand at the end of every page, digits aside."""
    pages = [page.strip().split("\n")[-1].strip() for page in text.split("\f") if page.strip()]
    return {re.sub(r"\d+", "#", line) for line in pages}


def _letters(text: str) -> str:
    """Letters and digits, in order; marks of lists and rows that did not apply (`--`) are no letters."""
    text = re.sub(r"(?m)^\s*[o§\uf0a7\uf0b7]\s", "", unicodedata.normalize("NFC", text))
    # A heading under which only `--` stands is not told either.
    text = re.sub(r"(?m)^.*\S.*\n(?:\s*\n)*\s*(?:--?|N/A\.?)\s*$", "", text)
    lines = (line for line in text.split("\n") if not re.search(r"\s--\s*$", line) and line.strip() != "--")
    return re.sub(r"[\W_]+", "", "".join(lines)).casefold()


if __name__ == "__main__":
    main()
