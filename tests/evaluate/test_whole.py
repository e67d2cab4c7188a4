"""The whole of courselens in the table: it ranks the same passages, and only those."""

from __future__ import annotations

import pytest

from courselens.course import Catalogue
from courselens.dataset.types import Pair, Passage, Question
from courselens.evaluate.compare import evaluate
from courselens.evaluate.evaluation import Evaluation
from courselens.evaluate.report import verdict
from courselens.evaluate.whole import ABLATION, UNTRAINED, WHOLE, WholeSystem
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from fakes import HashEncoder, catalogue


def passages(found: Catalogue) -> list[Passage]:
    made = []
    for course in found.courses:
        text = f"{course.name} is taught in {course.fields['language'].text}."
        made.append(Passage(text, "fact", "language", None, course.key, course.group, "f"))
        for section in course.sections:
            text = f"{course.name} – {section.heading}\n{section.text}"
            made.append(Passage(text, "chunk", None, section.name, course.key, course.group, "f"))
    return made


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    folder = tmp_path_factory.mktemp("whole") / "index"
    build_index(catalogue(), passages(catalogue()), HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256))


def asked(count: int) -> list[Pair]:
    made = []
    for passage, course in zip(passages(catalogue())[::3][:count], catalogue().courses, strict=False):
        text = f"what language is {course.title} taught in"
        question = Question(text, "field", "language", None, course.key, course.group, "title", "en")
        made.append(Pair(question, passage, 1.0, "positive"))
    return made


def test_the_right_passage_is_first_and_none_of_another_course_is_shown(lens: Lens) -> None:
    corpus = passages(catalogue())[:12]
    system = WholeSystem.over(lens, corpus)
    for pair in asked(4):
        ranking = system.rank([pair.question.text], 10)[0]
        assert corpus[ranking[0]] == pair.passage
    hidden = system.rank([f"what language is {catalogue().courses[9].title} taught in"], 10)[0]
    assert all(-1 <= row < 12 for row in hidden.tolist())


def test_passages_in_other_words_are_known_by_what_they_are_about(lens: Lens) -> None:
    course = catalogue().courses[0]
    corpus = [Passage("In English.", "fact", "language", None, course.key, course.group, "f")]
    ranking = WholeSystem.over(lens, corpus).rank([f"what language is {course.title} taught in"], 3)
    assert ranking.tolist() == [[0, -1, -1]]


def test_the_same_base_answers_as_the_index_does(lens: Lens) -> None:
    whole = WholeSystem.over(lens, passages(catalogue()))
    again = whole.untrained(HashEncoder(256), catalogue())
    questions = [pair.question.text for pair in asked(12)] + ["carbon prices and damages", ""]
    assert (whole.rank(questions, 10) == again.rank(questions, 10)).all()


def measured(lens: Lens, count: int) -> Evaluation:
    made = asked(count)
    whole = WholeSystem.over(
        lens, [one for one in passages(catalogue()) if one.group in {p.question.group for p in made}]
    )
    return evaluate(
        made,
        passages(catalogue()),
        {"base": HashEncoder(8), "trained": HashEncoder(256)},
        further=[whole, whole.untrained(HashEncoder(256), catalogue())],
        answers=[WHOLE, UNTRAINED],
        ablation=ABLATION,
        warnings=["a model has seen the test"],
    )


def test_what_each_part_adds(lens: Lens) -> None:
    found = measured(lens, 12)
    assert found.parts("MRR@10") == list(ABLATION)
    values = [found.interval(name).value for name in ABLATION]
    for system, before, after in zip(ABLATION[1:], values, values[1:], strict=False):
        added = found.added(system, "MRR@10")
        assert added is not None
        assert added.difference.value == pytest.approx(after - before)
    assert values[-1] == 1.0
    assert found.added("base", "MRR@10") is None
    against = {(one.system, one.against) for one in found.comparisons}
    assert ("trained", WHOLE) not in against
    assert (WHOLE, "trained") in against
    assert "What each part adds: Course@1" in found.text()
    assert "WARNING: a model has seen the test" in found.text()
    assert found.to_dict()["ablation"][0]["against"] == "base"


def test_a_test_of_few_groups_concludes_nothing(lens: Lens) -> None:
    few, many = measured(lens, 3), measured(lens, 12)
    assert few.inconclusive is not None
    assert "3 course groups" in few.text()
    assert "too few" in verdict(few)
    assert "better" not in verdict(few)
    assert few.to_dict()["inconclusive"] == few.inconclusive
    assert many.inconclusive is None
    assert WHOLE not in verdict(many)
