"""Explanations on prior draws, which are exact draws of a fit without evidence: sums, brute force and errors."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from forecast.evidence.records import Evidence, Judgement, Report, SeriesValue, TransitionRecord
from forecast.evidence.snapshot import take_snapshot
from forecast.evidence.visible import visible_evidence
from forecast.inference.importance import pareto_smooth
from forecast.inference.posterior import Posterior
from forecast.inference.updating import extend, reweight
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.spec import compile_spec
from forecast.projection import explanation
from forecast.projection.explanation import Explanation, LeftOut, explain, in_order, leave_one_out
from forecast.projection.stages import Known
from forecast.scenario.types import Scenario

FITTED, EARLIER, LATER = date(2024, 2, 4), date(2024, 2, 11), date(2024, 3, 13)  # Sundays; a Wednesday
HORIZON = date(2024, 12, 31)
SOON = date(2024, 3, 17)  # the Sunday of the later day's step: its drivers are drawn, no future is left to chance
SEED = 5


def make_scenario() -> Scenario:
    driver = {
        "meaning": "m", "low": "l", "high": "h", "at_start": [-1, 1],
        "long_run": [-0.5, 0.5], "half_life": ["3w", "12w"],
    }  # fmt: skip
    return Scenario.model_validate(
        {
            "scenario": "made-up",
            "title": "Made up",
            "start": "2024-01-01",
            "horizon": HORIZON,
            "drivers": {"mood": driver},
            "events": {
                "speech": {
                    "coverage": {"complete": ["2024-01-01", "ongoing"]}, "signs": "both", "per_month": [0.5, 2],
                    "signal": {"mood": {"per_unit": [0.4, 1.2]}}, "rate_ratio": {"mood": [1.2, 2.5]},
                },
                "rumour": {"coverage": "selected", "signs": "positive"},
            },
            "series": {"poll": {"driver": "mood", "at_neutral": [40, 60], "per_unit": [1, 5], "noise": [1, 3]}},
            "states": {"talks": {"initial": True}, "pause": {}, "deal": {}},
            "transitions": [
                {"from": "talks", "to": "deal", "within_12_months": [0.3, 0.8], "hazard_ratio": {"mood": [1.5, 3]}},
                {"from": "talks", "to": "pause", "within_12_months": [0.3, 0.8]},
                {"from": "pause", "to": "talks", "within_12_months": [0.8, 0.99]},
            ],
            "outcomes": [
                {"name": "deal", "when": {"at_horizon": "deal"}},
                {"name": "paused", "when": {"ever": "pause"}},
                {"name": "talks", "otherwise": True},
            ],
        }
    )  # fmt: skip


SCENARIO = make_scenario()
SPEC = compile_spec(SCENARIO)


def on(text: str) -> date:
    return date.fromisoformat(f"2024-{text}")


def report(name: str, happened: str, direction: float | None = 1.0, **changes: object) -> Report:
    day = on(happened)
    directions = {} if direction is None else {"mood": direction}
    row = Report(
        name, day, day, day, "speech", directions, "", f"text of {name}", "", "B", "2", "", "", "", "", None, 2
    )
    return replace(row, **changes)


def rumour(name: str, happened: str) -> Report:
    return report(name, happened, None, event_type="rumour")


def poll(first: str, value: float, known: str) -> SeriesValue:
    start, reported = on(first), on(known)
    return SeriesValue("poll", start, start + timedelta(days=6), value, reported, reported, "", 2)


def judgement(name: str, day: str, known: str) -> Judgement:
    return Judgement(name, "mood", on(day), 0.5, 1.5, "desk", on(known), on(known), "", 2)


def change_of_state(day: str, origin: str, to: str, known: str) -> TransitionRecord:
    return TransitionRecord(on(day), origin, to, on(known), on(known), "", 2)


def prior_fit(n: int, seed: int = 0) -> Posterior:
    """Draws as four chains of independent ones."""
    unknowns = prior_unknowns(SPEC, n, SCENARIO.grid.count(FITTED), rng=np.random.default_rng(seed))
    return Posterior(unknowns, 4, {"diverging": np.zeros(n, dtype=bool)}, {})


def known(evidence: Evidence, day: date) -> Known:
    return Known(day, visible_evidence(SCENARIO, evidence, day))


FIT_KNEW = Known(FITTED, Evidence())
FIT = prior_fit(800)


def explained(start: Known, end: Known, *, fit: Posterior = FIT, horizon: date = HORIZON) -> Explanation:
    return explain(SCENARIO, fit, FIT_KNEW, start, end, horizon=horizon, seed=SEED)


def both_ends(evidence: Evidence, **settings: object) -> Explanation:
    return explained(known(evidence, EARLIER), known(evidence, LATER), **settings)


def kinds(told: Explanation) -> list[tuple[date, str, str, str]]:
    """Day, kind, id and what of every part that is a row."""
    return [
        (part.until, part.change.kind, part.change.id, part.change.what)
        for part in told.parts
        if part.change is not None
    ]


FULL = Evidence(
    reports=(
        report("seen", "02-06"),
        report("first", "02-20"),
        report("none", "02-28", -1.0),
        report("wrong", "02-08", withdrawn=on("02-25")),
        report("old", "02-09", 2.0),
        report("corrected", "02-09", -1.0, reported=on("03-01"), replaces="old"),
        rumour("whisper", "03-02"),
    ),
    series=(poll("02-12", 61.0, "02-21"),),
    judgements=(judgement("view", "02-19", "02-22"),),
    transitions=(
        change_of_state("02-23", "talks", "pause", "02-24"),
        change_of_state("03-04", "pause", "talks", "03-05"),
    ),
)


@pytest.fixture(scope="module")
def full() -> Explanation:
    return both_ends(FULL)


def test_parts_add_up_in_both_orders(full: Explanation) -> None:
    total = full.after - full.before
    assert np.abs(total).max() > 0.02
    np.testing.assert_allclose(sum(part.moved.change for part in full.parts), total, atol=1e-12)
    rows = [part.backward.change for part in full.parts if part.backward is not None]
    np.testing.assert_allclose(full.time_backward.change + sum(rows), total, atol=1e-12)
    for part in full.parts:  # the outcomes exhaust what can happen
        assert part.moved.change.sum() == pytest.approx(0, abs=1e-12)
        assert (part.backward is None) == (part.change is None)
    everything = full.sum_of(full.parts)
    np.testing.assert_allclose(everything.change, total, atol=1e-12)


def test_every_kind_of_row_is_a_part_on_its_day(full: Explanation) -> None:
    assert kinds(full) == [
        (on("02-20"), "report", "first", "new"),
        (on("02-21"), "series", "poll 2024-02-12..2024-02-18", "new"),
        (on("02-22"), "judgement", "view", "new"),
        (on("02-24"), "transition", "2024-02-23 talks->pause", "new"),
        (on("02-25"), "report", "wrong", "gone"),
        (on("02-28"), "report", "none", "new"),
        (on("03-01"), "report", "corrected", "new"),  # and the row that it corrects goes with it
        (on("03-02"), "report", "whisper", "new"),
        (on("03-05"), "transition", "2024-03-04 pause->talks", "new"),
    ]
    times = [(part.since, part.until) for part in full.parts if part.change is None]
    assert times[0][0] == EARLIER
    assert times[-1][1] == LATER
    assert all(until == since for (_, until), (since, _) in itertools.pairwise(times))


def test_a_change_of_state_moves_the_outcome_that_asks_for_it(full: Explanation) -> None:
    moved = {part.change.id: part.moved.change for part in full.parts if part.change is not None}
    assert moved["2024-02-23 talks->pause"][1] > 0.05
    np.testing.assert_allclose(moved["2024-02-23 talks->pause"][2], -full.before[2], atol=0.1)
    assert full.after[2] == pytest.approx(0, abs=1e-12)  # once paused, `talks` is never the outcome


def test_a_report_that_says_nothing_moves_nothing(full: Explanation) -> None:
    part = next(part for part in full.parts if part.change is not None and part.change.id == "whisper")
    assert part.backward is not None
    for moved in (part.moved, part.backward):
        np.testing.assert_allclose(moved.change, 0, atol=1e-12)
        np.testing.assert_allclose(moved.mcse, 0, atol=1e-12)


def test_a_late_row_counts_where_the_earlier_forecast_stands() -> None:
    late = report("late", "02-07")
    told = explained(Known(EARLIER, Evidence()), Known(LATER, Evidence(reports=(late,))))
    assert kinds(told) == [(EARLIER, "report", "late", "new")]
    assert told.parts[0].change is not None
    assert np.abs(told.parts[0].moved.change).max() > 0.005


def test_a_withdrawn_correction_gives_the_first_row_back() -> None:
    old, new = report("old", "02-07"), report("new", "02-07", -2.0, reported=on("02-09"), replaces="old")
    told = explained(Known(EARLIER, Evidence(reports=(new,))), Known(LATER, Evidence(reports=(old,))))
    assert [(name, what) for _, _, name, what in kinds(told)] == [("new", "gone"), ("old", "new")]
    assert np.abs(told.parts[1].moved.change).max() > 0.005  # nothing hides it any more


def test_a_withdrawn_correction_and_the_row_it_gives_back_are_told_on_that_day() -> None:
    """Also through a correction in between that was withdrawn earlier."""
    rows = (
        report("old", "02-07"),
        report("between", "02-07", 2.0, reported=on("02-08"), replaces="old", withdrawn=on("02-21")),
        report("new", "02-07", -2.0, reported=on("02-09"), replaces="between", withdrawn=on("02-22")),
        report("late", "02-06", entered=on("02-20")),
    )
    start, end = known(Evidence(reports=rows[:3]), EARLIER), known(Evidence(reports=rows), LATER)
    assert [row.id for row in start.evidence.reports] == ["new"]
    told = explained(start, end)
    assert kinds(told) == [
        (EARLIER, "report", "late", "new"),
        (on("02-22"), "report", "new", "gone"),
        (on("02-22"), "report", "old", "new"),
    ]
    np.testing.assert_allclose(sum(part.moved.change for part in told.parts), told.after - told.before, atol=1e-12)


def test_a_withdrawal_dated_before_the_earlier_forecast_is_told_on_its_day() -> None:
    row = report("wrong", "02-06")
    gone = replace(row, withdrawn=on("02-08"))  # entered after the earlier forecast
    told = explained(known(Evidence(reports=(row,)), EARLIER), known(Evidence(reports=(gone,)), LATER))
    assert kinds(told) == [(EARLIER, "report", "wrong", "gone")]


def test_a_row_deleted_from_the_file_is_told_on_the_earlier_day() -> None:
    told = explained(known(Evidence(reports=(report("wrong", "02-06"),)), EARLIER), known(Evidence(), LATER))
    assert kinds(told) == [(EARLIER, "report", "wrong", "gone")]


def test_a_corrected_change_of_state_can_be_told() -> None:
    """Transitions are told in an order in which each can follow the one before it."""
    before = Known(EARLIER, Evidence(transitions=(change_of_state("02-06", "talks", "pause", "02-08"),)))
    after = Known(LATER, Evidence(transitions=(change_of_state("02-05", "talks", "pause", "02-08"),)))
    told = explained(before, after)
    assert [what for *_, what in kinds(told)] == ["gone", "new"]
    np.testing.assert_allclose(sum(part.moved.change for part in told.parts), told.after - told.before, atol=1e-12)


def test_nothing_new_on_the_same_day_has_no_parts() -> None:
    start = known(FULL, EARLIER)
    told = explained(start, start)
    assert told.parts == ()
    np.testing.assert_array_equal(told.after, told.before)
    np.testing.assert_array_equal(told.time_backward.change, 0)
    nothing = told.sum_of(told.parts)
    np.testing.assert_array_equal([nothing.change, nothing.mcse], 0)


TWO = Evidence(reports=(report("up", "02-20", 2.0), report("down", "02-28", -1.0)))


@pytest.fixture(scope="module")
def two_by_hand() -> dict[str, np.ndarray]:
    """Outcome probabilities at every stage of both orders, each from separately reweighted draws."""
    draws = Draws.of(SPEC, extend(FIT, SCENARIO.grid.count(LATER), seed=SEED).unknowns)
    then = take_snapshot(SCENARIO, Evidence(), FITTED)

    def probability(rows: tuple[Report, ...], day: date) -> np.ndarray:
        now = take_snapshot(SCENARIO, Evidence(reports=rows), day)
        log_weight = reweight(SPEC, FIT, then, now, seed=SEED).log_weight
        return pareto_smooth(log_weight).weight @ by_hand(draws, day)

    up, down = TWO.reports
    return {
        "start": probability((), EARLIER),
        "before up": probability((), up.reported),
        "up": probability((up,), up.reported),
        "before down": probability((up,), down.reported),
        "down": probability((up, down), down.reported),
        "end": probability((up, down), LATER),
        "all time": probability((), LATER),
        "down first": probability((down,), LATER),
    }


def by_hand(draws: Draws, day: date) -> np.ndarray:
    """Each draw's outcomes by SOON from the hazards along its path: three states, day by day."""
    occupied = np.zeros((len(draws), 4))  # in talks and never paused, paused, back in talks, deal
    occupied[:, 0] = 1
    paused, dealt = np.zeros(len(draws)), np.zeros(len(draws))
    generator = np.zeros((len(draws), 4, 4))
    names = [(edge.from_, edge.to) for edge in SCENARIO.transitions]
    for t in range(SCENARIO.grid.index(day + timedelta(days=1)), SCENARIO.grid.index(SOON) + 1):
        first = max(SCENARIO.grid.first_day(t), day + timedelta(days=1))
        days = (min(SCENARIO.grid.last_day(t), SOON) - first).days + 1
        hazard = np.exp(draws.log_hazard + np.einsum("nqk,nk->nq", draws.hazard_loading, draws.level[:, t]))
        deal, pause, back = (
            hazard[:, names.index(edge)] for edge in (("talks", "deal"), ("talks", "pause"), ("pause", "talks"))
        )
        generator[:] = 0
        for origin in (0, 2):
            generator[:, origin, 3], generator[:, origin, 1] = deal, pause
        generator[:, 1, 2] = back
        generator[:, range(4), range(4)] = -generator.sum(axis=2)
        occupied = np.stack([row @ expm(rates * days / 365.25) for row, rates in zip(occupied, generator, strict=True)])
    paused, dealt = occupied[:, 1] + occupied[:, 2], occupied[:, 3]
    return np.stack([dealt, paused, occupied[:, 0]], axis=1)


