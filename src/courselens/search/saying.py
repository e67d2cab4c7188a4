"""The sentence that answers: a fact in the language of the question, a section's best chunk, or the names of courses.

In: the course found, the field asked, its passages. Out: `Saying`. Facts are looked up in the course, never taken from
the nearest text; a field that the course does not have is said to be missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from courselens.course import Course, ExamPart, format_value
from courselens.dataset.types import Passage
from courselens.dataset.wording import language_of, make_statements
from courselens.search.conditions import values_said
from courselens.search.excerpt import SENTENCE, excerpt
from courselens.search.facts import undated
from courselens.search.people import Person
from courselens.search.places import words_of
from courselens.search.query import Understood
from courselens.search.tokens import words
from courselens.search.vocabulary import conditions

YES = {"en": ("Yes", "No"), "de": ("Ja", "Nein"), "da": ("Ja", "Nej")}
FIT = {
    "en": ("This course fits: {names}.", "This course fits best: {names}.", "These courses fit best: {names}."),
    "de": ("Es passt: {names}.", "Am besten passt: {names}.", "Am besten passen: {names}."),
    "da": ("Dette passer: {names}.", "Dette passer bedst: {names}.", "Disse passer bedst: {names}."),
}
"""How the only course, the best one of several and the best ones are named as an answer."""
COUNTED = {
    "en": ("{count:,} courses fit: {names}.", "{count:,} courses fit, among them: {names}."),
    "de": ("{count:,} Kurse passen: {names}.", "{count:,} Kurse passen, darunter: {names}."),
    "da": ("{count:,} kurser passer: {names}.", "{count:,} kurser passer, blandt andet: {names}."),
}
"""How all of them, and some, are where conditions are all that is asked for, which every one of them fulfils."""
ASKING_FOR = {
    "en": ("These courses ask for {name}", "No course says that it asks for {name}."),
    "de": ("Diese Kurse setzen {name} voraus", "Kein Kurs setzt laut Katalog {name} voraus."),
    "da": ("Disse kurser kræver {name}", "Ifølge kataloget kræver intet kursus {name}."),
}
"""That courses ask for another one, and that none does."""
UNMET = {
    "en": "Nothing in the catalogue fits “{said}”. Without that: {names}.",
    "de": "Zu «{said}» passt nichts im Katalog. Ohne das: {names}.",
    "da": "Intet i kataloget passer til »{said}«. Uden det: {names}.",
}
UNTOLD = {
    "en": "The catalogue does not tell which courses are “{said}”. Without that: {names}.",
    "de": "Welche Kurse «{said}» sind, sagt der Katalog nicht. Ohne das: {names}.",
    "da": "Kataloget siger ikke, hvilke kurser der er »{said}«. Uden det: {names}.",
}
"""Where no course has such a field, or no catalogue would; with nothing else asked, up to the first full stop."""
WITHOUT = {
    "en": "Courses about “{said}” are left out.",
    "de": "Ohne Kurse zu «{said}».",
    "da": "Uden kurser om »{said}«.",
}
"""Beside the names of courses where a topic is not wanted."""
UNDEMANDING = {
    "en": "Only courses that ask for nothing before.",
    "de": "Nur Kurse ohne Voraussetzungen.",
    "da": "Kun kurser uden forudsætninger.",
}
"""The same where prerequisites are not."""
OPEN_TO = {
    "en": "As far as the texts of the courses say whom they are open to (“{said}”).",
    "de": "Soweit die Kurse selbst sagen, wem sie offenstehen («{said}»).",
    "da": "Så vidt kurserne selv siger, hvem de er åbne for (»{said}«).",
}
"""The same where they are to be open to somebody."""
NOT_CLOSED = {
    "en": "Courses that say the opposite of “{said}” are left out.",
    "de": "Ohne Kurse, die das Gegenteil von «{said}» sagen.",
    "da": "Uden kurser, der siger det modsatte af »{said}«.",
}
"""The same where they may be."""
UNNAMED = re.compile(r"N\. ?N\.?|NN|T\. ?B\. ?[ADC]\.?|TB[ADC]", re.IGNORECASE)
"""What stands where the name of a lecturer is still to come."""
NOT_YET = {
    "en": "Who teaches {name} is not named yet ({said}).",
    "de": "Wer {name} unterrichtet, ist noch nicht genannt ({said}).",
    "da": "Hvem der underviser i {name}, er endnu ikke angivet ({said}).",
}
WHICH = {
    "en": "Which course is meant? Ask with its title or code.",
    "de": "Welcher Kurs ist gemeint? Bitte mit Titel oder Code fragen.",
    "da": "Hvilket kursus menes der? Spørg med titel eller kode.",
}
NOT_SAID = {
    "en": "The catalogue does not say {what} of {name}.",
    "de": "Dazu steht bei {name} nichts im Katalog.",
    "da": "Det står der intet om ved {name} i kataloget.",
}
WHAT = {
    "ects": "number of ECTS credits",
    "credits": "number of credits",
    "start": "term",
    "updated": "date of the last change",
    "title_en": "English title",
    "exam": "examination",
}
"""What fields are called in that sentence, where not by their names."""
COMPARED = ("ects", "credits", "language", "level", "type", "start", "duration", "exam_form", "lecturer")
"""Facts by which courses are compared."""
_UNIT = {"ects": "{} ECTS", "credits": "{} credits", "level": "level {}"}
NOT_THIS = {
    "en": "No course is called so with “{said}”; the nearest is {name}.",
    "de": "Kein Kurs heisst so mit «{said}»; am nächsten ist {name}.",
    "da": "Intet kursus hedder sådan med »{said}«; det nærmeste er {name}.",
}
NO_CODE = {
    "en": "No course has the code {code}.",
    "de": "Kein Kurs hat die Nummer {code}.",
    "da": "Intet kursus har koden {code}.",
}
BRIEF = 320
"""Characters of what a course is about that are shown of each of those compared."""


@dataclass(frozen=True, slots=True)
class Saying:
    """`answer` (None where there is none), its `value`, the `field` asked, the `course` it is about, passages used, a
    `note`; whether it is `unclear` which course is meant.
    """

    answer: str | None
    value: tuple[Any, ...]
    field: str | None
    course: Course | None
    passages: tuple[int, ...]
    note: str | None = None
    unclear: bool = False


NOTHING = Saying(None, (), None, None, ())


def say_courses(
    courses: Sequence[Course],
    understood: Understood,
    *,
    count: int = 0,
    more: bool = False,
    unmet: Sequence[str] = (),
    untold: bool = False,
) -> Saying:
    """Name the best courses, how many there are (`count`, where all of them fit alike), the conditions that none of
    them fulfils (`untold`: since the catalogue has no such field), and what else was left out; `more` are listed beside
    those.
    """
    if not courses:
        return NOTHING
    language = understood.language
    only, one, several = FIT[language]
    fit = several if len(courses) > 1 else one if more else only
    if unmet:
        fit = (UNTOLD if untold else UNMET)[language]
    elif count > 1:
        fit = COUNTED[language][count > len(courses)]
    names = "; ".join(course.name for course in courses)
    notes = [WITHOUT[language].format(said=understood.unwanted)] if understood.unwanted else []
    notes += [UNDEMANDING[language]] if understood.undemanding else []
    if understood.open_to:
        told = NOT_CLOSED if understood.open_to.loosely else OPEN_TO
        notes.append(told[language].format(said=understood.open_to.said))
    said = fit.format(names=names, count=count, said=", ".join(unmet))
    return Saying(said, (), None, None, (), " ".join(notes) or None)


def say_untold(unmet: Sequence[str], language: str) -> Saying:
    """That the catalogue does not tell which courses are so, where nothing else is asked."""
    said = UNTOLD[language].partition(". ")[0].format(said=", ".join(unmet))
    return Saying(None, (), None, None, (), f"{said}.")


def say_which(field: str | None, language: str) -> Saying:
    """That `field` is asked of no course that the question names."""
    return Saying(None, (), field, None, (), WHICH[language], unclear=True)


def say_following(name: str, course: Course | None, courses: Sequence[Course], count: int, language: str) -> Saying:
    """That `count` courses ask for `course`, which is called `name` (None: it is not in the catalogue), the first of
    them being `courses`; that none does where there is none.
    """
    some, none = (said.format(name=name) for said in ASKING_FOR[language])
    if not courses:
        return Saying(None, (), "prerequisites", course, (), none)
    names = "; ".join(one.name for one in courses) + ("; …" if count > len(courses) else "")
    return Saying(f"{some} ({count:,}): {names}.", (), None, None, (), f"{some}.")


def say_field(
    understood: Understood,
    course: Course,
    field: str | None,
    wanted: str | None,
    passages: Sequence[tuple[int, Passage]],
    whole: Callable[[Passage, int], Passage] = lambda passage, _: passage,
) -> Saying:
    """Answer for `field` of `course` from its value and `passages` (best first, those of the field leading), of which
    the one that is said is shown as `whole` makes it of it and its place.

    `field` is what the course holds for the field `wanted` in the question; None asks about the course as a whole.
    """
    if field is None:
        for name in ("content", "objectives", None):
            for place, passage in passages:
                if passage.kind == "chunk" and name in (passage.section, None):
                    text = excerpt(whole(passage, place).text, understood, course)
                    return Saying(text, (), None, course, (place,))
        if passages:
            place, passage = passages[0]
            return Saying(whole(passage, place).text, (), None, course, (place,))
        return _missing(course, None, understood.language)
    value = coordinators(course, understood) if field == "lecturer" else _value(course, field)
    language = understood.told_language or language_of(course)
    own = [(place, passage) for place, passage in passages if passage.asked == field]
    if own and (value or own[0][1].kind == "chunk"):
        place, passage = own[0]
        if passage.kind == "fact":
            text = _fact(course, whole(passage, place), language)
        else:
            text = excerpt(whole(passage, place).text, understood, course)
        opening = _yes_no(understood, field, course, value, language)
        return Saying(_opened(opening, text, course), value, field, course, (place,))
    if value:
        said = ", ".join(format_value(one) if not isinstance(one, dict) else str(one.get("form")) for one in value)
        text = f"{course.name}: {field.replace('_', ' ')} {said}."
        opening = _yes_no(understood, field, course, value, language)
        return Saying(_opened(opening, text, course), value, field, course, ())
    return _missing(course, wanted, language)


def with_facts(saying: Saying, course: Course) -> Saying:
    """`saying` of a course that is compared with others, behind its facts: `7.5 ECTS · English · Master`."""
    told = [f"{_UNIT.get(name, '{}').format(course.fields[name].text)}" for name in COMPARED if course.values(name)]
    heading, _, body = (saying.answer or "").partition("\n")
    if len(body) > BRIEF:  # two of them are read beside each other
        ends = [match.end() for match in SENTENCE.finditer(body) if match.end() <= BRIEF]
        body = body[: ends[-1] if ends else BRIEF].rstrip() + " …"
    said = "\n".join(filter(None, (heading, body)))
    return replace(saying, answer=f"{course.name}: {' · '.join(told)}\n{said}") if told else saying


def with_rows(saying: Saying, rows: str, passages: Sequence[tuple[int, Passage]], missing: str = "") -> Saying:
    """`saying` of an examination with the `rows` that are asked behind it, and the first passage that has them; what is
    asked and `missing` is said behind that, or before all where there is nothing else.
    """
    if not rows:
        return replace(saying, answer=f"{missing} {saying.answer}") if saying.answer else saying
    source = [place for place, passage in passages if passage.kind == "chunk" and passage.asked == "exam"][:1]
    told = "\n".join(filter(None, (saying.answer, rows, missing)))
    return replace(saying, answer=told, passages=(*saying.passages, *source))


def not_said(course: Course, field: str | None, language: str) -> str:
    """That the catalogue does not say `field` (None: what is asked) of `course`."""
    what = f"the {WHAT.get(field, field.replace('_', ' '))}" if field and field != "further" else "this"
    return NOT_SAID[language].format(what=what, name=course.name)


def not_this(course: Course, said: str, language: str) -> str:
    """That `course` is only near to what is asked of, since `said` stands where its title has another word."""
    return NOT_THIS[language].format(said=said, name=course.name)


def no_code(code: str, language: str) -> str:
    """That no course has `code`."""
    return NO_CODE[language].format(code=code)


def exam_value(part: ExamPart) -> dict[str, Any]:
    """A part of an examination as `value` gives it."""
    return {"form": part.form or part.own, "weight": part.weight, "duration": part.duration, "grouping": part.grouping}


def _missing(course: Course, field: str | None, language: str) -> Saying:
    return Saying(None, (), field, course, (), not_said(course, field, language))


def _fact(course: Course, passage: Passage, language: str) -> str:
    """The fact of `passage` in `language`, as the passage has it where that is the page's own; a term with its year."""
    told = passage.text
    if language != language_of(course):
        told = next((one.text for one in make_statements(course, language) if one.field == passage.field), told)
    if passage.field == "lecturer" and all(UNNAMED.fullmatch(str(one)) for one in course.values("lecturer")):
        return NOT_YET[language].format(name=course.name, said=course.fields["lecturer"].text)
    dated = passage.field == "start" and course.year and course.year not in told
    return f"{told.rstrip('.')} ({course.year})." if dated else told


