"""A comparison on a dozen courses, where it is known which system must win."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from courselens.dataset.types import Pair, Passage, Question
from courselens.encode import Vectors
from courselens.errors import CourselensError
from courselens.evaluate.compare import compare, corpus_of, evaluate, make_cases, pair_scores
from courselens.evaluate.evaluation import METRICS
from courselens.evaluate.systems import Ranking
from fakes import SUBJECTS, HashEncoder


class Blind(HashEncoder):
    """An encoder that sees nothing but the length of a text."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        angles = np.array([len(text) for text in texts], dtype=np.float32)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def passage(course: str, text: str, *, field: str | None = None, section: str | None = None) -> Passage:
    kind = "fact" if field else "chunk"
    return Passage(text, "fact" if kind == "fact" else "chunk", field, section, course, f"g-{course}", "pages.html")


def question(course: str, text: str, *, kind: str = "field", field: str | None = None, style: str = "full") -> Question:
    return Question(text, kind, field, None, course, f"g-{course}", style, "en")


def pairs() -> list[Pair]:
    made = []
    for number, (title, _, _, language, about) in enumerate(SUBJECTS):
        course = f"C{number}"
        fact = passage(course, f"{title} is taught in {language}.", field="language")
        chunk = passage(course, f"{title} - Content. The course covers {about}.", section="content")
        asked = question(course, f"what language is {title} taught in", field="language", style="lower")
        described = question(course, f"a course about {about}", kind="described", style="none")
        made += [
            Pair(asked, fact, 1.0, "positive"),
            Pair(asked, chunk, 0.0, "hard_field"),
            Pair(described, chunk, 1.0, "positive"),
        ]
    return made


def passages(of: Sequence[Pair]) -> list[Passage]:
    return list(dict.fromkeys(pair.passage for pair in of))


def test_the_encoder_that_sees_words_beats_the_blind_one() -> None:
    made = pairs()
    found = evaluate(made, passages(made), {"base": Blind(), "trained": HashEncoder(1024)})
    assert found.systems == ("base", "trained", "BM25", "BM25 + base", "BM25 + trained")
    assert (found.questions, found.groups, found.passages, found.courses) == (24, 12, 24, 12)
    assert found.interval("trained").value > 0.8 > found.interval("base").value
    against = next(one for one in found.comparisons if one.against == "base" and one.by == "overall")
    assert against.verdict == "better"
    assert against.difference.low > 0


def test_every_metric_by_hand() -> None:
    sections = {"described": "section"}  # of a described course any passage is right; here one is wanted
    made = [
        replace(pair, question=replace(pair.question, kind=sections.get(pair.question.kind, "field")))
        for pair in pairs()[:6]
    ]
    cases = make_cases(made, passages(made))

    class Fixed:
        name = "fixed"

        def rank(self, questions: Sequence[str], k: int) -> Ranking:
            # corpus: fact 0, chunk 0, fact 1, chunk 1; right are 0, 1, 2, 3
            return np.array([[0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 3, 2], [-1, -1, -1, -1]])

    found = compare(cases, [Fixed()], subject="fixed")
    overall = {name: found.interval("fixed", name).value for name in METRICS}
    assert overall == pytest.approx(
        {
            "MRR@10": (1 + 1 / 2 + 1 / 4 + 0) / 4,
            "nDCG@10": (1 + 1 / np.log2(3) + 1 / np.log2(5)) / 4,
            "Recall@1": 1 / 4,
            "Recall@5": 3 / 4,
            "Recall@10": 3 / 4,
            "Course@1": 2 / 4,
        }
    )
    assert found.interval("fixed", by="kind", name="field").value == pytest.approx((1 + 1 / 4) / 2)
    assert found.slices("asked") == ["field: language"]
    assert [one.rank for one in found.worst] == [None, 4, 2]
    assert found.worst[0].answered is None
    assert found.worst[1].answered == cases.corpus[0]


