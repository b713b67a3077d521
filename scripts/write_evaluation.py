"""Write the tables and figures of docs/evaluation.md: backtests of the shipped case, monthly and weekly, in two halves.

The first half of 2025 may be learned from, the second was scored once the priors were final. Only what stands between
markers is written; the words around it are ours. Finished origins are kept in data/backtests, so this can be repeated.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import matplotlib as mpl
from evidence_record import record as write_record

mpl.use("Agg")
import matplotlib.pyplot as plt
from write_crowds import crowd_sections, crowd_summary

from forecast.cli.backtest_output import backtest_document
from forecast.parallel.workers import Workers
from forecast.report.palette import DOWN, GRID, INK, LEVEL, MUTED
from forecast.workflow import backtest
from forecast.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
CASE = "ukraine-2025"
PAGE, RECORD = ROOT / "docs" / "evaluation.md", ROOT / "docs" / "evidence" / "backtest.json"
IMAGES = ROOT / "docs" / "images"
RUNS = {  # first and last origin, interval, last report that scores look at
    "learning-weekly": (date(2024, 12, 1), date(2025, 6, 29), "1w", date(2025, 6, 30)),
    "learning-monthly": (date(2024, 12, 1), date(2025, 6, 30), "1mo", date(2025, 6, 30)),
    "test-weekly": (date(2025, 7, 6), date(2025, 12, 28), "1w", date(2025, 12, 31)),
    "test-monthly": (date(2025, 7, 1), date(2025, 12, 30), "1mo", date(2025, 12, 31)),
    "year-weekly": (date(2024, 12, 1), date(2025, 12, 28), "1w", date(2025, 12, 31)),
    "crowds": (date(2025, 3, 31), date(2025, 3, 31), "1w", date(2025, 12, 31)),  # and all days on which crowds answered
}
CROWD_RUN = "crowds"
SEED = 1
_POOLED = ("count", "share", "binary")


def main() -> None:
    """Run what is asked and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", nargs="*", choices=list(RUNS), default=[], help="backtests to run; others stand")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    record = json.loads(RECORD.read_text())["figures"] if RECORD.exists() else {}
    for name in asked.runs:
        crowd = ROOT / "data" / CASE / "crowd.csv" if name == CROWD_RUN else None
        first, last, every, known_by = RUNS[name]
        result = backtest(
            Workspace(ROOT), CASE, first=first, last=last, every=every, known_by=known_by, crowd=crowd, seed=SEED,
            workers=Workers(asked.jobs), progress=lambda text: print(text, file=sys.stderr),
        )  # fmt: skip
        document = json.loads(json.dumps(backtest_document(result), default=str))
        record[name] = _summary(document) if crowd is None else _rounded(crowd_summary(document))
    if set(asked.runs) == set(RUNS):
        write_record(RECORD.stem, f"priors/{CASE}.yaml", record)
    elif asked.runs:  # the other runs are of an earlier day: so is the hash
        content = {**json.loads(RECORD.read_text()), "figures": record}
        RECORD.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")
    text = PAGE.read_text()
    for name, lines in crowd_sections(record[CROWD_RUN]).items() if CROWD_RUN in record else ():
        text = _put(text, f"crowds {name}", lines)
    for name, run in record.items():
        if name == CROWD_RUN:
            continue
        text = _put(text, f"scores {name}", _score_rows(run))
        text = _put(text, f"calibration {name}", _calibration_rows(run))
    for half in ("learning", "test"):
        if f"{half}-weekly" in record:
            _figure(record[f"{half}-weekly"], IMAGES / f"evaluation-{half}.svg")
    PAGE.write_text(text)


def _summary(document: dict[str, Any]) -> dict[str, Any]:
    """What the page shows: the model's targets but for single steps of single types, and every method's mean."""
    values = {(row["target"], row["score"], row["method"]): row["value"] for row in document["targets"]}
    rows = [
        {**row, "values": {m: v for (*of, m), v in values.items() if of == [row["target"], row["score"]]}}
        for row in document["targets"]
        if row["method"] == "model" and _kept(row)
    ]  # fmt: skip
    kept = ("scenario_hash", "horizon", "seed", "known_by", "status", "refits")
    return {
        **{name: document[name] for name in kept},
        "origins": [origin["as_of"] for origin in document["origins"]],
        "targets": _rounded(rows),
        "calibration": _rounded([_drawn(check) for check in document["calibration"]]),
    }  # fmt: skip


