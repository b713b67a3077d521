"""The view: complete, free of what no document can hold, and the same after a round trip through JSON."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys

import pytest
from pydantic import ValidationError

from forecast.evidence.records import Report
from forecast.projection.results import Forecast
from forecast.report.view import View, build_view
from forecast.scenario.types import Scenario


def test_round_trip(view: View) -> None:
    assert View.model_validate_json(view.model_dump_json()) == view


def test_evidence_is_newest_first_and_tells_its_use(view: View, reports: tuple[Report, ...]) -> None:
    dates = [report.date for report in view.evidence]
    assert dates == sorted(dates, reverse=True)
    assert len(dates) == len(reports)
    uses = {report.event_type: report.used_for for report in view.evidence}
    assert uses["talks_round"] == ("rate", "direction")
    assert uses["mass_strike_ukraine"] == ("type",)
    assert uses["leader_contact"] == ()


def test_a_driver_carries_exactly_the_reports_that_name_it(view: View, reports: tuple[Report, ...]) -> None:
    for driver in view.drivers:
        expected = sorted((row.date, row.directions[driver.name]) for row in reports if driver.name in row.directions)
        assert sorted(driver.marks) == expected


def test_paths_are_turned_to_one_row_per_name(view: View, forecast: Forecast) -> None:
    assert view.path.outcomes[2] == pytest.approx(forecast.path.outcomes[:, 2], abs=1e-5)
    assert view.drivers[3].high80 == pytest.approx(forecast.drivers.high80[:, 3], abs=1e-5)
    assert view.drivers[3].now_mean == forecast.drivers.now_mean[3]


def test_a_diagnostic_that_could_not_be_computed_is_absent(forecast: Forecast, scenario: Scenario) -> None:
    diagnostics = dataclasses.replace(forecast.diagnostics, min_bfmi=math.nan)
    view = build_view(dataclasses.replace(forecast, diagnostics=diagnostics), scenario, ())
    assert view.diagnostics.min_bfmi is None
    assert View.model_validate_json(view.model_dump_json()) == view


def test_a_probability_that_is_not_a_number_is_refused(forecast: Forecast, scenario: Scenario) -> None:
    broken = dataclasses.replace(forecast.outcomes[0], probability=math.nan)
    with pytest.raises(ValidationError, match="probability"):
        build_view(dataclasses.replace(forecast, outcomes=(broken, *forecast.outcomes[1:])), scenario, ())


def test_control_characters_and_lone_surrogates_are_replaced(forecast: Forecast, scenario: Scenario) -> None:
    view = build_view(dataclasses.replace(forecast, title="a\x00b\ud800c\nd\u200fe"), scenario, ())
    assert view.title == "a\ufffdb\ufffdc d\u200fe"


def test_importing_the_view_loads_nothing_heavy() -> None:
    code = "import sys, forecast.report.view; print([m for m in ('matplotlib', 'jinja2', 'typst') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
