"""The walker: every kind of file, every reason for skipping one, keys, copies, earlier reads, several processes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from courselens.course import Catalogue, Course, Skipped
from courselens.errors import CourselensError
from courselens.read import one, read, workers
from courselens.read.labels import load_labels
from courselens.read.one import read_one

CATALOGUES = Path(os.environ.get("COURSELENS_CATALOGUES", "../shared/catalogues"))


def page(code: str, title: str, content: str = "Ships and how they are steered.", year: str = "2024/2025") -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><body><h1>{year} {code} {title}</h1><table>'
        f"<tr><td>Language</td><td>English</td></tr><tr><td>ECTS</td><td>7,5 ECTS</td></tr></table>"
        f"<h2>Course content</h2><p>{content}</p></body></html>"
    )


Write = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Write:
    """Writes a file below the folder `pages`: text as UTF-8, bytes as they are."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / "pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def reasons(catalogue: Catalogue) -> dict[str, str]:
    return {skipped.file: skipped.reason for skipped in catalogue.skipped}


# --- what is read --------------------------------------------------------------------------------------------------


def test_every_kind_of_file(put: Write, tmp_path: Path) -> None:
    put("a.html", page("CS-1001", "Sailing"))
    put("deep/er/b.HTM", page("CS-1002", "Rowing"))
    put("c.txt", "CS-1003 Diving\n\nLanguage: English\n\nCourse content\n\nHow long one can hold the breath.\n")
    put("d.csv", "Code,Title,Language\nCS-1004,Surfing,English\n")
    put("e.jsonl", json.dumps({"code": "CS-1005", "title": "Fishing", "language": "English"}) + "\n")
    put("page?id=6", page("CS-1006", "Angling"))
    catalogue = read(tmp_path / "pages")
    assert {course.source.file: course.title for course in catalogue.courses} == {
        "a.html": "Sailing",
        "c.txt": "Diving",
        "d.csv": "Surfing",
        "deep/er/b.HTM": "Rowing",
        "e.jsonl": "Fishing",
        "page?id=6": "Angling",
    }
    assert not catalogue.skipped
    assert all(course.values("language") == ("English",) for course in catalogue.courses)
    assert all(course.source.sha256 and len(course.source.sha256) == 64 for course in catalogue.courses)


def test_order_is_that_of_the_sources(put: Write, tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        put(f"{name}.html", page(f"CS-100{ord(name)}", f"Course {name}"))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "z.html").write_text(page("CS-2001", "Course z"))
    files = [course.source.file for course in read([tmp_path / "more", tmp_path / "pages"]).courses]
    assert files == ["more/z.html", "pages/a.html", "pages/b.html", "pages/c.html"]
    assert [course.source.file for course in read(tmp_path / "pages" / "a.html").courses] == ["a.html"]


def test_folders_of_one_name_stay_apart(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}" / "pages").mkdir(parents=True)
        (tmp_path / f"{number}" / "pages" / "x.html").write_text(page(f"CS-100{number}", f"Course {number}"))
    files = [course.source.file for course in read([tmp_path / "1" / "pages", tmp_path / "2" / "pages"]).courses]
    assert len(set(files)) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-1"])
def test_encodings(put: Write, tmp_path: Path, encoding: str) -> None:
    text = page("CS-1001", "Søfart på åben sø", "Æbler, øl og å. " * 30)
    put("a.html", text.encode(encoding))
    (course,) = read(tmp_path / "pages").courses
    assert course.title == "Søfart på åben sø"


# --- what is skipped -----------------------------------------------------------------------------------------------


