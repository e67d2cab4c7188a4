"""How many times faster than sentence-transformers does the index's encoder make vectors, and are they the same?

Passages of the sample catalogue, tokens a second; and one short question, p50. The peer is `SentenceTransformer.encode`
as it comes (fp32, its own batches and threads). Both are asked in turn. Mean cosine and the overlap of the ten nearest
passages (share of the peer's ten that are among ours, every tenth text as question) say what the speed costs. What the
matrix products alone would take, at the rate that torch reaches on this machine, says how much more there is to have.

    python benchmarks/encode_speed.py [--texts 1000] [--rounds 5] [--json FILE]
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from harness import in_turns, keep, options, percentile, sample_questions, sample_texts, show
from sentence_transformers import SentenceTransformer

from courselens.encode import Vectors
from courselens.encode.base import base_model
from courselens.encode.export import export_encoder
from courselens.encode.openvino_encoder import OpenVinoEncoder
from courselens.encode.openvino_packed import QuestionEncoder

NEAREST = 10
TURN, REST = 25, 0.2
"""Questions of a turn, and seconds before it in which the threads of the other go to sleep."""
GOALS = {"passages": ">= 6", "question": ">= 5", "cosine": ">= .9999", "overlap": ">= .99"}


def overlap(ours: Vectors, theirs: Vectors) -> float:
    """Mean share of the peer's nearest neighbours that are ours too."""
    shares = []
    for row in range(0, len(ours), 10):
        near = [
            set(np.argsort(-(each @ each[row]), kind="stable")[1 : NEAREST + 1].tolist()) for each in (ours, theirs)
        ]
        shares.append(len(near[0] & near[1]) / NEAREST)
    return float(np.mean(shares))


def most_possible(peer: SentenceTransformer, precision: str) -> float:
    """Tokens a second if nothing but the matrix products of the layers took time, at the rate torch measures here."""
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    layers = [one for name, one in peer.named_parameters() if ".layer." in name and one.ndim == 2]
    rows, best = torch.randn(2048, 1024, dtype=dtype), float("inf")
    square = torch.randn(1024, 1024, dtype=dtype)
    for _ in range(30):
        begin = time.perf_counter()
        rows @ square
        best = min(best, time.perf_counter() - begin)
    rate = rows.numel() * len(square) / best
    return rate / sum(one.numel() for one in layers)


def main() -> None:
    """Measure, print, write."""
    parser = options(__doc__, "encode_speed")
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--questions", type=int, default=200)
    given = parser.parse_args()
    texts = sample_texts(given.texts)
    peer = SentenceTransformer(str(base_model()), device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        export_encoder(base_model(), Path(folder), texts)
        encoder, asking = OpenVinoEncoder(Path(folder)), QuestionEncoder(Path(folder))
        tokens = sum(encoder.count_tokens(text) for text in texts)
        ways = {"peer": lambda: peer.encode(texts), "courselens": lambda: encoder.encode(texts)}
        times = in_turns(ways, given.rounds)
        theirs = np.asarray(peer.encode(texts, normalize_embeddings=True), dtype=np.float32)
        ours = encoder.encode(texts)
        asked = sample_questions(["tax law", "corporate finance", "ethics", "data science"], given.questions)
        one: dict[str, list[float]] = {"peer": [], "courselens": []}
        numbered = [f"{text} {number}" for number, text in enumerate(asked * 2)]
        for start in range(0, len(numbered), TURN):
            for name, encode in (("peer", peer.encode), ("courselens", asking.encode)):
                time.sleep(REST)
                for text in numbered[start : start + TURN]:
                    begin = time.perf_counter()
                    encode([text])
                    one[name].append(time.perf_counter() - begin)
        precision = encoder.precision
    speed = {name: tokens / each.median for name, each in times.items()}
    p50 = {name: 1000 * percentile(each[given.questions :], 0.5) for name, each in one.items()}
    possible = most_possible(peer, precision)
    cosine = float(np.mean(np.sum(ours * theirs, axis=1)))
    figures = {
        "texts": len(texts),
        "tokens": tokens,
        "precision": precision,
        "tokens_per_second": speed,
        "ratio": speed["courselens"] / speed["peer"],
        "most_possible_tokens_per_second": possible,
        "most_possible_ratio": possible / speed["peer"],
        "ratio_of_processor_seconds": times["peer"].cpu / times["courselens"].cpu,
        "cosine": cosine,
        "top10_overlap": overlap(ours, theirs),
        "question_p50_ms": p50,
        "question_ratio": p50["peer"] / p50["courselens"],
        "turns": {name: each.to_dict() for name, each in times.items()},
    }
    print(f"{len(texts):,} passages, {tokens / len(texts):.0f} tokens on average; {precision}; {given.rounds} rounds\n")
    rows = [[n, f"{speed[n]:,.0f}", f"{tokens / times[n].cpu:,.0f}", f"{p50[n]:.2f}"] for n in speed]
    rows.append(
        [
            "ratio",
            f"{figures['ratio']:.1f}",
            f"{figures['ratio_of_processor_seconds']:.1f}",
            f"{figures['question_ratio']:.1f}",
        ]
    )
    rows.append(["goal", GOALS["passages"], "", GOALS["question"]])
    show(["", "tokens/s", "tokens/CPU s", "short question p50, ms"], rows)
    print(f"\nmatrix products alone: {possible:,.0f} tokens/s, {possible / speed['peer']:.1f} times the peer")
    print(f"mean cosine {cosine:.6f} ({GOALS['cosine']}), top-10 overlap {figures['top10_overlap']:.3f}", end="")
    print(f" ({GOALS['overlap']})")
    keep(given.json, figures)


if __name__ == "__main__":
    main()
