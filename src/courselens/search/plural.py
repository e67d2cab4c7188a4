"""Whether a question asks for courses rather than about one: `which courses`, `anything on`, `what can I take`.

In: a question's words, and the titles that it may name. Out: yes or no. The phrases are data (`words/conditions.yaml`).
"""

from __future__ import annotations

from collections.abc import Sequence

from courselens.search.names import MAYBE, NAMED, TitleMention
from courselens.search.places import is_course_word, phrase_pattern, words_of
from courselens.search.tokens import BREAK, Word
from courselens.search.vocabulary import asking_words, stop_words

PARTS = (["the"], ["guest"], ["who"], ["wer"])
"""Before a word for courses that is none: `the guest lectures`, `who lectures`."""


def asks_for_courses(told: Sequence[Word]) -> bool:
    """Whether the question asks for courses rather than about one: `which courses`, `any class`, `kurse über`,
    `what can I take`, `anything on`.
    """
    texts = [word.text for word in told[:40]]
    if _asks_without_the_word(texts):
        return True
    plural = words_of("plural_courses")
    plural |= {word for word in texts if len(word) > 7 and word.endswith((*plural, "fag"))}
    singular, some = words_of("singular_courses"), words_of("asking_some") - {"the"}
    asking = {"which", "what", "welche", "welcher", "welches", "hvilket", "hvilken"}
    of_one = texts[:1] and texts[0] in words_of("of_one") and not {"there", "any", "es", "der", "some"} & set(texts)
    for place, word in enumerate(texts):
        before = texts[max(0, place - 3) : place]
        if (word == "fag" or word in words_of("plural_types")) and place == 0:
            return True
        if word in words_of("plural_types") and before[-1:] and before[-1] in some | asking | {"only", "nur", "kun"}:
            return True
        if word in plural and not (before[-1:] in PARTS or of_one or _counted(before)):
            return True
        if (
            word in singular
            and any(one in some for one in before)
            and (before[0] in asking or "is" not in texts[:1] or texts[1] == "there")
        ):
            return texts[place + 1 : place + 2] != ["is"] or before[0] in asking
    return False


def lists_of_topic(told: Sequence[Word], titles: Sequence[TitleMention]) -> bool:
    """Whether nothing but courses on a topic is said, of which a title may hold some words: `Vorlesungen zu Steuern
    oder Einkauf`; not `courses on tax with an exam`, nor a title that begins so.
    """
    texts = [word.text for word in told]
    first = next((place for place, word in enumerate(texts) if word not in words_of("asking_some")), len(texts))
    if first + 2 >= len(texts) or (titles and min(titles[0].places, default=first) <= first):
        return False
    plural = is_course_word(texts[first]) and texts[first].endswith(tuple(words_of("plural_courses")))
    of_topic = texts[first + 1] in words_of("of_topic")
    return (
        plural
        and of_topic
        and not any(word in asking_words() - stop_words() or word in words_of("yes_no") for word in texts[first + 2 :])
    )


def counts(told: Sequence[Word]) -> bool:
    """Whether it is asked how many courses there are."""
    texts = [word.text for word in told]
    for place, word in enumerate(texts[1:], 1):
        if word in words_of("plural_courses") and not words_of("counting").isdisjoint(
            (texts[place - 1], " ".join(texts[max(0, place - 2) : place]))
        ):
            return True
    return False


def _counted(before: Sequence[str]) -> bool:
    """`a handful of seminars`, `how many classes`: courses are parts of one."""
    return before[-2:] == ["how", "many"] or (
        before[-1:] in (["of"], ["von"], ["af"])
        and before[-2:-1] not in (["list"], ["kind"], ["which"], ["types"], ["any"])
    )


def _asks_without_the_word(texts: Sequence[str]) -> bool:
    found = phrase_pattern("asking_without").search(" ".join(texts))
    if found and not set(" ".join(texts)[found.end() :].split()[:2]) & words_of("units"):
        return True
    some, about = words_of("something"), words_of("about")
    return any(
        word in some and any(one in about for one in texts[place + 1 : place + 3]) for place, word in enumerate(texts)
    )


def beside_title(told: Sequence[Word], named: Sequence[Word], titles: Sequence[TitleMention]) -> list[Word]:
    """The words `told` outside a title that is said in full, which may itself speak of courses or seminars. Its places
    count in `named`, the same words or some of them in English.
    """
    full = titles[0].places if titles and titles[0].cover >= 0.9 and len(titles[0].places) >= 3 else ()
    within = [named[place] for place in full if place < len(named)]
    return [word for word in told if not any(one.start < word.end and word.start < one.end for one in within)]


def asks_last(text: str, told: Sequence[Word], titles: Sequence[TitleMention]) -> bool:
    """Whether the last clause asks whether a course that it names is one of those that another clause asks for:
    `I only want courses in English, does X fit?`
    """
    best = titles[0] if titles and titles[0].strength >= NAMED else None
    if best is None or not text.endswith("?"):
        return False
    breaks = [found.end() for found in BREAK.finditer(text.rstrip("?"))]
    last = next((place for place, word in enumerate(told) if breaks and word.start >= breaks[-1]), None)
    return last is not None and min(best.places) > last and told[last].text in words_of("yes_no")


def asks_before(told: Sequence[Word], titles: Sequence[TitleMention]) -> bool:
    """Whether the courses asked for are those that another one needs: `which courses must be done before Topology?`."""
    first = min(titles[0].places) if titles and titles[0].strength >= MAYBE else 0
    ahead = [word.text for word in told[:first]]
    return not (words_of("coming_next").isdisjoint(ahead[-1:]) or words_of("needing").isdisjoint(ahead))


def announced(text: str, told: Sequence[Word], titles: Sequence[TitleMention]) -> bool:
    """Whether a course is named ahead of a colon, and behind it something is asked of it that is one of two: `Retailing
    Innovations: english or german lectures?`.
    """
    end = text.find(": ")
    if end < 0 or not titles or titles[0].strength < NAMED:
        return False
    named = {told[place].start for place in titles[0].places if place < len(told)}
    small = stop_words()
    ahead = all(word.start in named or word.text in small for word in told if word.start < end)
    chooses = any(word.text in words_of("choosing") for word in told if word.start > end)
    return ahead and bool(named) and chooses
