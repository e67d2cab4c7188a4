"""The loss that a recipe names, built for a model.

In: a recipe, the model to train, the folder of its base. Out: a loss module of sentence-transformers. Recipes name
losses by their class; which there are and what they take stands in `recipe.py`, which needs no torch.
"""

from __future__ import annotations

from pathlib import Path

from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer import losses
from torch import nn

from courselens.errors import CourselensError
from courselens.train.recipe import Recipe


def make_loss(recipe: Recipe, model: SentenceTransformer, base: Path) -> nn.Module:
    """The recipe's loss over `model`. A GIST loss gets the base model as its guide; Matryoshka wraps any other.

    Raises CourselensError where the loss refuses its arguments.
    """
    arguments = dict(recipe.loss_arguments)
    if isinstance(arguments.get("directions"), list):
        arguments["directions"] = tuple(arguments["directions"])
    if recipe.loss in ("GISTEmbedLoss", "CachedGISTEmbedLoss"):
        arguments["guide"] = SentenceTransformer(str(base), device=str(model.device), local_files_only=True)
    try:
        loss: nn.Module = getattr(losses, recipe.loss)(model=model, **arguments)
        if recipe.matryoshka:
            loss = losses.MatryoshkaLoss(model, loss, list(recipe.matryoshka))
    except (TypeError, ValueError) as error:
        raise CourselensError(
            "the loss refuses its arguments", value=str(error), where=f"{recipe.loss}, recipe {recipe.name}"
        ) from error
    return loss
