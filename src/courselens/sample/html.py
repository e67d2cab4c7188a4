"""A sample course as a page of the reference layout: `SampleCourse` in, HTML out."""

from __future__ import annotations

from html import escape

from courselens.sample.course import Block, SampleCourse, SampleExam, SampleFact, SampleSection
from courselens.sample.facts import OLD
from courselens.sample.material import LANGUAGES, load_material

_NBSP = "&nbsp;"


def render_html(course: SampleCourse) -> str:
    """The whole page, UTF-8 text with LF line ends."""
    page = load_material().page
    side = LANGUAGES.index(course.language)
    labels = page["labels"]
    last = course.fact("updated")
    rows = "".join(_fact(fact, course) for fact in course.facts)
    parts = [
        f'<!DOCTYPE html>\n<html lang="{course.language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(course.title)} | {page['university'][side]}</title>\n</head>\n<body>\n"
        f'<div class="languages"><a href="?lang=en">English</a> / <a href="?lang=da">Danish</a></div>\n<main>\n',
        f'<h1 class="course">{_heading(course)}</h1>\n',
        f'<table class="title"><tr><td><b>{labels["title_en"][side]}</b></td><td>{_wrapped(course.title_en)}</td></tr>'
        "</table>\n",
        f'<h2>{labels["information"][side]}</h2>\n<table class="information">\n{rows}</table>\n',
        *(_section(section, course) for section in course.sections),
    ]
    if last:
        parts.append(f'<p class="updated"><b>{escape(last.label)}</b> {escape(last.printed[0])}</p>\n')
    parts.append(f"</main>\n<footer>{page['university'][side]}, {page['domain']}</footer>\n</body>\n</html>\n")
    return "".join(parts)


def _heading(course: SampleCourse) -> str:
    title = _wrapped(course.title)
    if int(course.year[:4]) < OLD:
        return f"{course.year}{_NBSP}{_NBSP}{course.code}{_NBSP}{_NBSP}{title}"
    # Without the markup the year sticks to the code.
    return f'<span class="year">{course.year}</span><span>{course.code}{_NBSP}{_NBSP}{title}</span>'


def _wrapped(title: str) -> str:
    """A long title with a newline in its middle, as the pages have it."""
    words = escape(title).split(" ")
    if len(title) < 36:
        return " ".join(words)
    middle = (len(words) + 1) // 2
    return " ".join(words[:middle]) + "\n" + " ".join(words[middle:])


def _fact(fact: SampleFact, course: SampleCourse) -> str:
    printed = [escape(text) for text in fact.printed]
    if fact.name == "lecturer":
        items = [
            f'<li>{text}<br><a href="mailto:{mail}">{mail}</a></li>'
            for text, mail in zip(printed, course.emails, strict=True)
        ]
        note = f"<div>{escape(course.note)}</div>" if course.note else ""
        cell = f"<ul>{''.join(items)}</ul>{note}"
    elif fact.name in {"discipline", "teaching_method"}:
        cell = "<ul>" + "".join(f"<li>{text}</li>" for text in printed) + "</ul>"
    elif len(printed) > 1:
        cell = "".join(f"<span>{text}</span>" for text in printed)
    else:
        cell = printed[0]
    return f"<tr><td>{escape(fact.label)}</td><td>{cell}</td></tr>\n"


def _section(section: SampleSection, course: SampleCourse) -> str:
    heading = f"<h2>{escape(section.heading)}</h2>\n"
    if section.name == "exam":
        return heading + "".join(_exam(exam) for exam in course.exams)
    return heading + blocks_html(section.blocks)


def blocks_html(blocks: tuple[Block, ...]) -> str:
    """Blocks as paragraphs, lists and tables; neighbours of one kind share a list or a table."""
    out: list[str] = []
    kind = ""
    close = {"item": "</ul>\n", "row": "</table>\n"}
    for block in blocks:
        if block.kind != kind:
            out.append(close.get(kind, ""))
            out.append({"item": "<ul>\n", "row": '<table class="hours">\n'}.get(block.kind, ""))
            kind = block.kind
        if block.kind == "paragraph":
            out.append(f"<p>{escape(block.text)}</p>\n")
        elif block.kind == "item":
            out.append(f"<li>{escape(block.text)}</li>\n")
        else:
            out.append(f"<tr><td>{escape(block.text)}</td><td>{escape(block.value)}</td></tr>\n")
    out.append(close.get(kind, ""))
    return "".join(out)


def _exam(exam: SampleExam) -> str:
    rows = "".join(f"<tr><td>{escape(label)}</td><td>{escape(value)}</td></tr>\n" for label, value in exam.rows)
    return f'<table class="exam">\n<tr><td colspan="2"><b>{escape(exam.name)}:</b></td></tr>\n{rows}</table>\n'
