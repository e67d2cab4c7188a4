"""A course as schema.org/Course, for search engines and other programs.

In: a course and its address. Out: JSON-LD that may stand inside HTML: `<`, `>` and `&` are escaped.
"""

from __future__ import annotations

import json
from typing import Any

from courselens.course import Course, format_value

CODES = {"English": "en", "Danish": "da", "German": "de", "French": "fr", "Italian": "it", "Spanish": "es"}
DESCRIBED = ("content", "objectives", "further")
LONGEST = 1000


def json_ld(course: Course, url: str) -> str:
    """The JSON-LD document of a course."""
    text = json.dumps(_course(course, url), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _course(course: Course, url: str) -> dict[str, Any]:
    sections = {section.name: section.text for section in reversed(course.sections)}
    described = next((sections[name] for name in DESCRIBED if sections.get(name)), course.title)
    made: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Course",
        "@id": url,
        "url": url,
        "name": course.title,
        "courseCode": course.code,
        "description": described[:LONGEST],
        "alternateName": course.title_en if course.title_en != course.title else None,
        "coursePrerequisites": sections.get("prerequisites", "")[:LONGEST] or None,
        "educationalLevel": _texts(course, "level"),
        "inLanguage": [CODES.get(value, value) for value in _texts(course, "language") or ()] or None,
        "provider": _organisations(course),
        "isBasedOn": course.source.url,
    }
    credits_ = next((value for value in (*course.values("ects"), *course.values("credits"))), None)
    if isinstance(credits_, (int, float)):
        made["numberOfCredits"] = {
            "@type": "StructuredValue",
            "value": credits_,
            "unitText": "ECTS" if course.values("ects") else "credits",
        }
    lecturers = _texts(course, "lecturer")
    instance = {
        "@type": "CourseInstance",
        "name": course.year,
        "courseMode": "onsite",
        "instructor": [{"@type": "Person", "name": name} for name in lecturers or ()] or None,
        "inLanguage": made["inLanguage"],
    }
    made["hasCourseInstance"] = {name: value for name, value in instance.items() if value}
    return {name: value for name, value in made.items() if value}


def _texts(course: Course, field: str) -> list[str] | None:
    return [format_value(value) for value in course.values(field)] or None


def _organisations(course: Course) -> dict[str, str] | None:
    names = _texts(course, "department") or _texts(course, "study_board")
    return {"@type": "Organization", "name": names[0]} if names else None
