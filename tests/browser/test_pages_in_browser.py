"""The list of forecasts and the comparison of two, opened from disk: no serious barrier, nothing beside the page."""

from __future__ import annotations

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe

from forecast.evidence.difference import Change
from forecast.ledger.entry import ForecastEntry, RecordedOutcome
from forecast.report.compare_page import write_comparison
from forecast.report.compared import AssumptionChange, Comparison, outcome_changes, settings
from forecast.report.index import IndexCase, IndexRow, write_index

LONG = "W" * 300


def entry(number: int, p: float, status: str) -> ForecastEntry:
    return ForecastEntry(
        number=number, created="2025-05-09T10:00:00Z", scenario="made", previous_hash="0" * 64,
        entry_hash=f"{number:064x}"[::-1], stage="draft", title=f"Case {LONG}", scenario_hash="a" * 64,
        evidence_hash="b" * 64, code_version="0.1", seed=1, as_of=date(2025, 5, number), horizon=date(2025, 12, 31),
        method="nuts", status=status, diagnostics={}, draws_hash="c" * 64, view_hash="d" * 64,
        outcomes=tuple(
            RecordedOutcome(name, title, q, 0.01, q - 0.05, q + 0.05, 0.5, 0.01)
            for name, title, q in (("war", "The war goes on", p), ("truce", LONG, 1 - p))
        ),
    )  # fmt: skip


@pytest.fixture
def pages(tmp_path):
    first, second = entry(1, 0.4, "REVIEW"), entry(2, 0.6, "FAIL")
    write_comparison(
        Comparison(
            first, second, outcome_changes(first, second),
            (Change("report", LONG, "new", date(2025, 5, 2), LONG),),
            (AssumptionChange("drivers.a.half_life", "weeks", (1, 2), None),), settings(first, second), {},
        ),
        tmp_path / "compare.html",
    )  # fmt: skip
    rows = [
        IndexRow("2025-05-09", "2025-12-31", LONG, "58%", status, "draft", "", "2025-05-10 08:00 UTC", "3f1c9a5e7b2d",
                 links)
        for status, links in (("PASS", (("HTML", "a.html"), ("PDF", "a.pdf"))), ("FAIL", ()))
    ]  # fmt: skip
    write_index([IndexCase(name, LONG, tuple(rows)) for name in ("made", "other")], tmp_path / "index.html")
    return [tmp_path / "compare.html", tmp_path / "index.html"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_stands_in_the_way_of_a_reader(browser, pages, width, scheme):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, bypass_csp=True
    )
    for path in pages:
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width
        serious = [
            (item["id"], [node["html"][:90] for node in item["nodes"][:3]])
            for item in Axe().run(page).response["violations"]
            if item["impact"] in ("serious", "critical")
        ]
        assert serious == []
        assert said == []
    context.close()
