"""``check``: what is printed, refused and warned of."""

from __future__ import annotations

import json

import pytest

HEADER = ["format_version", "status", "scenario", "scenario_hash", "as_of", "horizon", "seed"]


def check_json(invoke, *more: str) -> dict:
    done = invoke("check", "harbour-strike", "--json", *more)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def edit(workspace, old: str, new: str) -> int:
    """Change the scenario file; returns the line."""
    path = workspace / "priors" / "harbour-strike.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_json_has_the_promised_names(workspace, calls, invoke):
    document = check_json(invoke)
    assert list(document)[:7] == HEADER
    assert (document["as_of"], document["horizon"], document["status"]) == ("2023-04-20", "2023-05-31", "REVIEW")
    assert document["outcomes"]["paused"] == {"prior": 0.2, "mcse": 0.002}
    assert document["states"]["lockout"] == 0.25
    assert list(document["first_year"]) == ["stoppage", "cooling_off", "lockout"]
    year = document["first_year"]["stoppage"]
    assert year["transitions"]["lockout"] == {
        "given": {"low": 0.2, "high": 0.8, "source": "within_12_months"},
        "net": {"low": 0.9, "median": 0.95, "high": 0.99},
        "mean_factor": 2, "spread_factor": 1.5, "crude": 0.44, "mcse": 0.01,
    }  # fmt: skip
    assert year["states"]["agreement"] == {"probability": 0.25, "mcse": 0.01}
    driver = document["drivers"]["union_resolve"]
    assert driver["stationary"]["mean"] == {"at_medians": 0.1, "low": -0.4, "median": 0.12, "high": 0.6}
    assert driver["stationary"]["sd"]["high"] is None  # not finite
    assert driver["half_life_days"] == {"low": 10, "median": 20, "high": 40}
    assert document["covariance"][0] == [1, 0, 0]
    assert document["correlations"] == [
        {"drivers": ["union_resolve", "employer_pressure"], "at_medians": 0.33, "low": 0.2, "median": 0.3, "high": 0.4}
    ]
    assert document["stability"] == {"unstable": 0, "mcse": 0, "loops": []}
    count = document["event_counts"]["mediation_meeting"]
    assert count["by_horizon"] == {"low": 1, "mean": 2.5, "high": 4}
    assert count["by_as_of"] == {"low": 0, "mean": 1.5, "high": 3}
    assert (count["at_neutral"], count["observed"]) == (1.25, 9)
    assert count["tail"] == {"probability": 0.004, "side": "above"}
    assert count["silence"] == {"days": 12, "tail": 0.5}
    (share,) = document["type_shares"]
    assert (share["group"], share["type"], share["observed"], share["of"]) == ("press", "picket_grows", 0.4, 5)
    series = document["series"]["boxes_per_day"]
    assert series["predicted"] == {"low": 200, "median": 390, "high": 550}
    assert series["observed"] == {"low": 348, "high": 452}
    assert series["tails"] == {"mean": {"probability": 0.3, "side": "below"}}
    assert document["judgements"][0]["driver"] == "union_resolve"
    assert document["state_space"] == {"nodes": 9, "moves": 10, "pending_cells": 0}
    assert document["evidence"]["transitions"] == 1


def test_the_text_has_all_parts_and_nothing_is_written(workspace, calls, invoke):
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    done = invoke("check", "harbour-strike")
    assert done.exit_code == 0
    shown = done.stdout.translate({ord("\N{EN DASH}"): "-", ord("\N{MULTIPLICATION SIGN}"): "x"})
    for expected in (
        "OUTCOMES by 2023-05-31", "20%", "THE FIRST 12 MONTHS", "stoppage → lockout", "20-80%", "2.0 x 1.5",
        "95% (90-99%)", "44%", "MC error at most 1 points", "WHERE DRIVERS SETTLE", "2.9 weeks (1.4-6)",
        "union_resolve ~ employer_pressure", "0.33 (0.20 to 0.40)", "2.5 (1-4)", "1.5 (0-3)", "0.4% as many",
        "press, 5 reports", "40% (2)", "348 to 452 (6)", "9 nodes, 10 moves",
    ):  # fmt: skip
        assert expected in shown, expected
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before


def test_a_repeated_row_is_a_warning_and_unused_directions_are_counted(workspace, calls, invoke):
    assert check_json(invoke)["evidence"]["unused_directions"] == 9
    path = workspace / "data" / "harbour-strike" / "events.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*rows, rows[1].replace("hs-01", "hs-99")]), encoding="utf-8")
    document = check_json(invoke)
    assert (document["evidence"]["directions"], document["evidence"]["unused_directions"]) == (19, 10)
    (repeated,) = [warning for warning in document["warnings"] if "repeats" in warning]
    assert repeated.startswith(f"data/harbour-strike/events.csv:{len(rows) + 1}: 'hs-99' repeats 'hs-01' on line 2")
    shown = invoke("check", "harbour-strike").stdout
    assert "Of 19 coded directions 10 are on a driver without a signal for their type: kept and unused" in shown