def _value(course: Course, field: str) -> tuple[Any, ...]:
    if field == "exam":
        return tuple(exam_value(part) for part in course.exam)
    if field in ("code", "codes"):
        return course.codes
    if field == "title":
        return (course.title,)
    if field == "title_en":
        return (course.title_en or course.title,)
    if field == "year":
        return (course.year,) if course.year else ()
    return tuple(course.values(field))


def coordinators(course: Course, understood: Understood) -> tuple[Any, ...]:
    """Who teaches a course, or only who coordinates it, where the question asks for them and the course tells which."""
    told = course.fields.get("lecturer")
    if told is None or not any(word.text in words_of("coordinating") for word in understood.told):
        return _value(course, "lecturer")
    pairs = zip(told.values, told.own, strict=False)
    return tuple(value for value, own in pairs if "coordinator" in own.lower()) or told.values


def _yes_no(understood: Understood, field: str, course: Course, value: Sequence[Any], language: str) -> str:
    """`Yes, ` or `No, ` where the question can be answered so: it names values of the field asked, or limits to them,
    and denies none.
    """
    if not asks_yes_no(understood) or _asks_which(understood):
        return ""
    yes, no = YES[language]
    for one in understood.found.conditions:
        if one.field == field and one.compares:
            return f"{yes if any(map(one.admits, value)) else no}, "
    stated = (one for one in understood.found.conditions if one.field == field and one.operator == "is")
    expected = values_said(understood.frame, field) or {format_value(said) for one in stated for said in one.values}
    told = {word.text for word in words(understood.frame)}
    denied = bool(told & words_of("negation"))
    if not expected or denied or field == "exam" or len(value) == 0:
        return ""
    own = course.fields[field].own if field in course.fields else ()
    held = {*map(format_value, value), *map(undated, own)}  # `Interim` is a winter of its own
    if expected <= held:
        return f"{yes}, "
    another = field == "type" and not held <= {*conditions()["type"]}  # `Research` says nothing of `compulsory`
    return "" if expected & held or another or told & words_of("choosing") else f"{no}, "


