"""The command line: parse, call, print. One JSON document or text for people goes to standard output, all else to
standard error.

Every command imports the room it needs when it runs, so that `--help` and `ask` start without torch.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click

from courselens.errors import CourselensError

if TYPE_CHECKING:
    from courselens.pipeline import Watch

P = ParamSpec("P")

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")
out_option = click.option(
    "--out", "out", required=True, type=click.Path(path_type=Path), help="The workspace: a new folder, or one to renew."
)
workspace_argument = click.argument("workspace", type=click.Path(path_type=Path))
sources_argument = click.argument(
    "sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SOURCE..."
)
labels_option = click.option(
    "--labels", type=click.Path(path_type=Path), help="A YAML file with more labels of fields and sections."
)
recipe_option = click.option(
    "--recipe", default="best", show_default=True, help="How to train: best, card, or a YAML file of your own."
)
base_option = click.option(
    "--base-model", metavar="PATH|HUB-ID", help="The model to start from. Default: the packaged all-MiniLM-L6-v2."
)
worse_option = click.option(
    "--allow-worse", is_flag=True, help="Keep the trained model even when it is not better than its base."
)
filter_option = click.option(
    "--filter", "filters", multiple=True, metavar="FIELD=VALUE", help="A condition, such as level=Master. Repeatable."
)


class _Group(click.Group):
    """Commands in the order of the corridor rather than of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Turn a CourselensError into one clear message on standard error and exit status 1."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except CourselensError as error:
            click.secho(f"Error: {error}", fg="red", err=True)
            raise SystemExit(1) from error
        except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
            sys.stderr.close()
            raise SystemExit(0) from None
        except OSError as error:  # the system refused: a full disk, a folder without rights, a file that vanished
            file = f": {error.filename}" if error.filename else ""
            click.secho(
                f"Error: {error.strerror or error}{file}. Mend it and run the command again", fg="red", err=True
            )
            raise SystemExit(1) from error
        except KeyboardInterrupt:
            click.echo("\nStopped. What was finished is kept; the same command goes on from there.", err=True)
            raise SystemExit(130) from None

    return run


