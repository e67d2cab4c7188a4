"""Do building and asking grow as they should from 1,000 to 100,000 passages?

Sample catalogues with the untrained base: seconds of reading and of the index stage, p50 and p99 of `ask`. The base's
export takes the same at every size. Draws `docs/scaling.png`.

    python benchmarks/build_scaling.py [--sizes 1000 10000 100000] [--again] [--json FILE]
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ask_latency import ask_all
from harness import ROOT, keep, options, sample_workspace, show

PLOT = ROOT.parent / "docs" / "scaling.png"


def main() -> None:
    """Build, ask, print, draw, write."""
    parser = options(__doc__, "build_scaling")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--again", action="store_true", help="build even where the workspace is there already")
    parser.add_argument("--plot", type=Path, default=PLOT)
    given = parser.parse_args()
    sizes: list[dict[str, Any]] = []
    for size in given.sizes:
        path, seconds = sample_workspace(size, again=given.again)
        sizes.append({**ask_all(path, given.questions), "read": seconds["read"], "index": seconds["index"]})
        print(f"  {sizes[-1]['passages']:,} passages: {sizes[-1]['index']:.0f} s", flush=True)
    rows = [
        [
            f"{one['passages']:,}",
            f"{one['read']:.1f}",
            f"{one['index']:.1f}",
            f"{1e6 * one['index'] / one['passages'] / 1000:.1f}",
            f"{one['p50']:.1f}",
            f"{one['p99']:.1f}",
        ]
        for one in sizes
    ]
    show(["passages", "read s", "index s", "ms a passage", "ask p50 ms", "p99 ms"], rows)
    draw(sizes, given.plot)
    keep(given.json, {"sizes": sizes})


def draw(sizes: list[dict[str, Any]], path: Path) -> None:
    """Two panels over the number of passages, logarithmic: seconds of building, milliseconds of asking."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    across = [one["passages"] for one in sizes]
    left.loglog(across, [one["read"] + one["index"] for one in sizes], "o-", color="#2f5d8a", label="read and index")
    last = sizes[-1]["read"] + sizes[-1]["index"]
    left.loglog(across, [last * n / across[-1] for n in across], ":", color="#888888", label="linear")
    left.set(xlabel="passages", ylabel="seconds", title="Building")
    left.legend(frameon=False)
    right.semilogx(across, [one["p50"] for one in sizes], "o-", color="#2f5d8a", label="p50")
    right.semilogx(across, [one["p99"] for one in sizes], "o-", color="#c07a2c", label="p99")
    right.axhline(10, linestyle=":", color="#888888")
    right.set(xlabel="passages", ylabel="milliseconds", title="Asking", ylim=(0, None))
    right.legend(frameon=False)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
    pyplot.close(figure)


if __name__ == "__main__":
    main()
