"""Intervals of paired differences, and power, against what they claim."""

from __future__ import annotations

import numpy as np

from forecast.evaluation.targets.differences import compare, fixed_b_interval, power_of


def overlapping(m: int, n: int, block: int, rng: np.random.Generator) -> np.ndarray:
    """Moving averages of normal shocks, as errors of forecasts so many origins ahead."""
    shocks = rng.normal(size=(m, n + block - 1))
    return np.lib.stride_tricks.sliding_window_view(shocks, block, axis=1).sum(axis=2)


def test_the_critical_values_are_those_of_the_fixed_b_limit() -> None:
    # Long white noise: the limit itself, whatever the bandwidth.
    for block in (10, 150):
        low, high, _ = fixed_b_interval(np.random.default_rng(1).normal(size=(6000, 600)), block)
        covered = np.mean((low < 0) & (high > 0))
        assert abs(covered - 0.9) < 4 * np.sqrt(0.09 / 6000) + 0.005  # their cubic is a fit to simulated quantiles


def test_intervals_hold_the_mean_of_overlapping_forecasts_much_oftener_than_an_iid_bootstrap() -> None:
    rng, block, held = np.random.default_rng(2), 8, {"blocks": 0, "fixed-b": 0, "iid": 0}
    series = overlapping(400, 52, block, rng)
    for row in series:
        found = compare(row, block, power=None, rng=rng)
        held["blocks"] += found.low < 0 < found.high
        held["fixed-b"] += found.hac_low < 0 < found.hac_high
        held["iid"] += abs(row.mean()) < 1.645 * row.std() / np.sqrt(52)
    share = {name: count / 400 for name, count in held.items()}
    assert share["iid"] < 0.6
    assert share["blocks"] > 0.6
    assert share["fixed-b"] > 0.75


def test_effective_size_falls_with_overlap() -> None:
    rng = np.random.default_rng(3)
    _, _, alone = fixed_b_interval(rng.normal(size=(200, 400)), 1)
    _, _, shared = fixed_b_interval(overlapping(200, 400, 8, rng), 8)
    assert alone.mean() > 300
    assert 30 < shared.mean() < 100  # 400 / 8, and a bandwidth that sees not all of it


def test_few_blocks_give_no_interval() -> None:
    found = compare(np.arange(10.0), 5, power=None, rng=np.random.default_rng(4))
    assert (found.mean, found.low, found.hac_low, found.power) == (4.5, None, None, None)


def test_power_is_small_without_a_difference_and_large_with_one() -> None:
    rng = np.random.default_rng(5)
    chances = [[np.array([0.5, 0.5])] * 3 for _ in range(60)]

    def power(gain: float) -> float:
        found = power_of(chances, [[np.array([gain - 1, gain + 1])] * 3 for _ in range(60)], 2, rng=rng)
        assert found is not None
        return found

    assert power(0.0) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 400)
    assert power(0.5) > 0.9
    assert power_of(chances[:3], [[np.zeros(2)] * 3] * 3, 1, rng=rng) is None