ENVIRONMENT = {"OMP_WAIT_POLICY": "PASSIVE", "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "32"}
"""What torch reads once, before its first product, where the user has not set it.

Threads that wait for work give their core away: on a busy machine, spinning cost training up to twice its time. And
oneDNN would keep code for every number of tokens that it ever met.
"""


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="courselens")
def main() -> None:
    """Turn a course catalogue into search and answers of its own: offline, on a CPU, with sources."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--courses", default=120, show_default=True, type=click.IntRange(1), help="How many courses to write.")
@click.option("--seed", default=7, show_default=True, help="Another seed, another catalogue; the same seed, the same.")
@click.option("--format", "format_", default="html", show_default=True, type=click.Choice(["html", "pdf", "csv"]))
@as_json
@command
def sample(folder: Path, courses: int, seed: int, format_: str, as_json: bool) -> None:
    """Write a fictional catalogue to try things on."""
    from courselens.sample import write_sample

    report = write_sample(folder, courses=courses, seed=seed, format=format_, progress=_progress())
    document = {**dataclasses.asdict(report), "folder": str(report.folder)}
    _show(document, as_json, f"{courses:,} courses in {folder}")


@main.command()
@sources_argument
@out_option
@recipe_option
@base_option
@labels_option
@worse_option
@as_json
@command
def build(
    sources: tuple[Path, ...],
    out: Path,
    recipe: str,
    base_model: str | None,
    labels: Path | None,
    allow_worse: bool,
    as_json: bool,
) -> None:
    """Make a workspace from a catalogue: read, pairs, train, index and evaluate in one.

    SOURCE is a file or a folder: HTML, PDF, text, CSV, TSV, JSON, JSONL, Parquet. Stages whose inputs have not changed
    are skipped; a build that was cut off goes on where it was.
    """
    _one_blas_thread(training=True)
    from courselens import pipeline
    from courselens.workspace import Workspace

    started = time.monotonic()
    chosen = pipeline.load_recipe(recipe)
    with Workspace.writing(out) as workspace:
        pipeline.build(
            workspace,
            sources,
            recipe=chosen,
            base=pipeline.base_model(base_model),
            watch=_watch(),
            labels=labels,
            allow_worse=allow_worse,
        )
        manifest = workspace.manifest()
    seconds = time.monotonic() - started
    _show(
        {**manifest, "seconds": round(seconds, 1)},
        as_json,
        f'Built {out} in {seconds:.0f} s. Ask it: courselens ask {out} "…"',
    )


@main.command()
@sources_argument
@out_option
@labels_option
@as_json
@command
def read(sources: tuple[Path, ...], out: Path, labels: Path | None, as_json: bool) -> None:
    """Read a catalogue into the workspace, and say what was found and what was skipped."""
    from courselens import pipeline
    from courselens.workspace import Workspace

    with Workspace.writing(out) as workspace:
        catalogue = pipeline.read_stage(workspace, sources, watch=_watch(), labels=labels)
    health = catalogue.health
    document = {**health.to_dict(), "skipped": [dataclasses.asdict(skipped) for skipped in catalogue.skipped]}
    lines = [f"{health.courses:,} courses in {health.groups:,} course groups", ""]
    for title, counts in (("field", health.fields), ("section", health.sections)):
        lines += [f"{title:<28}courses"]
        lines += [f"  {name:<26}{count:>7,}  {count / max(1, health.courses):>4.0%}" for name, count in counts.items()]
    lines += [f"skipped: {skipped.file}: {skipped.reason}" for skipped in catalogue.skipped]
    _show(document, as_json, "\n".join(lines))


@main.command()
@workspace_argument
@click.option("--style", type=click.Choice(["best", "card"]), default="best", show_default=True, help="Whose wording.")
@click.option("--seed", default=42, show_default=True)
@base_option
@as_json
@command
def pairs(workspace: Path, style: str, seed: int, base_model: str | None, as_json: bool) -> None:
    """Make question/passage pairs from the courses, split by course group, and audit them."""
    from courselens import pipeline

    with _existing(workspace) as opened:
        base = pipeline.base_model(base_model)
        audit = pipeline.pairs_stage(opened, style=style, base=base, watch=_watch(), seed=seed)
    _show(audit, as_json, (workspace / "pairs" / pipeline.AUDIT_TEXT).read_text(encoding="utf-8").rstrip())


@main.command()
@workspace_argument
@recipe_option
@base_option
@worse_option
@as_json
@command
def train(workspace: Path, recipe: str, base_model: str | None, allow_worse: bool, as_json: bool) -> None:
    """Fine-tune the base model on the pairs; a run that was cut off goes on from its last checkpoint."""
    from courselens import pipeline

    chosen = pipeline.load_recipe(recipe)
    with _existing(workspace) as opened:
        summary = pipeline.model_stage(
            opened, recipe=chosen, base=pipeline.base_model(base_model), watch=_watch(), allow_worse=allow_worse
        )
    _show(summary, as_json, "")


@main.command()
@workspace_argument
@as_json
@command
def index(workspace: Path, as_json: bool) -> None:
    """Index the passages for search and answers, and export the model so that it runs without torch."""
    from courselens import pipeline

    with _existing(workspace) as opened:
        summary = pipeline.index_stage(opened, watch=_watch())
    _show(summary, as_json, "")


@main.command()
@workspace_argument
@click.option(
    "--questions",
    type=click.Path(path_type=Path),
    help='Your own questions: a line each, {"question": …, "course": …, "field": …, "value": …}.',
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="WORKSPACE|PATH|HUB-ID",
    help="A further model for the same table, such as one trained on another catalogue or by `card`. Repeatable.",
)
@base_option
@as_json
@command
def evaluate(
    workspace: Path, questions: Path | None, models: tuple[str, ...], base_model: str | None, as_json: bool
) -> None:
    """Measure the model on courses it was not trained on, beside base and BM25, and write the report."""
    _one_blas_thread()
    from courselens import pipeline

    if questions and models:
        raise click.UsageError("--questions puts questions to the workspace itself; --model compares models")
    if questions:
        exam = pipeline.put_questions(workspace, questions)
        _show(exam.to_dict(), as_json, exam.text())
        return
    with _existing(workspace) as opened:
        base = pipeline.base_model(base_model)
        summary = pipeline.report_stage(opened, base=base, watch=_watch(), others=models)
    _show(summary, as_json, f"Report: {workspace / 'report' / 'index.html'}")


@main.command()
@workspace_argument
@click.argument("query")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000), help="How many passages.")
@filter_option
@as_json
@command
def search(workspace: Path, query: str, k: int, filters: tuple[str, ...], as_json: bool) -> None:
    """Find passages and courses about a topic, a code, a title."""
    _one_blas_thread()
    from courselens.search.lens import Lens
    from courselens.search.show import show_results

    found = Lens.open(workspace).search(query, filters=_filters(filters), k=k)
    _show(found.to_dict(), as_json, show_results(found))


@main.command()
@workspace_argument
@click.argument("question")
@as_json
@command
def ask(workspace: Path, question: str, as_json: bool) -> None:
    """Answer a question about the catalogue, with its source; or say that it is not there."""
    _one_blas_thread()
    from courselens.search.lens import Lens
    from courselens.search.show import show_answer

    answer = Lens.open(workspace).ask(question)
    _show(answer.to_dict(), as_json, show_answer(answer))


@main.command()
@workspace_argument
@click.argument("question")
@as_json
@command
def explain(workspace: Path, question: str, as_json: bool) -> None:
    """Tell how an answer came about: what was understood, what each part scored, why it was given or refused."""
    _one_blas_thread()
    from courselens.search.explain import explain as explained
    from courselens.search.lens import Lens

    found = explained(Lens.open(workspace), question)
    _show(found.to_dict(), as_json, found.text())


@main.command()
@workspace_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets other machines in.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Where to listen.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that answer.")
@click.option("--token-file", type=click.Path(path_type=Path), help="Ask every client for the token in this file.")
@click.option("--cors", multiple=True, metavar="ORIGIN", help="Let pages of this origin call the API. Repeatable.")
@click.option("--rate", default=0, type=click.IntRange(0), help="Requests a minute for one client; 0 is no limit.")
@as_json
@command
def serve(
    workspace: Path,
    host: str,
    port: int,
    workers: int,
    token_file: Path | None,
    cors: tuple[str, ...],
    rate: int,
    as_json: bool,
) -> None:
    """Serve the catalogue: a web page, an HTTP API, OpenAI-compatible embeddings, and MCP at /mcp."""
    _one_blas_thread()
    from courselens.serve.run import run_server
    from courselens.serve.settings import Settings

    settings = Settings(workspace, host, port, workers, token_file, cors, rate)

    def say(line: str) -> None:
        click.echo(line, err=True)
        _show({"url": settings.url, "workspace": str(workspace)}, as_json, "")

    run_server(settings, say)


@main.command()
@workspace_argument
@command
def mcp(workspace: Path) -> None:
    """Give a language model the catalogue as tools (Model Context Protocol) over standard input and output."""
    _one_blas_thread()
    from courselens.serve.mcp import run_mcp
    from courselens.serve.settings import Settings

    run_mcp(Settings(workspace))


@main.command()
@workspace_argument
@as_json
@command
def info(workspace: Path, as_json: bool) -> None:
    """Say what a workspace holds: stages, counts, health, model, figures; and check every file of it."""
    from courselens.workspace import STAGES, Workspace

    opened = Workspace.open(workspace)
    for stage in STAGES:
        opened.verify(stage)
    document = opened.manifest()
    for stage, name in (("catalogue", "health.json"), ("pairs", "audit.json"), ("report", "metrics.json")):
        path = workspace / stage / name
        if path.is_file():
            document[path.stem] = json.loads(path.read_text(encoding="utf-8"))
    lines = [f"{workspace}: schema {document['schema']}, every file as it was written"]
    for name, stage_ in document["stages"].items():
        counts = ", ".join(f"{key} {value}" for key, value in stage_["counts"].items())
        lines.append(f"  {name:<10} {stage_['seconds']:>8.1f} s {stage_['bytes'] / 1e6:>8.1f} MB  {counts}")
    _show(document, as_json, "\n".join(lines))


def _one_blas_thread(*, training: bool = False) -> None:
    """Before numpy is imported: BLAS threads spin while they wait, and would take the cores from the encoder.

    A question in the server took 37 ms of CPU with OpenBLAS's own choice on 2 cores, 14 ms with one thread. Training
    keeps torch's threads (OMP, MKL).
    """
    for name in ("OPENBLAS_NUM_THREADS", *(() if training else ("OMP_NUM_THREADS", "MKL_NUM_THREADS"))):
        os.environ.setdefault(name, "1")


def _existing(workspace: Path) -> Any:
    """A workspace that must exist already, open for writing."""
    from courselens.workspace import Workspace

    Workspace.open(workspace)
    return Workspace.writing(workspace)


def _filters(given: tuple[str, ...]) -> dict[str, str]:
    for one in given:
        if "=" not in one:
            raise click.BadParameter(f"{one!r} is not FIELD=VALUE, such as level=Master", param_hint="--filter")
    return {field.strip(): value.strip() for field, _, value in (one.partition("=") for one in given)}


def _show(document: Mapping[str, Any], as_json: bool, text: str) -> None:
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))
    elif text:
        click.echo(text)


def _watch() -> Watch:
    from courselens.pipeline import Watch

    return Watch(progress=_progress(), say=lambda line: click.echo(f"{_clear()}{line}", err=True))


def _clear() -> str:
    return "\r\x1b[K" if sys.stderr.isatty() else ""


def _progress() -> Callable[[str, int, int], None]:
    """One line that is written over on a terminal; in a log, a line every ten seconds at the most."""
    last = [0.0]

    def show(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        terminal = sys.stderr.isatty()
        if now - last[0] < (0.1 if terminal else 10.0):
            return
        last[0] = now
        count = f" {done:,}/{total:,}" if total else ""
        click.echo(f"{_clear()}{what}{count}", err=True, nl=not terminal)

    return show


if __name__ == "__main__":
    main()
