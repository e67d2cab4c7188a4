"""The main job on one page: write a sample catalogue, build a workspace from it, ask it five questions.

Comes in: nothing. Goes out: `demo/` with the catalogue and the workspace, and the answers with their sources on the
terminal. `make demo` runs it after the install; it needs no network.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

HERE = Path("demo")
PAGES, WORKSPACE = HERE / "pages", HERE / "workspace"


def run(*arguments: str) -> None:
    """Run one courselens command as a user would, printed before it runs."""
    print(f"\n$ courselens {shlex.join(arguments)}", flush=True)
    subprocess.run([sys.executable, "-m", "courselens.cli", *arguments], check=True)


def questions() -> list[str]:
    """Five questions about courses that the sample really holds, and does not."""
    lines = (WORKSPACE / "catalogue" / "courses.jsonl").read_text(encoding="utf-8").splitlines()
    courses = [json.loads(line) for line in lines]
    first = next(course for course in courses if course.get("language") and course.get("ects"))
    second = next(course for course in courses if course.get("lecturer") and course["title"] != first["title"])
    return [
        f"What language is {first['title']} taught in?",
        f"who teaches {second['title'].lower()}",
        f"how is {first['code']} examined?",
        "which master courses are taught in English in spring?",
        "how much does parking cost on campus?",
    ]


def main() -> None:
    """Write, build, ask."""
    started = time.monotonic()
    run("sample", str(PAGES))
    run("build", str(PAGES), "--out", str(WORKSPACE))
    for question in questions():
        run("ask", str(WORKSPACE), question)
    print(f"\nDone in {time.monotonic() - started:.0f} s. Go on:")
    print(f'  .venv/bin/courselens ask {WORKSPACE} "your own question"')
    print(f"  open {WORKSPACE / 'report' / 'index.html'} in a browser")
    print("  .venv/bin/courselens build YOUR-CATALOGUE --out my-workspace")


if __name__ == "__main__":
    main()
