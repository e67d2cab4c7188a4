"""How many times faster than sentence-transformers does the index's encoder make vectors, and are they the same?

Passages of the sample catalogue, tokens a second; and one short question, p50. The peer is `SentenceTransformer.encode`
as it comes (fp32, its own batches and threads). Both are asked in turn. Mean cosine and the overlap of the ten nearest
passages (share of the peer's ten that are among ours, every tenth text as question) say what the speed costs.

    python benchmarks/encode_speed.py [--texts 1000] [--rounds 5] [--json FILE]
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
from harness import in_turns, keep, options, percentile, sample_questions, sample_texts, show
from sentence_transformers import SentenceTransformer

from courselens.encode import Vectors
from courselens.encode.base import base_model
from courselens.encode.export import export_encoder
from courselens.encode.openvino_encoder import OpenVinoEncoder

NEAREST = 10
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
        encoder = OpenVinoEncoder(Path(folder))
        tokens = sum(encoder.count_tokens(text) for text in texts)
        ways = {"peer": lambda: peer.encode(texts), "courselens": lambda: encoder.encode(texts)}
        times = in_turns(ways, given.rounds)
        theirs = np.asarray(peer.encode(texts, normalize_embeddings=True), dtype=np.float32)
        ours = encoder.encode(texts)
        asked = sample_questions(["tax law", "corporate finance", "ethics", "data science"], given.questions)
        one: dict[str, list[float]] = {"peer": [], "courselens": []}
        for number, text in enumerate(asked * 2):
            for name, encode in (("peer", peer.encode), ("courselens", encoder.encode)):
                begin = time.perf_counter()
                encode([f"{text} {number}"])
                one[name].append(time.perf_counter() - begin)
        precision = encoder.precision
    speed = {name: tokens / each.median for name, each in times.items()}
    p50 = {name: 1000 * percentile(each[given.questions :], 0.5) for name, each in one.items()}
    cosine = float(np.mean(np.sum(ours * theirs, axis=1)))
    figures = {
        "texts": len(texts),
        "tokens": tokens,
        "precision": precision,
        "tokens_per_second": speed,
        "ratio": speed["courselens"] / speed["peer"],
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
    print(f"\nmean cosine {cosine:.6f} ({GOALS['cosine']}), top-10 overlap {figures['top10_overlap']:.3f}", end="")
    print(f" ({GOALS['overlap']})")
    keep(given.json, figures)


if __name__ == "__main__":
    main()
