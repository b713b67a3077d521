"""Every range of a scenario file comes back as the prior of its assumption, with what the draws say beside it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forecast.evidence.grades import DIGITS, LETTERS
from forecast.model.draws import prior_unknowns
from forecast.model.grades import grade_weights
from forecast.projection.assumptions import assumptions
from forecast.scenario.types import Scenario

ONGOING = {"complete": ["2024-01-01", "ongoing"]}
WORDS = {"meaning": "m", "low": "l", "high": "h"}
SEASON = {"amplitude": [0.2, 0.8], "peak": "03-01"}
N = 1000


@pytest.fixture(scope="module")
def rich() -> Scenario:
    """One of everything that is elicited, no two ranges alike."""
    wind = {**WORDS, "at_start": [-1.5, 1], "long_run": [-0.5, 0.7], "half_life": ["4w", "16w"], "season": SEASON}
    rain = {**WORDS, "at_start": [-1, 2], "long_run": [-0.2, 0.9], "half_life": ["2w", "9w"], "reason": "wet"}
    signal = {"per_unit": [0.3, 1.1], "at_neutral": [0.4, 1.2], "noise": [0.3, 0.9]}
    return Scenario.model_validate(
        {
            "scenario": "rich",
            "title": "Rich",
            "start": "2024-01-01",
            "horizon": "2024-12-31",
            "learn_grades": True,
            "drivers": {"wind": wind, "rain": rain},
            "influences": [{"from": "wind", "to": "rain", "effect": [-0.6, -0.1], "reason": "lee"}],
            "events": {
                "storm": {
                    "coverage": ONGOING, "signs": "both", "per_month": [1, 4], "dispersion": [1.3, 3.0],
                    "season": {"amplitude": [-0.3, 0.6], "peak": "12-01"}, "rate_ratio": {"wind": [1.3, 2.5]},
                    "signal": {"rain": signal}, "reason": "counted", "source": "log",
                },
                "flood": {"coverage": {"selected": "press"}, "signs": "positive", "per_month": [0.5, 2]},
            },
            "series": {"gauge": {
                "driver": "rain", "transform": "log", "at_neutral": [20, 80], "per_unit": [-0.7, -0.2],
                "noise": [0.35, 1.05],
            }},
            "states": {
                "dry": {"initial": True}, "wet": {"min_duration": "10d", "breaks_before": [0.15, 0.75]}, "lost": {},
            },
            "transitions": [
                {"from": "dry", "to": "wet", "within_12_months": [0.2, 0.6], "hazard_ratio": {"rain": [0.4, 0.9]}},
                {"from": "dry", "to": "lost", "base_rate": {"events": 3, "exposure_years": 9.5}},
                {
                    "from": "wet", "to": "dry", "within_12_months": [0.5, 0.95],
                    "ageing": {"age0": "30d", "exponent": [-1.4, -0.4]},
                },
            ],
            "outcomes": [{"name": "ruin", "when": {"at_horizon": "lost"}}, {"name": "rest", "otherwise": True}],
        }
    )  # fmt: skip


RANGES = {  # key: unit, and the range in the file
    "drivers.wind.at_start": ("", (-1.5, 1)),
    "drivers.wind.long_run": ("", (-0.5, 0.7)),
    "drivers.wind.half_life": ("weeks", (4, 16)),
    "drivers.wind.season.amplitude": ("", (0.2, 0.8)),
    "drivers.rain.at_start": ("", (-1, 2)),
    "drivers.rain.long_run": ("", (-0.2, 0.9)),
    "drivers.rain.half_life": ("weeks", (2, 9)),
    "influences.wind->rain.effect": ("", (-0.6, -0.1)),
    "events.storm.per_month": ("per month", (1, 4)),
    "events.storm.season.amplitude": ("", (-0.3, 0.6)),
    "events.storm.dispersion": ("times", (1.3, 3.0)),
    "events.storm.signal.rain.per_unit": ("", (0.3, 1.1)),
    "events.storm.signal.rain.at_neutral": ("", (0.4, 1.2)),
    "events.storm.signal.rain.noise": ("", (0.3, 0.9)),
    "events.storm.rate_ratio.wind": ("times", (1.3, 2.5)),
    "events.flood.per_month": ("relative weight", (0.5, 2)),
    "series.gauge.at_neutral": ("", (20, 80)),
    "series.gauge.per_unit": ("", (-0.7, -0.2)),
    "series.gauge.noise": ("", (0.35, 1.05)),
    "states.wet.breaks_before": ("", (0.15, 0.75)),
    "transitions.dry->wet.within_12_months": ("", (0.2, 0.6)),
    "transitions.dry->wet.hazard_ratio.rain": ("times", (0.4, 0.9)),
    "transitions.dry->lost.base_rate": ("per year", tuple(stats.gamma.ppf((0.05, 0.95), 3.5, scale=1 / 9.5))),
    "transitions.wet->dry.within_12_months": ("", (0.5, 0.95)),
    "transitions.wet->dry.ageing.exponent": ("", (-1.4, -0.4)),
}


@pytest.fixture(scope="module")
def found(rich, spec_of, posterior_of):
    """Draws of a posterior that differs from the prior only in the grades, by a common level of one half."""
    spec = spec_of(rich)
    before = prior_unknowns(spec, 4000, 2, rng=np.random.default_rng(1))
    after = prior_unknowns(spec, N, 2, rng=np.random.default_rng(2))
    after["letter_z"][:, 0] = 0.5 + 0.5 * after["letter_z"][:, 0]
    after["digit_z"] *= 0.5
    return spec, before, after, assumptions(rich, spec, posterior_of(after), before)


def test_every_range_comes_back_under_its_key_and_unit(found) -> None:
    rows = {item.key: item for item in found[3] if not item.key.startswith("grades.")}
    assert list(rows) == list(RANGES)
    assert {key: item.unit for key, item in rows.items()} == {key: unit for key, (unit, _) in RANGES.items()}
    for key, (_, ends) in RANGES.items():
        assert rows[key].prior == pytest.approx(ends, rel=1e-9), key


def test_draws_of_the_prior_move_no_assumption(found) -> None:
    for item in found[3]:
        if not item.key.startswith("grades."):
            # The mean and the variance of n draws of variance 1; a log Gamma variable has fatter tails than a normal.
            assert abs(item.shift) < 4 / np.sqrt(N), item.key
            assert abs(item.contraction) < 4 * np.sqrt(3 / N), item.key
            width = item.prior[1] - item.prior[0]
            assert np.abs(np.subtract(item.posterior, item.prior)).max() < 0.25 * width, item.key


def test_reasons_and_sources_are_those_of_the_section(found) -> None:
    said = {item.key: (item.reason, item.source) for item in found[3] if not item.key.startswith("grades.")}
    for key, words in said.items():
        expected = ("", "")
        if key.startswith("events.storm."):
            expected = ("counted", "log")
        elif key.startswith("drivers.rain."):
            expected = ("wet", "")
        elif key.startswith("influences."):
            expected = ("lee", "")
        assert words == expected, key


def test_grades_are_shares_and_their_shift_is_of_the_log_odds(found) -> None:
    spec, before, after, rows = found
    grades = {item.key: item for item in rows if item.key.startswith("grades.")}
    assert list(grades) == [f"grades.{letter}{digit}" for letter, digit in zip(LETTERS, DIGITS, strict=True)]
    weights = [grade_weights(spec, draws["letter_z"], draws["digit_z"]) for draws in (before, after)]
    for i, item in enumerate(grades.values()):
        old, new = (table[:, i, i] for table in weights)
        assert item.prior == pytest.approx(np.quantile(old, (0.05, 0.95)))
        assert item.posterior == pytest.approx(np.quantile(new, (0.05, 0.95)))
        old, new = np.log(old / (1 - old)), np.log(new / (1 - new))
        assert item.shift == pytest.approx((new.mean() - old.mean()) / old.std(), rel=1e-3)
        assert item.contraction == pytest.approx(1 - new.var() / old.var(), abs=2e-3)
