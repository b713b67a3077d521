"""The API says what the engines say: the same numbers as the commands, and no evidence from later days."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import FrozenInstanceError, replace
from datetime import date

import numpy as np
import pytest

import forecast
from forecast.errors import ForecastError, InputError, NotFoundError
from forecast.evidence.records import TransitionRecord
from forecast.evidence.visible import visible_evidence
from forecast.inference.settings import STANDARD_SAMPLING
from forecast.scenario.file import load_scenario
from forecast.workflow.case import Case, Dates
from forecast.workflow.running import fit_and_project
from forecast.workspace import Workspace

AS_OF, LATER = date(2023, 4, 10), date(2023, 4, 13)


@pytest.fixture(scope="module")
def past(case):
    return forecast.backtest(*case, first="2023-04-01", last=AS_OF, every="3d", known_by="2023-04-30", seed=1)


@pytest.fixture(scope="module")
def results(fitted, updated, past):
    """One of each, of the update wherever it makes a difference."""
    driver = next(iter(fitted.scenario.drivers))
    return {
        "fit": fitted,
        "update": updated,
        "project": forecast.project(updated),
        "do": forecast.what_if(updated, do={driver: -2}),
        "observe": forecast.what_if(updated, observe=["mediation_meeting:2@2023-04-20"]),
        "explain": forecast.explain(updated, leave_one_out=True),
        "signposts": forecast.signposts(updated, days=14),
        "sensitivity": forecast.sensitivity(updated),
        "criticise": forecast.criticise(updated),
        "backtest": past,
    }


EVERY = ("fit", "update", "project", "do", "observe", "explain", "signposts", "sensitivity", "backtest", "criticise")
LABELLED = EVERY[2:-1]


def test_a_forecast_is_what_the_command_run_makes(project_root, fitted, case):
    scenario, evidence = case
    workspace = Workspace(project_root / "tests" / "cases")
    loaded = load_scenario(workspace.root / "priors" / "harbour-strike.yaml")
    dates = Dates(AS_OF, scenario.horizon, as_of_defaulted=False, as_recorded=False)
    run = fit_and_project(Case(workspace, loaded, evidence), dates, 1, STANDARD_SAMPLING, lambda message: None)[2]
    mine = forecast.project(fitted).result
    assert mine.outcomes == run.outcomes
    assert (mine.scenario_hash, mine.evidence_hash) == (run.scenario_hash, run.evidence_hash)
    assert mine.diagnostics == run.diagnostics == fitted.diagnostics


def test_later_evidence_makes_no_difference(fitted, case):
    scenario, evidence = case
    cut = visible_evidence(scenario, evidence, AS_OF)
    assert len(cut.reports) < len(evidence.reports)
    again = forecast.fit(scenario, cut, as_of="2023-04-10", seed=1, draws=20, tune=20, chains=2)
    assert again.snapshot.hash == fitted.snapshot.hash
    assert max(report.reported for report in fitted.evidence.reports) <= AS_OF


def test_as_recorded_leaves_out_what_was_entered_later(case):
    scenario, evidence = case
    late = replace(
        evidence,
        reports=tuple(replace(row, entered=date(2023, 5, 1)) for row in evidence.reports),
    )
    made = forecast.fit(scenario, late, as_of=AS_OF, seed=1, as_recorded=True, draws=20, tune=20, chains=2)
    assert not len(made.evidence.reports)
    assert forecast.project(made).result.as_recorded


def test_the_default_day_is_the_last_with_a_report(case):
    scenario, evidence = case
    made = forecast.fit(scenario, evidence, seed=1, draws=20, tune=20, chains=2)
    assert made.as_of == evidence.last_reported


def test_an_update_weighs_and_a_long_one_samples_anew(updated, fitted, case):
    assert (updated.method, updated.refit, updated.earlier) == ("reweight", "", fitted)
    assert updated.tree["sample_stats"]["weight"].sum().item() == pytest.approx(1)
    anew = forecast.update(updated, case[1], as_of="2023-05-05")
    assert anew.method == "nuts"
    assert anew.refit
    assert anew.earlier is updated
    fresh = forecast.fit(*case, as_of="2023-05-05", seed=1)
    np.testing.assert_array_equal(anew.tree["posterior"]["level"], fresh.tree["posterior"]["level"])
    told = forecast.explain(anew, since=fitted)
    assert "a new fit" in told.parts[-1].text


def test_every_question_starts_from_the_forecast(results):
    probability = results["project"].data["probability"]
    for name, value in (("do", "baseline"), ("observe", "baseline"), ("explain", "after"), ("signposts", "now")):
        np.testing.assert_allclose(results[name].data[value], probability, atol=1e-12, err_msg=name)
    near = results["sensitivity"].data
    error = np.hypot(near["mcse"], results["project"].data["mcse"])  # other draws of one posterior
    assert (abs(near["probability"] - probability) <= 4 * error).all()


def test_a_backtest_forecasts_each_day_and_scores_what_came(past, fitted, case):
    assert past.data["as_of"].dt.day.values.tolist() == [1, 4, 7, 10]
    assert past.data["refit"].values.tolist()[0] == "it is the first of its block"
    assert "" in past.data["refit"]  # a later day reweights its draws
    error = np.hypot(past.data["mcse"].values[-1], [item.mcse for item in forecast.project(fitted).result.outcomes])
    apart = past.data["probability"].values[-1] - forecast.project(fitted).data["probability"].values
    assert (abs(apart) <= 4 * error).all()
    scores = past.scores
    assert set(scores.dims) == {"target", "forecaster"}
    gain = scores["value"].sel(forecaster="climatology") - scores["value"].sel(forecaster="model")
    told = scores["gain_mean"].sel(forecaster="climatology")
    both = scores["n"].sel(forecaster="climatology") == scores["n"].sel(forecaster="model")
    assert both.sum() > 10
    np.testing.assert_allclose(gain[both], told[both], atol=1e-12)
    later = forecast.backtest(*case, first="2023-03-27", last="2023-03-27", known_by="2023-03-27", seed=1)
    assert not later.targets


def test_criticism_is_of_the_fit_and_its_figures_can_be_drawn(results):
    found = results["criticise"]
    assert found.data["check"].values.tolist() == list(found.checks)
    assert found.data["statistic"].sel(check="sampler") == results["update"].diagnostics.max_rhat
    assert found.plot("conflict").svg.count("</svg>") == 1
    with pytest.raises(KeyError, match="nothing to compare"):
        found.plot("plausible")


def test_parts_add_up(results):
    data = results["explain"].data
    np.testing.assert_allclose(data["change"].sum("part"), data["after"] - data["before"], atol=1e-12)
    assert set(data["report"].values) == {row.id for row in results["update"].evidence.reports}


def test_setting_a_driver_on_some_days(fitted):
    driver = next(iter(fitted.scenario.drivers))
    whole = forecast.what_if(fitted, do={driver: -2.0})
    days = forecast.what_if(fitted, do={driver: (-2.0, "2023-04-11", date(2023, 5, 31))})
    assert whole.data["probability"].values.tolist() == days.data["probability"].values.tolist()
    assert whole.status == "PASS"
    assert whole.doubt == ""


@pytest.mark.parametrize("name", EVERY)
def test_results_are_frozen_and_say_how_far_they_can_be_trusted(results, name):
    result = results[name]
    assert result.status in {"PASS", "REVIEW", "FAIL"}
    with pytest.raises(FrozenInstanceError):
        result.fitted = None
    assert len(repr(result)) < 800


@pytest.mark.parametrize("name", LABELLED)
def test_results_are_labelled_arrays_that_cannot_be_written_to(results, name):
    data = results[name].data
    assert "outcome" in data.dims
    assert data["outcome"].values.tolist() == [item.name for item in results["fit"].scenario.outcomes]
    assert data.attrs["status"] == results[name].status
    for variable in data.data_vars.values():
        with pytest.raises(ValueError, match="read-only"):
            variable.values[...] = 0


@pytest.mark.parametrize("name", LABELLED)
def test_every_probability_and_difference_has_its_error(results, name):
    data = results[name].data
    shown = {"probability", "difference", "change", "backward", "bits", "p_seen", "left_out", "shift", "moved"}
    for variable in shown & set(data.data_vars):
        assert {f"{variable}_mcse", "mcse", "difference_mcse"} & set(data.data_vars), variable


@pytest.mark.parametrize("name", EVERY)
def test_a_notebook_shows_a_table(results, name):
    page = results[name]._repr_html_()
    assert page.startswith("<table><caption>")
    assert page.count("<td") > 3
    assert "nan" not in re.sub(r"<[^>]*>", "", page)


@pytest.mark.parametrize("name", EVERY)
def test_what_is_printed_is_the_same_table_in_lines(results, name):
    text = str(results[name])
    assert text == text.strip()
    assert not re.search(r"[-\N{MINUS SIGN}]0(\.0*)?(?![\d.])", text), "a zero has no sign"
    assert max(map(len, text.splitlines())) <= 120
    page = html.unescape(re.sub(r"<[^>]*>", "", results[name]._repr_html_()))
    assert Counter(re.sub(r"[\s─]", "", text)) == Counter(re.sub(r"\s", "", page))  # cells are broken into lines


def test_text_from_files_is_escaped(fitted):
    loud = replace(fitted, scenario=fitted.scenario.model_copy(update={"title": "<script>"}))
    assert "<script>" not in loud._repr_html_()
    assert "&lt;script&gt;" in loud._repr_html_()
    assert str(replace(fitted, scenario=fitted.scenario.model_copy(update={"title": "[red]"}))).startswith("[red]\n")


def test_figures_are_drawings_on_white(results, tmp_path):
    made, why = results["project"], results["explain"]
    driver, outcome = next(iter(made.fitted.scenario.drivers)), made.fitted.scenario.outcomes[0].name
    for plot in (made.plot_outcomes(), made.plot_states(), made.plot_driver(driver), why.plot(outcome)):
        plot.save(tmp_path / "figure.svg")
        text = (tmp_path / "figure.svg").read_text(encoding="utf-8")
        assert text == plot.svg == plot._repr_svg_()
        assert "</svg>" in text
        assert '<rect width="100%" height="100%" fill="#ffffff"/>' in text
    for wrong in (lambda: made.plot_driver("weather"), lambda: why.plot("weather")):
        with pytest.raises(KeyError, match=r"unknown \w+ 'weather'; the scenario has"):
            wrong()


def test_the_tree_is_in_the_units_of_the_file(fitted):
    tree = fitted.tree
    assert tree["posterior"]["level"].dims == ("chain", "draw", "date", "driver")
    key = f"drivers.{next(iter(fitted.scenario.drivers))}.half_life"
    prior = tree["prior"]["parameter"].sel(key=key)
    assert prior["unit"].item() == "days"
    low, high = next(iter(fitted.scenario.drivers.values())).half_life
    inside = ((prior > low) & (prior < high)).mean().item()
    assert abs(inside - 0.9) < 4 * np.sqrt(0.9 * 0.1 / prior.size)


@pytest.mark.parametrize(
    ("ask", "complaint"),
    [
        (lambda made, case: forecast.fit(*case, as_of="2023-02-30", seed=1), r"as_of: .*2023-02-30"),
        (lambda made, case: forecast.fit(*case, as_of="2020-01-01", seed=1), r"as_of: .*before the scenario's start"),
        (lambda made, case: forecast.fit(*case, seed=1, chains=1), "chains: .*at least 2"),
        (lambda made, case: forecast.update(made, case[1], as_of="2023-04-01"), "as_of: .*lies before 2023-04-10"),
        (lambda made, case: forecast.project(made, horizon="2023-04-10"), "horizon: .*not after"),
        (lambda made, case: forecast.what_if(made), "nothing is asked"),
        (lambda made, case: forecast.what_if(made, do={"wether": 1}), "do: unknown driver 'wether'"),
        (lambda made, case: forecast.what_if(made, observe=["tea@2023-04-20"]), "observe: unknown event type 'tea'"),
        (lambda made, case: forecast.signposts(made, days=99), "days: .*at most 51"),
        (lambda made, case: forecast.criticise(made, simulations=3), "simulations: .*at least 10"),
        (lambda made, case: forecast.explain(made), "since: .*give the earlier fit"),
        (lambda made, case: forecast.backtest(*case, first="2020-01-01", last=AS_OF, seed=1), "first: .*start"),
        (lambda made, case: forecast.backtest(*case, first=AS_OF, last=AS_OF, every="1y", seed=1), "every: "),
        (lambda made, case: forecast.backtest(*case, first=AS_OF, last=AS_OF, known_by=case[0].start, seed=1), "known"),
    ],
)  # fmt: skip
def test_wrong_questions_are_told_in_words_of_python(fitted, case, ask, complaint):
    with pytest.raises(InputError, match=complaint) as told:
        ask(fitted, case)
    assert "--" not in str(told.value)


def test_explaining_needs_one_scenario_and_one_history(fitted, updated):
    other = replace(fitted, scenario=fitted.scenario.model_copy(update={"title": "another"}))
    with pytest.raises(InputError, match="another scenario"):
        forecast.explain(updated, since=other)
    with pytest.raises(InputError, match="lies after"):
        forecast.explain(fitted, since=updated)
    rows = [TransitionRecord(day, "a", "b", day, day, "", 2) for day in (date(2023, 4, 1), date(2023, 4, 2))]
    was, now = (
        replace(made, evidence=replace(made.evidence, transitions=tuple(known)))
        for made, known in ((fitted, rows), (updated, rows[1:]))
    )
    with pytest.raises(ForecastError, match="the fit of 2023-04-10 knew were rewritten"):
        forecast.explain(now, since=was)


def test_a_scenario_changed_in_memory_is_checked_again(case):
    scenario, evidence = case
    headless = scenario.model_copy(update={"outcomes": scenario.outcomes[:1]})
    with pytest.raises(InputError, match="outcomes"):
        forecast.fit(headless, evidence, as_of=AS_OF, seed=1)


def test_files_that_are_not_there(tmp_path, case):
    with pytest.raises(NotFoundError, match="no scenario file"):
        forecast.load_scenario(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="no such folder"):
        forecast.read_evidence(tmp_path / "none", case[0])
