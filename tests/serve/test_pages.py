"""The page without a script: answers, chips, facets, a course, comparison, languages, size, nothing from outside."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from courselens.search.answer import Reference
from courselens.search.confidence import GROUPS, Confidence, Logistic, Sureness
from courselens.serve import pages
from courselens.serve.app import create_app
from courselens.serve.pages import static_files
from courselens.serve.settings import Settings
from courselens.serve.shelf import Shelf
from courselens.serve.views import (
    State,
    asks,
    blocks,
    excerpt,
    marked,
    names_only,
    said,
    said_without,
    says_more,
    told_first,
    wanted_stems,
)
from courselens.serve.wording import negotiate, wordings
from serve_workspace import EVIL, courses, open_shelf

ROW = r'<tr role="row"( class="differs")?><th scope="row" role="rowheader"><span class="at">([A-Za-z ]+)'
PAGES = [
    "/",
    "/?q=tax",
    "/?q=What+language+is+Tax+Law+taught+in%3F",
    "/?q=master+courses+taught+in+Danish",
    "/?filter=language=English&page=2",
    "/?all=1",
    "/course/KAN-C1011U 2024/2025",
    "/course/KAN-C2001U 2024/2025",
    "/compare?c=KAN-C1011U 2024/2025&c=KAN-C2001U 2024/2025",
    "/shortlist",
    "/shortlist?c=KAN-C2001U 2024/2025",
    "/docs",
    "/course/none",
    "/?q=x&filter=colour=red",
]


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def links(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.found if tag == "a" and "href" in attrs]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_small_and_asks_nobody_else(client: TestClient, page: str) -> None:
    answer = client.get(page)
    parts = sum(len(file.content) for file in static_files().values())
    assert len(answer.content) + parts < 100_000
    assert answer.headers["content-language"] == "en"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for tag, attrs in Elements(answer.text).found:
        assert "style" not in attrs, "the policy forbids inline styles"
        assert not [name for name in attrs if name.startswith("on")]
        for name in ("src", "action", "srcset", "data"):
            assert not (attrs.get(name) or "").startswith(("http", "//"))
        if tag == "link":
            assert (attrs["href"] or "").startswith("/static/")


@pytest.mark.parametrize("page", PAGES)
def test_no_text_of_the_catalogue_becomes_markup(client: TestClient, page: str) -> None:
    elements = Elements(client.get(page).text).found
    scripts = [attrs for tag, attrs in elements if tag == "script"]
    assert all(one.get("src") or one.get("type") == "application/ld+json" for one in scripts)
    assert not [tag for tag, _ in elements if tag in ("img", "iframe", "object", "b")] or page == "/docs"


def test_the_evil_course_is_shown_as_text(client: TestClient) -> None:
    text = client.get("/course/KAN-C2001U 2024/2025").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Society" in text
    linked = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert linked
    data = json.loads(linked.group(1))
    assert data["name"] == EVIL
    assert data["@type"] == "Course"
    assert data["numberOfCredits"]["value"] == 7.5
    assert data["inLanguage"] == ["en"]


def test_a_fact_is_answered_with_its_source(client: TestClient) -> None:
    text = client.get("/", params={"q": "What language is Tax Law taught in?"}).text
    answer = text[text.index('class="answer"') :]
    assert "KAN-C1011U Tax Law" in answer
    assert "KAN-C1011U.html" in answer
    assert re.search(r"\(\d\d?%\)", answer)


def test_what_was_left_out_and_which_course_is_meant_is_said(client: TestClient) -> None:
    left = client.get("/", params={"q": "courses on law but not taxes"}).text
    assert "Courses about “taxes” are left out." in left
    back = client.get("/", params={"q": "and who teaches it?"}).text
    assert "Which course is meant? Ask with its title or code." in back
    assert "The catalogue does not say." not in back


def test_no_heading_stands_over_nothing(client: TestClient) -> None:
    named = client.get("/", params={"q": "What language is Corporate Governance taught in?"}).text
    assert "Other courses that come near" in named
    coded = client.get("/", params={"q": "What language is KAN-C1001U taught in?"}).text
    assert 'class="answer' in coded
    assert "Other courses that come near" not in coded
    assert 'class="list"' not in coded


def test_understood_conditions_are_chips_that_can_be_removed(client: TestClient) -> None:
    page = Elements(client.get("/", params={"q": "master courses taught in Danish"}).text)
    labels = [attrs.get("aria-label") for tag, attrs in page.found if tag == "a" and attrs.get("class") == "chip"]
    assert labels == ["Remove Level: Master", "Remove Language: Danish"]
    chip = next(attrs for tag, attrs in page.found if attrs.get("aria-label") == "Remove Language: Danish")
    shorter = parse_qs(urlsplit(chip["href"] or "").query)["q"][0]
    assert "Danish" not in shorter
    assert "master" in shorter
    fewer = Elements(client.get(chip["href"] or "").text)
    assert [attrs.get("aria-label") for _, attrs in fewer.found if attrs.get("class") == "chip"] == [
        "Remove Level: Master"
    ]


def test_facets_are_links_that_narrow_and_widen_again(client: TestClient) -> None:
    text = client.get("/?all=1").text
    assert "13 courses, by title" in text
    link = next(href for href in Elements(text).links() if "level%3DBachelor" in href)
    narrowed = client.get(link).text
    assert "4 courses, by title" in narrowed
    assert '<a class="chip" href="/?all=1"' in narrowed


def test_pages_of_results(client: TestClient) -> None:
    first = client.get("/", params={"q": "master or bachelor courses about methods"})
    following = next(href for href in Elements(first.text).links() if "page=2" in href)
    second = client.get(following)
    titles = [set(re.findall(r'href="(/course/[^"]+)"', page.text)) for page in (first, second)]
    assert len(titles[0]) == 10
    assert titles[1]
    assert not titles[0] & titles[1]
    assert "Page 2 of 2" in second.text


def test_asking_about_a_course_names_it(client: TestClient) -> None:
    answer = client.get("/", params={"q": "What language?", "about": "KAN-C1011U 2024/2025"}, follow_redirects=False)
    assert answer.status_code == 303
    assert "KAN-C1011U" in answer.headers["location"]
    older = client.get("/", params={"q": "ects?", "about": "KAN-C1001U 2023/2024"}, follow_redirects=False)
    assert "2023" in older.headers["location"], "a course that is not the newest is named with its year"


def test_an_older_course_points_to_the_newer(client: TestClient) -> None:
    assert "There is a newer edition: 2024/2025" in client.get("/course/KAN-C1001U 2023/2024").text
    assert "newer edition" not in client.get("/course/KAN-C1001U 2024/2025").text


def test_an_address_stands_beside_its_lecturer() -> None:
    one = replace(courses()[0], contacts={"Person 1001": "one@uni.example"})
    shown = {field.name: field.values for field in pages._fields(one, negotiate("en"))}
    assert ("Person 1001 · one@uni.example",) in shown.values()


def test_a_section_is_laid_out_as_it_was_written() -> None:
    text = "You learn:\n- law\n- tax\nThen:\n- more\n\nEnd - of it"
    assert [(block.lines, block.listed) for block in blocks(text)] == [
        (("You learn:",), False),
        (("law", "tax"), True),
        (("Then:",), False),
        (("more",), True),
        (("End - of it",), False),
    ]


def test_a_guess_is_no_answer_to_a_topic() -> None:
    for question in ("who teaches tax law", "tax law ects", "Is it hard?", "Wie wird Steuerrecht geprüft"):
        assert asks(question), question
    for topic in ("machine learning for finance", "Recht und Wirtschaft", "climate policy"):
        assert not asks(topic), topic


def test_a_passage_that_only_repeats_the_title_gives_way_to_the_content() -> None:
    course = next(one for one in courses() if one.title == "Tax Law")
    wanted = wanted_stems("tax law about companies")
    assert not says_more(f"Attached courses of {course.name}: 8,036,1.00 Tax Law.", course, wanted)
    assert says_more(f"{course.name} is for companies.", course, wanted)
    assert says_more(f"{course.name} – Content\nSomething else", course, wanted)
    assert not says_more(f"{course.name} – Literature\nA book", course, frozenset()), "only conditions were said"
    found = told_first(course)
    assert found is not None
    assert found[0].endswith(next(one.text for one in course.sections if one.name == "content"))


def test_the_answer_of_a_section_does_not_repeat_the_course() -> None:
    course = courses()[0]
    told = said(f"{course.name} – Course content\nFirst.\n- a", course)
    assert (told.heading, told.text) == ("Course content", "First.\n- a")
    fact = f"{course.name} is taught in English."
    assert said(fact, course).text == fact


def test_where_nothing_fits_each_filter_can_go(client: TestClient) -> None:
    text = client.get("/", params={"filter": ["level=Bachelor", "language=Danish", "ects=30"]}).text
    if "No course fulfils" not in text:
        pytest.fail("the workspace has such a course: choose other filters")
    assert "Conditions:" in text
    links = [link for link in Elements(text).links() if "filter=" in link]
    assert any("ects" not in link for link in links)


def test_the_examination_is_one_section_of_the_course(client: TestClient) -> None:
    text = client.get("/course/KAN-C1011U 2024/2025").text
    assert text.count('id="exam"') == 1
    assert text.count("The text as the catalogue has it") <= 1
    anchors = {attrs["id"] for _, attrs in Elements(text).found if attrs.get("id")}
    inside = [link for link in Elements(text).links() if link.startswith("#")]
    assert inside
    assert {link[1:] for link in inside} <= anchors


def test_a_date_is_written_as_people_do() -> None:
    assert [wordings()[one].date("2025-01-07") for one in ("en", "de", "da")] == [
        "7 January 2025",
        "7. Januar 2025",
        "7. januar 2025",
    ]
    assert wordings()["en"].date("spring") == "spring"


def test_comparison_marks_what_differs(client: TestClient) -> None:
    text = client.get("/compare", params={"c": ["KAN-C1011U 2024/2025", "KAN-C1012U 2024/2025", "none"]}).text
    assert text.count('<th scope="col"') == 2
    rows = {name: differs for differs, name in re.findall(ROW, text)}
    assert rows
    assert rows["Language"]
    assert not rows["Parts of the examination"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("da-DK,da;q=0.9,en;q=0.8", "da"),
        ("de-CH", "de"),
        ("fr-FR,fr;q=0.9,de;q=0.3", "de"),
        ("en;q=0.1,da;q=0.9", "da"),
        ("", "en"),
        ("*", "en"),
        (";;q=,de;q=x", "en"),
        ("de;q=0", "en"),
    ],
)
def test_the_language_of_the_browser(client: TestClient, accepted: str, language: str) -> None:
    assert negotiate(accepted).language == language
    answer = client.get("/", headers={"accept-language": accepted})
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text


def test_every_language_says_everything() -> None:
    english = wordings()["en"]
    for wording in wordings().values():
        assert set(wording.texts) == set(english.texts)
        for name in ("field", "section", "examples"):
            assert set(wording.texts[name]) == set(english.texts[name])
        for name, text in english.texts.items():
            if isinstance(text, str):
                assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", wording.texts[name])), name


def test_static_files_are_kept_by_the_browser_and_nothing_else_is_found(client: TestClient) -> None:
    style = client.get("/static/page.css")
    assert "immutable" in style.headers["cache-control"]
    assert client.get("/static/page.css", headers={"if-none-match": style.headers["etag"]}).status_code == 304
    for name in ("..%2Fapp.py", "%2E%2E/app.py", "....//app.py", "/etc/passwd", "page.css%00"):
        assert client.get(f"/static/{name}").status_code == 404


def test_words_that_match_are_marked_whatever_their_ending() -> None:
    runs = marked("Taxes and the taxation of firms", wanted_stems("tax for a firm"))
    assert [run.text for run in runs if run.hit] == ["Taxes", "firms"]
    assert "".join(run.text for run in runs) == "Taxes and the taxation of firms"


def test_an_excerpt_shows_the_match_and_not_the_name() -> None:
    text = "8,1 Law – Content\n" + "filler words here " * 60 + "penal sentences " + "more filler " * 60
    shown = excerpt(text, wanted_stems("penal"), "8,1 Law")
    assert "penal" in shown
    assert "8,1 Law" not in shown
    assert len(shown) < 360


def test_removing_a_condition_from_a_question() -> None:
    assert said_without("Master courses in German, about tax", "in German") == "Master courses , about tax"
    assert said_without("3 credit courses", "3 CREDIT") == "courses"
    assert said_without("nothing", "absent") == "nothing"


def test_an_address_holds_the_state() -> None:
    state = State("tax law", ("level=Master",), 3)
    assert state.url() == "/?q=tax+law&filter=level%3DMaster"
    assert state.url(page=2).endswith("&page=2")
    assert state.without("level=Master") == "/?q=tax+law"
    assert State("", ("a=b",)).without("a=b") == "/?all=1"


@pytest.mark.parametrize("typed", ["Tax Law", "tax law", "KAN-C1011U", "c1011u"])
def test_a_bare_name_shows_the_course_and_answers_nothing(client: TestClient, typed: str) -> None:
    text = client.get("/", params={"q": typed}).text
    assert 'class="answer' not in text
    assert text.index("/course/KAN-C1011U") == text.index("/course/")


def test_a_question_with_a_name_is_more_than_a_name() -> None:
    tax = Reference("k", "KAN-C1011U", ("KAN-C1011U",), "2024/2025", "Tax Law")
    assert names_only("tax law", tax, None)
    assert names_only("corporte governence", Reference("k", "8,1", ("8,1",), None, "Corporate Governance (MGM)"), None)
    assert not names_only("who teaches tax law?", tax, None)
    assert names_only("skatteret", tax, "Skatteret")


def test_a_value_that_the_question_says_is_chosen_in_its_facet(client: TestClient) -> None:
    html = client.get("/", params={"q": "courses taught in English"}).text
    on = re.findall(r'<a href="([^"]+)" rel="nofollow" class="on"><span>([^<]+)', html)
    assert [text.strip() for _, text in on] == ["English"]
    assert "English" not in on[0][0], "a click takes the word away"


def test_what_the_catalogue_does_not_hold_shows_a_few_near_courses_and_no_facets(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"q": "where can I park my car"}
    assert client.get("/ask", params=asked).json()["answer"] is None
    monkeypatch.setattr(pages, "LOST", 0.0)
    html = client.get("/", params=asked).text
    assert "Courses that come nearest" in html
    assert 'id="facets"' not in html
    monkeypatch.setattr(pages, "LOST", 1.1)
    assert 'id="facets"' in client.get("/", params=asked).text


def test_the_comparison_says_what_its_bar_means(client: TestClient) -> None:
    keys = [one["key"] for one in client.get("/suggest", params={"q": "t", "k": 2}).json()["suggestions"]]
    assert "Rows with a bar differ." in client.get("/compare", params={"c": keys}).text


def test_all_courses_is_a_place_of_its_own(client: TestClient) -> None:
    assert '<a href="/?all=1" aria-current="page">' in client.get("/?all=1").text
    assert 'aria-current="page"' not in client.get("/").text
    assert 'class="big"' not in client.get("/?all=1").text


def test_two_courses_that_are_named_are_both_answered_for_and_linked(client: TestClient) -> None:
    question = "how many credits have KAN-C1002U and KAN-C1005U"
    found = client.get("/ask", params={"q": question}).json()
    said = {
        found["course"]["code"]: found["value"],
        **{one["course"]["code"]: one["value"] for one in found["further"]},
    }
    assert said == {"KAN-C1002U": [7.5], "KAN-C1005U": [7.5]}
    page = client.get("/", params={"q": question}).text
    answer = page[page.index('class="answer') : page.index("</section>")]
    assert answer.count("The ects of KAN-C") == 2
    assert answer.count('class="about"') == 2


def test_the_verdict_of_a_comparison_is_shown(client: TestClient) -> None:
    question = "do KAN-C1011U and KAN-C2001U have the same number of ects?"
    note = client.get("/ask", params={"q": question}).json()["note"]
    assert note
    page = unescape(client.get("/", params={"q": question}).text)
    assert f'<p class="note">{note}</p>' in page


def test_a_course_that_is_not_here_is_told_from_the_nearest_one(workspace: Path) -> None:
    strict = Sureness(Logistic({}, 0.0), Logistic({"instead": -3.0}, 1.0), 0.5)

    def open_strict(folder: Path) -> Shelf:
        shelf = open_shelf(folder)
        shelf.lens.confidence = Confidence(dict.fromkeys(GROUPS, strict))
        return shelf

    with TestClient(create_app(Settings(workspace), open_strict), base_url="http://127.0.0.1:8000") as client:
        page = client.get("/", params={"q": "Who teaches Operations Research III?"}).text
        assert "No course is called so with “III”; the nearest is KAN-C1009U Operations Research." in unescape(page)
        assert "Nothing in this catalogue fits" not in page
        assert client.get("/ask", params={"q": "Who teaches Operations Research III?"}).json()["note"]
