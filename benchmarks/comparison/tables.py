"""Made-up cases of growing size, tables in Markdown and the plot of cost against size."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from comparison.figures import ROADS, Figures, Plan
from roads.cases import Size

MIDDLE = Size(T=64, K=8, N=160)
DIMENSIONS = {"T": "steps T", "K": "drivers K", "N": "events N"}


def sizes(plan: Plan) -> dict[str, list[Size]]:
    """Made-up cases by the dimension that is varied, each list from small to large."""
    return {
        key: [replace(MIDDLE, **{key: round(getattr(MIDDLE, key) * factor)}) for factor in plan.factors]
        for key in DIMENSIONS
    }


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Least-squares slope on log-log axes; NaN with fewer than two values."""
    pairs = [(math.log(a), math.log(b)) for a, b in zip(x, y, strict=True) if b > 0]
    if len(pairs) < 2:
        return math.nan
    return statistics.linear_regression(*zip(*pairs, strict=True)).slope


def table_of_roads(found: Mapping[str, Figures | str], bare: float) -> str:
    """Markdown: one row a road on the shipped case."""
    lines = [
        "| | first draw, s: empty cache | warm | whole process, s | sampling, s | least bulk ESS | per s of sampling |"
        " per s of process | leapfrogs per draw | gradient, us (times bare) | R-hat at most | divergences | peak MB |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for road, row in found.items():
        name = ROADS[road][0]
        if isinstance(row, str):
            lines.append(f"| {name} | not measured: {row} |" + " |" * 11)
            continue
        cells = [
            _number(row.first_empty), _number(row.first_warm), _number(row.whole), _number(row.sampling),
            f"{row.ess:.0f}", _number(row.ess / row.sampling), _number(row.ess / row.whole), f"{row.leapfrogs:.0f}",
            f"{1e6 * row.gradient:.0f} ({row.gradient / bare:.1f})", f"{row.rhat:.3f}", f"{row.divergences:.0f}",
            f"{row.megabytes:.0f}",
        ]  # fmt: skip
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines.append(f"| bare arithmetic | {' | ' * 8}{1e6 * bare:.0f} (1) | | | |")
    return "\n".join(lines)


def table_of_sizes(found: Mapping[str, Mapping[str, Figures | str]], bare: Mapping[str, float], plan: Plan) -> str:
    """Markdown: gradient, whole process and ESS per second of sampling, by case and road; then the slopes."""
    roads = list(found)
    lines = [
        f"| varied | case | bare, us | {' | '.join(ROADS[road][0] for road in roads)} |",
        "|---|---|---|" + "---|" * len(roads),
    ]
    for key, cases in sizes(plan).items():
        for size in cases:
            cells = [_sized(found[road][str(size)]) for road in roads]
            lines.append(f"| {DIMENSIONS[key]} | {size} | {1e6 * bare[str(size)]:.0f} | {' | '.join(cells)} |")
        numbers = [getattr(size, key) for size in cases]
        slopes = [
            " / ".join(f"{slope(numbers, _series(found[road], cases, name)):.2f}" for name in ("gradient", "whole"))
            for road in roads
        ]
        line = f"{slope(numbers, [bare[str(size)] for size in cases]):.2f}"
        lines.append(f"| {DIMENSIONS[key]} | **slope** | {line} | {' | '.join(slopes)} |")
    return "\n".join(lines)


def _sized(row: Figures | str) -> str:
    if isinstance(row, str):
        return row
    return f"{1e6 * row.gradient:.0f} / {_number(row.whole)} / {_number(row.ess / row.sampling)}"


def _series(rows: Mapping[str, Figures | str], cases: Sequence[Size], name: str) -> list[float]:
    found = [rows[str(size)] for size in cases]
    return [math.nan if isinstance(row, str) else getattr(row, name) for row in found]


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.{max(0, 1 - math.floor(math.log10(max(value, 0.01))))}f}"


def draw(found: Mapping[str, Mapping[str, Figures | str]], bare: Mapping[str, float], plan: Plan, path: Path) -> None:
    """Draw gradient and whole process against each size, on log-log axes with slopes in the legends."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "sampling"
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogFormatter, NullFormatter

    figure, axes = plt.subplots(2, 3, figsize=(11, 6.5), sharey="row", layout="constrained")
    for column, (key, cases) in enumerate(sizes(plan).items()):
        numbers = [getattr(size, key) for size in cases]
        for row, (name, factor) in enumerate((("gradient", 1e6), ("whole", 1.0))):
            panel = axes[row, column]
            lines = {ROADS[road][0]: _series(rows, cases, name) for road, rows in found.items()}
            if name == "gradient":
                lines["bare arithmetic"] = [bare[str(size)] for size in cases]
            for label, values in lines.items():
                style = "k--" if label == "bare arithmetic" else "o-"
                text = f"{label}: {slope(numbers, values):.2f}"
                panel.loglog(numbers, [factor * value for value in values], style, markersize=3, label=text)
            panel.set_xlabel(DIMENSIONS[key])
            panel.set_xticks(numbers, labels=[str(number) for number in numbers])
            panel.xaxis.set_minor_formatter(NullFormatter())
            panel.yaxis.set_major_formatter(LogFormatter())
            panel.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.5)))
            panel.legend(fontsize=6, title="slope", title_fontsize=6)
    axes[0, 0].set_ylabel("one gradient, microseconds")
    axes[1, 0].set_ylabel("whole process, seconds")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)
