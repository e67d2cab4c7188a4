"""What an answer says of a course: to whom to write, the sentences that tell, which of two courses of one title."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from courselens.course import Catalogue, Course, Field
from courselens.dataset.types import Passage
from courselens.search.about_one import asks_of_the_first
from courselens.search.confidence import GROUPS, Confidence, Logistic, Sureness
from courselens.search.decide import Asked
from courselens.search.excerpt import LONGEST
from courselens.search.explain import explain
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from courselens.search.show import show_answer
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of

PADDING = "The seminar looks at methods of planning in many a firm and many a country. " * 12
WRITTEN = {
    "content": PADDING + "Graded homework is due on the ninth day. " + PADDING,
    "literature": "A reader. Full attendance is expected in all sessions.",
    "further": PADDING + "With questions please contact the assistant: anna.berg@example.org.",
}


def _course(code: str, title: str, language: str, sections: dict[str, str]) -> Course:
    return course(code, title, language=language, sections=sections, lecturer="Person 1", ects=3.0)


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    made = catalogue()
    more = (
        _course("8,100", "Reporting & Auditing", "German", {"content": "Audits."}),
        _course("8,102", "Reporting & Auditing", "English", {"content": "Audits."}),
        _course("8,041", "Supply Chain Management II", "English", WRITTEN),
        _course("8,235", "Venture Ideation", "English", {"content": "Ideas."}),
    )
    found = Catalogue((*made.courses, *more))
    folder = tmp_path_factory.mktemp("answers") / "index"
    passages = [passage for one in found.courses for passage in passages_of(one)]
    build_index(found, passages, HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256))


def test_something_practical_is_found_where_it_stands_and_else_said_to_be_missing(lens: Lens) -> None:
    found = lens.ask("is full attendance expected in Supply Chain Management II?")
    assert found.field == "literature"
    assert "Full attendance is expected" in (found.answer or "")
    missing = lens.ask("is Supply Chain Management II recorded?")
    assert missing.answer is None
    assert missing.note == "The catalogue does not say this of 8,041 Supply Chain Management II."
    assert explain(lens, "is full attendance expected in Supply Chain Management II?").practical == {
        "attendance": ("literature",)
    }
    assert "recording: told nowhere" in explain(lens, "is Supply Chain Management II recorded?").text()


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("Whom do I contact about Supply Chain Management II?", "further"),
        ("An wen wende ich mich bei Fragen zu Supply Chain Management II?", "further"),
        ("Who teaches Supply Chain Management II?", "lecturer"),
        ("Whom do I contact about Venture Ideation?", "lecturer"),
    ],
)
def test_to_whom_to_write(lens: Lens, question: str, field: str) -> None:
    found = lens.ask(question)
    assert found.field == field
    assert found.answer
    assert ("anna.berg@example.org" in found.answer) == (field == "further")


def test_of_a_long_passage_the_sentences_are_shown_that_tell(lens: Lens) -> None:
    found = lens.ask("What is the content of Supply Chain Management II on homework and days?")
    assert found.field == "content"
    assert found.answer
    assert len(found.answer) <= LONGEST + len(" … …")
    assert "homework is due on the ninth day" in found.answer
    assert found.answer.startswith("8,041 Supply Chain Management II – Content\n… ")
    assert found.answer.endswith(". …")


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("how many credits has the English version of Reporting & Auditing", "8,102"),
        ("reporting & auditing (english track) credits", "8,102"),
        ("how many credits has Reporting & Auditing, the German one", "8,100"),
        ("ECTS of Reporting & Auditing (German)", "8,100"),
        ("how many credits does the English Reporting & Auditing give", "8,102"),
    ],
)
def test_courses_of_one_title_are_told_apart_by_what_is_said_beside_it(lens: Lens, question: str, code: str) -> None:
    found = lens.ask(question)
    assert found.course
    assert (found.course.code, found.field) == (code, "ects")


@pytest.mark.parametrize(
    ("question", "code"),
    [("is Reporting & Auditing in English?", "8,102"), ("is Reporting & Auditing in German", "8,100")],
)
def test_whether_it_is_so_is_answered_by_the_course_of_that_title_of_which_it_is(
    lens: Lens, question: str, code: str
) -> None:
    found = lens.ask(question)
    assert found.course
    assert (found.course.code, found.field) == (code, "language")
    assert str(found.answer).startswith("Yes, ")


@pytest.mark.parametrize("question", ["is Reporting & Auditing in English?", "Reporting & Auditing: German or English"])
def test_what_tells_courses_of_one_title_apart_may_be_what_is_asked(lens: Lens, question: str) -> None:
    assert lens.ask(question).field == "language"


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("is Venture Ideation 3 credits?", "Yes, "),
        ("does Venture Ideation give at least 3 credits?", "Yes, "),
        ("does Venture Ideation give more than 3 credits?", "No, "),
        ("kriegt man für Venture Ideation 6 Credits oder weniger?", "Ja, "),
        ("is Venture Ideation between 4 and 6 credits?", "No, "),
        ("is Venture Ideation in English?", "Yes, "),
        ("is Venture Ideation in German?", "No, "),
        ("is Venture Ideation in German or Danish?", "8,235 Venture Ideation is taught"),
        ("can I take Venture Ideation without speaking German?", "8,235 Venture Ideation is taught"),
    ],
)
def test_yes_and_no_hold_for_limits_and_are_not_said_of_denials(lens: Lens, question: str, opening: str) -> None:
    answer = lens.ask(question).answer
    assert answer
    assert answer.startswith(opening)


@pytest.mark.parametrize(
    ("question", "field", "codes"),
    [
        ("credits of 8,041 and 8,235", "ects", {"8,041", "8,235"}),
        ("who teaches Supply Chain Management II and Venture Ideation?", "lecturer", {"8,041", "8,235"}),
        ("who teaches Venture Ideation?", "lecturer", {"8,235"}),
        ("8,235 Venture Ideation credits", "ects", {"8,235"}),
    ],
)
def test_every_course_that_is_named_is_answered_for(lens: Lens, question: str, field: str, codes: set[str]) -> None:
    found = lens.ask(question)
    said = [found.answer or "", *(one.answer for one in found.further)]
    assert found.field == field
    assert {one.split()[0] for one in said} == codes
    assert lens.consider(question).evidence.margin > 0.1  # what is named beside is no rival


def test_the_course_of_an_unknown_code_is_not_found_and_the_code_is_named(lens: Lens) -> None:
    found = lens.ask("how many credits has 8,999")
    assert (found.answer, found.note) == (None, "No course has the code 8,999.")


def test_who_lectures_asks_for_no_courses(lens: Lens) -> None:
    assert lens.ask("who lectures Venture Ideation this spring?").field == "lecturer"


def test_a_course_asked_about_in_the_last_clause_is_the_one_that_is_meant(lens: Lens) -> None:
    found = lens.ask("I only want courses in English, is Venture Ideation in English?")
    assert found.course
    assert (found.course.code, found.field) == ("8,235", "language")


def test_a_clause_that_asks_is_answered_beside_one_that_does_not(lens: Lens) -> None:
    assert lens.ask("What language is Venture Ideation in? and also the").field == "language"


def test_another_part_of_a_course_is_not_this_one(lens: Lens) -> None:
    strict = Sureness(Logistic({}, 0.0), Logistic({"instead": -3.0}, 1.0), 0.5)  # a replaced word decides, alone
    lens = Lens(lens.index, lens.encoder, Confidence(dict.fromkeys(GROUPS, strict)))
    found = lens.ask("Who teaches Supply Chain Management III?")
    assert found.answer is None
    assert found.note == "No course is called so with “III”; the nearest is 8,041 Supply Chain Management II."
    assert found.note in show_answer(found).replace("\n  ", " ")
    told = explain(lens, "Who teaches Supply Chain Management III?")
    assert told.to_dict()["instead"] == "III"
    assert "“III” stands where the title has another word" in told.text()
    assert lens.ask("Who teaches Supply Chain Management II?").answer
    assert explain(lens, "Who teaches Supply Chain Management II?").instead is None


def test_explain_tells_what_else_was_asked(lens: Lens) -> None:
    told = explain(lens, "Who teaches Tax Law and how many ECTS?")
    assert [one["field"] for one in told.to_dict()["further"]] in (["ects"], ["lecturer"])
    assert "  also       " in told.text()


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        (
            "is Organisational Change taught by Person 1004?",
            "Yes, KAN-C1004U Organisational Change is taught by Person",
        ),
        ("is Venture Ideation taught by Person 1004?", "No, 8,235 Venture Ideation is taught by Person 1"),
    ],
)
def test_whether_somebody_teaches_a_course_is_answered(lens: Lens, question: str, opening: str) -> None:
    found = lens.ask(question)
    assert found.answer
    assert found.answer.startswith(opening)


def test_who_teaches_at_all_is_found_by_the_name(lens: Lens) -> None:
    found = lens.ask("is Person 1004 teaching this term?")
    assert found.courses[0].course.title == "Organisational Change"


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("how many courses are taught in Danish?", "3 courses fit"),
        ("how many courses are there?", "16 courses fit, among them: "),
        ("which courses give 3 credits?", "4 courses fit, among them: "),
        ("master courses in French", "Nothing in the catalogue fits “French”. Without that: "),
    ],
)
def test_courses_are_counted_and_what_none_fulfils_is_said(lens: Lens, question: str, opening: str) -> None:
    answer = Lens(lens.index, lens.encoder, CREDULOUS).ask(question).answer
    assert answer
    assert answer.startswith(opening) or (opening == "3 courses fit" and answer.startswith("These courses fit best"))


def test_a_word_of_counting_is_no_topic(lens: Lens) -> None:
    for question in ("wieviele Kurse sind auf Dänisch", "wie viele Kurse sind auf Dänisch", "Anzahl Kurse auf Dänisch"):
        assert not lens.answerer.understand(question).topical


def test_what_the_catalogue_does_not_tell_of_courses_is_said(lens: Lens) -> None:
    credulous = Lens(lens.index, lens.encoder, CREDULOUS)
    told = credulous.ask("easy courses in Danish").answer
    assert told
    assert told.startswith("The catalogue does not tell which courses are “easy”. Without that: ")
    alone = credulous.ask("which courses are easy")
    assert alone.answer is None
    assert alone.note == "The catalogue does not tell which courses are “easy”."


def test_courses_of_a_department_are_counted_though_a_title_has_its_name(tmp_path: Path) -> None:
    def given(code: str, title: str, department: str) -> Course:
        return course(code, title, department=department, language="English", lecturer="Person 1", ects=1.0)

    made = [given(f"FILM {n}", f"Topics in Film {n}", "FILM") for n in range(1, 8)]
    courses = (*made, given("ART 1", "Drawing", "ART"))
    build_index(Catalogue(courses), [one for each in courses for one in passages_of(each)], HashEncoder(256), tmp_path)
    lens = Lens(open_index(tmp_path), HashEncoder(256), CREDULOUS)
    for question in ("how many film courses are there?", "film courses for 1 ects"):
        answer = lens.ask(question).answer
        assert answer
        assert answer.startswith("7 courses fit, among them: ")


def test_a_term_is_told_with_its_year(tmp_path: Path) -> None:
    one = _course("BIO 281", "Winter Ecology", "English", {"content": "Snow."})
    one = replace(one, fields={**one.fields, "start": Field("start", ("Winter",))}, year="2009")
    fact = Passage("BIO 281 Winter Ecology starts in Winter.", "fact", "start", None, one.key, one.group, "one", 1)
    build_index(Catalogue((one,)), [*passages_of(one), fact], HashEncoder(256), tmp_path)
    found = Lens(open_index(tmp_path), HashEncoder(256), CREDULOUS).ask("in which term is Winter Ecology offered?")
    assert found.answer == "BIO 281 Winter Ecology starts in Winter (2009)."


@pytest.mark.parametrize(
    "question",
    [
        "do I need 8,041 for Venture Ideation?",
        "venture ideation - is 8,041 a must",
        "Venture Ideation: do i need 8,041 for it",
        "can I take venture ideation without 8,041",
        "can i take 8,235 without 8,041",
        "I have done 8,041, may I take 8,235",
    ],
)
def test_a_course_that_is_needed_for_another_is_not_the_one_asked_about(lens: Lens, question: str) -> None:
    found = lens.consider(question)
    assert lens.answerer.course(int(found.ranking.order[0])).code == "8,235"


def test_a_code_beside_words_of_needing_is_asked_about(lens: Lens) -> None:
    for question in ("8,041 do i need anything first", "is 8,041 required", "what do I need for 8,041"):
        found = lens.consider(question)
        assert lens.answerer.course(int(found.ranking.order[0])).code == "8,041", question
    unknown = lens.consider("is 9,999 required before Venture Ideation?")
    assert not unknown.understood.codes


def test_a_field_of_the_catalogues_own_is_asked_by_its_label(tmp_path: Path) -> None:
    label = "Zugeordnete Veranstaltung/en"
    one = _course("8,235", "Venture Ideation", "English", {"content": "Ideas."})
    attached = {"attached": Field("attached", ("8,236 Exercises",), label=label), "campus": Field("campus", ("North",))}
    one = replace(one, fields={**one.fields, **attached})
    facts = [
        Passage(f"{said} of {one.name}: {value}.", "fact", name, None, one.key, one.group, "one", 1)
        for name, said, value in (("attached", label, "8,236 Exercises"), ("campus", "Campus", "North"))
    ]
    build_index(Catalogue((one,)), [*passages_of(one), *facts], HashEncoder(256), tmp_path)
    lens = Lens(open_index(tmp_path), HashEncoder(256), CREDULOUS)
    assert lens.ask("Was steht bei 8,235 unter Zugeordnete Veranstaltung/en?").value == ("8,236 Exercises",)
    assert lens.ask("campus of 8,235").value == ("North",)
    assert lens.ask("who teaches 8,235, the campus tour?").field != "campus"


def test_a_type_that_tells_nothing_of_it_denies_no_duty(tmp_path: Path) -> None:
    one = _course("8,235", "Venture Ideation", "English", {"content": "Ideas."})
    for value, opening in (("Research", "The course type"), ("Elective", "No, ")):
        made = replace(one, fields={**one.fields, "type": Field("type", (value,))})
        fact = Passage(f"The course type of {one.name} is {value}.", "fact", "type", None, one.key, one.group, "one", 1)
        folder = tmp_path / value
        build_index(Catalogue((made,)), [*passages_of(made), fact], HashEncoder(256), folder)
        found = Lens(open_index(folder), HashEncoder(256), CREDULOUS).ask("is 8,235 mandatory?")
        assert (found.answer or "").startswith(opening), found


def test_courses_that_are_compared_in_nothing_else_are_both_described(lens: Lens) -> None:
    found = Lens(lens.index, lens.encoder, CREDULOUS).ask("compare 8,041 and 8,235")
    assert found.field == "content"
    assert found.course
    assert {found.course.code, *(one.course.code for one in found.further)} == {"8,041", "8,235"}


def test_who_coordinates_is_told_apart_from_who_teaches(tmp_path: Path) -> None:
    one = _course("T1", "Tax Law", "English", {"content": "Taxes."})
    own = ("Ann Berg (coordinator)", "Bo Lind")
    made = replace(one, fields={**one.fields, "lecturer": Field("lecturer", ("Ann Berg", "Bo Lind"), own)})
    build_index(Catalogue((made,)), passages_of(made), HashEncoder(256), tmp_path / "index")
    lens = Lens(open_index(tmp_path / "index"), HashEncoder(256), CREDULOUS)
    assert lens.ask("who coordinates T1, who teaches it").value == ("Ann Berg",)
    assert lens.ask("who teaches T1").value == ("Ann Berg", "Bo Lind")


def test_a_course_that_is_only_described_is_not_asked_for_what_it_lacks(lens: Lens) -> None:
    described = lens.answerer.understand("audits, needed beforehand")
    asked = Asked("course", "prerequisites", 0.9, 0.0, {"prerequisites": 0.9})
    number = lens.index.courses - 1
    assert lens.answerer.one._described(asked, described, number).kind == "topic"
    assert lens.answerer.one._described(replace(asked, field="content"), described, number).field == "content"
    stated = lens.answerer.understand("what is needed beforehand for audits?")
    assert lens.answerer.one._described(asked, stated, number) == asked


def test_what_is_asked_of_a_course_that_is_half_named_is_told_of_it(tmp_path: Path) -> None:
    clinic = _course(
        "C 1",
        "International Treaty Law and Diplomatic Clinic for Rivers",
        "English",
        {"content": "Talks on the dam are simulated."},
    )
    others = [_course(f"O {n}", f"Subject {n} {word}", "English", {"content": f"{word}."}) for n, word in OTHER_WORDS]
    courses = (clinic, *others)
    build_index(Catalogue(courses), [one for each in courses for one in passages_of(each)], HashEncoder(256), tmp_path)
    lens = Lens(open_index(tmp_path), HashEncoder(256), CREDULOUS)
    for question, asks in (
        ("which negotiations and sectors are looked at in the treaties clinic", True),
        ("a clinic for sectors and negotiations", False),
        ("which clinics are there", False),
        ("which botany or optics is looked at", False),
    ):
        found = lens.consider(question)
        assert asks_of_the_first(found.understood, found.ranking) == asks, question


OTHER_WORDS = tuple(enumerate(("Botany", "Optics", "Weaving", "Acoustics", "Geology")))


def test_of_two_things_asked_the_one_that_is_no_field_is_told_or_said_to_be_missing(lens: Lens) -> None:
    found = lens.ask("who teaches Supply Chain Management II and is full attendance expected")
    assert found.field == "lecturer"
    assert any("Full attendance is expected" in str(one.answer) for one in found.further)
    missing = lens.ask("who teaches Supply Chain Management II and is it recorded")
    assert missing.field == "lecturer"
    assert missing.note == "The catalogue does not say this of 8,041 Supply Chain Management II."


def test_nouns_before_a_name_each_ask(lens: Lens) -> None:
    found = lens.ask("the lecturer and the language of Supply Chain Management II")
    assert {found.field, *(one.field for one in found.further)} == {"lecturer", "language"}
