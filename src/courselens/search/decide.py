"""What kind of question is asked, and of what: one course's field, courses that fit, or a topic.

In: a question understood by its words, and the probabilities of what is asked that its embedding gives. Out: `Asked`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from courselens.search.conditions import Condition, Found
from courselens.search.framing import inside
from courselens.search.naming import COMPLETE, FULL
from courselens.search.places import words_of
from courselens.search.plural import lists_of_topic
from courselens.search.query import Understood
from courselens.search.tokens import BREAK, either, flat, fold, words
from courselens.search.vocabulary import MENTION, conditions, stop_words

Kind = Literal["course", "courses", "topic"]
"""`course`: about one course. `courses`: asks for courses. `topic`: a description or bare words, best courses first."""

NEARLY = 0.45
"""Strength from which a question for yes or no is about the course of that title: `is evaluating innovation hard`."""
NEARLY_SAID = 0.4
"""The same where it is asked if there is an examination in it."""
NEARLY_NAMED = 0.35
"""The same where further clauses ask for more."""
THERE = (["there"], ["es"], ["der"])
"""Second words of who asks whether there is something."""
LEAST_ASKED = 0.35
"""Probability from which a field or section counts as asked of a course that is named."""
DESCRIBED_ASKED = 0.4
"""Probability of all fields together from which one counts as asked of a course that is only described."""

TOLD = 0.9
"""Probability of what is asked in so many words: the lecturer where it is asked if somebody teaches a course, the
content where courses are compared in nothing else.
"""

UNTOLD = 0.5
"""Probability of no field from which none is asked of the courses that are compared."""

NEXT = 0.3
"""Probability from which the second field is asked, where the first is what comparing sounds like."""
CONTENT = "content"

SAME: Mapping[str, str] = {"exam_form": "exam", "credits": "ects"}
"""Fields that a question can hardly tell apart: judged together, the likelier of the two is asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the `kind` of question, the field or section (None where it asks for courses or names none).

    `share` is the probability of the likeliest field, `elsewhere` that of something that no catalogue holds, `shares`
    those of everything.
    """

    kind: Kind
    field: str | None
    share: float
    elsewhere: float
    shares: Mapping[str, float]


def decide(understood: Understood, shares: Mapping[str, float], held: frozenset[str]) -> Asked:
    """The kind of question and the field asked, from the words and the probabilities of what is asked.

    `held` are the fields and sections that any course has. A description that sounds like another one (`how firms run
    their tax department`) asks for none of those that no course has.
    """
    told = "lecturer" if _whether_taught_by(understood) else _compared(understood, shares)
    if told:
        shares = {name: share * (1 - TOLD) for name, share in shares.items()} | {told: TOLD}
    fields = {name: share for name, share in shares.items() if name not in ("none", "courses", "elsewhere")}
    if not understood.named:
        fields = {name: share for name, share in fields.items() if name in held} or fields
    best = max(fields, key=fields.__getitem__)
    share, elsewhere, none = fields[best], shares.get("elsewhere", 0.0), shares.get("none", 0.0)
    courses = shares.get("courses", 0.0)
    mass = sum(fields.values())
    if understood.unwanted:
        return Asked("courses", None, share, elsewhere, shares)
    named = understood.named and (not understood.plural or mass > courses)
    if named and understood.plural and not understood.codes and lists_of_topic(understood.told, understood.titles):
        return Asked("courses", None, share, elsewhere, shares)
    loose = understood.plural or not understood.titles or understood.titles[0].cover < FULL
    alone = _conditions_alone(understood, best)
    loose = loose or _of_department(understood)
    if named and not understood.codes and (loose or _asks_to_filter(understood)) and alone:
        return Asked("courses", None, share, elsewhere, shares)
    if understood.codes or named:
        asked = best if share >= max(LEAST_ASKED, elsewhere) or share > none + courses + elsewhere else None
        asked = None if names_a_topic(understood) else asked
        return Asked("course", asked, share, elsewhere, shares)
    if understood.plural or alone or (courses > max(0.5, mass) and not _about_one(understood)):
        return Asked("courses", None, share, elsewhere, shares)
    if (mass >= DESCRIBED_ASKED and not names_a_topic(understood)) or _about_one(understood):
        return Asked("course", best, share, elsewhere, shares)
    return Asked("topic", None, share, elsewhere, shares)


def _whether_taught_by(understood: Understood) -> bool:
    """Whether it is asked if somebody teaches a course: `is the Brexit course taught by Toye?`."""
    told = {one.field for one in understood.found.conditions} - {"year"}
    by = words_of("giving") | words_of("taught_by")
    gives = any(word.text in by for word in understood.told)
    one = understood.named or _of_the_course(understood)
    return told == {"lecturer"} and gives and one and not understood.plural and _yes_no(understood)


def _compared(understood: Understood, shares: Mapping[str, float]) -> str | None:
    """What is asked of several courses that are compared: what they are about, where no field is asked of them
    (`compare 8,036 and 8,222`) or one by which they are told apart (`bachelor and master version`); the next field
    where the word of comparing alone seems to ask for that (`the difference in prerequisites`).
    """
    if not any(word.text in words_of("comparing") for word in understood.told):
        return None
    fields = sorted(
        ((share, name) for name, share in shares.items() if name not in ("none", "courses", "elsewhere")), reverse=True
    )
    versions = {one.field for one in understood.found.conditions if len(one.values) > 1}
    if fields[0][1] in versions:
        return CONTENT
    if not (len(understood.codes) > 1 or understood.others):
        return None
    if shares.get("none", 0.0) + shares.get("elsewhere", 0.0) > UNTOLD:
        return CONTENT
    return fields[1][1] if fields[0][1] == CONTENT and fields[1][0] >= NEXT else None


def _conditions_alone(understood: Understood, asked: str) -> bool:
    """Whether conditions are all that is said (`6 ECTS English`), or the field asked is one (`worth at least 6 ECTS`).

    `Is the course on retail in German?` asks; so does everything that begins like a question for yes or no, and one
    condition beside a topic with a question mark or a choice of values: `retail innovations: english or german`.
    """
    told = [one for one in understood.found.conditions if one.field != "year"]
    if not told:
        return False
    if not understood.topical and any(one.field == "lecturer" for one in told) and not _of_the_course(understood):
        return True  # `is Bieger teaching this term?`
    if _yes_no(understood) or (_of_the_course(understood) and not understood.plural):
        return False
    if _whether_examined(understood) or lecturer_beside(understood):
        return False
    if understood.plural:
        return True
    if asked == "lecturer" and not understood.named and all(one.field == "lecturer" for one in told):
        return True  # `where is Beritelli among the lecturers`
    if asks(understood) and any(one.field == "lecturer" for one in told) and _of_one(understood, asked, told):
        return False
    if any(one.field == "lecturer" for one in told) and any(
        word.text in words_of("giving") for word in understood.told
    ):
        return True
    if understood.named and understood.text.endswith("?") and _chooses(understood):
        return False
    limited = any(not one.equals and one.operator != "not" for one in told)
    if _same(told, asked) and (_stated_last(understood) or limited):
        return True
    chosen = told[0].operator == "is" and len(told[0].values) > 1
    if understood.topical and len({one.field for one in told}) == 1 and (asks(understood) or chosen):
        return False
    said = any(one.field != "lecturer" for one in told) and not asks(understood)
    if said and any(word.text in words_of("singular_courses") for word in understood.told):
        return True
    return not understood.topical or len(told) > 1 or _same(told, asked) or _asks_to_filter(understood)


def _whether_examined(understood: Understood) -> bool:
    """Whether it is asked if a course that a topic nearly names has an examination of some kind: `is there an exam
    in robot perception or just a project?`, `are there external examiners in catalysis`; not `in courses on robots`.
    """
    first = [word.text for word in understood.told[:2]]
    if understood.plural or not understood.topical or understood.strength < NEARLY_SAID:
        return False
    there = first[:1] != [] and first[0] in words_of("yes_no") | words_of("giving") and first[1:] in THERE
    exams = any(one.field in ("exam_form", "exam_rule") for one in understood.found.conditions)
    return there and exams and not any(word.text in words_of("courses") for word in understood.told)


def lecturer_beside(understood: Understood) -> Condition | None:
    """The lecturer in brackets behind a course that is spoken of: `the trust course (Weibel)`."""
    if understood.plural or not any(word.text in words_of("singular_courses") for word in understood.told):
        return None
    text = understood.text
    return next(
        (
            one
            for one in understood.found.conditions
            if one.field == "lecturer"
            and text[: one.start].rstrip()[-1:] == "("
            and text[one.end :].lstrip()[:1] == ")"
        ),
        None,
    )


def _of_department(understood: Understood) -> bool:
    """Whether the words that a title has too are those of a department, and nothing else is said but conditions:
    `computer science, level 300` where there are Topics in Computer Science.
    """
    said = [words(one.said) for one in understood.found.conditions if one.field == "department"]
    if understood.topical or not said or len(understood.found.conditions) < 2:
        return False
    title = understood.titles[0]
    return title.cover < COMPLETE or len(title.places) < max(map(len, said))


def _chooses(understood: Understood) -> bool:
    """Whether one of several is to be chosen: `exam or just a report?`."""
    return any(word.text in words_of("choosing") for word in understood.told)


def _of_one(understood: Understood, asked: str, told: Sequence[Condition]) -> bool:
    """Whether a field is asked of the course that a lecturer gives: `how many credits has Sander's course on law`."""
    singular = any(word.text in words_of("singular_courses") for word in understood.told)
    return understood.topical and singular and asked != "lecturer" and not _same(told, asked)


def _same(told: Sequence[Condition], asked: str) -> bool:
    """Whether one of the conditions is on the field asked."""
    return any(SAME.get(one.field, one.field) == SAME.get(asked, asked) for one in told)


def _stated_last(understood: Understood) -> bool:
    """Whether a description ends with a clause of conditions: `how startups get money, at least 4 credits`."""
    breaks = [found.end() for found in BREAK.finditer(understood.text.rstrip(".! "))]
    if not breaks or understood.text.endswith("?"):
        return False
    spans = [
        (one.start, one.end) for one in understood.found.conditions if len(one.values) == 1 or one.operator != "is"
    ]
    small = stop_words() | words_of("courses") | words_of("taught") | words_of("units")
    clause = [word for word in understood.told if word.start >= breaks[-1]]
    stated = [inside(word, spans) for word in clause]
    return any(stated) and all(one or word.text in small for one, word in zip(stated, clause, strict=True))


def _asks_to_filter(understood: Understood) -> bool:
    """Whether conditions beside a title in full filter rather than ask: `derivatives, at least 4 ects, in english`."""
    told = understood.found.conditions
    if understood.text.endswith("?") or asks(understood):
        return False
    compared = any(not one.equals for one in told)
    if any(one.start == 0 and one.field in ("ects", "credits") for one in told):  # `3 credits music theory`
        return True
    fields = {SAME.get(one.field, one.field) for one in told} - {"year", "lecturer"}
    return compared or (len(fields) > 1 and "ects" in fields)


def asks(understood: Understood) -> bool:
    """Whether a question is asked in so many words: with a question mark, `how long`, `wie viel`, `is it`."""
    words_asking = words_of("question_words_only") | words_of("yes_no") - (
        {"was"} if understood.language == "de" else set()
    )
    return understood.text.endswith("?") or any(word.text in words_asking for word in understood.told)


def _yes_no(understood: Understood) -> bool:
    """Whether a clause begins like a question for yes or no, or one is asked for (`written exam, yes or no`); `is
    there` asks for anything that is.
    """
    if _yes_or_no().search(flat(understood.text)):
        return True
    yes_no = words_of("yes_no") - ({"was"} if understood.language == "de" else set())
    end = 0
    for place, word in enumerate(understood.told):
        begins = place == 0 or BREAK.search(understood.text[end : word.start])
        following = understood.told[place + 1].text if place + 1 < len(understood.told) else ""
        if begins and word.text in yes_no and following not in ("there", "es", "der"):
            return True
        end = word.end
    return False


@lru_cache(maxsize=1)
def _yes_or_no() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{either(conditions()['yes_or_no'])})(?!\w)")


def _of_the_course(understood: Understood) -> bool:
    """Whether one course is spoken of as known: `the retail seminar`, `im Kurs zu Diversity`, `kurset om trust`."""
    told = [word.text for word in understood.told]
    definite, singular = words_of("definite"), words_of("singular_courses")
    return any(
        word in words_of("definite_courses")
        or (word in singular and any(one in definite for one in told[max(0, place - 4) : place]))
        for place, word in enumerate(told)
    )


def names_a_topic(understood: Understood) -> bool:
    """Whether nothing but a course on a topic is named: `Vorlesung über Erinnern`, `course on VAT?`."""
    told = [word.text for word in words(understood.frame)]
    if len(told) != 3:
        return False
    return told[0] in words_of("singular_courses") and told[1] in words_of("about") and told[2] == fold(MENTION)


def _about_one(understood: Understood) -> bool:
    """Whether a question is asked about a course that its words nearly name."""
    if _whether_examined(understood):
        return True
    near = understood.strength >= NEARLY or _of_the_course(understood)
    return near and _yes_no(understood) and not understood.plural


def _asked_behind(understood: Understood, one: Condition) -> bool:
    """Whether a condition on the examination is what a clause behind the one that nearly names a course asks of it:
    `how many ECTS has the one on trust, and who examines - external examiner?`.
    """
    places = understood.titles[0].places if understood.strength >= NEARLY_NAMED else ()
    if one.field not in ("exam_rule", "exam_form") or not places or max(places) >= len(understood.told):
        return False
    last = understood.told[max(places)].end
    return asks(understood) and last < one.start and BREAK.search(understood.text, last, one.start) is not None


def applied(understood: Understood, asked: Asked) -> Found:
    """The conditions that hold for this kind of question: of a course that a title names, or nearly names where it is
    asked if something is so (`is asset allocation a 4 credit course in German?`), only year and term.
    """
    if asked.kind != "course":
        return understood.found
    told = understood.found.conditions
    if one := lecturer_beside(understood):
        return Found((one, *(each for each in told if each.field == "year")), ())
    nearly = (understood.strength >= NEARLY and _yes_no(understood)) or _whether_examined(understood)
    if understood.codes or not (understood.named or nearly):
        of_year = not _yes_no(understood)  # `what year is X 2024/2025 of`, not `does X run in 2025?`
        kept = tuple(one for one in told if one.field != asked.field or (one.field == "year" and of_year))
        kept = tuple(one for one in kept if not _asked_behind(understood, one))
    else:
        kept = tuple(one for one in told if one.field == "year" or (one.field == "start" and asked.field != "start"))
    return Found(kept, ())
