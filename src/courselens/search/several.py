"""Several things that one question asks of a course: its clauses, and what it states of it.

In: a question understood, what the whole of it was taken to ask, the vectors of its clauses. Out: what each asks,
decided as for a question of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from courselens.encode import Vectors
from courselens.search.asked import AskedModel
from courselens.search.clauses import LIKELY, asks_in_words, field_of_noun, joined_by_word
from courselens.search.concerns import concerns_of
from courselens.search.contacts import CONTACTS, asks_address_of
from courselens.search.decide import SAME, TOLD, Asked, decide
from courselens.search.query import Understood
from courselens.search.saying import asks_yes_no


def by_each(
    understood: Understood, vectors: Vectors, model: AskedModel, fields: frozenset[str], told: Collection[str] = ()
) -> dict[str, Asked | None]:
    """What each clause asks that is not answered already (`told`), None where that is not sure. The `vectors` are those
    of the clauses.
    """
    each: dict[str, Asked | None] = {}
    for clause, vector in zip(understood.clauses, vectors, strict=True):
        if clause in told:
            continue
        one = decide(understood, model.probabilities(clause, vector), fields)
        noun = field_of_noun(clause)
        if noun:
            one = replace(one, field=noun, shares={noun: TOLD})
        elif any(concern.of_exam for concern in concerns_of(clause)):
            one = replace(one, field="exam", shares={"exam": TOLD})
        elif asks_address_of(understood, one.shares, clause):
            one = replace(one, field=CONTACTS, shares={CONTACTS: TOLD})
        group = SAME.get(one.field, one.field) if one.field else None
        share = sum(share for name, share in one.shares.items() if SAME.get(name, name) == group)
        each[clause] = replace(one, share=share) if group and share >= LIKELY else None
    return each


def settled(asked: Asked, each: Mapping[str, Asked | None]) -> dict[str, Asked | None]:
    """`each`; where the whole question was taken to ask (`asked`) what no clause does, only what is told in words."""
    groups = {group_of(one.field) for one in each.values() if one}
    sure = {clause: one if one and one.share >= TOLD else None for clause, one in each.items()}
    return sure if asked.field and group_of(asked.field) not in groups and any(sure.values()) else dict(each)


def left_over(asked: Asked, each: Mapping[str, Asked | None], understood: Understood) -> tuple[str, ...]:
    """The clauses of which is not sure what they ask, of a course that is named and beside others that are sure."""
    told = [one for one in each.values() if one]
    agreed = group_of(asked.field) in {group_of(one.field) for one in told}
    if not agreed and any(one.share < TOLD for one in told):
        return ()
    unsure = (clause for clause, one in each.items() if one is None and asks_in_words(clause))
    left = tuple(clause for clause in unsure if joined_by_word(clause, understood.frame))
    return left if understood.named and not understood.others and any(each.values()) else ()


def by_clauses(
    asked: Asked, each: Mapping[str, Asked | None], told: Collection[str] = (), left: Collection[str] = ()
) -> tuple[Asked, ...]:
    """What the clauses ask, where they ask for several fields: first what the whole question was taken to ask
    (`asked`), as sure as its own clause is; () where they do not, or not for that. Where the whole question was
    taken to ask for nothing, or some clauses are answered already (`told`), all that the others ask; so too where some
    are `left` and none of the others asks for that.
    """
    found: dict[str, Asked] = {}
    for one in filter(None, each.values()):
        found.setdefault(group_of(one.field), one)
    of_left = bool(left) and group_of(asked.field) not in found
    nouns = len(found) > 1 and all(field_of_noun(clause) for clause in each)  # `start time and teaching form`
    if asked.field is None or told or of_left or nouns:  # `what language is X in? its title is mixed`
        return tuple(found.values())
    whole = found.pop(group_of(asked.field), asked if asked.share == TOLD else None)
    if whole and asked.field == CONTACTS:  # `who is the lecturer and what is the e-mail`
        return (*found.values(), whole) if found else ()
    return (replace(whole, field=asked.field), *found.values()) if whole and found else ()


def group_of(field: str | None) -> str:
    """The field that stands for those that a question can hardly tell apart from `field`."""
    return SAME.get(field or "", field or "")


def stated(asked: Asked, understood: Understood) -> tuple[Asked, ...]:
    """What a question for yes or no states of a course, in its order, where that is more than what it was taken to
    ask: `does it run in English this spring?` is denied by either.
    """
    told = [one.field for one in understood.found.conditions if one.field != "year"]
    if asked.field not in told or not asks_yes_no(understood):
        return ()
    group = SAME.get(asked.field, asked.field)
    fields = dict.fromkeys(one for one in told if one == asked.field or SAME.get(one, one) != group)
    return tuple(replace(asked, field=one) for one in fields) if len(fields) > 1 else ()
