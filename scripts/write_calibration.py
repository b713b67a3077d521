"""Write the tables of docs/calibration.md from the records of `make evidence`, and draw the figure of its ranks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from forecast.evaluation.criticism.checks import RankCurves
from forecast.report.palette import DOWN, GRID, LEVEL, MUTED

ROOT = Path(__file__).resolve().parent.parent
PAGE, IMAGE = ROOT / "docs" / "calibration.md", ROOT / "docs" / "images" / "calibration.svg"
RECORDS = ROOT / "docs" / "evidence"
_SHOWN = 3  # quantities of each run with the smallest chances


def main() -> None:
    """Put the tables between their markers; the words around them are ours."""
    text = PAGE.read_text(encoding="utf-8")
    for name, rows in (("calibration", _rank_rows), ("right-models", _right_rows), ("faults", _fault_rows)):
        path = RECORDS / f"{name}.json"
        if path.exists():
            begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
            before, rest = text.split(begin, 1)
            lines = rows(json.loads(path.read_text(encoding="utf-8"))["figures"])
            text = before + "\n".join([begin, *lines, end]) + rest.split(end, 1)[1]
    PAGE.write_text(text, encoding="utf-8")


def draw_ranks(runs: Mapping[str, RankCurves], path: Path = IMAGE) -> None:
    """Draw the ECDF of every quantity's ranks less the uniform one, a panel for each run, by title."""
    figure, panels = plt.subplots(1, len(runs), figsize=(4 * len(runs), 3.4), squeeze=False)
    for axes, (title, picture) in zip(panels[0], runs.items(), strict=True):
        axes.fill_between(picture.at, picture.low, picture.high, color=GRID, step="mid", linewidth=0)
        axes.axhline(0, color=MUTED, linewidth=0.8)
        for curve in picture.curves:
            out = bool(np.any((curve < picture.low - 1e-9) | (curve > picture.high + 1e-9)))
            axes.plot(picture.at, curve, color=DOWN if out else LEVEL, linewidth=1.8 if out else 0.7, alpha=0.7)
        axes.set_title(title, fontsize=8)
        axes.set_xlabel("rank of the truth, as a share", fontsize=8)
        axes.set_xlim(0, 1)
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0][0].set_ylabel("share of ranks up to there, less uniform", fontsize=8)
    figure.tight_layout()
    with mpl.rc_context({"svg.hashsalt": "calibration"}):
        figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _rank_rows(figures: dict[str, Any]) -> list[str]:
    lines = [
        "| truths | histories | quantities | smallest chances, each alone | smallest, adjusted | verdict |",
        "|---|--:|--:|---|--:|---|",
    ]
    for run in (figures[name] for name in ("prior", "posterior", "features")):
        least = sorted(run["chances"].items(), key=lambda item: item[1])[:_SHOWN]
        shown = "; ".join(f"`{name}` {chance:.2g}" for name, chance in least)
        cells = [run["title"], str(run["histories"]), str(len(run["chances"])), shown]
        lines.append("| " + " | ".join([*cells, f"{run['smallest_adjusted_chance']:.2g}", run["status"]]) + " |")
    return lines


def _right_rows(figures: dict[str, Any]) -> list[str]:
    flagged, n = figures["flagged"], figures["right_models"]
    by_test = ", ".join(f"`{name}` {count}" for name, count in figures["flagged_by_test"].items() if count) or "none"
    return [
        f"Flagged: **{flagged} of {n}** (95% interval {figures['share_95_low']:.1%} to {figures['share_95_high']:.1%};"
        f" stated: at most {figures['rate']:.0%}). By test: {by_test}.",
    ]


def _fault_rows(figures: dict[str, Any]) -> list[str]:
    lines = [
        "| fault | check named beforehand | why it should see it | caught by it | by any | largest chance, adjusted |",
        "|---|---|---|--:|--:|--:|",
    ]
    for row in figures["faults"]:
        cells = [row["fault"], f"`{row['check']}`", row["reason"], f"{row['caught']} of {row['cases']}"]
        lines.append("| " + " | ".join([*cells, str(row["caught_by_any"]), _chance(row)]) + " |")
    return lines


def _chance(row: dict[str, Any]) -> str:
    return f"{row['largest_adjusted_chance']:.2g}"


if __name__ == "__main__":
    main()
