"""The sample catalogue: deterministic, believable, any size, and careful with other people's files."""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import islice, pairwise
from pathlib import Path
from random import Random
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.errors import CourselensError
from courselens.sample import draw, sample_courses, write, write_sample
from courselens.sample.course import SampleCourse
from courselens.sample.facts import OLD
from courselens.sample.html import render_html
from courselens.sample.material import LANGUAGES, load_material
from courselens.sample.phrase import fill, title_case


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- the same bytes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["html", "pdf", "csv"])
def test_same_seed_same_bytes(tmp_path: Path, format: str) -> None:
    report = write_sample(tmp_path / "a", courses=12, seed=3, format=format)
    write_sample(tmp_path / "b", courses=12, seed=3, format=format)
    written = files(tmp_path / "a")
    assert written == files(tmp_path / "b")
    assert report.courses == 12
    assert report.files == len(written) == (1 if format == "csv" else 12)
    assert report.size == sum(map(len, written.values()))
    write_sample(tmp_path / "c", courses=12, seed=4, format=format)
    assert set(files(tmp_path / "c").values()).isdisjoint(written.values())


def test_a_small_sample_is_the_beginning_of_a_large_one() -> None:
    assert list(sample_courses(40, 7)) == list(islice(sample_courses(10**9, 7), 40))


