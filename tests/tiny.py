"""A base model of a few thousand weights: random, two layers of 32 dimensions, with the packaged tokenizer.

It trains in a second, so the whole corridor can be walked in a test.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from transformers import BertConfig, BertModel

from courselens import pipeline
from courselens.encode.base import base_model
from courselens.search import asked
from courselens.train.recipe import load_recipe
from courselens.workspace import Workspace

COPIED = ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json", "modules.json")


def write_tiny_base(folder: Path) -> Path:
    """Write the model to `folder` in the format of sentence-transformers, deterministic, and return the folder."""
    folder.mkdir(parents=True)
    packaged = base_model()
    for name in COPIED:
        shutil.copy(packaged / name, folder / name)
    for name in ("config_sentence_transformers.json", "sentence_bert_config.json"):
        shutil.copy(packaged / name, folder / name)
    config = json.loads((packaged / "config.json").read_text(encoding="utf-8"))
    config |= {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = BertModel(BertConfig(**config))
    model.save_pretrained(folder)
    pooling = json.loads((packaged / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling | {"word_embedding_dimension": 32}))
    (folder / "2_Normalize").mkdir(exist_ok=True)
    return folder


def build_quietly(pages: Path, out: Path, base: Path, recipe: Path) -> None:
    """One whole build that tells nobody. What costs the same for every catalogue is cut short."""
    asked.EPOCHS, asked.LEAST_COUNT = 1, 50
    torch.set_num_threads(1)
    quiet = pipeline.Watch(progress=lambda what, done, total: None, say=lambda line: None)
    with Workspace.writing(out) as workspace:
        pipeline.build(workspace, [pages], recipe=load_recipe(str(recipe)), base=base, watch=quiet, allow_worse=True)
