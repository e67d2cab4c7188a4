"""The loss that a recipe names, built for a model.

In: a recipe, the model to train, the folder of its base. Out: a loss module of sentence-transformers. Recipes name
losses by their class; which there are and what they take stands in `recipe.py`, which needs no torch.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer import losses
from torch import Tensor, nn
from torch.nn import functional

from courselens.errors import CourselensError
from courselens.train.recipe import Recipe


class GuardedLoss(nn.Module):
    """A ranking loss that learns the catalogue without forgetting what the base knows, and learns its other language.

    Inputs: the columns of the ranking loss, then two columns for each pair of glossary terms of a row (English, other
    language); the label is the row's number. Three parts are added: the ranking loss; `weight` times the mean of
    1 - cosine between the embeddings of question and positive and those of the base (`anchors` of shape (rows, 2, d));
    and for all terms of the batch MultipleNegativesRankingLoss in both directions.

    Why: a plain epoch on questions made of a catalogue teaches which field is asked and loses how people describe a
    topic in their own words (LOG.md has the figures).
    """

    def __init__(
        self, model: SentenceTransformer, ranking: Any, *, columns: int, anchors: Tensor, weight: float
    ) -> None:
        super().__init__()
        self.model = model
        self.ranking = ranking
        self.columns = columns
        self.weight = weight
        self.register_buffer("anchors", anchors, persistent=False)
        both: Any = ("query_to_doc", "doc_to_query")
        self.terms = losses.MultipleNegativesRankingLoss(model, directions=both, partition_mode="per_direction")

    def forward(self, sentence_features: Iterable[dict[str, Tensor]], labels: Tensor) -> Tensor:
        """The sum of the parts, a scalar."""
        embedded = [self.model(features)["sentence_embedding"] for features in sentence_features]
        loss: Tensor = self.ranking.compute_loss_from_embeddings(embedded[: self.columns], labels)
        if self.weight:
            wanted: Any = self.anchors
            for column in range(2):
                anchor = wanted[labels, column, : embedded[column].shape[1]]
                loss = loss + self.weight / 2 * (1 - functional.cosine_similarity(embedded[column], anchor)).mean()
        terms = embedded[self.columns :]
        if terms:
            columns = [torch.cat(terms[0::2]), torch.cat(terms[1::2])]
            loss = loss + self.terms.compute_loss_from_embeddings(columns, labels)
        return loss

    def get_config_dict(self) -> dict[str, Any]:
        """What the model card lists."""
        config: dict[str, Any] = self.ranking.get_config_dict()
        return {**config, "anchor": self.weight}


def make_loss(recipe: Recipe, model: SentenceTransformer, base: Path, anchors: Tensor | None = None) -> nn.Module:
    """The recipe's loss over `model`. A GIST loss gets the base model as its guide; Matryoshka wraps any other.

    `anchors` of shape (rows, 2, d) are needed where the recipe has an anchor. Raises CourselensError where the loss
    refuses its arguments.
    """
    arguments = dict(recipe.loss_arguments)
    if isinstance(arguments.get("directions"), list):
        arguments["directions"] = tuple(arguments["directions"])
    if recipe.loss in ("GISTEmbedLoss", "CachedGISTEmbedLoss"):
        arguments["guide"] = SentenceTransformer(str(base), device=str(model.device), local_files_only=True)
    try:
        loss: nn.Module = getattr(losses, recipe.loss)(model=model, **arguments)
        if recipe.anchor or recipe.glossary:
            held = torch.zeros(0, 2, 0) if anchors is None else anchors
            loss = GuardedLoss(model, loss, columns=2 + recipe.negatives, anchors=held, weight=recipe.anchor)
        if recipe.matryoshka:
            loss = losses.MatryoshkaLoss(model, loss, list(recipe.matryoshka))
    except (TypeError, ValueError) as error:
        raise CourselensError(
            "the loss refuses its arguments", value=str(error), where=f"{recipe.loss}, recipe {recipe.name}"
        ) from error
    return loss
