"""What the evidence did to a claim: the rule, and shifts and contractions against what the draws were made with."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import special

from forecast.projection.claims import verdict
from forecast.projection.results import Assumption


def moved(contraction: float, shift: float, contraction_mcse: float = 0.0, shift_mcse: float = 0.0) -> Assumption:
    return Assumption("k", "", (0, 1), (0, 1), contraction, "", "", shift, contraction_mcse, shift_mcse)


@pytest.mark.parametrize(
    ("item", "stronger_if", "expected"),
    [
        (moved(0.049, 0.24), "higher", "not moved"),
        (moved(0.05, -0.24), "higher", "narrowed"),
        (moved(-0.3, 0.0), None, "not moved"),  # a wider posterior tells nothing for or against
        (moved(0.0, 0.25), "higher", "strengthened"),
        (moved(0.0, -0.25), "higher", "weakened"),
        (moved(0.4, -0.3), "lower", "strengthened"),
        (moved(0.4, 0.3), "lower", "weakened"),
        (moved(0.4, 0.3), None, "moved up"),
        (moved(0.4, -0.3), None, "moved down"),
        (moved(0.12, 0.0, contraction_mcse=0.04), None, "not moved"),  # within the noise
        (moved(0.14, 0.0, contraction_mcse=0.04), None, "narrowed"),
        (moved(0.0, 0.3, shift_mcse=0.03), "higher", "not moved"),
        (moved(0.0, 0.3, shift_mcse=0.02), "higher", "strengthened"),
    ],
)
def test_the_rule(item, stronger_if, expected):
    assert verdict(item, stronger_if) == expected


def claim(about: str, **more: str) -> dict[str, str]:
    return {"by": "Critic", "text": f"On {about}.", "about": about, **more}


@pytest.fixture(scope="module")
def claimed(scenario_of):
    ratio = {"hazard_ratio": {"mood": (1.5, 4.0), "luck": (0.3, 0.8)}}
    numbers = [claim("base_rate", stronger_if="higher"), claim("hazard_ratio.mood"), claim("hazard_ratio.luck")]
    return scenario_of(
        ["on", "off"],
        [("on", "off", {"base_rate": {"events": 2, "exposure_years": 4.0}, **ratio, "claims": numbers})],
        {"off": {"ever": "off"}},
        drivers={"mood": {"claims": [{"by": "Fan", "text": "It rises."}]}, "luck": {}},
        influences=[{"from": "mood", "to": "luck", "effect": (0.2, 0.8), "claims": [{"by": "Fan", "text": "Luck."}]}],
    )


def test_shift_and_verdict_follow_the_draws(claimed, spec_of, snapshot_of, unknowns_at, posterior_of, forecast_of):
    spec, snapshot = spec_of(claimed), snapshot_of(claimed, date(2024, 5, 8))
    n = 4000
    unknowns = unknowns_at(spec, n, snapshot.n_steps)
    unknowns["ratio_z"] = unknowns["ratio_z"] * [1, 0.5] + [1.0, 0.8]  # both ratios further from 1
    unknowns["long_run_z"] = unknowns["long_run_z"] - 0.6
    unknowns["mean_hazard"] = np.random.default_rng(1).gamma(1.5, 1 / 8.0, size=(n, 1))
    results = {row.assumption.key: row for row in forecast_of(claimed, snapshot, posterior_of(unknowns)).claims}
    assert {key: row.verdict for key, row in results.items()} == {
        "drivers.mood.long_run": "moved down",
        "influences.mood->luck.effect": "not moved",
        "transitions.on->off.base_rate": "weakened",
        "transitions.on->off.hazard_ratio.mood": "strengthened",
        "transitions.on->off.hazard_ratio.luck": "strengthened",
    }
    luck = results["transitions.on->off.hazard_ratio.luck"].assumption
    assert luck.shift == pytest.approx(-0.8, abs=5 * luck.shift_mcse)  # the ratio itself is lower
    assert luck.shift_mcse == pytest.approx(0.5 / np.sqrt(n), rel=0.3)
    assert luck.contraction == pytest.approx(0.75, abs=5 * luck.contraction_mcse)
    assert luck.contraction_mcse == pytest.approx(0.25 * np.sqrt(2 / n), rel=0.3)
    rate = results["transitions.on->off.base_rate"].assumption
    spread = np.sqrt(special.polygamma(1, 2.5))
    expected = (special.digamma(1.5) - np.log(8) - special.digamma(2.5) + np.log(4)) / spread
    assert rate.shift == pytest.approx(expected, abs=5 * rate.shift_mcse)
    contraction = 1 - special.polygamma(1, 1.5) / spread**2
    assert rate.contraction == pytest.approx(contraction, abs=5 * rate.contraction_mcse)
    assert rate.prior == pytest.approx(tuple(special.gammaincinv(2.5, [0.05, 0.95]) / 4), rel=1e-9)