def expm(matrix: np.ndarray) -> np.ndarray:
    """Matrix exponential by its power series: rates times weeks are small."""
    total = term = np.eye(len(matrix))
    for k in range(1, 15):
        term = term @ matrix / k
        total = total + term
    return total


def test_two_reports_by_brute_force(monkeypatch: pytest.MonkeyPatch, two_by_hand: dict[str, np.ndarray]) -> None:
    monkeypatch.setattr(explanation, "EXPLAINED_DRAWS", 10**8)  # every draw, by its whole weight
    told = both_ends(TWO, horizon=SOON)
    stages = ("start", "before up", "up", "before down", "down", "end")
    expected = [two_by_hand[b] - two_by_hand[a] for a, b in itertools.pairwise(stages)]
    # Each draw stands for a whole number of 10^8 parts of the weight.
    np.testing.assert_allclose([part.moved.change for part in told.parts], expected, atol=1e-5)
    by_id = {part.change.id: part.backward for part in told.parts if part.change is not None}
    time, first, second = told.time_backward, by_id["down"], by_id["up"]
    assert first is not None
    assert second is not None
    np.testing.assert_allclose(time.change, two_by_hand["all time"] - two_by_hand["start"], atol=1e-5)
    np.testing.assert_allclose(first.change, two_by_hand["down first"] - two_by_hand["all time"], atol=1e-5)
    np.testing.assert_allclose(second.change, two_by_hand["end"] - two_by_hand["down first"], atol=1e-5)


