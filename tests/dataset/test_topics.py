from __future__ import annotations

from courselens.dataset.glossary import translate_terms
from courselens.dataset.topics import Topics, candidates, stem, title_stems
from fakes import catalogue, course


def test_topics_are_phrases_of_the_text_without_the_titles_words() -> None:
    courses = catalogue().courses
    topics = Topics(courses)
    for one in courses:
        for section in one.sections:
            found = topics.of(one, section)
            assert found
            for topic in found:
                assert topic.text in section.text
                assert not title_stems(one) & {stem(word) for word in topic.text.split()}
                assert topic.weight > 0


def test_boilerplate_and_function_words_are_no_topics() -> None:
    text = "The students will be able to explain panel regression and, with examples, causality."
    assert candidates(text) == ["panel regression", "causality"]
    assert candidates("Die Studierenden kennen die Geldpolitik der Zentralbanken.") == ["Geldpolitik", "Zentralbanken"]


def test_german_compounds_are_translated_by_their_parts() -> None:
    terms = translate_terms("Die Finanzmarktregulierung und das Konsumentenverhalten im Strafrecht", "de", "en")
    assert [(term.source, term.target) for term in terms] == [
        ("Finanzmarktregulierung", "financial market regulation"),
        ("Konsumentenverhalten", "consumer behaviour"),
        ("Strafrecht", "criminal law"),
    ]


def test_other_languages_and_directions() -> None:
    assert [term.target for term in translate_terms("monetary policy; supply chains", "en", "de")] == [
        "Geldpolitik",
        "Lieferkette",
    ]
    assert [term.target for term in translate_terms("forsyningskæder og bæredygtighed", "da", "en")] == [
        "supply chain",
        "sustainability",
    ]
    assert translate_terms("monetary policy", "en", "en") == []
    assert translate_terms("monetary policy", "en", "fr") == []


def test_how_many_courses_have_all_words_of_some_phrases() -> None:
    texts = ("game theory and auctions", "game theory and voting", "auctions of art")
    topics = Topics(
        [course(f"C {number}", f"Course {number}", sections={"content": text}) for number, text in enumerate(texts)]
    )
    assert topics.holders(["game theory"]) == 2
    assert topics.holders(["game theory", "auctions"]) == 1
    assert topics.holders(["auctions", "voting"]) == 0
