"""The stages in order: catalogue → pairs → model → index → report, each skipped when nothing it depends on has changed.

A stage's fingerprint is taken from its inputs' content, its settings and the source code of the rooms that do the work,
so a new version of courselens redoes exactly what it would do differently. Every function takes a workspace that is
open for writing and returns what a person wants to know of the stage. What needs torch is imported where it is used:
reading a catalogue does not wait for it.
"""

from __future__ import annotations

import json
import platform
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from courselens.course import Catalogue, Skipped, read_courses, write_courses
from courselens.dataset.audit import audit
from courselens.dataset.pairs import make_pairs
from courselens.dataset.pairs_io import read_pairs, write_pairs
from courselens.dataset.passages import make_passages
from courselens.encode.base import base_model as base_model
from courselens.encode.openvino_encoder import OpenVinoEncoder, load_encoder
from courselens.errors import CourselensError
from courselens.evaluate.compare import corpus_of, evaluate, pair_scores
from courselens.evaluate.exam import Exam, questions_of, run_exam
from courselens.evaluate.others import other_models
from courselens.evaluate.questions import read_questions
from courselens.evaluate.report import write_report
from courselens.evaluate.systems import Remembering
from courselens.evaluate.whole import ABLATION, UNTRAINED, WHOLE, WholeSystem, vectors_of
from courselens.progress import Progress
from courselens.read import read
from courselens.search.confidence import Confidence
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from courselens.train.dev import better_than_base
from courselens.train.recipe import Recipe
from courselens.train.recipe import load_recipe as load_recipe
from courselens.train.training import FACTS_FILE, Training
from courselens.workspace import RECORD, Record, Workspace, file_sha256, fingerprint, write_text

Say = Callable[[str], None]
"""Takes one line for the person who waits."""

COVERAGE_DROP = 20.0
"""Percentage points by which a field's coverage may fall between two reads before it is said loudly."""

SKIPPED_SHOWN = 10

AUDIT_TEXT = "audit.txt"
"""The audit as a person reads it, beside `audit.json`."""

CHECKPOINTS = "checkpoints"
"""Scratch folder of the workspace in which a training run that is cut off leaves what it needs to go on."""

ENCODER = "encoder"
"""Folder of the index that holds the model as it answers, without torch."""


@dataclass(frozen=True)
class Watch:
    """Who is told how far a stage is (`progress`) and what it found (`say`)."""

    progress: Progress
    say: Say


def build(
    workspace: Workspace,
    sources: Sequence[Path],
    *,
    recipe: Recipe,
    base: Path,
    watch: Watch,
    labels: Path | None = None,
    allow_worse: bool = False,
) -> None:
    """Every stage in order; what is already done and unchanged is skipped."""
    read_stage(workspace, sources, watch=watch, labels=labels)
    pairs_stage(workspace, style=recipe.style, base=base, watch=watch)
    model_stage(workspace, recipe=recipe, base=base, watch=watch, allow_worse=allow_worse)
    index_stage(workspace, watch=watch)
    report_stage(workspace, base=base, watch=watch)


def read_stage(workspace: Workspace, sources: Sequence[Path], *, watch: Watch, labels: Path | None = None) -> Catalogue:
    """Read the sources into `catalogue/`; files whose bytes have not changed are taken over without parsing."""
    started = time.monotonic()
    settings = {"code": code_of("course", "read"), "labels": labels_sha256(labels) if labels else None}
    made_by = fingerprint(settings)
    before, reusable = None, None
    with suppress(CourselensError):  # a damaged catalogue is read anew
        workspace.verify("catalogue")
        record = workspace.record("catalogue")
        before = load_catalogue(workspace) if record else None
        reusable = before if record and record.versions.get("made_by") == made_by else None
    catalogue = read(sources, labels=labels, previous=reusable, progress=watch.progress)
    if not catalogue.courses:
        raise _nothing_read(catalogue, sources)
    warnings = (*catalogue.warnings, *(coverage_drops(before, catalogue) if before else ()))
    catalogue = Catalogue(catalogue.courses, catalogue.skipped, warnings)
    health = catalogue.health
    for warning in warnings:
        watch.say(f"WARNING: {warning}")
    content = fingerprint([made_by, [course.to_dict() for course in catalogue.courses], health.to_dict()])
    if workspace.is_current("catalogue", content):
        watch.say(f"catalogue: {health.courses:,} courses, unchanged")
        return catalogue
    counts = {"courses": health.courses, "groups": health.groups, "skipped": health.skipped}
    with workspace.stage("catalogue", content, counts, {**versions(), "made_by": made_by}, started) as folder:
        write_courses(catalogue.courses, folder / "courses.jsonl")
        with (folder / "skipped.jsonl").open("w", encoding="utf-8") as lines:
            for skipped in catalogue.skipped:
                lines.write(json.dumps({"file": skipped.file, "reason": skipped.reason}, ensure_ascii=False) + "\n")
        write_json(folder / "health.json", health.to_dict())
    watch.say(f"catalogue: {health.courses:,} courses in {health.groups:,} groups, {health.skipped:,} sources skipped")
    for skipped in catalogue.skipped[:SKIPPED_SHOWN]:
        watch.say(f"  skipped {skipped.file}: {skipped.reason}")
    if health.skipped > SKIPPED_SHOWN:
        watch.say(
            f"  … and {health.skipped - SKIPPED_SHOWN:,} more in {workspace.path / 'catalogue' / 'skipped.jsonl'}"
        )
    return catalogue


