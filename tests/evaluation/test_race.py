"""The race: worked examples, scores over time, only what two have in common, intervals over groups, calibration."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from forecast.evaluation.race import scored
from forecast.evaluation.race.asked import Answer, Asked, daily, days_stood
from forecast.evaluation.race.calibrated import calibrated
from forecast.evaluation.race.losses import BRIER_1, BRIER_2, GAINS, LOG, MODEL, RANKED, UNIFORM
from forecast.evaluation.scoring.bootstrap import FEWEST_GROUPS

MARCH = dt.date(2023, 3, 1)


def day(n: int) -> dt.date:
    return MARCH + dt.timedelta(days=n)


def asked(answers, *, came=1, closes=100, resolved=100, options=("no", "yes"), group="g", name="q", opened=0) -> Asked:
    said = {
        who: tuple(Answer(day(opened + n), p if isinstance(p, tuple) else (1 - p, p)) for n, p in rows)
        for who, rows in answers.items()
    }
    return Asked(name, group, options, day(opened + closes), day(opened + resolved), came, said)


def race(questions, *, today=None, **options):
    return scored.race(questions, today=today or day(10_000), **options)


def value(made, who, convention) -> float:
    return made.value(who, convention)


def test_the_worked_examples_of_the_platforms():
    """80% on yes gives +68 and 0.1% on one of eight options -232 (Metaculus); Brier in both conventions."""
    made = race([asked({"a": [(0, 0.8)]})], seed=1)
    assert value(made, "a", GAINS["baseline"]) == pytest.approx(67.8, abs=0.05)
    assert value(made, "a", BRIER_1) == pytest.approx(0.04)
    assert value(made, "a", BRIER_2) == pytest.approx(0.08)
    assert value(made, "a", LOG) == pytest.approx(-np.log(0.8))
    assert value(made, UNIFORM, BRIER_1) == 0.25
    eight = tuple([0.001] + [0.999 / 7] * 7)
    made = race([asked({"a": [(0, eight)]}, options=tuple("abcdefgh"), came=0)], seed=1)
    assert value(made, "a", GAINS["baseline"]) == pytest.approx(-232.2, abs=0.05)


def test_a_loss_weighs_the_days_that_an_answer_stood_and_the_baseline_the_whole_schedule():
    """0.5 for 30 days, then 0.9 for 20, resolved on day 50 of 100."""
    made = race([asked({"a": [(0, 0.5), (30, 0.9)]}, resolved=50)], seed=1)
    assert value(made, "a", BRIER_1) == pytest.approx((30 * 0.25 + 20 * 0.01) / 50)  # one question: its own days
    assert value(made, "a", GAINS["baseline"]) == pytest.approx(100 * np.log2(2 * 0.9) * 20 / 100)
    assert made.coverage["a"] == 1


def test_a_day_weighs_one_over_the_scheduled_days_of_its_question():
    """By hand: 20 of 100 days at 0.81 and all 50 of 50 at 0.01 give (0.2 x 0.81 + 1 x 0.01) / 1.2, not their half."""
    short = asked({MODEL: [(0, 0.1)], "x": [(10, 0.5)]}, closes=100, resolved=20, name="short", group="a")
    whole = asked({MODEL: [(0, 0.9)], "x": [(0, 0.5)]}, closes=50, resolved=50, name="whole", group="b")
    made = race([short, whole], seed=1)
    assert value(made, MODEL, BRIER_1) == pytest.approx(0.172 / 1.2)
    assert value(made, MODEL, LOG) == pytest.approx(-(0.2 * np.log(0.1) + np.log(0.9)) / 1.2)
    (pair,) = [row for row in made.comparisons if (row.who, row.beside, row.score) == (MODEL, "x", "brier")]
    mine, other = (0.1 * 0.81 + 0.01) / 1.1, 0.25  # ten days of the first in common
    assert (pair.gain, pair.skill, pair.days) == pytest.approx((other - mine, 1 - mine / other, 60))
    assert made.coverage["x"] == pytest.approx((0.1 + 1) / 1.2)


def hazards(n: int, weeks: int = 20, seed: int = 4) -> list[Asked]:
    """Questions with constant hazards and exactly calibrated answers each week; a hedger says 40% more."""
    rng, made = np.random.default_rng(seed), []
    for q in range(n):
        h = rng.uniform(0.02, 0.1)
        at = rng.exponential(1 / h)
        last = int(min(np.ceil(at), weeks))
        p = {k: float(1 - np.exp(-h * (weeks - k))) for k in range(last)}
        said = {
            MODEL: [(7 * k, x) for k, x in p.items()],
            "hedger": [(7 * k, min(1.4 * x, 0.99)) for k, x in p.items()],
        }
        made.append(asked(said, closes=7 * weeks, resolved=7 * last, came=int(at < weeks), group=f"g{q}", name=str(q)))
    return made


def test_who_says_exactly_the_chance_is_calibrated_and_best_though_questions_end_when_it_comes():
    """Weights by the days that a question was open give 0.65 happened where 0.45 was said, and a hedger that wins."""
    questions = hazards(1500)
    found = calibrated(questions, MODEL, seed=1)
    shape = found.reliability
    away = np.abs(shape.observed - shape.forecast)
    assert (away < 0.1).all(), away  # standard errors 0.011 to 0.031 by bin, from twelve repeats
    assert np.sum((shape.observed < shape.low) | (shape.observed > shape.high)) <= 3
    made = race(questions, seed=1)
    pairs = [row for row in made.comparisons if {row.who, row.beside} == {MODEL, "hedger"}]
    assert len(pairs) == 2
    assert all(row.low > 0 for row in pairs), pairs


def test_what_is_resolved_before_its_horizon_is_in_no_interval():
    """What has come early is known, what has not is open: selected by the outcome."""
    passed = many(FEWEST_GROUPS, 1)
    early = [asked({MODEL: [(0, 0.5)]}, closes=200, resolved=50, group=f"early{i}", name=f"e{i}") for i in range(40)]
    made = race(early, seed=1, today=day(150))
    assert {(row.n, row.low, row.high) for row in made.scores} == {(40, None, None)}
    both, alone = (race(given, seed=1, today=day(150)) for given in (passed + early, passed))
    assert both.scores == alone.scores  # the number of an interval rests on the same questions
    assert all(row.low is not None for row in both.scores if row.who == MODEL)
    assert {row.n for row in race(passed + early, seed=1, today=day(200)).scores} == {FEWEST_GROUPS + 40}


def test_one_option_of_a_choice_comes_so_the_bands_of_equal_options_have_no_width():
    third = (1 / 3, 1 / 3, 1 / 3)
    questions = [
        asked({MODEL: [(0, third)]}, options=("a", "b", "c"), came=i % 3, group=f"g{i}", name=str(i)) for i in range(30)
    ]
    shape = calibrated(questions, MODEL, seed=1).reliability
    np.testing.assert_allclose([shape.low[0], shape.high[0], shape.observed[0]], 1 / 3, atol=1e-12)


def test_who_came_later_is_silent_before_and_compared_on_common_days_only():
    question = asked({MODEL: [(0, 0.1), (60, 0.6)], "late": [(60, 0.5)]})
    assert days_stood(question, "late").tolist() == [40]
    assert np.isnan(daily(question, "late")[:60]).all()
    made = race([question], seed=1)
    assert made.coverage["late"] == pytest.approx(0.4)
    assert value(made, MODEL, BRIER_1) == pytest.approx(0.6 * 0.81 + 0.4 * 0.16)
    (pair,) = [row for row in made.comparisons if (row.who, row.beside, row.score) == (MODEL, "late", "brier")]
    assert (pair.n, pair.days) == (1, 40)
    assert pair.gain == pytest.approx(0.25 - 0.16)  # the bad first sixty days are not held against the model here
    assert pair.skill == pytest.approx(1 - 0.16 / 0.25)
    assert value(made, "late", GAINS["baseline"]) == pytest.approx(0)


def test_only_questions_in_common_are_compared_and_counted():
    both = asked({MODEL: [(0, 0.7)], "x": [(0, 0.6)]}, name="both")
    alone = asked({"x": [(0, 0.01)]}, name="alone")
    made = race([both, alone], seed=1)
    assert {row.score: row.n for row in made.scores if row.who == "x"} == {
        "brier": 2,
        "log": 2,
        "baseline": 2,
        "peer": 1,
    }
    pairs = [row for row in made.comparisons if {row.who, row.beside} == {MODEL, "x"}]
    assert {row.n for row in pairs} == {1}
    gain = next(row.gain for row in pairs if row.score == "log")
    assert gain == pytest.approx(np.log(0.7) - np.log(0.6))


def test_peer_scores_sum_to_zero_over_those_who_stand():
    question = asked({"a": [(0, 0.9)], "b": [(20, 0.5)], "c": [(50, 0.2)]})
    made = race([question], seed=1)
    peer = {row.who: row.value for row in made.scores if row.score == "peer"}
    assert set(peer) == {"a", "b", "c"}
    assert sum(peer.values()) == pytest.approx(0)
    two, three = np.log(0.9 / 0.5) * 100, 150 * np.log(0.9 / np.cbrt(0.9 * 0.5 * 0.2))
    assert peer["a"] == pytest.approx(0.3 * two + 0.5 * three)


def test_ordered_outcomes_get_a_ranked_score_and_a_near_miss_costs_less():
    options = ("early", "middle", "late")
    near, far = (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
    question = asked({"near": [(0, near)], "far": [(0, far)]}, options=options, came=0)
    made = race([question], ordered=True, seed=1)
    assert value(made, "near", RANKED) == 1
    assert value(made, "far", RANKED) == 2
    assert "ranked" not in {row.score for row in race([question], seed=1).scores}


def test_what_was_called_impossible_is_infinitely_bad_and_clipped_by_the_platform():
    made = race([asked({"sure": [(0, 0.0)], "b": [(0, 0.5)]})], seed=1)
    assert value(made, "sure", LOG) == np.inf
    assert value(made, "sure", GAINS["baseline"]) == pytest.approx(100 * (1 + np.log2(0.001)))
    assert {row.skill for row in made.comparisons if (row.who, row.score) == ("b", "log")} >= {1.0}


def many(groups: int, per_group: int = 3, seed: int = 1, sharp: float = 1.0) -> list[Asked]:
    rng = np.random.default_rng(seed)
    made = []
    for g in range(groups):
        for q in range(per_group):
            p = rng.uniform(0.05, 0.95)
            told = 1 / (1 + np.exp(-sharp * np.log(p / (1 - p))))
            made.append(asked({MODEL: [(0, told)]}, came=int(rng.random() < p), group=f"g{g}", name=f"{g} {q}"))
    return made


def test_intervals_rest_on_groups_and_there_is_none_with_few():
    few = race(many(FEWEST_GROUPS - 1, 20), seed=1)
    assert {(row.low, row.high) for row in (*few.scores, *few.comparisons)} == {(None, None)}
    enough = race(many(FEWEST_GROUPS), seed=1)
    assert all(row.low <= row.value <= row.high for row in enough.scores if row.who == MODEL)
    assert {row.groups for row in enough.scores} == {FEWEST_GROUPS}


def test_an_interval_of_one_groups_copies_is_as_wide_as_of_the_group_alone():
    alone = many(20, 1)
    copied = [
        asked({MODEL: [(0, q.answers[MODEL][0].probabilities[1])]}, came=q.came, group=q.group) for q in alone * 5
    ]
    one, five = race(alone, seed=1), race(copied, seed=1)
    widths = [
        next(row.high - row.low for row in made.scores if (row.who, row.convention) == (MODEL, BRIER_1))
        for made in (one, five)
    ]
    assert widths[1] == pytest.approx(widths[0])


def test_calibration_is_told_of_many_groups_and_finds_overconfidence():
    assert calibrated(many(FEWEST_GROUPS - 1), MODEL, seed=1) is None
    right, wrong = (calibrated(many(2000, 1, sharp=sharp), MODEL, seed=1) for sharp in (1.0, 4.0))

    def outside(found) -> int:
        shape = found.reliability
        return int(np.sum((shape.observed < shape.low) | (shape.observed > shape.high)))

    assert outside(right) <= 3  # each of ten bins is outside with probability 0.1
    assert outside(wrong) > 3
    assert right.parts.brier == pytest.approx(
        right.parts.reliability - right.parts.resolution + right.parts.uncertainty + right.parts.within
    )
    assert wrong.parts.reliability > right.parts.reliability
    assert right.pit is None


def test_pit_of_ordered_outcomes_uses_the_first_answer_of_each_group():
    rng = np.random.default_rng(3)

    def made(truth):
        return [
            asked({MODEL: [(0, (0.2, 0.3, 0.5)), (50, (0.0, 0.0, 1.0))]}, options=("a", "b", "c"),
                  came=int(rng.choice(3, p=truth)), group=f"g{g}", name=str(g))
            for g in range(200)
        ]  # fmt: skip

    right = calibrated(made((0.2, 0.3, 0.5)), MODEL, ordered=True, seed=1)
    wrong = calibrated(made((0.6, 0.3, 0.1)), MODEL, ordered=True, seed=1)
    assert wrong.pit.chance < 0.05 < right.pit.chance
