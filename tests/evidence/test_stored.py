"""Stored evidence: read back to the last bit, and the same snapshot as from the files it was cut from."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_snapshot import SCENARIO, assert_same, days, random_evidence, random_report

from forecast.canonical import canonical_json
from forecast.errors import ForecastError
from forecast.evidence.readers import read_evidence
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.evidence.stored import dump_evidence, load_evidence
from forecast.evidence.visible import visible_evidence
from forecast.scenario.file import load_scenario


def without_lines(evidence: Evidence) -> Evidence:
    tables = ("reports", "series", "judgements", "transitions")
    rows = {name: tuple(replace(row, line=0) for row in getattr(evidence, name)) for name in tables}
    return Evidence(**rows, withdrawn=evidence.withdrawn)


@settings(max_examples=60)
@given(random_evidence, days)
def test_what_is_stored_reads_back_and_gives_the_same_snapshot(evidence: Evidence, as_of: date) -> None:
    visible = visible_evidence(SCENARIO, evidence, as_of)
    text = dump_evidence(visible)
    read = load_evidence(text.encode())
    assert read == without_lines(visible)
    assert dump_evidence(read) == text == canonical_json(json.loads(text))
    assert visible_evidence(SCENARIO, read, as_of) == read  # a second cut changes nothing
    assert_same(take_snapshot(SCENARIO, read, as_of), take_snapshot(SCENARIO, without_lines(evidence), as_of))


@settings(max_examples=60)
@given(random_evidence, days, random_report(), st.integers(1, 30))
def test_later_rows_and_other_lines_do_not_change_it(evidence: Evidence, as_of: date, report, lag: int) -> None:
    known = date.fromordinal(as_of.toordinal() + lag)
    later = replace(report, id="later", reported=known, entered=known)
    grown = replace(evidence, reports=(later, *(replace(row, line=row.line + 1) for row in evidence.reports)))
    one, other = (dump_evidence(visible_evidence(SCENARIO, rows, as_of)) for rows in (evidence, grown))
    assert one == other


def test_what_was_kept_before_withdrawals_were_is_read() -> None:
    document = json.loads(dump_evidence(Evidence()))
    del document["withdrawn"]
    assert load_evidence(canonical_json(document)) == Evidence()


@pytest.mark.parametrize("as_of", [date(2023, 3, 20), date(2023, 4, 20)])
def test_a_case_outlives_its_files(project_root, as_of: date) -> None:
    root = project_root / "tests" / "cases"
    scenario = load_scenario(root / "priors" / "harbour-strike.yaml").scenario
    evidence = read_evidence(root / "data" / "harbour-strike", scenario)
    kept = load_evidence(dump_evidence(visible_evidence(scenario, evidence, as_of)))
    assert kept.reports
    assert kept.series
    assert take_snapshot(scenario, kept, as_of).hash == take_snapshot(scenario, evidence, as_of).hash


def test_an_unknown_format_is_refused() -> None:
    later = dump_evidence(Evidence()).replace('"format_version":1', '"format_version":2')
    with pytest.raises(ForecastError, match="format 2"):
        load_evidence(later)
