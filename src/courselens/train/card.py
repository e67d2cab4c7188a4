"""The model card: README.md beside the weights, in the shape of the reference card.

In: the trained model and what the trainer knows. Out: `CardFacts` (saved as courselens.json, so that the card can be
written again when the test figures stand, without the trainer) and README.md. What sentence-transformers gathers for
its own cards is taken from there (loss and its parameters, samples, hyperparameters, logs, versions, citations); ours
are token statistics over 1,000 samples, the evaluation, and what the data are and what they are not.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from textwrap import indent
from typing import Any

import jinja2
import yaml
from huggingface_hub.repocard_data import EvalResult, eval_results_to_model_index
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
from sentence_transformers.sentence_transformer.model_card import SentenceTransformerModelCardCallback
from transformers.modelcard import make_markdown_table

from courselens.dataset.types import Pair
from courselens.encode.base import base_id, base_license
from courselens.errors import CourselensError
from courselens.train.dev import DevSet
from courselens.train.examples import Prepared
from courselens.train.recipe import Recipe
from courselens.train.training import FACTS_FILE, Training

TEMPLATE = "card.md.j2"
_STATISTICS_FROM = 1000
_WIDGETS = 5
_NONE: Mapping[str, Any] = {}
_table: Any = make_markdown_table  # untyped in transformers


@dataclass(frozen=True, slots=True)
class CardFacts:
    """All that the card says before the test figures are known. Texts are Markdown where so named.

    `weights` is the SHA-256 of model.safetensors. `base_model` is a hub id and None where the base is none of the Hub;
    `license` is the base's, None where it states none. `model`: architecture, max_seq_length, dimensions, similarity,
    usage (Markdown). `dataset`: size, columns, statistics and samples (Markdown), loss, loss_config (Markdown), data
    (counts of pairs, course groups, kinds).
    """

    training: Training
    recipe: Mapping[str, Any]
    weights: str
    base_model: str | None
    license: str | None
    tags: tuple[str, ...]
    widget: tuple[Mapping[str, Any], ...]
    model: Mapping[str, Any]
    dataset: Mapping[str, Any]
    hyperparameters: Mapping[str, str]
    non_default: Mapping[str, str]
    log_table: str
    versions: Mapping[str, str]
    citations: Mapping[str, str] = field(default_factory=dict)


def card_facts(
    model: SentenceTransformer,
    trainer: SentenceTransformerTrainer,
    recipe: Recipe,
    training: Training,
    prepared: Prepared,
    pairs: Sequence[Pair],
    dev: DevSet,
    base: Path,
) -> CardFacts:
    """Gather the facts of a finished run. `pairs` are the labelled pairs that the examples were made from."""
    data: Any = model.model_card_data
    for callback in trainer.callback_handler.callbacks:  # not called where a run only picks up a finished checkpoint
        if isinstance(callback, SentenceTransformerModelCardCallback):
            callback.on_train_begin(trainer.args, trainer.state, trainer.control, model=model)
    widget, usage = _examples(pairs, recipe.seed)
    data.ir_model = False
    data.usage_examples = usage
    data.training_logs = _log_lines(training)
    data.best_model_step = training.best_step if training.dev else None
    told: Mapping[str, Any] = data.train_datasets[0]
    metadata = data.get_model_specific_metadata()
    return CardFacts(
        training=training,
        recipe=recipe.to_dict(),
        weights="",
        base_model=base_id(base),
        license=base_license(base),
        tags=tuple(data.tags),
        widget=tuple(widget),
        model={
            "architecture": metadata["model_string"],
            "max_seq_length": metadata["model_max_length"],
            "dimensions": metadata["output_dimensionality"],
            "similarity": metadata["similarity_fn_name"],
            "usage": data.generate_usage_snippet(),
        },
        dataset={
            "size": len(prepared),
            "columns": list(prepared.columns),
            "statistics": _statistics(prepared.columns, model),
            "samples": told["examples_table"],
            "loss": told["loss"]["fullname"].rsplit(".", 1)[-1],
            "loss_config": told["loss"].get("config_code", ""),
            "data": _counts(pairs, dev, training),
        },
        hyperparameters=_printed(data.all_hyperparameters),
        non_default=_printed(data.non_default_hyperparameters),
        log_table=data.format_training_logs()["eval_lines"] if data.training_logs else "",
        versions=dict(data.version),
        citations={name: text.strip() for name, text in data.citations.items()},
    )


def write_card(model: Path, facts: CardFacts | None = None, evaluation: Mapping[str, Any] | None = None) -> None:
    """Write README.md of the model in the folder `model`.

    `facts` default to those that the trainer saved there. `evaluation` is the content of metrics.json; with it, the
    test figures stand in the card and in its model-index. Raises CourselensError where the facts are missing or
    damaged.
    """
    known = facts or read_facts(model)
    shown = _shown(evaluation) if evaluation else None
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown, not HTML
    )
    text = environment.get_template(TEMPLATE).render(
        front_matter=yaml.safe_dump(front_matter(known, evaluation), sort_keys=False, allow_unicode=True).strip(),
        facts=known,
        name=model_name(known),
        evaluation=shown,
    )
    partial = model / "README.md.partial"
    partial.write_text(text, encoding="utf-8")
    partial.replace(model / "README.md")


def model_name(facts: CardFacts) -> str:
    """The card's heading."""
    return f"SentenceTransformer based on {facts.base_model}" if facts.base_model else "SentenceTransformer"