def test_mere_warnings_pass_and_doubts_ask_for_a_review(workspace, invoke):
    """The made-up case has warnings, but its data lie where its prior expects them."""
    fair = check_json(invoke)
    assert (fair["status"], len(fair["warnings"]) > 0) == ("PASS", True)
    shown = invoke("check", "harbour-strike").stdout
    n = len(fair["warnings"])
    assert f"Status   PASS: no reason to doubt a forecast; {n} warning{'s' * (n != 1)}" in shown
    edit(workspace, "per_month: [2.0, 8.0]", "per_month: [30.0, 60.0]")
    assert check_json(invoke)["status"] == "REVIEW"
    assert "Status   REVIEW: a forecast from this would be doubtful" in invoke("check", "harbour-strike").stdout


def test_warnings_of_the_numbers_carry_file_line_and_key(workspace, calls, invoke):
    done = invoke("check", "harbour-strike", "--json")
    warnings = json.loads(done.stdout)["warnings"]
    (short,) = [warning for warning in warnings if "short overlap of prior and data" in warning]
    line = edit(workspace, "per_month: [2.0, 8.0]", "per_month: [2.0, 8.0]")
    assert short.startswith(f"priors/harbour-strike.yaml:{line}: events.mediation_meeting.per_month: ")
    assert "9 reports, where the prior expects 0 to 3 (90%), and 1.2 if drivers were neutral" in short
    assert f"warning: {short}" in done.stderr.replace("\n", " ")
    moved = [warning for warning in warnings if "stoppage -> lockout" in warning]
    assert "transitions[2].within_12_months: with drivers moving" in moved[0]


@pytest.mark.parametrize("command", ["check", "run"])
def test_unstable_influences_are_refused_at_their_place(workspace, calls, invoke, command):
    effect = (
        "{from: employer_pressure, to: bargaining_progress, effect: [0.1, 0.6], reason: Costs bring better offers.}"
    )
    loop = "\n  - {from: bargaining_progress, to: employer_pressure, effect: [0.5, 9.0]}"
    line = edit(workspace, effect, effect + loop) + 1
    done = invoke(command, "harbour-strike", "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert (problem["file"], problem["line"]) == ("priors/harbour-strike.yaml", line)
    assert problem["key"] == "influences[1].effect"
    assert "employer_pressure -> bargaining_progress, bargaining_progress -> employer_pressure" in problem["message"]
    assert "make the drivers unstable in" in problem["message"]
    assert calls.fit is None


def test_a_little_instability_is_a_warning(workspace, calls, invoke):
    effect = (
        "{from: employer_pressure, to: bargaining_progress, effect: [0.1, 0.6], reason: Costs bring better offers.}"
    )
    loop = "\n  - {from: bargaining_progress, to: employer_pressure, effect: [0.3, 1.1]}"
    edit(workspace, effect, effect + loop)
    document = check_json(invoke)
    assert 0.001 < document["stability"]["unstable"] < 0.01
    assert document["stability"]["loops"][0]["drivers"] == ["employer_pressure", "bargaining_progress"]
    assert any("feed back on each other" in warning for warning in document["warnings"])


def test_the_evidence_may_be_cut_at_a_day(workspace, calls, invoke):
    assert check_json(invoke, "--as-of", "2023-04-01")["as_of"] == "2023-04-01"
    assert invoke("check", "harbour-strike", "--as-of", "2023-05-31").exit_code == 2


def test_the_made_up_case_agrees_with_its_data_and_a_wrong_rate_does_not(workspace, invoke):
    fair = check_json(invoke)
    assert not any("short overlap" in warning for warning in fair["warnings"])
    assert sum(outcome["prior"] for outcome in fair["outcomes"].values()) == pytest.approx(1)
    for year in fair["first_year"].values():
        assert sum(state["probability"] for state in year["states"].values()) == pytest.approx(1)
        assert sum(row["crude"] for row in year["transitions"].values()) < 1
    assert fair["event_counts"]["mediation_meeting"]["observed"] == 6
    assert fair["series"]["boxes_per_day"]["observed"] == {"low": 348, "high": 452}
    edit(workspace, "per_month: [2.0, 8.0]", "per_month: [30.0, 60.0]")
    edit(workspace, "at_neutral: [300, 500]", "at_neutral: [900, 1200]")
    conflicts = [warning for warning in check_json(invoke)["warnings"] if "short overlap" in warning]
    assert ["mediation_meeting" in conflicts[0], "boxes_per_day" in conflicts[1], len(conflicts)] == [True, True, 2]
