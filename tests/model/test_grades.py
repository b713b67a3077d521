"""What a grade is worth, and what several reports of one event are worth together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_case import ONGOING, driver, report, scenario
from scipy import special, stats

from forecast.evidence.folding import fold
from forecast.evidence.grades import DIGIT_EFFECTS, LETTER_EFFECTS, fixed_weights
from forecast.evidence.records import Evidence, Report
from forecast.evidence.snapshot import take_snapshot
from forecast.model.build import build_model
from forecast.model.density import log_density
from forecast.model.draws import prior_unknowns
from forecast.model.grades import grade_weights, mark_weights
from forecast.model.spec import compile_spec
from forecast.timegrid import shift

AS_OF = report("2030-05-15", "storm").date


@pytest.fixture(scope="module")
def learned():
    """A scenario that learns its grades."""
    press = {"selected": "press"}
    return scenario(
        learn_grades=True,
        drivers={"wind": driver()},
        events={
            "storm": {
                "coverage": ONGOING,
                "signs": "positive",
                "per_month": [1, 4],
                "rate_ratio": {"wind": [1.3, 2.5]},
            },
            "flood": {"coverage": press, "signs": "positive", "rate_ratio": {"wind": [1.3, 2.5]}},
            "calm": {"coverage": press, "signs": "positive"},
        },
    )


def test_learned_weights_are_fixed_ones_at_their_medians_and_keep_the_order(learned) -> None:
    spec = compile_spec(learned)
    at_zero = grade_weights(spec, np.zeros((1, 6)), np.zeros((1, 5)))[0]
    np.testing.assert_allclose(at_zero, fixed_weights(), rtol=1e-14)
    unknowns = prior_unknowns(spec, 500, 2, rng=np.random.default_rng(1))
    weights = grade_weights(spec, unknowns["letter_z"], unknowns["digit_z"])
    assert np.all(np.diff(weights[:, :5, :], axis=1) <= 0)
    assert np.all(np.diff(weights[:, :, :5], axis=2) <= 0)
    assert weights.max() == 0.99
    assert np.ptp(weights[:, 1, 1]) > 0.2
    # F and 6 lie around the others' mean: on the logit scale their median is the mean of A..E and of 1..5.
    logit = np.log(weights / (1 - weights))
    below = weights[:, :, 3] < 0.99  # the cap hides the effect elsewhere
    inside = below[:, [0, 1, 2, 3, 4, 5]].all(axis=1)
    gap = logit[inside][:, 5, 3] - logit[inside][:, :5, 3].mean(axis=1)
    assert abs(np.median(gap)) < 3 * 1.2533 * 0.75 / np.sqrt(inside.sum())


def test_learning_moves_the_level_and_stretches_the_gaps(learned) -> None:
    # logit w = letter + digit. A deviate z stretches its gap by exp(z / 2) about the mean of the five, which stays;
    # F and 6 move by 0.75 z from that mean, and the common level by 0.75 z.
    letter_z = np.array([0.4, 1.0, -0.5, 0.3, -1.2, 0.7])
    digit_z = np.array([-0.8, 0.2, 1.1, 0.6, -0.9])

    def effects(fixed, gap_z, unknown_z):
        gaps = -np.diff(fixed) * np.exp(np.array(gap_z) / 2)
        ladder = -np.concatenate([[0], np.cumsum(gaps)])
        return np.append(ladder - ladder.mean() + np.mean(fixed), np.mean(fixed) + 0.75 * unknown_z)

    letters = effects(LETTER_EFFECTS, letter_z[1:5], letter_z[5]) + 0.75 * letter_z[0]
    digits = effects(DIGIT_EFFECTS, digit_z[:4], digit_z[4])
    expected = np.minimum(special.expit(letters[:, None] + digits), 0.99)
    weights = grade_weights(compile_spec(learned), letter_z[None], digit_z[None])[0]
    np.testing.assert_allclose(weights, expected, rtol=1e-13)


def test_the_twin_has_the_density_of_the_model_that_learns(learned) -> None:
    rows = (
        report("2030-02-01", "storm", "A1"),
        report("2030-02-03", "storm", "F6"),
        report("2030-02-20", "flood", "C3"),
        replace(report("2030-02-21", "flood", "D2"), same_as="flood-2030-02-20-C3"),
        report("2030-03-20", "calm", "E5"),
    )
    spec, snapshot = compile_spec(learned), take_snapshot(learned, Evidence(rows), AS_OF)
    points = prior_unknowns(spec, 20, snapshot.n_steps, rng=np.random.default_rng(2))
    from pymc.model.transform.conditioning import remove_value_transforms

    model = remove_value_transforms(build_model(spec, snapshot))
    density = model.compile_fn(model.logp(jacobian=False), mode="FAST_COMPILE")
    names = {variable.name: model.values_to_rvs[variable].name for variable in model.value_vars}
    got = [density({value: points[name][i] for value, name in names.items()}) for i in range(20)]
    np.testing.assert_allclose(got, log_density(spec, snapshot, points), rtol=1e-12, atol=1e-10)


def origins(snapshot):
    return snapshot.origin_letter, snapshot.origin_digit, snapshot.origin_known


def linked(row: Report, other: str, origin: str = "") -> Report:
    return replace(row, same_as=other, origin=origin)


def test_independent_origins_add_up_and_copies_do_not() -> None:
    first = report("2030-02-10", "storm", "C3")
    rows = (
        first,
        linked(report("2030-02-11", "storm", "B2", wind=1.0), first.id, "agency"),
        linked(report("2030-02-12", "storm", "C2"), first.id, "agency"),
        linked(report("2030-02-09", "storm", "D4"), "storm-2030-02-11-B2"),  # a link to a link
        report("2030-02-10", "storm", "B1"),  # another event
    )
    events = scenario(
        events={"storm": {"coverage": "selected", "signs": "both", "signal": {"wind": {"per_unit": [1, 2]}}}}
    )
    snapshot = take_snapshot(events, Evidence(rows), AS_OF)
    assert len(snapshot.reports) == 5
    assert fold(snapshot.reports).origins == (("B2", "C3", "D4"), ("B1",))
    weights = fixed_weights()
    expected = 1 - (1 - weights[1, 1]) * (1 - weights[2, 2]) * (1 - weights[3, 3])
    np.testing.assert_allclose(mark_weights(*origins(snapshot), weights), [expected, weights[1, 0]], rtol=1e-14)
    assert snapshot.report_step[0] == events.grid.index(rows[3].date)  # the earliest day given
    assert snapshot.report_direction[0, 0] == 1.0  # of the best graded report


@pytest.mark.parametrize("more", [1, 3])
def test_several_good_origins_stay_below_certainty(more: int) -> None:
    first = report("2030-02-10", "storm", "A1")
    rows = (first, *(linked(report(f"2030-02-1{i}", "storm", "A1"), first.id) for i in range(1, 1 + more)))
    events = scenario(events={"storm": {"coverage": "selected", "signs": "both"}})
    snapshot = take_snapshot(events, Evidence(rows), AS_OF)
    np.testing.assert_allclose(mark_weights(*origins(snapshot), fixed_weights()), [0.99], rtol=1e-14)


def test_a_corrected_report_is_still_the_same_event() -> None:
    first = report("2030-02-10", "storm", "C3")
    other = linked(report("2030-02-11", "storm", "B2"), first.id)
    better = replace(report("2030-02-10", "storm", "C2"), replaces=first.id)
    events = scenario(events={"storm": {"coverage": "selected", "signs": "both"}})
    snapshot = take_snapshot(events, Evidence((first, other, better)), AS_OF)
    assert fold(snapshot.reports).origins == (("B2", "C2"),)
    gone = replace(first, withdrawn=AS_OF)
    assert fold(take_snapshot(events, Evidence((gone, other)), AS_OF).reports).origins == (("B2",),)


def test_two_links_in_a_circle_are_one_event() -> None:
    one, two = report("2030-02-10", "storm", "C3"), report("2030-02-11", "storm", "B2")
    circle = (linked(one, two.id), linked(two, one.id))
    events = scenario(events={"storm": {"coverage": "selected", "signs": "both"}})
    assert fold(take_snapshot(events, Evidence(circle), AS_OF).reports).origins == (("B2", "C3"),)


def test_reports_of_one_event_stay_one_when_the_row_they_name_does_not_stand() -> None:
    events = scenario(events={"storm": {"coverage": "selected", "signs": "both"}})
    first = report("2030-02-10", "storm", "C3")
    second, third = (linked(report(f"2030-02-1{i}", "storm", grade), first.id) for i, grade in ((1, "B2"), (2, "D4")))
    one_better = replace(report("2030-02-10", "storm", "C2"), replaces=first.id)
    two_better = replace(report("2030-02-10", "storm", "B1"), replaces=one_better.id)
    chained = linked(report("2030-02-13", "storm", "C4"), second.id)
    withdrawn, late = replace(first, withdrawn=AS_OF), replace(first, reported=shift(AS_OF, 1))
    for rows, expected in (
        ((withdrawn, second, third), ("B2", "D4")),
        ((late, second, third), ("B2", "D4")),
        ((first, one_better, two_better, third), ("B1", "D4")),
        ((first, replace(second, withdrawn=AS_OF), chained), ("C3", "C4")),
    ):
        snapshot = take_snapshot(events, Evidence(rows), AS_OF)
        assert fold(snapshot.reports).origins == (expected,)
        again = take_snapshot(events, Evidence(snapshot.reports), AS_OF)  # as it is kept
        assert again.hash == snapshot.hash


def test_shocks_correlate_as_lkj_says() -> None:
    names = ["wind", "rain", "heat", "fog"]
    spec = compile_spec(scenario(drivers={name: driver() for name in names}, correlated_shocks={"lkj": 4.0}))
    from forecast.model.draws import shock_factor

    n = 20_000
    unknowns = prior_unknowns(spec, n, 2, rng=np.random.default_rng(3))
    factor = shock_factor(spec, unknowns["partial"])
    omega = factor @ factor.transpose(0, 2, 1)
    np.testing.assert_allclose(omega[:, range(4), range(4)], 1, atol=1e-12)
    # LKJ(eta): every single correlation has (1 + r) / 2 ~ Beta(b, b), b = eta + (K - 2) / 2, in whatever order.
    rows, columns = np.tril_indices(4, -1)
    for row, column in zip(rows, columns, strict=True):
        p = stats.kstest((1 + omega[:, row, column]) / 2, stats.beta(5, 5).cdf).pvalue
        assert p > 1e-3 / 6
    # And E[log det] is a sum over the rows' Beta-distributed remainders: 1 - rho^2 with (1 + rho) / 2 ~ Beta(b, b).
    log_det = np.log(np.linalg.det(omega))
    shapes = [5, 5, 4.5, 5, 4.5, 4]
    from scipy.special import digamma

    expected = sum(2 * np.log(2) + 2 * (digamma(b) - digamma(2 * b)) for b in shapes)
    assert abs(log_det.mean() - expected) < 4 * log_det.std() / np.sqrt(n)
