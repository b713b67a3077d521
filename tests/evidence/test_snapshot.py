"""The as-of cut: nothing that was not known, and what is known turned into arrays as one would by hand."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from forecast.evidence.records import Evidence, Judgement, Report, SeriesValue, TransitionRecord
from forecast.evidence.snapshot import Snapshot, lag_probability, take_snapshot
from forecast.evidence.visible import visible_evidence
from forecast.scenario.types import Scenario

START = date(2030, 1, 7)  # a Monday
AS_OF = date(2030, 3, 13)  # a Wednesday: step 9 has three days
MONTH = 365.25 / 12
EXACT = {"rtol": 1e-13, "atol": 1e-14}  # a handful of additions in double precision


def make_scenario(**changes: Any) -> Scenario:
    words = {"meaning": "m", "low": "l", "high": "h", "half_life": ["4w", "20w"]}
    driver = {**words, "at_start": [-1, 1], "long_run": [-1, 1]}
    rate = {"signs": "both", "per_month": [0.5, 2]}
    level = {"driver": "rain", "at_neutral": [1, 2], "per_unit": [0.1, 0.4], "noise": [0.1, 0.3]}
    base = {
        "scenario": "made",
        "title": "Made",
        "start": "2030-01-07",
        "horizon": "2031-01-07",
        "drivers": {"wind": driver, "rain": driver},
        "events": {
            "storm": {"coverage": {"complete": ["2030-01-07", "ongoing"]}, **rate},
            "visit": {"coverage": {"complete": ["2030-01-17", "2030-02-12"]}, **rate},
            "gale": {"coverage": {"complete": ["2030-01-07", "ongoing"]}, **rate, "report_lag": ["2d", "2d"]},
            "snow": {"coverage": {"complete": ["2030-01-07", "ongoing"]}, **rate, "report_lag": ["0d", "4d"]},
            "flood": {"coverage": {"selected": "press"}, **rate},
        },
        "series": {"gauge": level, "loss": {**level, "aggregate": "sum"}},
        "states": {"dry": {"initial": True}, "wet": {}, "lost": {}},
        "transitions": [
            {"from": "dry", "to": "wet", "within_12_months": [0.1, 0.4]},
            {"from": "wet", "to": "dry", "within_12_months": [0.1, 0.4]},
            {"from": "wet", "to": "lost", "within_12_months": [0.1, 0.4]},
        ],
        "outcomes": [{"name": "ruin", "when": {"at_horizon": "lost"}}, {"name": "rest", "otherwise": True}],
    }
    return Scenario.model_validate(base | changes)


SCENARIO = make_scenario()


def day(text: str) -> date:
    return date.fromisoformat(f"2030-{text}")


def report(name: str, happened: str = "02-04", known: str | None = None, **changes: Any) -> Report:
    reported = day(known or happened)
    row = Report(
        name, day(happened), reported, reported, "storm", {"wind": 1.0}, "", "", "", "B", "2", "", "", "", "", None, 9
    )
    return replace(row, **changes)


def transition(happened: str, from_: str, to: str, known: str | None = None) -> TransitionRecord:
    reported = day(known or happened)
    return TransitionRecord(day(happened), from_, to, reported, reported, "", 2)


def names(snapshot: Snapshot) -> list[str]:
    return [row.id for row in snapshot.reports]


def assert_same(one: Snapshot, other: Snapshot) -> None:
    """Hold two snapshots equal bit for bit, the hash included."""
    for field in fields(Snapshot):
        first, second = getattr(one, field.name), getattr(other, field.name)
        if isinstance(first, np.ndarray):
            assert first.dtype == second.dtype, field.name
            assert first.shape == second.shape, field.name
            assert first.tobytes() == second.tobytes(), field.name
        else:
            assert first == second, field.name


# The cut in time

days = st.integers(0, 120).map(lambda n: START + timedelta(days=n))
lags = st.integers(0, 40).map(lambda n: timedelta(days=n))


@st.composite
def random_report(draw: st.DrawFn) -> Report:
    happened, lag = draw(days), draw(lags)
    withdrawn = draw(st.none() | lags)
    return report(
        draw(st.sampled_from("abcdefgh")),
        date=happened,
        reported=happened + lag,
        entered=happened + lag + draw(lags),
        event_type=draw(st.sampled_from(list(SCENARIO.events))),
        directions=draw(st.dictionaries(st.sampled_from(["wind", "rain"]), st.floats(-2, 2))),
        reliability=draw(st.sampled_from("ABCDEF")),
        credibility=draw(st.sampled_from("123456")),
        summary=draw(st.text(max_size=3)),
        replaces=draw(st.sampled_from(["", *"abcdefgh"])),
        withdrawn=None if withdrawn is None else happened + lag + withdrawn,
    )


@st.composite
def random_value(draw: st.DrawFn) -> SeriesValue:
    first = draw(days) - timedelta(days=20)
    last = first + draw(lags)
    known = last + draw(lags)
    series, number = draw(st.sampled_from(["gauge", "loss"])), draw(st.floats(-10, 10))
    return SeriesValue(series, first, last, number, known, known + draw(lags), "", 3)


@st.composite
def random_judgement(draw: st.DrawFn) -> Judgement:
    happened = draw(days)
    known, low = happened + draw(lags), draw(st.floats(-2, 1))
    return Judgement("j", "wind", happened, low, low + 1, "", known, known + draw(lags), "", 4)


@st.composite
def random_transition(draw: st.DrawFn) -> TransitionRecord:
    happened = draw(days)
    known = happened + draw(lags)
    from_, to = draw(st.sampled_from([("dry", "wet"), ("wet", "dry"), ("wet", "lost")]))
    return TransitionRecord(happened, from_, to, known, known + draw(lags), "", 5)


def rows(row: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(row, max_size=8).map(tuple)


random_evidence = st.builds(
    Evidence,
    reports=st.lists(random_report(), max_size=8, unique_by=lambda row: row.id).map(tuple),
    series=rows(random_value()),
    judgements=rows(random_judgement()),
    transitions=rows(random_transition()),
)
TABLES = ("reports", "series", "judgements", "transitions")
KINDS = (Report, SeriesValue, Judgement, TransitionRecord)


@settings(max_examples=60)
@given(random_evidence, days)
def test_a_snapshot_holds_no_row_reported_after_its_date(evidence: Evidence, as_of: date) -> None:
    snapshot = take_snapshot(SCENARIO, evidence, as_of)
    assert all(row.reported <= as_of for row in (*snapshot.reports, *snapshot.series_values))
    assert len(snapshot.report_type) == len({row.same_as or row.id for row in snapshot.reports})
    assert len(snapshot.series_value) == len(snapshot.series_values)
    assert len(snapshot.judgement_sd) == sum(row.reported <= as_of for row in evidence.judgements)
    assert len(snapshot.transition_index) == sum(row.reported <= as_of for row in evidence.transitions)
    for steps in (snapshot.report_step, snapshot.series_last, snapshot.judgement_step, snapshot.transition_step):
        assert np.all((steps >= 0) & (steps < snapshot.n_steps))


@settings(max_examples=60)
@given(random_evidence, random_evidence, days, st.data())
def test_what_was_reported_later_changes_nothing(
    evidence: Evidence, later: Evidence, as_of: date, data: st.DataObject
) -> None:
    # Rows reported after the as-of date are taken out and others put in, anywhere in the files; ids of new rows may
    # say that they replace known ones.
    changed = {}
    for table in TABLES:
        kept = [row for row in getattr(evidence, table) if row.reported <= as_of]
        for row in getattr(later, table):
            known = as_of + timedelta(days=data.draw(st.integers(1, 30)))
            kept.insert(data.draw(st.integers(0, len(kept))), replace(row, reported=known, entered=known))
        changed[table] = tuple(kept)
    assert_same(take_snapshot(SCENARIO, Evidence(**changed), as_of), take_snapshot(SCENARIO, evidence, as_of))


@settings(max_examples=60)
@given(random_evidence, random_evidence, days, st.data())
def test_as_recorded_what_was_entered_later_changes_nothing(
    evidence: Evidence, later: Evidence, as_of: date, data: st.DataObject
) -> None:
    # Rows entered after the as-of date are taken out and others put in, whenever these were reported.
    changed = {}
    for table in TABLES:
        kept = [row for row in getattr(evidence, table) if row.entered <= as_of]
        for row in getattr(later, table):
            entered = max(as_of, row.reported) + timedelta(days=data.draw(st.integers(1, 30)))
            kept.insert(data.draw(st.integers(0, len(kept))), replace(row, entered=entered))
        changed[table] = tuple(kept)
    one, other = (take_snapshot(SCENARIO, rows, as_of, as_recorded=True) for rows in (Evidence(**changed), evidence))
    assert_same(one, other)
    entered_by_then = {table: tuple(r for r in getattr(evidence, table) if r.entered <= as_of) for table in TABLES}
    plain = take_snapshot(SCENARIO, Evidence(**entered_by_then), as_of)
    assert_same(other, replace(plain, as_recorded=True))


@given(random_evidence, days, st.booleans())
def test_what_was_cut_as_recorded_is_cut_the_same_again(evidence: Evidence, as_of: date, again: bool) -> None:
    seen = visible_evidence(SCENARIO, evidence, as_of, as_recorded=True)
    assert visible_evidence(SCENARIO, seen, as_of, as_recorded=again) == seen


@pytest.mark.parametrize(
    "row",
    [
        report("a", "03-01"),
        SeriesValue("gauge", day("02-01"), day("02-07"), 1.5, day("03-01"), day("03-01"), "", 2),
        Judgement("j", "wind", day("03-01"), -1, 1, "", day("03-01"), day("03-01"), "", 2),
        transition("03-01", "dry", "wet"),
    ],
    ids=TABLES,
)
def test_what_was_reported_in_time_but_entered_late_counts_unless_as_recorded_is_asked(row: Any) -> None:
    (table,) = (table for table, kind in zip(TABLES, KINDS, strict=True) if isinstance(row, kind))
    late = Evidence(**{table: (replace(row, entered=AS_OF + timedelta(days=1)),)})
    in_time = Evidence(**{table: (replace(row, entered=AS_OF),)})
    nothing, plain = (take_snapshot(SCENARIO, rows, AS_OF) for rows in (Evidence(), in_time))
    assert take_snapshot(SCENARIO, late, AS_OF).hash != nothing.hash
    assert_same(take_snapshot(SCENARIO, late, AS_OF, as_recorded=True), replace(nothing, as_recorded=True))
    assert_same(take_snapshot(SCENARIO, in_time, AS_OF, as_recorded=True), replace(plain, as_recorded=True))


@pytest.mark.parametrize(("as_of", "known"), [("02-07", ["a"]), ("02-08", ["b"]), ("02-10", []), ("02-12", ["c"])])
def test_as_recorded_corrections_and_withdrawals_count_from_the_day_they_were_made(
    as_of: str, known: list[str]
) -> None:
    rows = (
        report("a", withdrawn=day("02-10")),
        report("b", known="02-06", entered=day("02-08"), replaces="a", withdrawn=day("02-10")),
        report("c", known="02-06", entered=day("02-12")),
    )
    snapshot = take_snapshot(SCENARIO, Evidence(rows), day(as_of), as_recorded=True)
    assert names(snapshot) == known


@given(random_evidence, days, lags)
def test_a_row_withdrawn_later_was_still_there(evidence: Evidence, as_of: date, lag: timedelta) -> None:
    open_ = tuple(
        replace(row, withdrawn=None) if row.withdrawn and row.withdrawn > as_of else row for row in evidence.reports
    )
    later = as_of + lag + timedelta(days=1)
    closed = tuple(row if row.withdrawn else replace(row, withdrawn=max(later, row.reported)) for row in open_)
    one, other = (take_snapshot(SCENARIO, replace(evidence, reports=reports), as_of) for reports in (open_, closed))
    assert_same(one, other)


@given(random_evidence, days)
def test_the_hash_knows_every_field_of_a_known_row_but_its_line(evidence: Evidence, as_of: date) -> None:
    snapshot = take_snapshot(SCENARIO, evidence, as_of)
    moved = {table: tuple(replace(row, line=row.line + 7) for row in getattr(evidence, table)) for table in TABLES}
    assert take_snapshot(SCENARIO, Evidence(**moved), as_of).hash == snapshot.hash
    for i, row in enumerate(evidence.reports):
        changed = (*evidence.reports[:i], replace(row, summary=row.summary + "."), *evidence.reports[i + 1 :])
        hash_ = take_snapshot(SCENARIO, replace(evidence, reports=changed), as_of).hash
        assert (hash_ != snapshot.hash) == (row.id in names(snapshot))


def test_the_hash_knows_the_date() -> None:
    evidence = Evidence((report("a"),))
    hashes = {take_snapshot(SCENARIO, evidence, AS_OF + timedelta(days=n)).hash for n in range(3)}
    assert len(hashes) == 3


@pytest.mark.parametrize(("as_of", "known"), [("02-05", []), ("02-06", ["a"]), ("02-11", ["a"]), ("02-12", [])])
def test_a_row_is_known_from_its_report_until_its_withdrawal(as_of: str, known: list[str]) -> None:
    rows = (report("a", "02-04", "02-06", withdrawn=day("02-12")),)
    assert names(take_snapshot(SCENARIO, Evidence(rows), day(as_of))) == known


@pytest.mark.parametrize(
    ("as_of", "known"), [("02-05", ["a"]), ("02-06", ["b"]), ("02-08", ["c"]), ("02-10", ["b"]), ("02-12", ["b", "d"])]
)
def test_a_correction_replaces_from_the_day_it_is_known(as_of: str, known: list[str]) -> None:
    rows = (
        report("a"),
        report("b", known="02-06", replaces="a"),
        report("c", known="02-08", replaces="b", withdrawn=day("02-10")),  # then what it replaced stands again
        report("d", known="02-12"),
    )
    assert names(take_snapshot(SCENARIO, Evidence(rows), day(as_of))) == known


def test_a_correction_of_a_withdrawn_correction_does_not_bring_the_first_row_back() -> None:
    rows = (
        report("a"),
        report("b", known="02-06", replaces="a", withdrawn=day("02-08")),
        report("c", known="02-08", replaces="b"),
    )
    assert names(take_snapshot(SCENARIO, Evidence(rows), AS_OF)) == ["c"]


def test_there_is_no_snapshot_before_the_start() -> None:
    with pytest.raises(ValueError, match="before the scenario's start"):
        take_snapshot(SCENARIO, Evidence(), START - timedelta(days=1))
    assert take_snapshot(SCENARIO, Evidence(), START).n_steps == 1


# Reports and exposure


def test_reports_become_indices_in_the_order_of_the_scenario() -> None:
    rows = (
        report("a", "01-13", event_type="flood", reliability="F", credibility="1", directions={"rain": -2.0}),
        report("b", "01-14", event_type="storm", reliability="A", credibility="6", directions={}),
    )
    snapshot = take_snapshot(SCENARIO, Evidence(rows), AS_OF)
    assert snapshot.report_type.tolist() == [4, 0]
    assert snapshot.report_step.tolist() == [0, 1]
    assert (snapshot.report_letter.tolist(), snapshot.report_digit.tolist()) == ([5, 0], [0, 5])
    np.testing.assert_array_equal(snapshot.report_direction, [[np.nan, -2.0], [np.nan, np.nan]])


def test_exposure_by_hand() -> None:
    exposure = take_snapshot(SCENARIO, Evidence(), AS_OF).exposure * MONTH
    storm, visit, gale, snow, flood = exposure.T
    np.testing.assert_allclose(storm, [7, 7, 7, 7, 7, 7, 7, 7, 7, 3], **EXACT)
    # Thursday 17 January to Tuesday 12 February, both included: 27 days.
    np.testing.assert_allclose(visit, [0, 4, 7, 7, 7, 2, 0, 0, 0, 0], **EXACT)
    # A lag of two days: what happened on the last two days cannot be known yet.
    np.testing.assert_allclose(gale, [7, 7, 7, 7, 7, 7, 7, 7, 7, 1], **EXACT)
    # A lag of Normal(2, 4 / 3.29), in whole days and not below 0: of the days of step 9, Monday to Wednesday, reports
    # have had 2, 1 and 0 days.
    lag = stats.norm(2, 4 / (2 * stats.norm.ppf(0.95)))
    known = [(lag.cdf(n + 0.5) - lag.cdf(-0.5)) / lag.sf(-0.5) for n in range(70)]
    np.testing.assert_allclose(snow[-1], sum(known[:3]), rtol=1e-12)
    np.testing.assert_allclose(snow[-2], sum(known[3:10]), rtol=1e-12)
    np.testing.assert_allclose(snow[0], 7, rtol=1e-12)
    assert np.all(flood == 0)


def test_exposure_of_calendar_months() -> None:
    monthly = make_scenario(step="month", start="2030-01-31")
    exposure = take_snapshot(monthly, Evidence(), date(2030, 4, 2)).exposure * MONTH
    # 31 January to 27 February, 28 February to 30 March, 31 March to 2 April.
    np.testing.assert_allclose(exposure[:, 0], [28, 31, 3], **EXACT)


def test_no_types_no_exposure() -> None:
    assert take_snapshot(make_scenario(events={}), Evidence(), AS_OF).exposure.shape == (10, 0)


@given(st.integers(0, 60), st.integers(1, 60))
def test_waiting_makes_the_past_more_complete(first: int, more: int) -> None:
    one, other = (take_snapshot(SCENARIO, Evidence(), START + timedelta(days=n)) for n in (first, first + more))
    assert np.all(other.exposure[: one.n_steps] >= one.exposure)


def test_lags_in_whole_days() -> None:
    known = lag_probability(np.arange(-2, 5), (2.0, 2.0))
    assert known.tolist() == [0, 0, 0, 0, 1, 1, 1]
    draws = np.random.default_rng(1).normal(3, 6 / (2 * stats.norm.ppf(0.95)), size=200_000).round()
    draws = draws[draws >= 0]
    shares = [(draws <= n).mean() for n in range(-1, 8)]
    # Monte Carlo error of a share of 200,000 draws: 0.0011 at most; four of them.
    np.testing.assert_allclose(lag_probability(np.arange(-1, 8), (0.0, 6.0)), shares, atol=0.0045)


# Series


@settings(max_examples=200)
@given(
    st.sampled_from(["day", "week", "month"]),
    st.dates(date(2029, 1, 1), date(2031, 12, 31)),
    st.integers(-30, 200),
    st.integers(0, 120),
    st.integers(0, 2**32 - 1),
)
def test_series_weights_are_the_mean_over_the_days(step: str, start: date, first: int, length: int, seed: int) -> None:
    case = make_scenario(step=step, start=start.isoformat())
    row = SeriesValue(
        "gauge", start + timedelta(days=first), start + timedelta(days=first + length), 1.0, start, start, "", 2
    )
    as_of = start + timedelta(days=330)
    snapshot = take_snapshot(case, Evidence(series=(row,)), as_of)
    period = [row.start + timedelta(days=n) for n in range(length + 1)]
    inside = [d for d in period if d >= start]
    if len(inside) / len(period) < 0.5:
        assert len(snapshot.series_values) == 0
        return
    path = np.random.default_rng(seed).normal(size=snapshot.n_steps)
    daily = np.mean([path[case.grid.index(d)] for d in inside])
    (a,), (b,), ((w_first, w_day, w_last),) = snapshot.series_first, snapshot.series_last, snapshot.series_weights
    mean = w_first * path[a] + w_day * (path * snapshot.step_length)[a + 1 : b].sum() + w_last * path[b]
    np.testing.assert_allclose(mean, daily, rtol=0, atol=1e-12)  # at most 121 terms of size 5
    assert min(w_first, w_day, w_last) >= -1e-15


def test_sums_are_taken_per_month_and_means_as_they_are() -> None:
    values = (
        SeriesValue("loss", day("02-01"), day("02-28"), 56.0, day("03-01"), day("03-01"), "", 2),
        SeriesValue("gauge", day("02-01"), day("02-28"), 56.0, day("03-01"), day("03-01"), "", 3),
        SeriesValue("loss", day("03-01"), day("03-10"), 1.0, day("03-14"), day("03-14"), "", 4),  # not known yet
    )
    snapshot = take_snapshot(SCENARIO, Evidence(series=values), AS_OF)
    np.testing.assert_allclose(snapshot.series_value, [56 / 28 * MONTH, 56], **EXACT)
    assert snapshot.series_index.tolist() == [1, 0]


# Judgements and states


def test_judgements_become_normal_with_their_range() -> None:
    known = day("02-06")
    rows = (Judgement("j", "rain", day("02-04"), -1.0, 2.0, "", known, known, "", 2),)
    snapshot = take_snapshot(SCENARIO, Evidence(judgements=rows), AS_OF)
    low, high = stats.norm.interval(0.9, snapshot.judgement_mean, snapshot.judgement_sd)
    np.testing.assert_allclose((*low, *high), (-1.0, 2.0), rtol=1e-12)
    assert (snapshot.judgement_step.tolist(), snapshot.judgement_driver.tolist()) == ([4], [1])
    assert len(take_snapshot(SCENARIO, Evidence(judgements=rows), day("02-05")).judgement_sd) == 0


def test_time_in_states_by_hand() -> None:
    # Wet from Thursday 24 January, dry again from Monday 11 February; reported a day late.
    rows = (transition("02-11", "wet", "dry", known="02-12"), transition("01-24", "dry", "wet", known="01-25"))
    snapshot = take_snapshot(SCENARIO, Evidence(transitions=rows), AS_OF)
    dry, wet, lost = (snapshot.state_years * 365.25).T
    np.testing.assert_allclose(dry, [7, 7, 3, 0, 0, 7, 7, 7, 7, 3], **EXACT)
    np.testing.assert_allclose(wet, [0, 0, 4, 7, 7, 0, 0, 0, 0, 0], **EXACT)
    assert np.all(lost == 0)
    assert snapshot.transition_index.tolist() == [0, 1]  # in the order in which they happened
    assert snapshot.transition_step.tolist() == [2, 5]
    assert (snapshot.state, snapshot.visited) == ("dry", frozenset({"dry", "wet"}))
    before = take_snapshot(SCENARIO, Evidence(transitions=rows), day("01-24"))  # it has happened, nobody knows
    assert (before.state, before.visited, len(before.transition_index)) == ("dry", frozenset({"dry"}), 0)
    during = take_snapshot(SCENARIO, Evidence(transitions=rows), day("02-11"))
    assert during.state == "wet"


@given(st.lists(st.integers(0, 200), max_size=6), st.integers(0, 200), st.sampled_from(["day", "week", "month"]))
def test_time_in_states_adds_up_to_the_time_elapsed(changes: list[int], elapsed: int, step: str) -> None:
    ends = [("dry", "wet"), ("wet", "dry")] * 3
    known = sorted(n for n in changes if n <= elapsed)
    rows = tuple(
        TransitionRecord(START + timedelta(days=n), *pair, START + timedelta(days=n), START, "", 2)
        for n, pair in zip(known, ends, strict=False)
    )
    as_of = START + timedelta(days=elapsed)
    case = make_scenario(step=step)
    snapshot = take_snapshot(case, Evidence(transitions=rows), as_of)
    lengths = [(min(case.grid.last_day(t), as_of) - case.grid.first_day(t)).days + 1 for t in range(snapshot.n_steps)]
    np.testing.assert_allclose(snapshot.state_years.sum(axis=1) * 365.25, lengths, rtol=1e-12)
    assert np.all(snapshot.state_years >= 0)
    assert snapshot.state_years[:, 2].sum() == 0