def front_matter(facts: CardFacts, evaluation: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The card's YAML head as the Hub reads it; licence and base model only where they are known."""
    head: dict[str, Any] = {}
    if facts.license:
        head["license"] = facts.license
    head["tags"] = list(facts.tags)
    if facts.base_model:
        head["base_model"] = facts.base_model
    head["widget"] = [dict(one) for one in facts.widget]
    head["pipeline_tag"] = "sentence-similarity"
    head["library_name"] = "sentence-transformers"
    if evaluation:
        results = _results(evaluation)
        head["metrics"] = [result.metric_type for result in results]
        head["model-index"] = eval_results_to_model_index(model_name(facts), results)
    return head


def write_facts(model: Path, facts: CardFacts, *, weights: str) -> None:
    """Save the facts beside the weights, whose SHA-256 is `weights`."""
    text = json.dumps(asdict(replace(facts, weights=weights)), ensure_ascii=False, indent=1)
    (model / FACTS_FILE).write_text(text + "\n", encoding="utf-8")


def read_facts(model: Path) -> CardFacts:
    """The facts that the trainer saved. Raises CourselensError where they are missing or damaged."""
    path = model / FACTS_FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        data["training"] = Training.from_dict(data["training"])
        return CardFacts(**{**data, "tags": tuple(data["tags"]), "widget": tuple(data["widget"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CourselensError(
            "no facts about this model's training",
            value=f"{type(error).__name__}: {error}",
            where=path,
            remedy="Run `courselens train` again",
        ) from error


def _results(evaluation: Mapping[str, Any]) -> list[EvalResult]:
    figures = evaluation["systems"][evaluation["subject"]]
    return [
        EvalResult(
            task_type="information-retrieval",
            task_name="Information Retrieval",
            dataset_type="course-catalogue",
            dataset_name="courses never trained on",
            metric_type=name.lower(),
            metric_name=name,
            metric_value=round(figure["value"], 4),
        )
        for name, figure in figures.items()
        if not name.startswith("by_")
    ]


def _shown(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """The evaluation as two Markdown tables: all systems overall, and MRR@10 by kind of question."""
    systems: Mapping[str, Mapping[str, Any]] = evaluation["systems"]
    subject = evaluation["subject"]
    overall = [
        {
            "System": f"**{name}**" if name == subject else name,
            **{metric: _interval(figure) for metric, figure in figures.items() if not metric.startswith("by_")},
        }
        for name, figures in systems.items()
    ]
    kinds = [
        {
            "Kind of question": kind,
            "n": str(figures["MRR@10"]["n"]),
            **{name: f"{of['by_kind'][kind]['MRR@10']['value']:.4f}" for name, of in systems.items()},
        }
        for kind, figures in systems[subject].get("by_kind", _NONE).items()
    ]
    cut = [
        {"Dimensions kept": size, **{name: _interval(figure) for name, figure in of.items()}}
        for size, of in evaluation.get("dimensions", _NONE).items()
    ]
    return {
        **{name: evaluation[name] for name in ("questions", "groups", "passages", "courses")},
        "notes": [note for note in (evaluation.get("inconclusive"), *evaluation.get("warnings", ())) if note],
        "ablation": _ablation(evaluation),
        "overall": _table(overall),
        "kinds": _table(kinds) if kinds else "",
        "dimensions": _table(cut) if cut else "",
    }


def _ablation(evaluation: Mapping[str, Any]) -> str:
    """What each part of courselens adds to the one before it as a Markdown table; empty where that was not measured."""
    lines = [
        {
            "Added": f"{one['system']} over {one['against']}",
            "Metric": one["metric"],
            "Difference": f"{one['value']:+.4f} [{one['low']:+.4f}, {one['high']:+.4f}]",
            "": one["verdict"],
        }
        for one in evaluation.get("ablation", ())
        if one["by"] == "overall"
    ]
    return _table(lines) if lines else ""


def _interval(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.4f} [{figure['low']:.4f}, {figure['high']:.4f}]"


def _examples(pairs: Sequence[Pair], seed: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Widget examples (a question, its passage and two others, shuffled), and three sentences for the usage section."""
    chance = random.Random(seed)
    positives = [pair for pair in pairs if pair.label == 1.0] or list(pairs)
    widget = []
    usage: list[str] = []
    for pair in chance.sample(positives, min(_WIDGETS, len(positives))):
        others = [other.passage.text for other in chance.sample(pairs, min(2, len(pairs)))]
        usage = [pair.question.text, pair.passage.text, others[0]]
        sentences = [pair.passage.text, *others]
        chance.shuffle(sentences)
        widget.append({"source_sentence": pair.question.text, "sentences": sentences})
    return widget, usage


def _statistics(columns: Mapping[str, Sequence[Any]], model: SentenceTransformer) -> str:
    """Type and range of each column over the first samples: tokens of texts (as the model cuts them), values else."""
    types: dict[str, str] = {"": "type"}
    details: dict[str, str] = {"": "details"}
    for name, values in columns.items():
        first = list(values[:_STATISTICS_FROM])
        texts = isinstance(first[0], str)
        numbers = _token_counts(first, model) if texts else first
        unit = " tokens" if texts else ""
        mean = round(sum(numbers) / len(numbers), 2)
        types[name] = "string" if texts else "float"
        details[name] = (
            f"<ul><li>min: {min(numbers)}{unit}</li><li>mean: {mean}{unit}</li><li>max: {max(numbers)}{unit}</li></ul>"
        )
    return indent(_table([types, details]).replace("-:|", "--|"), "  ")


def _token_counts(texts: Sequence[str], model: SentenceTransformer) -> list[int]:
    made = model.tokenizer(list(texts), truncation=True, max_length=model.max_seq_length)
    return [len(ids) for ids in made["input_ids"]]


def _counts(pairs: Sequence[Pair], dev: DevSet, training: Training) -> dict[str, Any]:
    return {
        "pairs": len(pairs),
        "positives": sum(pair.label == 1.0 for pair in pairs),
        "groups": len({pair.question.group for pair in pairs}),
        "kinds": dict(Counter(pair.kind for pair in pairs).most_common()),
        "question_kinds": dict(Counter(pair.question.kind for pair in pairs).most_common()),
        "negatives": dict(training.negatives),
        "unused": training.unused,
        "dev_questions": len(dev.questions),
        "dev_passages": len(dev.passages),
    }


def _log_lines(training: Training) -> list[dict[str, Any]]:
    lines: dict[int, dict[str, Any]] = {}
    for point in training.losses:
        lines[point.step] = {"Epoch": point.epoch, "Step": point.step, "Training Loss": point.loss}
    for mark in training.dev:
        lines.setdefault(mark.step, {"Epoch": mark.epoch, "Step": mark.step})["dev MRR@10"] = mark.mrr
    return [lines[step] for step in sorted(lines)]


def _printed(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