def test_reasons_for_skipping(put: Write, tmp_path: Path) -> None:
    put("good.html", page("CS-1001", "Sailing"))
    put("page.pdf", "<!DOCTYPE html><html><body><a href='x'>Which?</a></body></html>")
    put("noise.pdf", b"\x00\x01\x02 nothing of a PDF")
    put("cut.pdf", b"%PDF-1.7\n1 0 obj\n<<>>")
    put("empty.html", "")
    put("blank.txt", " \n\n ")
    put("menu.html", "<html><body><p>Welcome to our pages.</p></body></html>")
    put("sheet.xlsx", b"PK\x03\x04rest")
    put("picture.html", b"\x89PNG\r\n\x1a\n")
    put("notes.docm", "text")
    put("table.csv", "<!DOCTYPE html><html><body>Not found</body></html>")
    put("broken.json", '{"courses": [')
    put("noise.html", bytes(range(1, 32)) * 400)
    put(".hidden/a.html", page("CS-1002", "Hidden"))
    put("__MACOSX/a.html", page("CS-1003", "Hidden"))
    put(".DS_Store", "x")
    catalogue = read(tmp_path / "pages")
    assert [course.title for course in catalogue.courses] == ["Sailing"]
    told = reasons(catalogue)
    assert told.pop("(hidden files)") == "3 hidden or system files ignored"
    assert told.pop("page.pdf") == "not a PDF but an HTML page"
    assert told.pop("noise.pdf") == "not a PDF"
    assert "PDF" in told.pop("cut.pdf")
    assert told.pop("empty.html") == told.pop("blank.txt") == "empty file"
    assert told.pop("menu.html").startswith("no course found")
    assert told.pop("sheet.xlsx") == "an Office file or ZIP archive, which is not read"
    assert told.pop("picture.html") == "a picture, which is not read"
    assert told.pop("notes.docm") == "unsupported ending (.docm)"
    assert told.pop("table.csv") == "not a table but an HTML page"
    assert told.pop("broken.json").startswith("damaged JSON: ")
    assert told.pop("noise.html") == "unreadable encoding"
    assert not told


