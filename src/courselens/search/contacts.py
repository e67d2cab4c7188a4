"""The e-mail address of who teaches a course, where the catalogue prints it beside the name.

In: a question that asks for an address, and the course that it is about. Out: whose address is which, or that the
catalogue tells none. What asks for an address is data (`words/conditions.yaml`); an address that stands in a section is
found like anything else that a section tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from courselens.course import Course
from courselens.search.clauses import LIKELY
from courselens.search.decide import Asked
from courselens.search.people import asked_person
from courselens.search.places import phrase_pattern, words_of
from courselens.search.query import Understood
from courselens.search.saying import Saying, coordinators
from courselens.search.tokens import Word, words

CONTACTS = "contacts"
"""The field of an answer that tells addresses."""
OF_PEOPLE = (CONTACTS, "lecturer", "further", "elsewhere", "none")
"""What a question for an address may be taken to ask."""
NO_ADDRESS = {
    "en": "The catalogue tells no e-mail address of {name}.",
    "de": "Der Katalog nennt keine E-Mail-Adresse von {name}.",
    "da": "Kataloget oplyser ingen e-mailadresse på {name}.",
}
ADDRESSES = {
    "en": ("The e-mail address of {who} ({name}) is {said}.", "E-mail addresses of {name}: {said}."),
    "de": ("Die E-Mail-Adresse von {who} ({name}) ist {said}.", "E-Mail-Adressen zu {name}: {said}."),
    "da": ("E-mailadressen på {who} ({name}) er {said}.", "E-mailadresser på {name}: {said}."),
}
"""One address, and several."""


def asks_address(text: str, *, person: bool = False) -> bool:
    """Whether `text` asks for somebody's e-mail address, as who wants to reach a lecturer or a `person` that is named
    does: not where it asks for somebody (`whom do I email?`), or a paper is handed in by mail.
    """
    return speaks_of_address(text, person=person) and not asks_for_somebody(text)


def asks_for_somebody(text: str) -> bool:
    """Whether `text` asks who somebody is: `whom do I email?`, `what is the name?`."""
    return not words_of("somebody").isdisjoint(word.text for word in words(text))


def speaks_of_address(text: str, *, person: bool = False) -> bool:
    """Whether `text` speaks of an e-mail address, or of reaching a lecturer or a `person` that is named."""
    told = words(text)
    somebody = asks_for_somebody(text)
    plain = [word.text for place, word in enumerate(told) if somebody or not _as_a_way(told, place)]
    said = " ".join(plain)
    if not words_of("other_ways").isdisjoint(plain):
        return False
    reaches = phrase_pattern("reaching").search(said) and (person or not words_of("people").isdisjoint(plain))
    return bool(reaches or phrase_pattern("asking_address").search(said))


def asks_address_of(understood: Understood, shares: Mapping[str, float], text: str) -> bool:
    """Whether `text`, a part of the question for which `shares` are the probabilities of what is asked, asks for an
    address rather than has its words in a topic (`does it cover email marketing?`).
    """
    person = any(one.field == "lecturer" for one in understood.found.conditions)
    return asks_address(text, person=person) and sum(shares.get(name, 0.0) for name in OF_PEOPLE) >= LIKELY


def with_address(asked: Asked, understood: Understood, course: Course) -> tuple[Asked, ...]:
    """What is `asked`, and the addresses that `course` has beside it where somebody is asked for to write to; () where
    nobody is.
    """
    writes = course.contacts and asked.field in OF_PEOPLE and speaks_of_address(understood.frame)
    return (asked, replace(asked, field=CONTACTS)) if writes and asked.field != CONTACTS else ()


def person_to_write_to(understood: Understood) -> frozenset[str]:
    """The names, folded, of the lecturer whose address is asked where no course is named; none else."""
    return asked_person(understood) if asks_address(understood.text, person=True) else frozenset()


def _as_a_way(told: Sequence[Word], place: int) -> bool:
    """Whether the word at `place` tells how something is sent: `by email`, `per E-Mail`, `I email it`."""
    before = [word.text for word in told[max(0, place - 2) : place] if word.text != "e"]
    return told[place].text.startswith(("mail", "email")) and before[-1:] != [] and before[-1] in words_of("by_mail")


def say_address(understood: Understood, course: Course, language: str) -> Saying:
    """The addresses of those who teach `course`: of whom the question names, or of its coordinators where it asks for
    them; that there is none where no address is printed.
    """
    said = {name for one in understood.found.conditions if one.field == "lecturer" for name in one.values}
    named = [str(name) for name in course.values("lecturer") if name in said]
    wanted = named or [str(name) for name in coordinators(course, understood)]
    found = {name: course.contacts[name] for name in wanted if name in course.contacts}
    if not found and not named:
        found = {**course.contacts}
    if not found:
        told = {word.text for word in understood.told}
        asked = named or (wanted if told & (words_of("people") | words_of("coordinating")) else [])
        whom = " – ".join(filter(None, (", ".join(asked), course.name)))
        return Saying(None, (), CONTACTS, course, (), NO_ADDRESS[language].format(name=whom))
    one, several = ADDRESSES[language]
    addresses = tuple(found.values())
    if len(found) == 1:
        text = one.format(who=next(iter(found)), name=course.name, said=addresses[0])
    else:
        text = several.format(name=course.name, said="; ".join(f"{who}, {mail}" for who, mail in found.items()))
    return Saying(text, addresses, CONTACTS, course, ())