def test_errors_are_those_of_paired_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    """The spread over independent sets of draws, each thinned to work on, is what the parts state."""
    monkeypatch.setattr(explanation, "EXPLAINED_DRAWS", 400)
    sets = 60
    told = [
        explain(
            SCENARIO,
            prior_fit(1200, seed=seed),
            FIT_KNEW,
            known(TWO, EARLIER),
            known(TWO, LATER),
            horizon=HORIZON,
            seed=seed,
        )
        for seed in range(sets)
    ]
    # The spread of so many sets is known to this factor, with a chance of 1 in 1000 to miss it for each number.
    low, high = np.sqrt(stats.chi2.ppf([0.0005, 0.9995], sets - 1) / (sets - 1))
    for i, part in enumerate(told[0].parts):
        assert part.change == told[-1].parts[i].change
        change = np.array([one.parts[i].moved.change for one in told])
        stated = np.sqrt(np.mean([one.parts[i].moved.mcse ** 2 for one in told], axis=0))
        ratio = change.std(axis=0, ddof=1) / stated
        assert np.all((ratio > low) & (ratio < high)), (part.change, ratio)


def test_leaving_a_report_out_is_reweighting_without_it() -> None:
    now = known(TWO, LATER)
    found = {item.id: item for item in leave_one_out(SCENARIO, FIT, FIT_KNEW, now, horizon=HORIZON, seed=SEED)}
    assert set(found) == {"up", "down"}
    then = take_snapshot(SCENARIO, Evidence(), FITTED)
    for row in TWO.reports:
        without = Known(LATER, Evidence(reports=tuple(other for other in TWO.reports if other.id != row.id)))
        again = explained(now, without)
        error = np.hypot(found[row.id].mcse, again.sum_of(again.parts).mcse)
        # The same draws, but others of them are projected: far closer than two sets of draws would be.
        assert np.all(np.abs(found[row.id].change - (again.after - again.before)) < 2 * error)
        now_without = take_snapshot(SCENARIO, without.evidence, LATER)
        k = reweight(SPEC, FIT, then, now_without, seed=SEED).pareto_k
        assert found[row.id].pareto_k >= k - 1e-9