def _drawn(check: dict[str, Any]) -> dict[str, Any]:
    """A check, with its curves where they are drawn."""
    return {name: value for name, value in check.items() if check["target"] == "all" or not isinstance(value, list)}


def _kept(row: dict[str, Any]) -> bool:
    if row["kind"] in _POOLED:
        return row["ahead"] is None or (row["name"] == "all" and row["ahead"] in (1, 4, 8))
    return row["kind"] != "question"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


def _put(text: str, name: str, lines: list[str]) -> str:
    begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
    before, rest = text.split(begin, 1)
    return before + "\n".join([begin, *lines]) + "\n" + end + rest.split(end, 1)[1]


def _score_rows(run: dict[str, Any]) -> list[str]:
    lines = [
        f"{len(run['origins'])} origins, {run['origins'][0]} to {run['origins'][-1]}; {run['refits']} fits; scored with"
        f" what had been reported by {run['known_by']}; status {run['status']}.",
        "",
        "| target | score | model | n | over climatology | over persistence | over smoothing | over others |",
        "|---|---|--:|--:|---|---|---|---|",
    ]
    for row in run["targets"]:
        gains = row["difference"]
        others = [f"{name}: {_gain(gains[name])}" for name in ("uniform", "prior") if name in gains]
        cells = [_gain(gains[name]) if name in gains else "" for name in ("climatology", "persistence", "smoothing")]
        head = [row["target"], row["score"], f"{row['value']:.3g}", str(row["n"])]
        lines.append("| " + " | ".join([*head, *cells, "; ".join(others)]) + " |")
    return lines


def _gain(gain: dict[str, Any]) -> str:
    """Gain, then block and fixed-b interval, effective n and power where there are enough blocks."""
    if gain["low"] is None:
        return f"{gain['mean']:+.2g}"
    ranges = (f"[{gain[low]:+.2g}, {gain[high]:+.2g}]" for low, high in (("low", "high"), ("hac_low", "hac_high")))
    return f"**{gain['mean']:+.2g}** {' '.join(ranges)}; {gain['effective_n']:.0f} of {gain['n']}; {gain['power']:.0%}"


def _calibration_rows(run: dict[str, Any]) -> list[str]:
    lines = ["| one step ahead | n | farthest, in half-widths of the band | |", "|---|--:|--:|---|"]
    for check in run["calibration"]:
        name = f"{check['kind']} {check['target'].replace('_', ' ')}"
        verdict = "within" if check["within_band"] else "**outside**"
        lines.append(f"| {name} | {check['n']} | {check['excess']:.2f} | {verdict} |")
    return lines


def _figure(run: dict[str, Any], path: Path) -> None:
    """Gains over climatology and persistence with their intervals, and the PIT of counts and series."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 4.2), width_ratios=(2, 1, 1))
    rows = [row for row in run["targets"] if row["kind"] in _POOLED[:2] and row["name"] == "all" and row["ahead"]]
    for place, row in enumerate(rows):
        for shift, (baseline, colour) in enumerate((("climatology", LEVEL), ("persistence", DOWN))):
            gain, y = row["difference"].get(baseline), -(place + 0.3 * shift)
            if gain is None:
                continue
            left.plot(gain["mean"], y, "o", color=colour, ms=4, label=f"over {baseline}" if not place else None)
            if gain["low"] is not None:
                left.plot([gain["low"], gain["high"]], [y, y], color=colour, lw=1.5)
    left.set_yticks([-place for place in range(len(rows))], [row["target"] for row in rows], fontsize=7)
    left.axvline(0, color=MUTED, lw=0.8)
    left.set_xlabel("gain in log score, nats (90% block interval where there are enough blocks)", fontsize=8)
    left.legend(fontsize=7, frameon=False)
    for axis, kind in ((middle, "count"), (right, "series")):
        check = next((one for one in run["calibration"] if (one["kind"], one["target"]) == (kind, "all")), None)
        axis.set_title(f"PIT of {kind}s, one ahead" if kind == "count" else "PIT of series, one ahead", fontsize=8)
        if check is None:
            continue
        axis.fill_between(check["at"], check["low"], check["high"], color=GRID)
        axis.plot([0, 1], [0, 1], color=MUTED, lw=0.8)
        axis.plot(check["at"], check["ecdf"], color=INK, lw=1.5)
        axis.set_xlim(0, 1)
        axis.set_ylim(0, 1)
    for axis in (left, middle, right):
        axis.tick_params(labelsize=7)
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    with mpl.rc_context({"svg.hashsalt": "evaluation"}):
        figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