def pairs_stage(workspace: Workspace, *, style: str, base: Path, watch: Watch, seed: int = 42) -> Mapping[str, Any]:
    """Make training pairs in `pairs/`; returns the audit."""
    source = workspace.folder("catalogue")
    made_from = fingerprint(
        {
            "courses": file_sha256(source / "courses.jsonl"),
            "code": code_of("dataset"),
            "base": model_fingerprint(base),
            "style": style,
            "seed": seed,
        }
    )
    if workspace.is_current("pairs", made_from):
        found: Mapping[str, Any] = json.loads((workspace.path / "pairs" / "audit.json").read_text(encoding="utf-8"))
        watch.say("pairs: unchanged")
        return found
    catalogue = load_catalogue(workspace)
    tokenizer = base / "tokenizer.json"
    counts: dict[str, Any] = {"style": style}
    with workspace.stage("pairs", made_from, counts, versions()) as folder:
        encoder = base_encoder(workspace, base)
        exact = encoder  # pairs must not depend on which arithmetic was faster
        if encoder.precision != "f32":
            exact = base_encoder(workspace, base, precision="f32")
        pairs = make_pairs(
            catalogue, style=style, seed=seed, tokenizer=tokenizer, progress=watch.progress, encoder=exact
        )
        write_pairs(pairs, folder)
        checked = audit(pairs, tokenizer=tokenizer, encoder=encoder)
        write_json(folder / "audit.json", checked.to_dict())
        write_text(folder / AUDIT_TEXT, checked.text() + "\n")
        counts |= {"train": len(pairs.train), "dev": len(pairs.dev), "test": len(pairs.test)}
    told = [line for line in checked.text().splitlines() if line and not line.startswith("  ")]
    watch.say("\n".join([*told, f"the whole audit: {workspace.path / 'pairs' / AUDIT_TEXT}"]))
    return checked.to_dict()


def model_stage(
    workspace: Workspace, *, recipe: Recipe, base: Path, watch: Watch, allow_worse: bool = False
) -> Mapping[str, Any]:
    """Train `model/` by the recipe; a model that is not better than its base on dev is not shipped.

    The gate is for recipes that measure dev: `card` reproduces, whatever that is worth.
    """
    pairs = workspace.folder("pairs")
    made_from = fingerprint(
        {
            "pairs": {name: file_sha256(pairs / name) for name in ("train.parquet", "dev.parquet")},
            "recipe": recipe.to_dict(),
            "base": model_fingerprint(base),
            "code": code_of("train"),
            "allow_worse": allow_worse,
        }
    )
    if workspace.is_current("model", made_from):
        watch.say("model: unchanged")
        workspace.drop_scratch(CHECKPOINTS)
        return load_training(workspace).to_dict()
    from courselens.train.packed import end_of_training
    from courselens.train.trainer import train

    style = str(_record(workspace, "pairs").counts["style"])
    if style != recipe.style:
        watch.say(
            f"WARNING: the pairs have the style {style}, recipe {recipe.name} is meant for {recipe.style}: "
            f"run `courselens pairs --style {recipe.style}` first, or `courselens build --recipe {recipe.name}`"
        )
    counts: dict[str, Any] = {"recipe": recipe.name}
    with workspace.stage("model", made_from, counts, versions()) as folder:
        trained = train(recipe, pairs, base, folder, workspace.scratch(CHECKPOINTS), progress=watch.progress)
        gate = better_than_base(trained.base_dev, trained.trained_dev)
        if recipe.evaluate and not gate.better and not allow_worse:
            keep_base(base, folder)
            watch.say(f"model: {gate.reason}. The base is kept; --allow-worse keeps the trained model.")
        else:
            watch.say(f"model: {gate.reason}")
        counts |= {
            "steps": trained.steps,
            "kept": "base" if not gate.better and recipe.evaluate and not allow_worse else "trained",
            "dev_mrr": round(trained.trained_dev.mrr, 4),
            "base_dev_mrr": round(trained.base_dev.mrr, 4),
        }
    workspace.drop_scratch(CHECKPOINTS)
    end_of_training()
    return trained.to_dict()