def test_the_report_that_shows_most_clearly_comes_first() -> None:
    evidence = Evidence(reports=(rumour("whisper", "02-19"), *TWO.reports))
    found = leave_one_out(SCENARIO, FIT, FIT_KNEW, known(evidence, LATER), horizon=HORIZON, seed=SEED)
    clear = [float((np.abs(item.change) / np.maximum(item.mcse, 0.0005)).max()) for item in found[:-1]]
    assert clear == sorted(clear, reverse=True)
    assert [item.distinctness for item in found] == pytest.approx([*clear, 0.0])
    assert found[-1].id == "whisper"
    assert found[-1].text == "text of whisper"


def left_out(change: float, mcse: float, k: float = 0.2, **more: object) -> LeftOut:
    return LeftOut(f"{change} {k}", "", np.array([change, -change]), np.array([mcse, mcse]), k, 0.67, **more)


def test_size_over_error_is_the_order_after_what_only_a_fit_can_tell() -> None:
    large, small, none = left_out(0.1, 0.05), left_out(0.02, 0.002), left_out(0.0, 0.0)
    rough, failed = left_out(0.01, 0.01, 0.68), left_out(0.01, 0.02, -np.inf, refit="FAIL")
    refitted, unseen = left_out(0.03, 0.001, -np.inf, refit="PASS"), left_out(0.0002, 0.000001)
    mixed = [unseen, none, large, failed, small, refitted, rough]
    assert in_order(mixed) == (rough, failed, refitted, small, large, unseen, none)
    assert [item.rough for item in (rough, failed, refitted, large)] == [True, True, False, False]
    assert not left_out(0.1, 0.1, 0.67).rough  # at the limit, not beyond it


def test_few_draws_have_the_lower_limit() -> None:
    now = known(TWO, LATER)
    told = explained(known(TWO, EARLIER), now)
    (one, _) = leave_one_out(SCENARIO, FIT, FIT_KNEW, now, horizon=HORIZON, seed=SEED)
    assert told.k_limit == one.k_limit == pytest.approx(1 - 1 / np.log10(800))
