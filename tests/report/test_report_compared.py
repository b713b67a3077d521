"""Two forecasts beside each other: the error of a difference, what differs, and a page on which texts stay texts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from report_pages import HOSTILE, Reader

from forecast.evidence.difference import Change
from forecast.ledger.entry import ForecastEntry, RecordedOutcome
from forecast.report.compare_page import compare_summary, write_comparison
from forecast.report.compared import Comparison, assumption_changes, outcome_changes, settings
from forecast.report.view import View


def entry(
    number: int, *, p: float, mcse: float, status: str = "PASS", fit: str = "", title: str = "War"
) -> ForecastEntry:
    outcomes = (
        RecordedOutcome("war", title, p, mcse, p - 0.1, p + 0.1, 0.5, 0.01),
        RecordedOutcome("truce", "A truce", 1 - p, mcse, 0.9 - p, 1.1 - p, 0.5, 0.01),
    )
    return ForecastEntry(
        number=number, created="2025-05-09T10:00:00Z", scenario="made", previous_hash="0" * 64,
        entry_hash=f"{number:064x}"[::-1], stage="draft", title=title, scenario_hash="a" * 64, evidence_hash="b" * 64,
        code_version="0.1", seed=1, as_of=date(2025, 5, number), horizon=date(2025, 12, 31), method="nuts",
        status=status, outcomes=outcomes, diagnostics={}, draws_hash="c" * 64, view_hash="d" * 64, fit=fit,
    )  # fmt: skip


def compared(first: ForecastEntry, second: ForecastEntry, **more) -> Comparison:
    given = {"evidence": (), "assumptions": (), "words": {}, **more}
    return Comparison(first, second, outcome_changes(first, second), settings=settings(first, second), **given)


def test_the_error_of_a_difference_is_that_of_independent_forecasts() -> None:
    war, truce = outcome_changes(entry(1, p=0.5, mcse=0.03), entry(2, p=0.6, mcse=0.04))
    assert war.difference == pytest.approx(0.1)
    assert truce.difference == pytest.approx(-0.1)
    assert war.mcse == pytest.approx(0.05)  # 3, 4, 5
    assert not war.clear  # exactly two errors, up to rounding
    (more, _) = outcome_changes(entry(1, p=0.5, mcse=0.03), entry(2, p=0.61, mcse=0.04))
    assert more.clear


def test_the_summary_names_no_winner_within_the_error() -> None:
    assert "No outcome differs" in compare_summary(compared(entry(1, p=0.5, mcse=0.03), entry(2, p=0.52, mcse=0.04)))
    told = compare_summary(compared(entry(1, p=0.5, mcse=0.003), entry(2, p=0.6, mcse=0.004)))
    assert told == "“War” differs most: 50%, then 60% (+10.0 ± 0.5 points)."


def test_assumptions_that_differ_came_or_went(view: View) -> None:
    kept, moved, gone, *rest = view.assumptions
    new = gone.model_copy(update={"key": "drivers.new.half_life"})
    later = view.model_copy(update={"assumptions": (kept, moved.model_copy(update={"prior": (1.0, 2.0)}), *rest, new)})
    assert [(item.key, item.first, item.second) for item in assumption_changes(view, later)] == [
        (moved.key, moved.prior, (1.0, 2.0)),
        (new.key, None, new.prior),
        (gone.key, gone.prior, None),
    ]
    assert assumption_changes(view, view) == ()


def test_settings_name_only_what_differs() -> None:
    first, second = entry(1, p=0.5, mcse=0.01), entry(2, p=0.5, mcse=0.01)
    assert [name for name, _, _ in settings(first, second)] == ["as-of date", "draws"]
    assert compared(first, entry(2, p=0.5, mcse=0.01, fit=first.id)).one_fit


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_stays_text(text: str, tmp_path: Path) -> None:
    def page(words: str) -> Reader:
        change = Change("report", words, "new", date(2025, 5, 9), words)
        found = compared(
            entry(1, p=0.5, mcse=0.01, title=words), entry(2, p=0.7, mcse=0.01, title=words, status="FAIL"),
            evidence=(change,),
        )  # fmt: skip
        path = tmp_path / "compare.html"
        write_comparison(found, path)
        return Reader(path.read_text("utf-8"))

    told = page(text)
    assert told.open == []
    assert {tag for tag, _ in told.elements} == {tag for tag, _ in page("plain").elements}
    assert not any(name.startswith("on") or name == "style" for _, attrs in told.elements for name in attrs)
    assert "Do not rely on its numbers" in "".join(told.text)
    assert told.headings == ["outcomes", "evidence", "assumptions", "settings"]