def test_the_same_words_about_two_courses_are_one_question_with_two_right_passages() -> None:
    made = pairs()
    twin = replace(made[0], question=replace(made[3].question, text=made[0].question.text), passage=made[3].passage)
    cases = make_cases([made[0], twin], passages(made))
    assert len(cases.cases) == 1
    assert cases.repeated == 1
    assert cases.cases[0].relevant == {0, 2}
    assert cases.cases[0].groups == {"g-C0", "g-C1"}


def test_the_fact_of_a_reissued_course_is_right_too_that_of_another_course_is_not() -> None:
    made = pairs()[:1]
    again = replace(made[0].passage, course="C0 next year", text="…")
    other = replace(made[0].passage, course="C9", group="g-C9")
    assert make_cases(made, [other, made[0].passage, again]).cases[0].relevant == {1, 2}


def test_any_chunk_of_the_section_and_of_a_described_course_anything_is_right() -> None:
    asked, described = pairs()[0], pairs()[2]
    about = replace(asked.question, kind="description", text="what is it about")
    content, more = described.passage, replace(described.passage, text="More content.")
    corpus = [asked.passage, content, more, replace(content, section="exam"), replace(content, section="objectives")]
    section = replace(
        described, question=replace(described.question, kind="section", section="content", text="content?")
    )
    found = make_cases([asked, described, section, replace(section, question=about)], corpus)
    assert [sorted(case.relevant) for case in found.cases] == [[0], [0, 1, 2, 3, 4], [1, 2], [1, 2, 4]]


def test_the_corpus_holds_only_course_groups_that_are_asked_about() -> None:
    made = pairs()
    assert {one.group for one in corpus_of(made[:3], passages(made))} == {"g-C0"}


def test_pairs_whose_passage_is_missing_are_counted() -> None:
    made = pairs()
    cases = make_cases(made, passages(made)[1:])
    assert cases.unmatched == 1
    assert len(cases.cases) == 23


def test_pairs_of_another_catalogue_are_an_error() -> None:
    made = pairs()
    with pytest.raises(CourselensError, match="courselens pairs"):
        make_cases(made, [passage("X", "nothing")])


def test_a_subject_that_is_no_model_is_an_error() -> None:
    made = pairs()
    with pytest.raises(CourselensError, match="best"):
        evaluate(made, passages(made), {"base": Blind()}, subject="best")


def test_scores_of_positives_and_negatives() -> None:
    made = pairs()
    scores = pair_scores(made, HashEncoder(1024))
    assert len(scores.positives) == 24
    assert len(scores.negatives) == 12
    assert scores.positives.mean() > scores.negatives.mean()


def test_fewer_dimensions_find_less_and_all_find_what_the_model_does() -> None:
    of = pairs()
    models = {"base": HashEncoder(128), "trained": HashEncoder(128)}
    found = evaluate(of, passages(of), models, cut=True)
    assert list(found.dimensions) == [128, 64]
    assert found.dimensions[128]["trained"] == found.interval("trained")
    assert found.dimensions[64]["trained"].value < found.dimensions[128]["trained"].value
    assert found.to_dict()["dimensions"]["64"]["base"]["n"] == found.questions
    assert "MRR@10 by dimensions kept" in found.text()
    assert evaluate(of, passages(of), models).dimensions == {}


def test_as_json_and_as_text() -> None:
    made = pairs()
    found = evaluate(made, passages(made), {"base": Blind(), "trained": HashEncoder(1024)})
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert data["systems"]["trained"]["MRR@10"]["value"] == found.interval("trained").value
    assert data["systems"]["BM25"]["by_kind"]["described"]["Recall@5"]["n"] == 12
    assert data["machine"]["cores"] >= 1
    text = found.text()
    assert str(found.interval("trained")) in text
    assert "Worst questions" in text
    assert max(map(len, text.splitlines())) < 200
