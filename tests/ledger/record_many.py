"""Record entries of several kinds from a process of its own: ``record_many.py FOLDER NAME COUNT``.

The id of each is printed once the call has returned.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from forecast.evidence.records import Evidence
from forecast.ledger.entry import Entry, ForecastEntry, JudgedOutcome, JudgementEntry, ResolutionEntry
from forecast.ledger.store import Ledger
from forecast.projection.results import Diagnostics, DriverPaths, Forecast, OutcomeForecast, OutcomePath

_NONE = np.zeros((0, 2))

FORECAST = Forecast(
    scenario="toy",
    title="Tea — or coffee?",
    scenario_hash="a" * 64,
    evidence_hash="b" * 64,
    code_version="0.1.0.0123456789ab",
    as_of=date(2023, 4, 1),
    horizon=date(2023, 5, 31),
    seed=1,
    method="nuts",
    outcomes=(
        OutcomeForecast("tea", "Tea", np.float64(0.1) + 0.2, 0.01, 0.2, 0.4, 0.5, 0.01),
        OutcomeForecast("coffee", "Coffee", 0.7, 0.01, 0.6, 0.8, 0.5, 0.01),
    ),
    path=OutcomePath((), ("tea", "coffee"), ("calm", "thirst"), _NONE, _NONE, _NONE, _NONE),
    drivers=DriverPaths((), ("heat", "hurry"), 0, *[_NONE] * 6, *[np.zeros(2)] * 4),
    assumptions=(),
    diagnostics=Diagnostics("REVIEW", ("few draws",), 1.012, 390.0, 420.0, 1, 2000, float("nan")),
    n_reports=0,
    n_series_values=0,
    seconds={},
)


def record(ledger: Ledger, scenario: str = "toy", *, fit: str = "", **changes: object) -> ForecastEntry:
    """Record the forecast above with some fields changed, its files stored first as ``run`` does."""
    files = {
        "draws_hash": ledger.store_draws(lambda path: path.write_bytes(scenario.encode())),
        "view_hash": ledger.store_view(f'{{"scenario": "{scenario}"}}'),
        "scenario_text_hash": ledger.store_scenario(f"scenario: {scenario}\n"),
        "evidence_file_hash": ledger.store_evidence(Evidence()),
    }
    return ledger.record(
        dataclasses.replace(FORECAST, scenario=scenario, **changes), **files, model_code_hash="c" * 64, fit=fit
    )


def resolve(ledger: Ledger, scenario: str = "toy", outcome: str | None = "tea", **changes: Any) -> ResolutionEntry:
    """Record how the scenario of the forecast above ended."""
    day = FORECAST.horizon
    given = {"date": day, "horizon": day, "note": "so", "source": "The Gazette", "scenario_hash": "a" * 64}
    return ledger.resolve(scenario, outcome, **(given | changes))


def judge(ledger: Ledger, scenario: str = "toy", **changes: Any) -> JudgementEntry:
    """Record somebody's own probabilities of its outcomes."""
    outcomes = changes.pop("outcomes", {"tea": 0.25, "coffee": 0.75})
    given = {
        "complete": True,
        "by": "J. Doe",
        "date": FORECAST.as_of,
        "horizon": FORECAST.horizon,
        "note": "a hunch",
        "source": "a letter",
        "scenario_hash": "a" * 64,
    }
    judged = [JudgedOutcome(name, probability) for name, probability in outcomes.items()]
    return ledger.judge(scenario, judged, **(given | changes))


if __name__ == "__main__":
    folder, name, count = sys.argv[1:]
    ways: tuple[Callable[..., Entry], ...] = (record, resolve, judge)
    for number in range(int(count)):
        entry = ways[number % len(ways)](Ledger(Path(folder)), name)
        sys.stdout.write(f"{entry.id}\n")
        sys.stdout.flush()
