"""Pairs of reports on one day: right histories agree where a step is covered or reported only in part."""

from __future__ import annotations

from pathlib import Path

import made_fits
import numpy as np
import pytest

from forecast.evaluation.criticism.reports import _coincidences
from forecast.evidence.folding import fold
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.simulate import simulate_evidence
from forecast.model.spec import compile_spec
from forecast.scenario.file import load_scenario
from forecast.timegrid import shift

HISTORIES = 40
PLAIN = "  inspection:\n    meaning: visit of the inspectors\n    coverage: {complete: [2022-01-03, ongoing]}\n"
RATE = "    per_month: [1.5, 5.0]\n    rate_ratio: {crew_anger: [1.2, 2.0]}\n"


def chances(folder: Path, coverage: str, more: str, days: int) -> list[float]:
    """Chance of the pairs of a frequent type in histories of so many days, each judged by its own truth."""
    text = (made_fits.ROOT / made_fits.CASE).read_text()
    assert PLAIN in text
    assert RATE in text
    text = text.replace(PLAIN, PLAIN.replace("2022-01-03, ongoing", coverage))
    text = text.replace(RATE, RATE.replace("[1.5, 5.0]", "[150, 250]") + more)
    path = folder / "case.yaml"
    path.write_text(text)
    scenario = load_scenario(path).scenario
    spec, rng = compile_spec(scenario), np.random.default_rng(9)
    as_of, kind = shift(scenario.start, days - 1), list(scenario.events).index("inspection")
    found = []
    for _ in range(HISTORIES):
        unknowns = prior_unknowns(spec, 1, scenario.grid.count(as_of), rng=rng)
        draws = Draws.of(spec, unknowns)
        evidence = simulate_evidence(
            scenario, spec, draws, 0, until=as_of, template=Evidence(), weights=draws.weights[0], rng=rng
        )
        snapshot = take_snapshot(scenario, evidence, as_of)
        model = made_fits.standing(scenario, snapshot, unknowns)
        found += [item.p for item in _coincidences(model, kind, fold(snapshot.reports).day, rng)]
    return found


@pytest.mark.parametrize(
    ("coverage", "more", "days"),
    [
        ("2022-01-03, ongoing", "", 7),
        ("2022-01-03, ongoing", "", 2),  # the as-of date within a step
        ("2022-01-03, 2022-01-04", "", 28),  # coverage that ends within one
        ("2022-01-08, ongoing", "", 7),
        ("2022-01-03, ongoing", "    report_lag: [3d, 9d]\n", 7),  # of the last days less is known
    ],
)
def test_days_of_right_histories_agree(tmp_path: Path, coverage: str, more: str, days: int) -> None:
    """A chance is at most 0.2 in at most a fifth of them."""
    found = chances(tmp_path, coverage, more, days)
    assert len(found) > 0.6 * HISTORIES
    assert np.mean(np.array(found) <= 0.2) < 0.2 + 3 * np.sqrt(0.16 / len(found))


def test_where_steps_scatter_more_nothing_is_said_of_days(tmp_path: Path) -> None:
    assert chances(tmp_path, "2022-01-03, ongoing", "    dispersion: [1.5, 3.0]\n", 14) == []
