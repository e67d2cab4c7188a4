"""How many questions a second does the server answer, and how long do they take?

Comes in: a workspace (first argument or COURSELENS_WORKSPACE). Goes out: a table and `serve_load.json`. Three servers
take turns on the same machine, loaded by `wrk` from 16 connections: `courselens serve`; a bare FastAPI route that
returns a constant (what the framework alone can do); and the naive peer, sentence-transformers and numpy behind
FastAPI, which finds a passage and answers nothing. Questions are a title of the catalogue in a phrasing of
`questions.yaml`, and each is asked once only, so no answer is a kept one; `--kept` adds a row where 500 of them repeat.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote_plus

from harness import keep, options

from courselens.dataset.phrasing import all_phrasings

BARE = """
from fastapi import FastAPI
app = FastAPI()
@app.get("/ask")
async def ask(q: str) -> dict[str, str]:
    return {"question": q, "answer": "constant"}
"""
NAIVE = """
import json, os
import numpy as np
from fastapi import FastAPI
from sentence_transformers import SentenceTransformer
from courselens.encode.base import base_model
index = os.environ["NAIVE_INDEX"]
model = SentenceTransformer(str(base_model()), device="cpu")
vectors = np.load(index + "/vectors.npy")
passages = [json.loads(line) for line in open(index + "/passages.jsonl", encoding="utf-8")]
app = FastAPI()
@app.get("/ask")
def ask(q: str, k: int = 10):
    scores = vectors @ model.encode(q, normalize_embeddings=True, show_progress_bar=False)
    best = np.argsort(-scores)[:k]
    return {"question": q, "passages": [{**passages[i], "score": float(scores[i])} for i in best]}
