"""The one sentence of a course that tells what is asked, where no field and no section of it does.

In: the words of a question beside the course's name, and the passages of the course. Out: the sentence with most of
them, wherever it stands, if it has enough: how far one must be able to swim stands in a description where there are no
prerequisites. Before it is said that the catalogue does not tell something, all of the course is looked through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from courselens.course import Course
from courselens.dataset.types import Passage
from courselens.search.excerpt import SENTENCE
from courselens.search.lexical import word_stems
from courselens.search.places import words_of
from courselens.search.query import Understood
from courselens.search.telling import looked_for
from courselens.search.tokens import flat, fold, words
from courselens.search.vocabulary import asking_words, stop_words

ENOUGH = 0.6
"""Share of the words asked, by their rarity, that a sentence must have."""
MEASURED = 0.5
"""That share where it tells the amount or the date that is asked."""
FEWEST = 2
"""Words of them, none of asking, that it must have; one where it tells an amount or a date."""
RAREST = 7.0
"""What a word counts for at most: one that stands nowhere in the catalogue may be another word for what does."""
BEGINNING = 3
"""First letters that all forms of a word have (a stem has four at the least, of which the last may be `i` for `y`)."""
ASKING = 1 / 3
"""Part of its rarity for which a word of asking counts: `run` asks when a course runs, and how far one must."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A sentence of the passage at `place`, with the heading of that."""

    place: int
    heading: str
    sentence: str


def sentence_with_most(
    understood: Understood, course: Course, passages: Iterable[tuple[int, Passage]], rarity: Callable[[str], float]
) -> Stated | None:
    """The sentence of `passages`, those of `course`, that has enough of the words asked; None where none has."""
    wanted = [one for one in looked_for(understood.text) if one]
    asked = _weighed(said_beside_title(understood, course), rarity)
    enough, fewest = (MEASURED, FEWEST - 1) if wanted else (ENOUGH, FEWEST)
    best: tuple[float, Stated | None] = (0.0, None)
    for place, passage in passages:
        heading, _, body = passage.text.partition("\n")
        if passage.kind != "chunk" or _most(body, asked) < enough:
            continue
        for sentence in SENTENCE.split(body):
            if _most(sentence, asked) < enough or any(not one.search(flat(sentence)) for one in wanted):
                continue
            share = _share(sentence, asked, fewest)
            if share >= enough and share > best[0]:
                best = share, Stated(place, heading, sentence.strip())
    return best[1]


def said_beside_title(understood: Understood, course: Course) -> list[str]:
    """The words of the question that ask for something of `course`: none of its title, but for those said again (how
    long one must swim in Swim Fitness), and none that says nothing.
    """
    title = {word.text for name in (course.title, course.title_en) for word in words(name or "")}
    said = [word.text for word in words(understood.text)]
    small = stop_words() | words_of("according") | {word for word in title if said.count(word) == 1}
    return list(dict.fromkeys(word for word in said if word not in small and not word.isdigit()))


def _weighed(told: Sequence[str], rarity: Callable[[str], float]) -> dict[str, float]:
    """What each of the words counts for."""
    small = asking_words()
    return {word: min(rarity(word), RAREST) * (ASKING if word in small else 1.0) for word in told}


def _most(text: str, asked: Mapping[str, float]) -> float:
    """The largest share that a sentence of `text` may have: that of the words asked of which one with the same first
    letters stands in it. Forms of a word of one stem begin alike, and most sentences are passed over by it.
    """
    told = fold(text)
    return sum(weight for word, weight in asked.items() if word[:BEGINNING] in told) / (sum(asked.values()) or 1.0)


def _share(sentence: str, asked: Mapping[str, float], fewest: int) -> float:
    """The share of the words `asked` that stand in the sentence; 0 where fewer than `fewest` of a topic do."""
    stems = {stem for word in words(sentence) for stem in (word.text, *word_stems(word.text))}
    held = [word for word in asked if not stems.isdisjoint((word, *word_stems(word)))]
    telling = sum(word not in asking_words() for word in held)
    return sum(asked[word] for word in held) / sum(asked.values()) if telling >= fewest else 0.0
