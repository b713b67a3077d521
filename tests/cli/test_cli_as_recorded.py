"""``--as-recorded``: what the forecast uses, what it goes on from, and where it is said."""

from __future__ import annotations

import json

import pytest

from forecast.evidence.snapshot import take_snapshot
from forecast.ledger.store import Ledger
from forecast.scenario.file import load_scenario

pytestmark = [
    pytest.mark.filterwarnings("ignore:a library that warns"),
    pytest.mark.usefixtures("workspace", "calls"),
]

DAY, NEXT = "2023-04-10", "2023-04-11"  # judgement hj-02 was reported on the first and entered on the second
LATE = f"1 row that was reported by {DAY} but entered later left out"


def asked(invoke, command: str, *args: str) -> dict:
    done = invoke(command, "harbour-strike", *args, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_row_entered_later_is_left_out_and_that_is_said(invoke, workspace):
    plain, recorded = (asked(invoke, "run", "--as-of", DAY, *more) for more in ((), ("--as-recorded",)))
    assert (plain["as_recorded"], recorded["as_recorded"]) == (False, True)
    assert plain["evidence_hash"] != recorded["evidence_hash"]
    assert "entered later" not in " ".join(plain["warnings"])
    assert LATE in " ".join(recorded["warnings"])
    ledger = Ledger(workspace / "data" / "ledger")
    entries = ledger.forecasts()
    assert [entry.as_recorded for entry in entries] == [False, True]
    known = [[row.id for row in ledger.read_evidence(entry).judgements] for entry in entries]
    assert known == [["hj-01", "hj-02"], ["hj-01"]]
    scenario = load_scenario(workspace / "priors" / "harbour-strike.yaml").scenario
    for entry in entries:  # what was kept gives the same snapshot again, without asking again
        assert take_snapshot(scenario, ledger.read_evidence(entry), entry.as_of).hash == entry.evidence_hash
    documents = [json.loads(ledger.read_view(entry)) for entry in entries]
    assert [document["as_recorded"] for document in documents] == [False, True]


def test_its_report_does_not_replace_the_other_one(invoke):
    names = [asked(invoke, "run", "--as-of", DAY, *more)["files"]["html"] for more in ((), ("--as-recorded",))]
    assert names[0].endswith(f"{DAY}_2023-05-31.html")
    assert names[1].endswith(f"{DAY}_2023-05-31_as-recorded.html")


def test_an_update_goes_on_from_a_fit_of_its_own_kind_only(invoke):
    plain = asked(invoke, "run", "--as-of", DAY)
    done = invoke("update", "harbour-strike", "--as-of", NEXT, "--as-recorded", "--json")
    assert done.exit_code == 2
    said = json.loads(done.stdout)["problems"][0]["message"]
    assert "no fit of harbour-strike as recorded on or before" in said
    assert f"`forecast run harbour-strike --as-of {NEXT} --as-recorded`" in said
    recorded = asked(invoke, "run", "--as-of", DAY, "--as-recorded")
    for more, fit in ((("--as-recorded",), recorded), ((), plain)):
        told = asked(invoke, "update", "--as-of", NEXT, *more)
        assert told["method"] == "reweight"
        assert told["fit"]["ledger_id"] == fit["ledger_id"]
        assert told["as_recorded"] == fit["as_recorded"]
        assert told["changes"]["since"] == fit["ledger_id"]  # not the other kind's, recorded in between
    assert told["evidence_hash"] == asked(invoke, "update", "--as-of", NEXT, "--as-recorded")["evidence_hash"]


def test_check_compares_with_what_was_entered(invoke):
    assert asked(invoke, "check")["as_recorded"] is False
    document = asked(invoke, "check", "--as-of", DAY, "--as-recorded")
    assert document["as_recorded"] is True
    assert LATE in " ".join(document["warnings"])


def test_people_read_it_where_the_date_stands(invoke):
    done = invoke("run", "harbour-strike", "--as-of", DAY, "--as-recorded")
    assert f"as of {DAY}, as recorded" in done.stdout
    listed = invoke("ledger", "list").stdout
    assert "as recorded" in listed
    (row,) = json.loads(invoke("ledger", "list", "--json").stdout)["entries"]
    assert row["as_recorded"] is True
    assert "as recorded         yes" in invoke("ledger", "show", row["id"]).stdout
