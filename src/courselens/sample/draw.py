"""Sample courses drawn from the material: a number of courses and a seed in, a stream of `SampleCourse` out.

Each course group is drawn from (seed, its number) alone, so that the stream needs no memory, the first 100 courses of a
large catalogue are those of a small one, and any size gives the same bytes again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product, zip_longest
from random import Random
from typing import Any

from courselens.sample.course import SampleCourse
from courselens.sample.facts import draw_facts
from courselens.sample.material import LANGUAGES, Material, Subject, load_material
from courselens.sample.phrase import capital, fill
from courselens.sample.texts import draw_exams, draw_sections

_PROGRAMMES = (("BA", "B"), ("KAN", "C"), ("KAN", "K"), ("DIP", "D"), ("MA", "M"))
_PROGRAMME_WEIGHTS = (34, 38, 12, 9, 7)
_LAST_YEARS = (2025, 2024, 2023, 2017, 2012)
_LAST_YEAR_WEIGHTS = (68, 16, 8, 5, 3)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a title is made: the phrase list, the pattern in it, and the numbers of topic and second part."""

    kind: str
    pattern: int
    topic: int
    other: int


def sample_courses(courses: int, seed: int) -> Iterator[SampleCourse]:
    """The first `courses` courses of the endless catalogue that `seed` stands for, one after another."""
    material = load_material()
    order = list(range(len(material.subjects)))
    Random(f"{seed}/subjects").shuffle(order)
    number = group = 0
    while number < courses:
        subject = material.subjects[order[group % len(order)]]
        for course in _group(material, subject, group, group // len(order), seed, number):
            if number == courses:
                return
            yield course
            number += 1
        group += 1


def _group(
    material: Material, subject: Subject, group: int, index: int, seed: int, number: int
) -> Iterator[SampleCourse]:
    """All years and cross-listings of one course; `index` counts the groups of the subject."""
    rng = Random(f"{seed}/{group}")
    prefix, letter = rng.choices(_PROGRAMMES, _PROGRAMME_WEIGHTS)[0]
    tail = f"{subject.code}{rng.choice('VOIA')}{1000 + index}U"
    codes = [f"{prefix}-{letter}{tail}"]
    last = rng.choices(_LAST_YEARS, _LAST_YEAR_WEIGHTS)[0]
    years = [last - back for back in range(rng.choices((1, 2, 3), (50, 32, 18))[0])]
    if rng.random() < 0.08:  # the same course in another programme
        other_prefix, other_letter = rng.choice([one for one in _PROGRAMMES if one[0] != prefix])
        codes.append(f"{other_prefix}-{other_letter}{subject.code}X{1000 + index}U")
    language = "da" if "da" in subject.wordings and rng.random() < 0.5 else "en"
    plan = _plan(subject.id, index, seed)
    words = {
        one: _words(material, subject, one, plan, index, Random(f"{seed}/{group}/words"))
        for one in LANGUAGES
        if one in subject.wordings
    }
    teachers = Random(f"{seed}/{group}/facts").getrandbits(64)
    for year in years:
        for code in codes if year == last else codes[:1]:
            yield _course(material, subject, (number, group), language, (code, year), words, (seed, teachers))
            number += 1


def _course(
    material: Material,
    subject: Subject,
    numbers: tuple[int, int],
    language: str,
    issue: tuple[str, int],
    words: Mapping[str, Mapping[str, str]],
    seeds: tuple[int, int],
) -> SampleCourse:
    code, year = issue
    number, group = numbers
    yearly = Random(f"{seeds[0]}/{group}/{year}")
    said = words[language]
    facts = draw_facts(material, subject, language, code, year, Random(seeds[1]), yearly)
    exams = draw_exams(material, language, said, facts.ects, year, Random(f"{seeds[0]}/{group}/exam"), yearly)
    return SampleCourse(
        number=number,
        group=group,
        subject=subject.id,
        language=language,
        code=code,
        year=f"{year}/{year + 1}",
        title=said["title"],
        title_en=words["en"]["title"] if facts.has_english_title else "",
        facts=facts.facts,
        emails=facts.emails,
        note=fill(facts.note, said),
        exams=exams,
        sections=draw_sections(
            material, language, said, facts, bool(exams), Random(f"{seeds[0]}/{group}/text"), yearly
        ),
    )


def _words(material: Material, subject: Subject, language: str, plan: Plan, index: int, rng: Random) -> dict[str, str]:
    """The slots' words of a course in one language; the same draws, so the same meaning, in each."""
    wording = subject.wordings[language]
    phrases: Mapping[str, Any] = material.phrases[language]
    places: Sequence[Sequence[str]] = material.page["contexts"][subject.area]
    side = LANGUAGES.index(language)
    others = [at for at in range(len(wording.topics)) if at != plan.topic]
    rng.shuffle(others)
    place = rng.randrange(len(places))
    methods = rng.sample(range(len(wording.methods)), 2)
    if plan.kind == "titles_two":
        others.remove(plan.other)
        others.insert(0, plan.other)
    elif plan.kind == "titles_place":
        place = plan.other
    elif plan.kind == "titles_method":
        methods = [plan.other, *(at for at in methods if at != plan.other)][:2]
    topics = [wording.topics[at] for at in (plan.topic, *others)]
    tasks = rng.sample(wording.tasks, 2)
    words = {
        **{f"t{at}": topic.name for at, topic in enumerate(topics, 1)},
        **{f"a{at}": topic.about for at, topic in enumerate(topics, 1)},
        "m1": wording.methods[methods[0]],
        "m2": wording.methods[methods[1]],
        "h": wording.theories[rng.randrange(len(wording.theories))],
        "k": wording.materials[rng.randrange(len(wording.materials))],
        "c": places[place][side],
        "s": wording.name,
        "task": tasks[0],
        "task2": tasks[1],
    }
    title = fill(phrases[plan.kind][plan.pattern], words)
    times = index // len(_plans(subject.id, 0))
    words["title"] = title if language == "en" else capital(title)
    if times:
        words["title"] += f" {times + 1}"
    return words


def _plan(subject_id: str, index: int, seed: int) -> Plan:
    plans = _plans(subject_id, seed)
    return plans[index % len(plans)]


@lru_cache(maxsize=256)
def _plans(subject_id: str, seed: int) -> tuple[Plan, ...]:
    """Every title of a subject once, the kinds by turns as long as they last, so that titles do not repeat."""
    material = load_material()
    subject = next(one for one in material.subjects if one.id == subject_id)
    wording = subject.wordings["en"]
    topics = range(len(wording.topics))
    phrases = material.phrases["en"]

    def patterns(kind: str) -> range:
        return range(len(phrases[kind]))

    places = range(len(material.page["contexts"][subject.area]))
    kinds = [
        [Plan("titles_one", pattern, topic, topic) for pattern, topic in product(patterns("titles_one"), topics)],
        [Plan("titles_two", at, *pair) for at, pair in product(patterns("titles_two"), permutations(topics, 2))],
        [Plan("titles_place", *rest) for rest in product(patterns("titles_place"), topics, places)],
        [
            Plan("titles_method", *rest)
            for rest in product(patterns("titles_method"), topics, range(len(wording.methods)))
        ],
    ]
    rng = Random(f"{seed}/{subject_id}/titles")
    for plans in kinds:
        rng.shuffle(plans)
    first = rng.randrange(len(kinds))
    kinds = kinds[first:] + kinds[:first]
    return tuple(plan for turn in zip_longest(*kinds) for plan in turn if plan)
