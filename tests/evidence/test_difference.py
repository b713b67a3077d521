"""What is new between two cuts: every difference is found, and making all changes leads from one to the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from test_snapshot import SCENARIO, day, days, random_evidence, report, transition

from forecast.evidence.difference import Change, applied, difference
from forecast.evidence.records import Evidence, Judgement, SeriesValue
from forecast.evidence.visible import visible_evidence


def tables(evidence: Evidence) -> dict[str, set[Any]]:
    """Rows of each table in no order, without their lines."""
    names = ("reports", "series", "judgements", "transitions")
    return {name: {repr(replace(row, line=0)) for row in getattr(evidence, name)} for name in names}


def cut(evidence: Evidence, as_of: date) -> Evidence:
    """What is visible of a file in which every row is told apart by name: that is what the readers make sure of."""
    file = replace(
        evidence,
        reports=tuple({row.id: row for row in evidence.reports}.values()),
        series=tuple({(row.series, row.start, row.end): row for row in evidence.series}.values()),
        judgements=tuple({row.id: row for row in evidence.judgements}.values()),
        transitions=tuple({(row.date, row.from_, row.to): row for row in evidence.transitions}.values()),
    )
    return visible_evidence(SCENARIO, file, as_of)


@settings(max_examples=60)
@given(random_evidence, random_evidence, days, days, st.randoms(use_true_random=False))
def test_all_changes_in_any_order_lead_from_one_cut_to_the_other(one, other, first, second, random) -> None:
    before, after = cut(one, first), cut(other, second)
    changes = list(difference(before, after))
    random.shuffle(changes)
    now = before
    for change in changes:
        following = applied(now, change, after)
        assert tables(following) != tables(now)  # each change changes something
        now = following
    assert tables(now) == tables(after)
    assert difference(now, after) == ()


@settings(max_examples=60)
@given(random_evidence, days, days)
def test_of_one_file_rows_come_after_the_earlier_day_or_go(evidence, first, second) -> None:
    first, second = sorted((first, second))
    before, after = cut(evidence, first), cut(evidence, second)
    for change in difference(before, after):
        assert change.reported <= second
        if change.what == "changed":  # a row that became known linked it to another event, nothing else
            was, now = (next(row for row in seen.reports if row.id == change.id) for seen in (before, after))
            assert replace(was, same_as="", line=0) == replace(now, same_as="", line=0)


@settings(max_examples=60)
@given(random_evidence, days)
def test_lines_and_order_of_rows_make_no_difference(evidence, as_of) -> None:
    seen = cut(evidence, as_of)
    moved = replace(seen, reports=tuple(replace(row, line=row.line + 1) for row in reversed(seen.reports)))
    assert difference(seen, moved) == ()


def test_each_kind_of_row_and_change_is_named() -> None:
    value = SeriesValue("gauge", day("02-01"), day("02-07"), 2.5, day("02-09"), day("02-09"), "", 2)
    view = Judgement("view", "wind", day("02-03"), -0.5, 1.0, "desk", day("02-04"), day("02-04"), "", 2)
    kept = report("kept", summary="a storm")
    before = Evidence(reports=(kept, report("away", "02-02")), judgements=(view,))
    after = Evidence(
        reports=(replace(kept, reliability="C"), report("fresh", "02-05", summary="another")),
        series=(value,),
        judgements=(view,),
        transitions=(transition("02-06", "dry", "wet", "02-08"),),
    )
    assert difference(before, after) == (
        Change("report", "away", "gone", day("02-02"), ""),
        Change("report", "kept", "changed", day("02-04"), "a storm"),
        Change("report", "fresh", "new", day("02-05"), "another"),
        Change("transition", "2030-02-06 dry->wet", "new", day("02-08"), "dry to wet"),
        Change("series", "gauge 2030-02-01..2030-02-07", "new", day("02-09"), "2.5"),
    )
    (found,) = difference(Evidence(), Evidence(judgements=(view,)))
    assert (found.kind, found.id, found.text) == ("judgement", "view", "wind -0.5 to 1 (desk)")
