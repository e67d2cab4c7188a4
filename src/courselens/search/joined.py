"""Conditions of one question that belong together: joined, beside each other, denied together.

In: conditions found one by one, with their places in the question. Out: whether a phrase is joined to one of them
(`English or German`), stands beside one (`portfolio, 3 ects`), and the conditions as they hold together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from courselens.search.exams import GROUP, INDIVIDUAL
from courselens.search.facts import Condition
from courselens.search.places import Around, words_of
from courselens.search.tokens import Word, words
from courselens.search.vocabulary import stop_words

OF_BOTH = 2
"""Words before the first of two values among which `both` stands."""
GAP = 40
"""Characters between two phrases that may still be joined."""


def within(word: Word, made: Sequence[Condition]) -> bool:
    """Whether a word belongs to what one of the conditions says."""
    return any(one.start <= word.start < one.end for one in made)


def overlap(one: Condition, other: Condition) -> bool:
    """Whether two conditions share a place of the question."""
    return one.start < other.end and other.start < one.end


def overlaps(one: Condition, others: Iterable[Condition]) -> bool:
    """Whether a condition shares a place with any of the others."""
    return any(overlap(one, other) for other in others)


def _between(text: str, end: int, start: int) -> list[str] | None:
    """The words between two places of one clause or list, None where more than a comma or a sign parts them."""
    gap = text[end:start]
    return None if start - end > GAP or re.search(r"[;.?!:]", gap) else [word.text for word in words(gap)]


def _gap(one: Condition, around: Around) -> list[str] | None:
    if one.end <= around.start:
        return _between(around.text, one.end, around.start)
    return _between(around.text, around.end, one.start) if around.end <= one.start else None


def joins(one: Condition, around: Around) -> bool:
    """Whether the phrase is joined to a condition: `English or German`, `paper + presentation`."""
    told = _gap(one, around)
    if told is None:
        return False
    gap = around.text[min(one.end, around.end) : max(one.start, around.start)]
    sign = re.search(r"[/+&]", gap) is not None
    joined = sign or any(word in words_of("joining") for word in told)
    return joined and all(word in words_of("joining") | words_of("articles") for word in told) and around.loose


def beside(one: Condition, around: Around) -> bool:
    """Whether the phrase stands beside a condition and no other word: `portfolio, 3 ects`."""
    told = _gap(one, around)
    if told is None or not all(word in words_of("joining") | words_of("articles") for word in told):
        return False
    before = around.before()
    begins = around.alone or before == "" or before in stop_words() | words_of("joining")
    return one.end <= around.start or begins


def joined(made: Sequence[Condition], text: str) -> list[Condition]:
    """Conditions on one field with plain equality become one (`English or German`), others stay.

    Two forms of examination joined by `and` are both wanted, two rules of one that are not joined by `or`, and two
    other values behind `both`. What is denied is not wanted too: `film courses outside the film department`.
    """
    denied = [one for one in made if one.operator == "not"]
    made = [one for one in made if one.operator != "is" or not any(_of_the_same(one, other) for other in denied)]
    joined: dict[str, Condition] = {}
    out = []
    for one in _negated(made, text):
        before = joined.get(one.field)
        both = before is not None and _both_wanted(before, one, text)
        if one.operator != "is" or one.field not in joined or both:
            out.append(one)
            if one.operator == "is":
                joined[one.field] = one
            continue
        first = joined[one.field]
        values = tuple(dict.fromkeys((*first.values, *one.values)))
        said = first.said if first.said == one.said else f"{first.said}, {one.said}"
        merged = Condition(one.field, "is", values, said, first.start, one.end)
        out[out.index(first)] = merged
        joined[one.field] = merged
    return _of_one_part(out, text)


def _both_wanted(first: Condition, other: Condition, text: str) -> bool:
    """Whether both of two conditions on one field are wanted, rather than either."""
    between = text[first.end : other.start]
    if other.field == "exam_rule":
        return first.values != other.values and not _either(between)
    return _both(between) and (other.field == "exam_form" or _of_both(text[: first.start]))


def _of_one_part(found: Sequence[Condition], text: str) -> list[Condition]:
    """A rule of an examination is one of the same part as the form or the rule beside it: `a central exam that's
    digital`, `closed book written exam`; not where a word or a sign joins the two.
    """
    out: list[Condition] = []
    for one in sorted(found, key=lambda one: one.start):
        before = next((other for other in reversed(out) if _of_exam(other)), None)
        if before is None or not _belongs(before, one, text):
            out.append(one)
            continue
        values = tuple(dict.fromkeys((*before.values, *one.values)))
        together = Condition("exam_rule", "together", values, text[before.start : one.end], before.start, one.end)
        out = [other for other in out if other is not before]
        out += [other for other in (before, one) if other.field == "exam_form"]
        out.append(together)
    return out


def _of_exam(one: Condition) -> bool:
    """Whether a condition is one value, or several together, of a part of an examination."""
    if one.operator == "together":
        return True
    return one.field in ("exam_rule", "exam_form") and one.operator == "is" and len(one.values) == 1


def _belongs(first: Condition, other: Condition, text: str) -> bool:
    """Whether two conditions on examinations, one of them a rule, have nothing between that may tell of two parts."""
    between, parting = text[first.end : other.start], words_of("joining") | words_of("parting")
    if other.field == "exam_rule" and not {GROUP, INDIVIDUAL} & {*other.values}:
        parting -= words_of("with")  # `an oral exam with external examiner`, not `with group work`
    parted = re.search(r"[,;.?!:/+&]", between) or any(word.text in parting for word in words(between))
    return _of_exam(other) and "exam_rule" in (first.field, other.field) and not parted


def _either(between: str) -> bool:
    return "/" in between or any(word.text in words_of("choosing") for word in words(between))


def _of_the_same(one: Condition, other: Condition) -> bool:
    return one.field == other.field == "department" and {*one.values} <= {*other.values}


def _of_both(before: str) -> bool:
    """Whether `both` stands shortly before: `taught at both bachelor and master level`."""
    return not words_of("of_both").isdisjoint(word.text for word in words(before)[-OF_BOTH:])


def _both(between: str) -> bool:
    return "+" in between or any(word.text in words_of("both") for word in words(between))


def _negated(made: Sequence[Condition], text: str) -> list[Condition]:
    """A negation holds for all that is joined after it: `neither an exam nor a presentation`."""
    out: list[Condition] = []
    for one in sorted(made, key=lambda one: one.start):
        before = next((other for other in reversed(out) if other.field == one.field), None)
        if before is not None and before.operator == "not" and one.operator == "is":
            gap = text[before.end : one.start]
            told = [word.text for word in words(gap)]
            joining = words_of("joining") | words_of("articles")
            joined = bool(told) and all(word in joining for word in told) and told[0] in words_of("joining")
            anew = told[:1] and told[0] in words_of("both") and len(told) > 1 and told[0] != "plus"
            if (joined and not anew) or (gap.strip() == "/"):
                one = replace(one, operator="not")
        out.append(one)
    return out