def index_stage(workspace: Workspace, *, watch: Watch) -> Mapping[str, Any]:
    """Export the model for answering without torch and index every passage, in `index/`."""
    source, model = workspace.folder("catalogue"), workspace.folder("model")
    made_from = fingerprint(
        {
            "courses": file_sha256(source / "courses.jsonl"),
            "model": model_fingerprint(model),
            "code": code_of("search", "encode", "dataset"),
        }
    )
    if workspace.is_current("index", made_from):
        watch.say("index: unchanged")
        return dict(_record(workspace, "index").counts)
    from courselens.encode.export import export_encoder

    catalogue = load_catalogue(workspace)
    counts: dict[str, Any] = {}
    with workspace.stage("index", made_from, counts, versions()) as folder:
        watch.progress("cutting passages", 0, 0)
        passages = make_passages(catalogue.courses, tokenizer=model / "tokenizer.json")
        sample = [passage.text for passage in passages[:: max(1, len(passages) // 64)]]
        watch.progress("exporting the encoder", 0, 0)
        exported = export_encoder(model, folder / ENCODER, sample)
        encoder = load_encoder(folder / ENCODER)
        build_index(catalogue, passages, encoder, folder, progress=watch.progress)
        counts |= {
            "passages": len(passages),
            "courses": len(catalogue.courses),
            "precision": exported.precision,
            "cosine": round(exported.cosine, 6),
        }
    watch.say(
        f"index: {len(passages):,} passages, {exported.precision}, mean cosine {exported.cosine:.5f} to the model"
    )
    return counts


def report_stage(workspace: Workspace, *, base: Path, watch: Watch, others: Sequence[str] = ()) -> Mapping[str, Any]:
    """Measure the model and the whole beside base, BM25 and fusion on the test courses; write `report/` and the card.

    `others` are further models for the same table: workspaces, folders or hub ids.
    """
    pairs, index = workspace.folder("pairs"), workspace.folder("index")
    model = workspace.folder("model")
    compared = other_models(others)
    made_from = fingerprint(
        {
            "others": {one.name: model_fingerprint(one.model) for one in compared},
            "pairs": {name: file_sha256(pairs / name) for name in ("dev.parquet", "test.parquet", "audit.json")},
            "model": model_fingerprint(model),
            "base": model_fingerprint(base),
            "index": _record(workspace, "index").content,
            "code": code_of("evaluate"),
        }
    )
    if workspace.is_current("report", made_from):
        watch.say("report: unchanged")
        found: Mapping[str, Any] = json.loads((workspace.path / "report" / "metrics.json").read_text(encoding="utf-8"))
        return found
    catalogue = load_catalogue(workspace)
    style = str(_record(workspace, "pairs").counts["style"])
    passages = make_passages(catalogue.courses, tokenizer=model / "tokenizer.json", style=style)
    test = read_pairs(pairs / "test.parquet")
    indexed, corpus = open_index(index), corpus_of(test, passages)
    encoders = {
        "base": Remembering(base_encoder(workspace, base)),
        "trained": Remembering(load_encoder(index / ENCODER), vectors_of(indexed, corpus)),
    }
    models = encoders | {one.name: Remembering(base_encoder(workspace, one.model)) for one in compared}
    training = load_training(workspace)
    lens = Lens(indexed, models["trained"], Confidence.open(index))  # encodes what was encoded once only
    counts: dict[str, Any] = {}
    with workspace.stage("report", made_from, counts, versions()) as folder:
        whole = WholeSystem.over(lens, corpus)
        measured = evaluate(
            test,
            passages,
            models,
            further=[whole.untrained(encoders["base"], catalogue), whole],
            answers=(WHOLE, UNTRAINED),
            ablation=ABLATION,
            warnings=[warning for one in compared for warning in one.warnings(corpus)],
            cut=True,
            progress=watch.progress,
        )
        exam = run_exam(lens, questions_of(test, catalogue), catalogue, progress=watch.progress)
        watch.progress("drawing the report", 0, 0)
        write_report(
            folder,
            measured,
            catalogue=catalogue,
            training=training.to_dict(),
            audit=json.loads((pairs / "audit.json").read_text(encoding="utf-8")),
            before=pair_scores(test, encoders["base"]),
            after=pair_scores(test, encoders["trained"]),
            encoder=encoders["trained"],
            exam=exam,
        )
        counts |= {name: round(measured.interval(name).value, 4) for name in measured.systems}
        # Before the report stands: a kill in between must not leave a finished report and a card without its figures.
        if _record(workspace, "model").counts["kept"] == "trained":
            from courselens.train.card import write_card

            write_card(model, evaluation=measured.to_dict())
    watch.say(measured.text())
    return measured.to_dict()


def put_questions(path: Path, questions: Path) -> Exam:
    """Put a user's own questions with known answers (a JSON object a line) to the workspace."""
    catalogue = load_catalogue(Workspace.open(path))
    return run_exam(Lens.open(path), read_questions(questions), catalogue)


def keep_base(base: Path, folder: Path) -> None:
    """Replace the trained model in `folder` by its base as it came; the facts of the training run stay beside it."""
    facts = (folder / FACTS_FILE).read_bytes()
    shutil.rmtree(folder)
    shutil.copytree(base, folder, ignore=shutil.ignore_patterns("*.onnx", "*.h5", "*.ot", "openvino*", ".git*"))
    (folder / FACTS_FILE).write_bytes(facts)


def base_encoder(workspace: Workspace, base: Path, *, precision: str | None = None) -> OpenVinoEncoder:
    """The base model exported once for a workspace, so that base and trained model run on the same engine.

    `precision` (`f32`, `bf16`) overrides the one that was measured to be the faster.
    """
    folder = workspace.scratch("base") / model_fingerprint(base)
    if not (folder / "done").exists():
        from courselens.encode.export import export_encoder

        shutil.rmtree(folder, ignore_errors=True)
        export_encoder(base, folder, [])
        (folder / "done").touch()
    return OpenVinoEncoder(folder, precision=precision)


def load_catalogue(workspace: Workspace) -> Catalogue:
    """The catalogue as the read stage left it."""
    folder = workspace.folder("catalogue")
    with (folder / "skipped.jsonl").open(encoding="utf-8") as lines:
        skipped = tuple(Skipped(**json.loads(line)) for line in lines)
    return Catalogue(tuple(read_courses(folder / "courses.jsonl")), skipped)


def load_training(workspace: Workspace) -> Training:
    """What the training run left beside the model."""
    from courselens.train.card import read_facts

    return read_facts(workspace.folder("model")).training


def coverage_drops(before: Catalogue, after: Catalogue) -> list[str]:
    """A sentence for every field and section whose coverage fell by more than 20 percentage points."""
    warnings = []
    for kind in ("fields", "sections"):
        old, new = getattr(before.health, kind), getattr(after.health, kind)
        for name, count in old.items():
            share_before = 100 * count / max(1, len(before.courses))
            share_after = 100 * new.get(name, 0) / max(1, len(after.courses))
            if share_before - share_after > COVERAGE_DROP:
                warnings.append(
                    f"{kind[:-1]} {name}: found for {share_after:.0f}% of the courses, {share_before:.0f}% in the "
                    "build before. Has the layout of the catalogue changed?"
                )
    return warnings


def labels_sha256(labels: Path) -> str:
    """Hash of a file of labels. Raises CourselensError when it cannot be read."""
    try:
        return file_sha256(labels)
    except OSError as error:
        raise CourselensError(
            "the labels cannot be read",
            value=str(labels),
            where=error.strerror,
            remedy="Name a YAML file with --labels; the README shows one",
        ) from error


NAMED = 20
"""Sources that an error names one by one: nothing else tells them where no course was found."""


def _nothing_read(catalogue: Catalogue, sources: Sequence[Path]) -> CourselensError:
    reasons = "; ".join(f"{one.file}: {one.reason}" for one in catalogue.skipped[:NAMED])
    more = f" … and {len(catalogue.skipped) - NAMED:,} more" if len(catalogue.skipped) > NAMED else ""
    return CourselensError(
        "no course was found",
        value=", ".join(str(source) for source in sources),
        where=reasons + more or None,
        remedy="Give pages, sheets or tables of courses; labels in another language can be given with --labels",
    )


def model_fingerprint(folder: Path) -> str:
    """Hash of the files of a model that decide its vectors."""
    names = sorted(path for path in folder.rglob("*") if path.suffix in {".safetensors", ".json", ".txt", ".bin"})
    own = {FACTS_FILE, RECORD}
    return fingerprint(
        {path.relative_to(folder).as_posix(): file_sha256(path) for path in names if path.name not in own}
    )


@lru_cache
def code_of(*rooms: str) -> str:
    """Hash of the source files of some rooms: what was made by other code is made anew."""
    home = Path(__file__).parent
    files = sorted(
        path
        for room in rooms
        for path in ([home / f"{room}.py"] if (home / f"{room}.py").is_file() else (home / room).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    )
    return fingerprint({path.relative_to(home).as_posix(): file_sha256(path) for path in files})


@lru_cache
def versions() -> dict[str, str]:
    """The versions that a stage is made with."""
    names = ("courselens", "numpy", "openvino", "sentence-transformers", "tantivy", "torch")
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in names}}


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON document, indented, UTF-8."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def _record(workspace: Workspace, stage: str) -> Record:
    workspace.folder(stage)
    record = workspace.record(stage)
    if record is None:
        raise CourselensError(f"the workspace has no {stage}", value=str(workspace.path))
    return record
