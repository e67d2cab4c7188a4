"""The page as a person uses it: type-ahead, answers, facets, back, course, compare, shortlist, keyboard, no script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

Open = Callable[..., "Page"]


@pytest.fixture
def page_with(browser: Browser, base: str) -> Iterator[Open]:
    """A page in a fresh profile; at its end nothing may have complained on the console or asked another host."""
    contexts, complaints, strangers = [], [], []

    def make(**options: Any) -> Page:
        context = browser.new_context(**{"locale": "en-GB", "base_url": base, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda sent: strangers.append(sent.url) if not sent.url.startswith(base) else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not complaints
    assert not strangers


@pytest.fixture(scope="session")
def some(base: str) -> list[dict[str, Any]]:
    """Courses of the catalogue that is served, whichever it is."""
    facets = httpx.get(f"{base}/search", params={"q": "introduction law", "k": 5}).json()
    found: list[dict[str, Any]] = facets["courses"]
    return found


def course_url(course: dict[str, Any]) -> str:
    return f"/course/{quote(course['key'])}"


def test_type_ahead_by_keyboard(page_with: Open, some: list[dict[str, Any]]) -> None:
    page = page_with()
    page.goto("/")
    page.keyboard.press("/")
    word = max(re.findall(r"[A-Za-z]+", some[0]["title"]), key=len)
    page.keyboard.type(word[:5], delay=20)
    box, options = page.get_by_role("combobox"), page.get_by_role("option")
    options.first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    assert re.match(r"\d+ suggestions", page.locator("#announce").inner_text())
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == "option-0"
    assert options.first.get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") is None
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == word[:5]
    page.keyboard.press("ArrowDown")
    title = options.first.locator("span").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/course/**")
    assert page.get_by_role("heading", level=1).inner_text() == title


def test_a_question_its_course_and_back(page_with: Open, some: list[dict[str, Any]]) -> None:
    page = page_with()
    page.goto("/")
    page.get_by_role("combobox").fill(f"What language is {some[0]['title']} taught in?")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Answer").wait_for()
    assert "q=" in page.url
    asked = page.url
    page.locator(".answer .about a").click()
    page.wait_for_url("**/course/**")
    page.go_back()
    assert page.url == asked
    assert page.get_by_role("heading", name="Answer").is_visible()
    page.go_forward()
    assert "/course/" in page.url


def test_facets_narrow_and_the_back_button_widens(page_with: Open) -> None:
    page = page_with()
    page.goto("/?all=1")
    heading = page.locator("#results")
    before = heading.inner_text()
    link = page.locator(".facets li a").first
    count = link.locator(".n").inner_text()
    link.click()
    page.wait_for_url("**filter=**")
    assert heading.inner_text().startswith(count)
    page.locator(".chip").first.click()
    assert heading.inner_text() == before
    page.go_back()
    assert heading.inner_text().startswith(count)


def test_compare_takes_two_or_three(page_with: Open) -> None:
    page = page_with()
    page.goto("/?all=1")
    button = page.get_by_role("button", name="Compare selected courses")
    assert button.is_disabled()
    picks = page.locator(".pick input")
    for number in range(3):
        picks.nth(number).check()
    assert picks.nth(3).is_disabled()
    button.click()
    page.wait_for_url("**/compare?**")
    assert page.locator("thead th").count() == 3
    page.go_back()
    assert picks.nth(0).is_checked(), "a choice survives going back"


def test_the_shortlist_stays_in_the_browser(page_with: Open) -> None:
    page = page_with()
    page.goto("/?all=1")
    for number in range(2):
        page.locator(".save").nth(number).click()
    assert page.locator(".save").first.get_attribute("aria-pressed") == "true"
    assert page.locator(".count").inner_text() == "2"
    page.reload()
    page.get_by_role("link", name=re.compile("Shortlist")).click()
    page.wait_for_url("**/shortlist?**")
    assert page.locator(".result").count() == 2
    page.goto("/shortlist")
    page.wait_for_url("**/shortlist?**")
    page.get_by_role("button", name="Empty the shortlist").click()
    page.wait_for_url("**/shortlist")
    assert "Nothing saved yet" in page.inner_text("main")


def test_everything_by_keyboard(page_with: Open, some: list[dict[str, Any]]) -> None:
    page = page_with()
    page.goto("/?all=1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        state = page.evaluate(
            "(() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e.className || e.tagName, s.outlineStyle, parseFloat(s.outlineWidth)]; })()"
        )
        if state[0] != "BODY":
            assert state[1] != "none", f"no visible focus on {state[0]}"
            assert state[2] >= 2, f"no visible focus on {state[0]}"
            reached.add(state[0])
    assert {"save", "INPUT"} <= reached
    page.goto(course_url(some[0]))
    page.get_by_label("Ask about this course").focus()
    page.keyboard.type("How many ECTS?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=**")
    assert some[0]["code"] in page.get_by_role("combobox").input_value()


def test_without_script(page_with: Open, some: list[dict[str, Any]]) -> None:
    page = page_with(java_script_enabled=False)
    page.goto("/")
    page.fill("#q", f"What language is {some[0]['title']} taught in?")
    page.get_by_role("button", name="Search").click()
    assert page.get_by_role("heading", name="Answer").is_visible()
    page.goto("/?all=1")
    page.locator(".facets li a").first.click()
    assert "filter=" in page.url
    page.goto("/?all=1")
    for number in range(2):
        page.locator(".pick input").nth(number).check()
    page.get_by_role("button", name="Compare selected courses").click()
    assert page.locator("thead th").count() == 2
    assert not page.locator(".save").first.is_visible()


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_no_page_is_wider_than_its_window(page_with: Open, some: list[dict[str, Any]], width: int) -> None:
    page = page_with(viewport={"width": width, "height": 800})
    compare = f"/compare?c={quote(some[0]['key'])}&c={quote(some[1]['key'])}"
    for address in ("/", "/?q=law", course_url(some[0]), compare, "/docs", "/shortlist"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_motion_is_reduced_where_asked(page_with: Open) -> None:
    page = page_with(reduced_motion="reduce")
    page.goto("/")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    assert page.evaluate("getComputedStyle(document.querySelector('.examples a')).transitionDuration") == "0s"


def test_print_leaves_out_what_paper_cannot_do(page_with: Open, some: list[dict[str, Any]]) -> None:
    page = page_with()
    page.goto(course_url(some[0]))
    page.emulate_media(media="print")
    for selector in (".band", ".about-form", "footer", ".tools"):
        assert not page.locator(selector).first.is_visible()
    assert page.get_by_role("heading", level=1).is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_an_examination_is_read_at_a_glance(page_with: Open, base: str, some: list[dict[str, Any]], width: int) -> None:
    page = page_with(viewport={"width": width, "height": 900})
    with_exam = [one for one in some if httpx.get(f"{base}/courses/{quote(one['key'])}").json().get("exam")]
    if not with_exam:
        pytest.skip("no examination in parts among these courses")
    page.goto(course_url(with_exam[0]))
    rows = page.locator("table.exam tbody tr:first-child")
    parts = rows.count()
    assert parts
    heights = [rows.nth(number).evaluate("row => row.offsetHeight") for number in range(parts)]
    assert max(heights) < 150, "columns of one word"
    details = page.locator("table.exam details")
    if details.count():
        details.first.locator("summary").click()
        assert details.first.locator("dd").first.is_visible()
        assert page.locator("table.exam").evaluate("table => table.offsetWidth") <= width
    links = page.locator(".toc a")
    if links.count():
        links.last.click()
        assert page.evaluate("document.querySelector(':target') !== null")


@pytest.mark.parametrize(
    ("scheme", "width", "locale"),
    [("light", 390, "de-CH"), ("light", 1280, "en-GB"), ("dark", 390, "en-GB"), ("dark", 1280, "da-DK")],
)
def test_axe_finds_nothing(
    page_with: Open, axe: str, some: list[dict[str, Any]], scheme: str, width: int, locale: str
) -> None:
    page = page_with(color_scheme=scheme, viewport={"width": width, "height": 900}, locale=locale)
    pages = (
        "/",
        "/?q=law",
        f"/?q={quote('What language is ' + some[0]['title'] + ' taught in?')}",
        "/?q=courses+taught+in+English",
        "/?all=1&page=2",
        course_url(some[0]),
        f"/compare?c={quote(some[0]['key'])}&c={quote(some[1]['key'])}",
        "/compare",
        "/?filter=ects%3D99",
        f"/shortlist?c={quote(some[0]['key'])}",
        "/docs",
    )
    found = []
    for address in pages:
        page.goto(address)
        for button in page.locator(".save").all()[:1]:
            button.click()  # both states have a name that holds what is seen
        page.evaluate(axe)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        report = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", tags)
        found += [
            f"{address}: {one['id']}: {one['nodes'][0]['html'][:120]} {one['nodes'][0]['failureSummary']}"
            for one in report["violations"]
        ]
    page.goto("/")
    page.get_by_role("combobox").press_sequentially(some[0]["title"][:4])
    page.get_by_role("option").first.wait_for()
    page.evaluate(axe)
    found += [one["id"] for one in page.evaluate("() => axe.run()")["violations"]]
    assert not found, "\n".join(found)