def test_csv_holds_the_same_courses_as_the_pages(tmp_path: Path) -> None:
    write_sample(tmp_path / "table", courses=30, format="csv")
    write_sample(tmp_path / "pages", courses=30)
    with (tmp_path / "table" / "courses.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    names = {f"{row['Academic year'].replace('/', '-')}_{row['Course code']}.html" for row in rows}
    assert names == files(tmp_path / "pages").keys()


# --- what is drawn -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def courses() -> list[SampleCourse]:
    return list(sample_courses(900, 7))


def test_material_is_whole() -> None:
    material = load_material()
    assert len(material.subjects) >= 40
    assert sum("da" in subject.wordings for subject in material.subjects) >= 20
    assert len({subject.code for subject in material.subjects}) == len(material.subjects)
    for subject in material.subjects:
        assert len(subject.related) >= 2, subject.id
        for wording in subject.wordings.values():
            assert len({topic.name for topic in wording.topics}) == len(wording.topics) >= 8
            assert all(topic.about and not topic.about.endswith(".") for topic in wording.topics)
            assert len(wording.methods) >= 4 <= len(wording.tasks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_can_be_filled(language: str) -> None:
    material = load_material()
    subject = next(one for one in material.subjects if language in one.wordings)
    plan = draw.Plan("titles_one", 0, 0, 0)
    words = draw._words(material, subject, language, plan, 0, Random(1))
    numbers = dict.fromkeys(("n", "share", "prep", "sessions", "group", "hours2", "pages", "from", "to", "last"), "3")
    for name, phrases in material.phrases[language].items():
        if name in ("dates", "months"):
            continue
        for phrase in [phrases] if isinstance(phrases, str) else phrases:
            text = fill(phrase, {**words, **numbers})
            assert "{" not in text
            assert text == text.strip()
    assert material.phrases["en"].keys() | {"months"} == material.phrases["da"].keys()


def test_titles_and_codes_tell_groups_apart(courses: list[SampleCourse]) -> None:
    groups = {(course.title, course.subject): course.group for course in courses}
    assert len(groups) == len({course.group for course in courses})
    assert len({(course.code, course.year) for course in courses}) == len(courses)
    assert all(re.fullmatch(r"(BA|KAN|DIP|MA)-[A-Z]{5}\d{4}U", course.code) for course in courses)
    assert 2.5 <= mean(len(course.title.split()) for course in courses) <= 10


def test_pages_are_as_long_and_as_full_as_the_reference(courses: list[SampleCourse]) -> None:
    words = [len(re.sub(r"<[^>]+>", " ", render_html(course)).split()) for course in courses[:200]]
    assert 850 <= mean(words) <= 1400
    told = [len(course.facts) + bool(course.title_en) for course in courses]
    assert min(told) >= 0.6 * 14
    assert mean(told) < 13


def test_variety(courses: list[SampleCourse]) -> None:
    languages = Counter(course.language for course in courses)
    assert min(languages.values()) > 0.15 * len(courses)
    values = {
        name: {value for course in courses if (fact := course.fact(name)) for value in fact.values}
        for name in ("language", "level", "type", "start", "duration", "teaching_method", "ects")
    }
    assert values["level"] == {"Bachelor", "Master", "Graduate Diploma", "Part-time Master"}
    assert values["language"] == {"English", "Danish"}
    assert len(values["start"]) == 7
    assert len(values["ects"]) >= 5
    facts = [fact for course in courses for fact in course.facts if fact.name == "level"]
    assert any(len(fact.values) > 1 for fact in facts)
    assert {len(course.exams) for course in courses} == {0, 1, 2, 3}
    by_group = Counter(course.group for course in courses)
    assert max(by_group.values()) >= 3
    codes: dict[tuple[int, str], set[str]] = {(course.group, course.year): set() for course in courses}
    for course in courses:
        codes[course.group, course.year].add(course.code)
    assert any(len(found) == 2 for found in codes.values())


def test_a_reissue_differs_slightly(courses: list[SampleCourse]) -> None:
    changed = []
    for one, other in pairwise(courses):
        if one.group == other.group and one.code == other.code:
            said = set(re.split(r"[\n.]", render_html(one)))
            told = set(re.split(r"[\n.]", render_html(other)))
            changed.append(1 - len(said & told) / len(said | told))
    assert 0.01 < mean(changed) < 0.4


def test_two_courses_of_a_subject_differ(courses: list[SampleCourse]) -> None:
    subject = [course for course in courses if course.subject == courses[0].subject and course.language == "en"]
    firsts = {course.group: course for course in subject}
    assert len(firsts) >= 4
    contents = [
        {block.text for section in course.sections if section.name == "content" for block in section.blocks}
        for course in firsts.values()
    ]
    assert not set.intersection(*contents)


# --- the page ------------------------------------------------------------------------------------------------------


def test_heading_as_in_the_reference(courses: list[SampleCourse]) -> None:
    new = next(course for course in courses if int(course.year[:4]) >= OLD and len(course.title) > 60)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", render_html(new), re.DOTALL)
    assert heading
    bare = re.sub(r"<[^>]+>", "", heading[1])
    assert bare.startswith(f"{new.year}{new.code}&nbsp;&nbsp;")
    assert "\n" in bare
    old = next(course for course in courses if int(course.year[:4]) < OLD and course.fact("ects"))
    assert re.search(r"<td>Point</td><td>[\d,]+ ECTS \(\d+ SAT\)</td>", render_html(old))


def test_levels_stand_in_elements_of_their_own(courses: list[SampleCourse]) -> None:
    course = next(one for one in courses if (fact := one.fact("level")) and len(fact.values) > 1)
    fact = course.fact("level")
    assert fact
    assert "".join(f"<span>{text}</span>" for text in fact.printed) in render_html(course)


def test_catalogue_text_is_escaped() -> None:
    page = "".join(render_html(course) for course in sample_courses(20, 7))
    assert not re.search(r"&(?!amp;|lt;|gt;|quot;|nbsp;|#x27;)", page)


# --- folders -------------------------------------------------------------------------------------------------------


def test_large_samples_are_sharded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "FLAT", 10)
    monkeypatch.setattr(write, "SHARD", 5)
    write_sample(tmp_path, courses=12)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000", "001", "002"]
    assert [len(list(folder.iterdir())) for folder in sorted(tmp_path.iterdir())] == [5, 5, 2]


def test_an_earlier_sample_is_replaced(tmp_path: Path) -> None:
    write_sample(tmp_path, courses=9, seed=1)
    write_sample(tmp_path, courses=4, seed=2)
    assert len(files(tmp_path)) == 4
    write_sample(tmp_path, courses=3, format="csv")
    assert list(files(tmp_path)) == ["courses.csv"]


@pytest.mark.parametrize("name", ["thesis.docx", "2024-2025_KAN-CSOCV1036U.html", "courses.csv"])
def test_other_files_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(CourselensError, match="other files") as caught:
        write_sample(tmp_path, courses=2)
    assert name in str(caught.value)
    assert files(tmp_path) == {name: b"mine"}


def test_wrong_arguments_and_places(tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match=r"'docx'.*--format.*html, pdf, csv"):
        write_sample(tmp_path, format="docx")
    with pytest.raises(CourselensError, match=r"0 .*--courses"):
        write_sample(tmp_path, courses=0)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(CourselensError, match="not a folder"):
        write_sample(tmp_path / "file", courses=1)
    with pytest.raises(CourselensError, match="cannot write the sample"):
        write_sample(tmp_path / "file" / "below", courses=1)


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    write_sample(tmp_path, courses=5, progress=lambda *told: seen.append(told))
    assert seen[-1] == ("writing courses", 5, 5)


# --- phrases -------------------------------------------------------------------------------------------------------


def test_fill() -> None:
    words = {"t1": "pricing in practice", "c": "in the far north"}
    assert fill("{t1!c}; {t1}: {t1!t} {c!m}", words) == (
        "Pricing in practice; pricing in practice: Pricing in Practice in the Far North"
    )
    with pytest.raises(KeyError):
        fill("{unknown}", words)


@given(st.text(alphabet="abc XYZ-æø", max_size=40))
def test_title_case_keeps_all_letters(text: str) -> None:
    assert title_case(text).lower() == " ".join(text.split()).lower()
