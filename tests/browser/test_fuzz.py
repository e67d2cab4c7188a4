"""Whatever is asked, the server answers: no 5xx. COURSELENS_FUZZ_SECONDS says for how long (10 by default)."""

from __future__ import annotations

import os
import random
import sys
import time
from urllib.parse import quote, quote_from_bytes

import httpx
import pytest

pytestmark = pytest.mark.browser

SECONDS = float(os.environ.get("COURSELENS_FUZZ_SECONDS", "10"))
PIECES = (
    *("who teaches", "how many ects", "courses taught in", "not in German", "more than 5 credits", "?", "X", "{x}"),
    *(
        "7,230",
        "KAN-C",
        "2024/2025",
        "0",
        "-1",
        "9" * 40,
        "1e309",
        "½",
        "٣",
        "=",
        "&",
        "%",
        '"',
        "'",
        "\\",
        "/",
        "..",
        "<b>",
    ),
    *(
        "\x00",
        "\n",
        "\t",
        "\u202e",
        "\ud7ff",
        "\ufeff",
        "\U0001f9e0",
        "ﬁ",
        "İ",
        "ẞ",
        "Å",
        "e\u0301" * 9,
        "#",
        ";",
        "(",
        "[",
        "*",
    ),
    *("or", "and", "not", "between 3 and", "at least", "the", "der", "og", "Recht", "law", "a" * 300, "ab " * 300),
)
NAMES = ("q", "k", "filter", "page", "about", "all", "", "Q")
PATHS = ("/ask", "/ask", "/ask", "/", "/search", "/suggest", "/facets")


def address(choose: random.Random, titles: list[str]) -> str:
    """An address that a person, a script or an enemy might ask for."""
    parts = [choose.choice((*PIECES, *titles)) for _ in range(choose.choice((0, 1, 1, 2, 3, 8)))]
    text = choose.choice((" ", "")).join(parts)
    told = quote(text, safe="") if choose.random() < 0.9 else quote_from_bytes(choose.randbytes(20), safe="")
    query = [f"q={told}"] if choose.random() < 0.95 else []
    for _ in range(choose.choice((0, 0, 0, 1, 2))):
        query.append(f"{choose.choice(NAMES)}={quote(choose.choice(PIECES), safe='=')}")
    return f"{choose.choice(PATHS)}?{'&'.join(query)}"


def test_no_question_breaks_the_server(base: str) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    choose, asked, broken = random.Random(seed), 0, []
    with httpx.Client(base_url=base, timeout=60) as client:
        found = client.get("/search", params={"q": "introduction", "k": 20}).json()["courses"]
        titles = [one["title"] for one in found] + [one["code"] for one in found]
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            asked += 1
            where = address(choose, titles)
            status = client.get(where).status_code
            if status >= 500:
                broken.append(f"{status} {where[:500]}")
    sys.stderr.write(f"\nfuzz: {asked} requests in {SECONDS:g} s, seed {seed}, {len(broken)} answers of 5xx\n")
    assert asked > SECONDS
    assert not broken, "\n".join(broken[:10])