"""
SCRIPT = """
local questions, number = {questions}, 0
request = function()
  number = number + 1
  return wrk.format("GET", "/ask?q=" .. questions[(number - 1) % #questions + 1])
end
done = function(summary, latency)
  io.write(string.format("RESULT %d %d %d %f %f %d\\n", summary.requests, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.duration))
end
"""
WARM = 500
"""Questions to warm a server up with, none of which is asked again; as many repeat in the row of kept answers."""
MOST = 40_000


@dataclass(frozen=True)
class Round:
    """One run of wrk: requests a second, milliseconds, requests that failed, the server's CPU milliseconds for each,
    which stay comparable on a machine that others use.
    """

    rate: float
    p50: float
    p99: float
    failed: int
    cpu: float


def main() -> None:
    """Measure in turns, print, write."""
    parser = options(__doc__, "serve_load")
    parser.add_argument("workspace", nargs="?", default=os.environ.get("COURSELENS_WORKSPACE"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--kept", action="store_true")
    given = parser.parse_args()
    if not given.workspace or not Path(given.workspace, "index").is_dir():
        sys.exit("serve_load: skipped, it needs a built workspace (argument or COURSELENS_WORKSPACE)")
    if shutil.which("wrk") is None:
        sys.exit("serve_load: skipped, it needs wrk (Debian: apt-get install wrk)")
    workspace = Path(given.workspace)
    questions = make_questions(workspace)
    with tempfile.TemporaryDirectory() as folder:
        serve = [sys.executable, "-m", "courselens.cli", "serve"]
        servers = {
            "courselens": [*serve, str(workspace), "--workers", str(given.workers), "--port", "{port}"],
            "bare FastAPI": uvicorn(Path(folder), "bare", BARE),
            "naive peer": uvicorn(Path(folder), "naive", NAIVE),
        }
        os.environ["NAIVE_INDEX"] = str(workspace / "index")
        rows: dict[str, list[Round]] = {}
        for _ in range(given.rounds):
            for name, command in servers.items():
                process, port = start(command)
                try:
                    server = Server(process.pid, port)
                    load(server, questions[:WARM], given.connections, 2)
                    rows.setdefault(name, []).append(load(server, questions[WARM:], given.connections, given.seconds))
                    if given.kept and name == "courselens":
                        load(server, questions[:WARM], given.connections, given.seconds)
                        again = load(server, questions[:WARM], given.connections, given.seconds)
                        rows.setdefault("courselens, kept answers", []).append(again)
                finally:
                    process.terminate()
                    process.wait(30)
    report(rows, given, workspace, len(questions))


def make_questions(workspace: Path) -> list[str]:
    """Different questions, ready for an address: the catalogue's titles in phrasings of fields and sections."""
    lines = (workspace / "index" / "courses.jsonl").read_text(encoding="utf-8").splitlines()
    titles = {json.loads(line)["title"] for line in lines[:2000]}
    asked = {one.text for one in all_phrasings() if one.kind in ("field", "section")}
    forms = [text for text in sorted(asked) if set(re.findall(r"{(\w+)}", text)) == {"x"}]
    made = [form.replace("{x}", title) for title in sorted(titles) for form in [*forms, "{x}", "courses like {x}"]]
    random.Random(7).shuffle(made)
    return [quote_plus(text) for text in made[:MOST]]


def uvicorn(folder: Path, name: str, code: str) -> list[str]:
    """The command that serves `code`."""
    (folder / f"{name}.py").write_text(code)
    flags = ["--app-dir", str(folder), "--port", "{port}", "--no-access-log", "--log-level", "error"]
    return [sys.executable, "-m", "uvicorn", f"{name}:app", *flags]


def start(command: list[str]) -> tuple[subprocess.Popen[bytes], int]:
    """Start a server on a free port and wait until it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([part.format(port=port) for part in command], stderr=subprocess.DEVNULL)
    for _ in range(1200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ask?q=start"):
                return process, port
        except OSError:
            if process.poll() is not None:
                raise SystemExit(f"the server ended: {' '.join(command)}") from None
            time.sleep(0.1)
    raise SystemExit(f"the server does not answer: {' '.join(command)}")


@dataclass(frozen=True)
class Server:
    """A server that runs: its process and its port."""

    pid: int
    port: int

    def cpu(self) -> float:
        """CPU milliseconds of the process and its workers so far (0.0 where the system does not say)."""
        found, pending = 0, [self.pid]
        while pending:
            folder = Path(f"/proc/{pending.pop()}")
            try:
                found += sum(map(int, (folder / "stat").read_text().rpartition(")")[2].split()[11:13]))
                pending += [int(one) for one in (folder / f"task/{folder.name}/children").read_text().split()]
            except OSError:
                continue
        return 1000 * found / os.sysconf("SC_CLK_TCK")


def load(server: Server, questions: list[str], connections: int, seconds: int) -> Round:
    """Run wrk once."""
    before = server.cpu()
    script = SCRIPT.replace("{questions}", "{" + ",".join(f'"{one}"' for one in questions) + "}")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", file.name]
        done = subprocess.run([*command, f"http://127.0.0.1:{server.port}"], capture_output=True, text=True, check=True)
    found = re.search(r"RESULT (\d+) (\d+) (\d+) ([\d.]+) ([\d.]+) (\d+)", done.stdout)
    if not found:
        raise SystemExit(f"wrk said: {done.stdout} {done.stderr}")
    requests, status, broken, p50, p99, micros = map(float, found.groups())
    spent = (server.cpu() - before) / max(requests, 1)
    return Round(requests / micros * 1e6, p50, p99, int(status + broken), spent)


def report(rows: dict[str, list[Round]], given: argparse.Namespace, workspace: Path, questions: int) -> None:
    """Print the medians and write every round."""
    peer = statistics.median(one.rate for one in rows["naive peer"])
    load1 = os.getloadavg()[0]
    print(f"{workspace}: {questions:,} questions, {given.connections} connections, {given.rounds} rounds of ", end="")
    print(f"{given.seconds} s in turns, wrk beside on {os.cpu_count()} cores, load average {load1:.1f} at the end")
    print(f"{'server':<26}{'requests/s':>11}{'p50 ms':>9}{'p99 ms':>9}{'failed':>8}{'CPU ms':>8}{'to naive':>10}")
    for name, rounds in rows.items():
        keys = ("rate", "p50", "p99", "cpu")
        rate, p50, p99, cpu = (statistics.median(getattr(one, key) for one in rounds) for key in keys)
        failed = sum(one.failed for one in rounds)
        print(f"{name:<26}{rate:>11.0f}{p50:>9.1f}{p99:>9.1f}{failed:>8}{cpu:>8.1f}{rate / peer:>9.1f}x")
    told = ("rate", "p50", "p99", "cpu")
    medians = {
        name: {key: statistics.median(getattr(one, key) for one in rounds) for key in told}
        | {"failed": sum(one.failed for one in rounds), "to_naive": statistics.median(o.rate for o in rounds) / peer}
        for name, rounds in rows.items()
    }
    figures = {
        "workspace": workspace.name,
        "connections": given.connections,
        "seconds": given.seconds,
        "workers": given.workers,
        "medians": medians,
        "rounds": {name: [asdict(one) for one in rounds] for name, rounds in rows.items()},
    }
    keep(given.json, figures)


if __name__ == "__main__":
    main()
