"""A made-up scenario as large as wanted, and evidence and draws for it."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from forecast.evidence.grades import fixed_weights
from forecast.evidence.readers import COLUMNS
from forecast.evidence.records import Evidence, Report
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.simulate import simulate_evidence
from forecast.model.spec import compile_spec
from forecast.scenario.types import Scenario

START = date(2020, 1, 1)


def synthetic_scenario(*, drivers: int, types: int, states: int, days: int) -> Scenario:
    """Make a scenario of daily steps; states form a ring with chords, every other event type is covered in full."""
    names = [f"driver_{k}" for k in range(drivers)]
    belief = {"at_start": [-1, 1], "long_run": [-1, 1], "half_life": ["4w", "20w"]}
    horizon = START + timedelta(days=days)
    complete = {"complete": [START.isoformat(), "ongoing"]}
    return Scenario.model_validate(
        {
            "scenario": "synthetic",
            "title": "Synthetic",
            "start": START.isoformat(),
            "horizon": horizon.isoformat(),
            "step": "day",
            "drivers": {name: {"meaning": "m", "low": "l", "high": "h", **belief} for name in names},
            "influences": [
                {"from": names[k], "to": names[(k + 1) % drivers], "effect": [-0.2, 0.3]}
                for k in range(drivers if drivers > 1 else 0)
            ],
            "events": {f"type_{e}": _event_type(e, names, complete) for e in range(types)},
            "states": {f"state_{s}": {"initial": s == 0} for s in range(states)},
            "transitions": [
                {
                    "from": f"state_{s}",
                    "to": f"state_{(s + leap) % states}",
                    "within_12_months": [0.05, 0.3],
                    "hazard_ratio": {names[(s + leap) % drivers]: [1.2, 2.5]},
                }
                for s in range(states)
                for leap in ((1, 3) if states > 3 else (1,))
            ],
            "outcomes": [
                *({"name": f"in_{s}", "when": {"at_horizon": f"state_{s}"}} for s in range(1, states)),
                {"name": "otherwise", "otherwise": True},
            ],
        }
    )


def _event_type(e: int, names: list[str], complete: dict[str, Any]) -> dict[str, Any]:
    driver = names[e % len(names)]
    return {
        "coverage": complete if e % 2 else {"selected": f"press_{e % 6}"},
        "signs": "both",
        "report_lag": ["0d", "4d"],
        "signal": {driver: {"per_unit": [0.3, 1]}},
        "rate_ratio": {driver: [1.1, 2.0]},
        **({"per_month": [0.5, 20]} if e % 2 else {}),
    }


def simulated_evidence(scenario: Scenario, selected: int, *, until: date, seed: int) -> Evidence:
    """Simulate a history from one draw of the prior, with a given number of reports of selected types."""
    rng = np.random.default_rng(seed)
    spec = compile_spec(scenario)
    draws = Draws.of(spec, prior_unknowns(spec, 1, scenario.grid.count(until), rng=rng))
    kinds = [name for name, kind in scenario.events.items() if not kind.coverage.complete]
    template = Evidence(tuple(_blank_report(scenario, kinds, i, until, rng) for i in range(selected)))
    weights = fixed_weights()
    return simulate_evidence(scenario, spec, draws, 0, until=until, template=template, weights=weights, rng=rng)


def _blank_report(scenario: Scenario, kinds: list[str], i: int, until: date, rng: np.random.Generator) -> Report:
    day = scenario.start + timedelta(days=int(rng.integers((until - scenario.start).days + 1)))
    return Report(
        id=f"e{i}", date=day, reported=day, entered=day, event_type=kinds[i % len(kinds)], directions={}, actor="",
        summary="", source="", reliability="ABCD"[rng.integers(4)], credibility="1234"[rng.integers(4)], verified="",
        same_as="", origin="", replaces="", withdrawn=None, line=0,
    )  # fmt: skip


def write_evidence(folder: Path, scenario: Scenario, n: int, *, seed: int) -> None:
    """Write files of evidence with n event rows: of ten, one links an earlier one; a few correct or are withdrawn."""
    rng = np.random.default_rng(seed)
    types, drivers = list(scenario.events), list(scenario.drivers)
    span = (scenario.horizon - scenario.start).days - 30
    texts = [(scenario.start + timedelta(days=d)).isoformat() for d in range(span + 60)]
    day = np.sort(rng.integers(0, span, n))
    kind, lag, late = rng.integers(0, len(types), n), rng.integers(0, 6, n), rng.integers(0, 3, n)
    code, letter, digit = rng.integers(-2, 3, n), rng.integers(0, 6, n), rng.integers(0, 6, n)
    odd = rng.random(n)
    for name, columns in COLUMNS.items():
        (folder / name).write_text(",".join(columns) + "\n")
    with (folder / "events.csv").open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        first: dict[int, int] = {}  # the last report of each type
        for i, (d, k) in enumerate(zip(day.tolist(), kind.tolist(), strict=True)):
            known = d + int(lag[i])
            linked = odd[i] < 0.1 and k in first
            writer.writerow(
                (
                    f"evt-{i:07d}", texts[d], texts[known], texts[known + int(late[i])] if late[i] else "", types[k],
                    drivers[k % len(drivers)], code[i], f"actor {i % 50}", f"What was said in report number {i}",
                    f"source {i % 200}", "ABCDEF"[letter[i]], "123456"[digit[i]], "page" if i % 3 else "",
                    f"evt-{first[k]:07d}" if linked else "", f"agency {i % 9}" if linked else "",
                    f"evt-{first[k]:07d}" if 0.1 <= odd[i] < 0.101 and k in first else "",
                    texts[known + 20] if odd[i] > 0.999 else "",
                )
            )  # fmt: skip
            if not linked:
                first[k] = i
