"""Facts that a page tells in a sentence where it has no row for them: `Taught in Spanish.`

In: the sections of a course. Out: the field, where a whole sentence or its beginning says it and nothing else does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from courselens.course import Field, Section
from courselens.read.labels import Labels

_TAUGHT = re.compile(
    r"(?:^|[.!?]\s+|\n\s*)(?:"
    r"(?:(?:the|this) (?:course|class|seminar|module) (?:is|will be) )?(?:taught|conducted|held)"
    r"(?: entirely| exclusively| completely| primarily| mainly)? in"
    r"|(?:(?:der kurs|die veranstaltung|die vorlesung|das seminar) (?:wird|findet) )"
    r"(?:ausschliesslich |vollständig )?(?:auf|in)"
    r"|(?:kurset|faget) (?:undervises|afholdes)(?: udelukkende)? på"
    r") (?P<language>[^\W\d_]+)(?=\s*(?:[.,;]|$|gehalten|unterrichtet|statt))",
    re.IGNORECASE | re.MULTILINE,
)


def taught_in(sections: Sequence[Section], labels: Labels) -> Field | None:
    """The language that a sentence of the sections says the course is taught in, None where none or several do."""
    known = set(labels.rules["language"].words.values()) if "language" in labels.rules else set()
    told: dict[object, Field] = {}
    for section in sections:
        for match in _TAUGHT.finditer(section.text):
            found = labels.canonical("language", [match["language"]], page=section.page)
            if found is not None and set(found.values) <= known:
                told[found.values] = found
    return next(iter(told.values())) if len(told) == 1 else None
