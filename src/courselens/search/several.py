"""Several things that one question asks of a course: its clauses, and what it states of it.

In: a question understood, what the whole of it was taken to ask, the vectors of its clauses. Out: what each asks,
decided as for a question of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from courselens.encode import Vectors
from courselens.search.asked import AskedModel
from courselens.search.clauses import LIKELY
from courselens.search.concerns import concerns_of
from courselens.search.contacts import CONTACTS, asks_address_of
from courselens.search.decide import SAME, TOLD, Asked, decide
from courselens.search.query import Understood
from courselens.search.saying import asks_yes_no


def by_clauses(
    asked: Asked,
    understood: Understood,
    vectors: Vectors,
    model: AskedModel,
    fields: frozenset[str],
    told: Collection[str] = (),
) -> tuple[Asked, ...]:
    """What the clauses ask, where they ask for several fields: first what the whole question was taken to ask
    (`asked`), as sure as its own clause is; () where they do not, or not for that. Where the whole question was
    taken to ask for nothing, or some clauses are answered already (`told`), all that the others ask. `vectors` are the
    clauses'.
    """
    found: dict[str | None, Asked] = {}
    for clause, vector in zip(understood.clauses, vectors, strict=True):
        if clause in told:
            continue
        one = decide(understood, model.probabilities(clause, vector), fields)
        if any(concern.of_exam for concern in concerns_of(clause)):
            one = replace(one, field="exam", shares={"exam": TOLD})
        elif asks_address_of(understood, one.shares, clause):
            one = replace(one, field=CONTACTS, shares={CONTACTS: TOLD})
        group = SAME.get(one.field, one.field) if one.field else None
        share = sum(share for name, share in one.shares.items() if SAME.get(name, name) == group)
        if share >= LIKELY:
            found.setdefault(group, replace(one, share=share))
    if asked.field is None or told:  # `what language is X in? its title is mixed`
        return tuple(one for group, one in found.items() if group)
    whole = found.pop(SAME.get(asked.field, asked.field), asked if asked.share == TOLD else None)
    if whole and asked.field == CONTACTS:  # `who is the lecturer and what is the e-mail`
        return (*found.values(), whole) if found else ()
    return (replace(whole, field=asked.field), *found.values()) if whole and found else ()


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