def _opened(opening: str, text: str, course: Course) -> str:
    """`text` behind `Yes, `: its article, with which every sentence of a fact begins but for a name, is then small."""
    small = opening and not text.startswith(course.name)
    return opening + (text[:1].lower() + text[1:] if small else text)


def asks_yes_no(understood: Understood) -> bool:
    """Whether the question begins like one for yes or no."""
    begun = [word.text for word in understood.told[:2]]
    return begun[:1] == ["gibts"] or begun == ["gibt", "es"] or (bool(begun) and begun[0] in conditions()["yes_no"])


def _asks_which(understood: Understood) -> bool:
    """Whether one of two courses is to be chosen: `is A or B in the fall`, which no `yes` answers."""
    two = bool(understood.others) or len(understood.codes) > 1
    return two and any(word.text in words_of("choosing") for word in understood.told)


def asks_whether_in_year(understood: Understood) -> bool:
    """Whether it is asked if a course is given in a year: `does it run in 2025?`, not `does it run in spring 2025?`."""
    told = {one.field: one for one in understood.found.conditions if one.field in ("year", "start")}
    return asks_yes_no(understood) and {*told} == {"year"} and told["year"].said in understood.frame


def asks_in_english(understood: Understood) -> bool:
    """Whether what is asked is wanted in English: `what is it called in English?`."""
    english = {*conditions()["language"]["English"]}
    return any(word.text in english for word in words(understood.frame))


def say_person(understood: Understood, course: Course, person: Person, passage: Passage) -> Saying:
    """What a passage of `course` tells of a person."""
    text = excerpt(passage.text, understood, course, person.names)
    return Saying(text, (), passage.asked, course, (person.place,))


def say_passage(understood: Understood, course: Course, place: int, passage: Passage) -> Saying:
    """What the passage of `course` at `place` tells of what is asked."""
    return Saying(excerpt(passage.text, understood, course), (), passage.asked, course, (place,))