def test_too_large(put: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put("a.html", page("CS-1001", "Sailing"))
    put("b.html", page("CS-1002", "Rowing", "Long. " * 400_000))
    monkeypatch.setattr(one, "MAX_PAGE", 2**20)
    assert reasons(read(tmp_path / "pages")) == {"b.html": "too large: 2 MiB, the limit is 1 MiB"}


def test_links(put: Write, tmp_path: Path) -> None:
    file = put("a.html", page("CS-1001", "Sailing"))
    (tmp_path / "pages" / "b.html").symlink_to(file)
    (tmp_path / "pages" / "gone.html").symlink_to(tmp_path / "nowhere.html")
    (tmp_path / "pages" / "self.html").symlink_to(tmp_path / "pages" / "self.html")
    (tmp_path / "pages" / "loop").symlink_to(tmp_path / "pages")
    os.mkfifo(tmp_path / "pages" / "pipe.html")
    assert reasons(read(tmp_path / "pages")) == {
        "b.html": "same file as a.html",
        "gone.html": "symbolic link to a file that does not exist",
        "self.html": "symbolic link to itself: a loop",
        "loop/": "symbolic link to a folder above: a loop",
        "pipe.html": "not a regular file",
    }


def test_vanished_and_forbidden(put: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c", "d"):
        put(f"{name}.html", page(f"CS-100{ord(name)}", f"Course {name}"))
    whole = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        errors = {"b.html": FileNotFoundError, "c.html": PermissionError}
        if path.name in errors:
            raise errors[path.name](path.name)
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    catalogue = read(tmp_path / "pages", workers=1)
    assert [course.source.file for course in catalogue.courses] == ["a.html", "d.html"]
    assert reasons(catalogue) == {"b.html": "vanished while reading", "c.html": "no permission to read it"}


def test_a_defect_of_a_reader_costs_one_page(put: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put("a.html", page("CS-1001", "Sailing"))
    file = put("b.html", page("CS-1002", "Rowing"))

    def understand(document: object, labels: object, source: object) -> list[Course]:
        raise RecursionError("too deep")

    monkeypatch.setattr(one, "understand", understand)
    outcome = read_one(file, "b.html", load_labels())
    assert outcome.reason == "the reader failed: RecursionError: too deep"


# --- errors --------------------------------------------------------------------------------------------------------


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match=r"no such file or folder: '.*pages'.*Check the path"):
        read(tmp_path / "pages")
    with pytest.raises(CourselensError, match="no source"):
        read([])


def test_nothing_to_read(put: Write, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    with pytest.raises(CourselensError, match="no file to read"):
        read(tmp_path / "pages")
    put("a.docx2", "x")
    with pytest.raises(CourselensError, match=r"no file to read: .*a\.docx2: unsupported ending.*Give HTML"):
        read(tmp_path / "pages")


def test_only_broken_files_are_a_catalogue_without_courses(put: Write, tmp_path: Path) -> None:
    put("a.pdf", "<html></html>")
    catalogue = read(tmp_path / "pages")
    assert catalogue.courses == ()
    assert catalogue.skipped == (Skipped("a.pdf", "not a PDF but an HTML page"),)


def test_a_table_given_by_name_must_be_good(put: Write, tmp_path: Path) -> None:
    path = put("a.csv", "Code,Titre,Language\nCS-1,Sailing,English\n")
    put("b.html", page("CS-1001", "Sailing"))
    with pytest.raises(CourselensError, match=r"no column for the title: 'Code, Titre, Language'.*Did you mean 'Tit"):
        read(path)
    assert reasons(read(tmp_path / "pages"))["a.csv"].startswith("no column for the title")


# --- keys and copies -----------------------------------------------------------------------------------------------


def test_one_key_twice(put: Write, tmp_path: Path) -> None:
    put("a.html", page("CS-1001", "Sailing", "About the wind in the sails of boats."))
    put("b.html", page("CS-1001", "Sailing", "About knots."))
    put("c.html", page("CS-1001", "Sailing", "About knots."))
    put("d.html", page("CS-1001", "Sailing", "About law."))
    catalogue = read(tmp_path / "pages")
    assert [(course.key, course.source.file) for course in catalogue.courses] == [
        ("CS-1001 2024/2025", "a.html"),
        ("CS-1001 2024/2025 (2)", "b.html"),
        ("CS-1001 2024/2025 (3)", "d.html"),
    ]
    assert reasons(catalogue) == {"c.html": "same course as b.html"}
    (warning,) = catalogue.warnings
    assert "2 courses share code and year" in warning
    assert "CS-1001 2024/2025 (3) in d.html" in warning


def test_years_and_codes_form_groups(put: Write, tmp_path: Path) -> None:
    put("a.html", page("CS-1001", "Sailing", year="2023/2024"))
    put("b.html", page("CS-1001", "Sailing", year="2024/2025"))
    put("c.html", page("CS-2002", "Cooking", "Soups, sauces and stews for large kitchens."))
    catalogue = read(tmp_path / "pages")
    groups = {course.source.file: course.group for course in catalogue.courses}
    assert groups["a.html"] == groups["b.html"] != groups["c.html"]
    assert not catalogue.warnings


# --- earlier reads -------------------------------------------------------------------------------------------------


def test_unchanged_files_are_taken_over(put: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put("a.html", page("CS-1001", "Sailing"))
    put("b.html", page("CS-1001", "Sailing", "Another text altogether."))
    put("t.csv", "Code,Title,Language\nCS-1004,Surfing,English\n,,English\n")
    before = read(tmp_path / "pages")
    parsed: list[str] = []
    parse = one._parse

    def watch(data: bytes, name: str, *rest: object) -> object:
        parsed.append(name)
        return parse(data, name, *rest)  # type: ignore[arg-type]  # passed through as given

    monkeypatch.setattr(one, "_parse", watch)
    assert read(tmp_path / "pages", previous=before, workers=1) == before
    assert parsed == ["t.csv"]  # a row was skipped there, and is told again
    (tmp_path / "pages" / "a.html").rename(tmp_path / "pages" / "z.html")
    put("c.html", page("CS-1003", "Diving"))
    after = read(tmp_path / "pages", previous=before, workers=1)
    assert parsed == ["t.csv", "c.html", "t.csv"]
    assert after == read(tmp_path / "pages", workers=1)


def test_a_dropped_copy_comes_back(put: Write, tmp_path: Path) -> None:
    put("a.html", page("CS-1001", "Sailing"))
    put("b.html", page("CS-1001", "Sailing") + "\n")
    before = read(tmp_path / "pages")
    assert reasons(before) == {"b.html": "same course as a.html"}
    (tmp_path / "pages" / "a.html").unlink()
    after = read(tmp_path / "pages", previous=before)
    assert [course.source.file for course in after.courses] == ["b.html"]


# --- processes -----------------------------------------------------------------------------------------------------


def test_the_same_with_any_number_of_workers(put: Write, tmp_path: Path) -> None:
    for number in range(40):
        put(f"{number:02}.html", page(f"CS-{1000 + number // 2}", "Sailing", f"About wind {number // 3}."))
    seen: list[tuple[str, int, int]] = []
    several = read(tmp_path / "pages", workers=3, progress=lambda *told: seen.append(told))
    assert several == read(tmp_path / "pages", workers=1)
    assert len(several.courses) > 20
    assert seen[-1] == ("reading", 40, 40)
    assert [done for _, done, _ in seen] == list(range(1, 41))


def test_a_crash_costs_one_file(put: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        put(f"{number}.html", page(f"CS-{1000 + number}", f"Course {number}", f"About {number}."))
    crash = """
import os
import courselens.read.workers as workers
read_one = workers.read_one
workers.read_one = lambda path, name, *rest: os._exit(11) if name == "4.html" else read_one(path, name, *rest)
workers.main()
"""
    monkeypatch.setattr(workers, "COMMAND", crash)
    catalogue = read(tmp_path / "pages", workers=2)
    assert len(catalogue.courses) == 8
    assert reasons(catalogue) == {"4.html": "the reader crashed on this file"}


# --- real catalogues -----------------------------------------------------------------------------------------------

needs_catalogues = pytest.mark.skipif(not CATALOGUES.is_dir(), reason=f"no real catalogues in {CATALOGUES}")


@pytest.mark.catalogues
@needs_catalogues
def test_real_catalogues() -> None:
    sources = [CATALOGUES / name for name in ("stgallen-broken", "copenhagen-html", "stolaf.csv")]
    catalogue = read(sources)
    broken = [skipped for skipped in catalogue.skipped if skipped.file.startswith("stgallen-broken/")]
    assert len(broken) == len(list(sources[0].iterdir()))
    assert {skipped.reason for skipped in broken} == {"not a PDF but an HTML page"}
    assert len({course.key for course in catalogue.courses}) == len(catalogue.courses)
    pages = [course for course in catalogue.courses if course.source.file.startswith("copenhagen-html/")]
    assert len(pages) == len(list(sources[1].iterdir()))
    rows = [course for course in catalogue.courses if course.source.file == "stolaf.csv"]
    copies = [skipped for skipped in catalogue.skipped if skipped.file.startswith("stolaf.csv, row ")]
    assert {skipped.reason.partition(" stolaf")[0] for skipped in copies} == {"same course as"}
    assert len(rows) + len(copies) == 2805
    first = rows[0]
    assert (first.code, first.year, first.title) == (
        "AFAM 231",
        "2017",
        "Africa and the Americas: The Diaspora Experience",
    )
    assert first.values("start") == ("Spring",)
    assert first.values("credits") == (1.0,)
    assert first.values("level") == ("200",)
    assert replace(first, key="").source.row == 1
    assert {section.name for course in rows for section in course.sections} == {"prerequisites", "content", "further"}
    assert not any("<" in section.text and "</" in section.text for course in rows for section in course.sections)
