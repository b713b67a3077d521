"""``forecast score`` and ``backtest --crowd``: what they print, write and refuse; nothing is sampled."""

from __future__ import annotations

import json

import pytest
from test_cli_ledger import ALL, RECORD, RESOLVE, as_json
from test_cli_run import HEADER, run_json

pytestmark = [pytest.mark.usefixtures("workspace", "calls"), pytest.mark.filterwarnings("ignore:a library that warns")]

CROWD = "data/harbour-strike/crowd.csv"


def test_an_empty_ledger_is_told_what_to_do(invoke, workspace):
    document = as_json(invoke("score", "--json"))
    assert list(document)[:7] == HEADER
    assert (document["scores"], document["void"], document["pending"], document["files"]) == ([], [], [], {})
    done = invoke("score")
    assert done.exit_code == 0
    assert "forecast publish ID" in done.stdout
    assert not (workspace / "reports").exists()


def test_a_race_from_record_to_correction(invoke, workspace):
    forecast = run_json(invoke, "--as-of", "2023-04-01")["ledger_id"]
    assert invoke(*RECORD, *ALL).exit_code == 0
    assert invoke(*RECORD[:2], "--by", "A crowd", "--date", "2023-04-11", "paused=0.3").exit_code == 0
    pending = as_json(invoke("score", "harbour-strike", "--json"))
    assert [(one["n"], one["who"]) for one in pending["pending"]] == [(2, ["J. Doe", "A crowd"])]
    assert pending["left"]["drafts"] == 1
    assert invoke("publish", forecast).exit_code == 0
    assert invoke(*RESOLVE).exit_code == 0
    document = as_json(invoke("score", "--json"))
    assert document["status"] == "REVIEW"  # published years after the day of the answer
    assert document["left"]["hindsight"] == 3
    scores = {(row["questions"], row["who"], row["score"], row["convention"][:6]): row for row in document["scores"]}
    mine = scores["outcomes", "J. Doe", "brier", "0 to 2"]
    assert mine["value"] == pytest.approx(0.1**2 + 0.2**2 + 0.15**2 + 0.95**2 + 0.5**2)
    assert (mine["n"], mine["low"], mine["high"], mine["coverage"]) == (1, None, None, 1)
    assert scores["outcomes", "J. Doe", "brier", "0 to 1"]["value"] == pytest.approx(mine["value"] / 2)
    assert scores["yes/no", "A crowd", "brier", "0 to 1"]["value"] == pytest.approx(0.7**2)
    common = next(row for row in document["comparisons"] if row["beside"] == "A crowd")
    assert (common["n"], common["days"]) == (1, 50)
    assert invoke("resolve", "harbour-strike", "strike_goes_on", "--date", "2023-05-31").exit_code == 0
    corrected = as_json(invoke("score", "--json"))["scores"]
    again = next(row for row in corrected if (row["who"], row["score"]) == ("J. Doe", "log"))
    assert again["value"] == pytest.approx(0.6931, abs=1e-4)
    assert invoke("resolve", "harbour-strike", "--void", "--date", "2023-06-01", "--note", "badly put").exit_code == 0
    void = as_json(invoke("score", "--json"))
    assert (void["scores"], void["void"][0]["reason"]) == ([], "badly put")


def test_people_read_conventions_what_is_in_common_and_why_there_is_no_interval(invoke, workspace):
    for by, p in (("J. Doe", ALL), ("<b>A crowd</b>", ["paused=0.3"])):
        assert invoke("record", "harbour-strike", "--by", by, "--date", "2023-04-01", *p).exit_code == 0
    assert invoke(*RESOLVE).exit_code == 0
    done = invoke("score", "--ordered")
    said = " ".join(done.stdout.split())
    for part in ("0 to 1, less is better", "0 to 2, less is better", "nats", "1 scenario is too few",
                 "2 scored, 0 void", "Ranked", "2 scored in hindsight"):  # fmt: skip
        assert part in said, part
    page = (workspace / "reports" / "scores.html").read_text(encoding="utf-8")
    assert "<b>A crowd" not in page
    assert "&lt;b&gt;A crowd" in page
    assert page.count("<svg") == 4  # two questions, wide and narrow
    assert invoke("score", "harbour-strike").exit_code == 0
    assert (workspace / "reports" / "harbour-strike" / "scores.html").exists()


def test_a_scenario_whose_file_is_gone_is_still_scored_and_one_unknown_refused(invoke, workspace):
    assert invoke(*RECORD, *ALL).exit_code == 0
    (workspace / "priors" / "harbour-strike.yaml").rename(workspace / "gone.yaml")
    assert len(as_json(invoke("score", "harbour-strike", "--json"))["pending"]) == 1
    refused = invoke("score", "harbor")
    assert refused.exit_code == 2
    assert "there is no scenario 'harbor'" in refused.stderr


def test_a_backtest_takes_crowds_and_tells_what_is_not_mapped(invoke):
    command = ("backtest", "harbour-strike", "--from", "2023-04-01", "--to", "2023-04-01", "--crowd")
    document = as_json(invoke(*command, CROWD, "--json"))
    assert document["crowd"]["unmapped"] == 1
    without = as_json(invoke(*command[:-1], "--json"))
    assert without["crowd"] is None
    assert without["origins"] == document["origins"]  # no forecast sees the file
    assert "1 questions of the file are not in questions.csv" in invoke(*command, CROWD).stdout
    missing = invoke(*command, "absent.csv", "--json")
    assert missing.exit_code == 2
    assert "missing" in json.loads(missing.stdout)["problems"][0]["message"]
