"""``forecast explain``: which forecasts it compares, what its document holds, and what it says when it cannot tell."""

from __future__ import annotations

import json

import numpy as np
import pytest

from forecast.inference.settings import STANDARD_SAMPLING
from forecast.ledger.store import Ledger

pytestmark = [
    pytest.mark.filterwarnings("ignore:a library that warns"),
    pytest.mark.usefixtures("workspace", "calls"),
]

FIRST, SECOND, THIRD = "2023-04-05", "2023-04-10", "2023-04-20"
NAME = "harbour-strike"


def asked(invoke, *args: str) -> dict:
    done = invoke(*args, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def ledger(workspace) -> Ledger:
    return Ledger(workspace / "data" / "ledger")


@pytest.fixture
def updated(invoke) -> dict:
    """A fit, and an update on it."""
    asked(invoke, "run", NAME, "--as-of", SECOND)
    return asked(invoke, "update", NAME, "--as-of", THIRD)


def published(ledger: Ledger) -> list[dict[str, float]]:
    return [{item.name: item.probability for item in entry.outcomes} for entry in ledger.forecasts(NAME)]


def test_the_document_has_the_promised_fields(invoke, updated, ledger):
    told = asked(invoke, "explain", NAME)
    first, second = ledger.forecasts(NAME)
    assert told["from"] == {"ledger_id": first.id, "as_of": SECOND}
    assert told["to"] == {"ledger_id": second.id, "as_of": THIRD}
    assert (told["scenario"], told["as_of"], told["horizon"]) == (NAME, THIRD, "2023-05-31")
    kinds = [part["kind"] for part in told["parts"]]
    assert kinds[0] == "time"
    assert kinds[-1] == "recomputation"
    assert (
        {"report", "series"} <= set(kinds) <= {"time", "report", "series", "judgement", "transition", "recomputation"}
    )
    names = {item.name for item in second.outcomes}
    for part in told["parts"]:
        assert set(part["change"]) == set(part["mcse"]) == names
        assert all(error >= 0 for error in part["mcse"].values())
        assert (part["backward"] is None) == (part["kind"] in {"time", "recomputation"})
    assert told["leave_one_out"] == []


def test_parts_add_up_to_what_was_published(invoke, updated, ledger):
    told = asked(invoke, "explain", NAME)
    before, after = published(ledger)
    for name, total in told["total"].items():
        assert total == pytest.approx(after[name] - before[name], abs=1e-9)
        assert sum(part["change"][name] for part in told["parts"]) == pytest.approx(total, abs=1e-9)


def test_a_fit_between_splits_the_time(invoke, updated, ledger):
    asked(invoke, "run", NAME, "--as-of", THIRD, "--seed", "9")
    asked(invoke, "update", NAME, "--as-of", "2023-04-25")
    told = asked(invoke, "explain", NAME, "--since", SECOND)
    lines = [part for part in told["parts"] if part["kind"] == "recomputation"]
    assert [part["date"] for part in lines] == [THIRD, "2023-04-25"]
    assert "new fit" in lines[0]["text"]
    assert "new fit" not in lines[1]["text"]
    before, *_, after = published(ledger)
    for name, total in told["total"].items():
        assert total == pytest.approx(after[name] - before[name], abs=1e-9)
        assert sum(part["change"][name] for part in told["parts"]) == pytest.approx(total, abs=1e-9)


def test_a_report_that_only_a_fit_between_knew_is_told_on_both_its_days(invoke, workspace, ledger):
    add = ("add", NAME, "--type", "picket_grows", "--date", "2023-04-12", "--summary", "A rumour.", "--source", "Post")
    asked(invoke, "run", NAME, "--as-of", SECOND)
    name = asked(invoke, *add)["id"]
    asked(invoke, "run", NAME, "--as-of", "2023-04-15")
    asked(invoke, "withdraw", NAME, name, "--date", "2023-04-18")
    asked(invoke, "update", NAME, "--as-of", THIRD)
    told = asked(invoke, "explain", NAME, "--since", SECOND)
    parts = [(part["date"], part["what"]) for part in told["parts"] if part["id"] == name]
    assert parts == [("2023-04-12", "new"), ("2023-04-18", "gone")]
    before, _, after = published(ledger)
    for outcome, total in told["total"].items():
        assert total == pytest.approx(after[outcome] - before[outcome], abs=1e-9)
        assert sum(part["change"][outcome] for part in told["parts"]) == pytest.approx(total, abs=1e-9)


def test_sums_by_type_and_driver_hold_all_reports_also_those_that_went(invoke, workspace, ledger):
    asked(invoke, "run", NAME, "--as-of", SECOND)
    fitted = ledger.forecasts(NAME)[0]
    rows = (workspace / "data" / NAME / "events.csv").read_text(encoding="utf-8").splitlines()
    name = rows[1].split(",")[0]
    invoke("withdraw", NAME, name, "--date", "2023-04-12")
    asked(invoke, "update", NAME, "--as-of", THIRD)
    told = asked(invoke, "explain", NAME)
    assert name in {part["id"] for part in told["parts"] if part["what"] == "gone"}
    for outcome in (item.name for item in fitted.outcomes):
        reports = sum(part["change"][outcome] for part in told["parts"] if part["kind"] == "report")
        for groups in (told["by_type"], told["by_driver"]):
            assert sum(group["change"][outcome] for group in groups) == pytest.approx(reports, abs=1e-9)


def test_a_first_forecast_is_compared_with_the_prior(invoke, ledger):
    asked(invoke, "run", NAME, "--as-of", SECOND)
    told = asked(invoke, "explain", NAME)
    (entry,) = ledger.forecasts(NAME)
    assert told["from"] is None
    (part,) = told["parts"]
    assert part["kind"] == "recomputation"
    for item in entry.outcomes:
        assert told["total"][item.name] == pytest.approx(item.probability - item.prior, abs=1e-9)


@pytest.mark.parametrize(
    ("args", "said"),
    [((), f"`forecast run {NAME}`"), (("--horizon", "2023-05-01"), "to 2023-05-01")],
)
def test_without_a_forecast_it_names_the_run_to_type(invoke, args, said):
    done = invoke("explain", NAME, *args, "--json")
    assert done.exit_code == 2
    message = json.loads(done.stdout)["problems"][0]["message"]
    assert said in message
    assert f"`forecast run {NAME}" in message


def test_a_day_before_every_forecast_names_the_run_to_type(invoke, updated):
    done = invoke("explain", NAME, "--since", FIRST, "--json")
    assert done.exit_code == 2
    assert f"`forecast run {NAME} --as-of {FIRST}`" in json.loads(done.stdout)["problems"][0]["message"]


def test_nothing_is_recorded(invoke, updated, ledger):
    asked(invoke, "explain", NAME)
    assert len(ledger.entries()) == 2


def test_people_read_parts_groups_and_both_orders(invoke, updated):
    done = invoke("explain", NAME, "--leave-one-out")
    assert done.exit_code == 0
    for text in ("elapsed", "recomputation", "together", "total", "Reports by event type", "opposite order", "0.80!"):
        assert text in done.output, text
    first = asked(invoke, "explain", NAME, "--leave-one-out")["leave_one_out"][0]
    assert first["rough"]
    assert f"--refit {first['id']}" in done.output.replace("\n", " ")


def test_the_total_and_what_is_told_have_errors(invoke, updated, ledger):
    told, (before, after) = asked(invoke, "explain", NAME), ledger.forecasts(NAME)
    for one, two in zip(before.outcomes, after.outcomes, strict=True):
        rest = sum(part["change"][one.name] for part in told["parts"] if part["kind"] == "recomputation")
        assert told["time_and_evidence"][one.name] + rest == pytest.approx(told["total"][one.name], abs=1e-9)
        assert told["total_mcse"][one.name] == pytest.approx(np.hypot(one.mcse, two.mcse))
        assert told["time_and_evidence_mcse"][one.name] >= 0


def test_a_report_whose_weights_do_not_hold_is_left_out_by_a_fit(invoke, updated, calls, ledger):
    rough, sound = asked(invoke, "explain", NAME, "--leave-one-out")["leave_one_out"]
    assert (rough["rough"], sound["rough"]) == (True, False)
    entries, calls.fit = ledger.entries(), None
    told = {item["id"]: item for item in asked(invoke, "explain", NAME, "--refit", rough["id"])["leave_one_out"]}
    assert calls.fit == {"seed": updated["seed"], "sampling": STANDARD_SAMPLING}
    assert (told[rough["id"]]["refit"], told[rough["id"]]["rough"], told[rough["id"]]["pareto_k"]) == (
        "PASS",
        False,
        None,
    )
    for outcome in ledger.forecasts(NAME)[-1].outcomes:  # the stand-in for a fit forecasts the same
        assert told[rough["id"]]["change"][outcome.name] == pytest.approx(0, abs=1e-12)
        assert told[rough["id"]]["mcse"][outcome.name] == pytest.approx(np.sqrt(2) * outcome.mcse)
    assert told[sound["id"]] == sound
    assert ledger.entries() == entries
    assert "refit" in invoke("explain", NAME, "--refit", rough["id"]).stdout


def test_a_report_to_refit_without_must_be_in_the_forecast(invoke, updated, calls, ledger):
    calls.fit, name = None, ledger.read_evidence(ledger.latest()).reports[0].id
    done = invoke("explain", NAME, "--refit", f"{name}x", "--refit", "nothing", "--json")
    assert done.exit_code == 2
    first, second = json.loads(done.stdout)["problems"]
    assert (first["key"], second["key"]) == ("--refit", "--refit")
    assert f"did you mean {name!r}" in first["message"]
    assert calls.fit is None


def test_a_changed_scenario_is_another_question(invoke, updated, workspace, ledger):
    path = workspace / "priors" / f"{NAME}.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("half_life: [10d, 40d]", "half_life: [10d, 41d]"))
    asked(invoke, "run", NAME, "--as-of", "2023-04-22")
    assert asked(invoke, "explain", NAME)["from"] is None


def test_changes_of_state_that_were_rewritten_are_not_told(invoke, workspace):
    path = workspace / "data" / NAME / "transitions.csv"
    head, row = path.read_text(encoding="utf-8").splitlines()
    assert row.startswith("2023-04-06,stoppage,cooling_off,2023-04-07")
    asked(invoke, "run", NAME, "--as-of", SECOND)
    break_ = "2023-04-08,cooling_off,stoppage,2023-04-09,,notice"
    before = "2023-03-20,stoppage,cooling_off,2023-03-21,,notice", "2023-03-22,cooling_off,stoppage,2023-03-23,,notice"
    path.write_text("\n".join([head, *before, row, break_, ""]), encoding="utf-8")
    asked(invoke, "update", NAME, "--as-of", THIRD)
    done = invoke("explain", NAME, "--json")
    assert done.exit_code == 1
    assert "rewritten" in done.output


def test_reports_tell_the_same(invoke, updated, calls):
    shown, told = calls.view.explanation, asked(invoke, "explain", NAME)
    assert shown.since.isoformat() == told["from"]["as_of"]
    assert shown.since_id == told["from"]["ledger_id"]
    assert [(part.kind, part.id) for part in shown.parts] == [(part["kind"], part["id"]) for part in told["parts"]]
    for part, other in zip(shown.parts, told["parts"], strict=True):
        assert part.change == tuple(other["change"].values())
    for b, a, total in zip(shown.before, shown.after, told["total"].values(), strict=True):
        assert a - b == pytest.approx(total, abs=1e-9)
    invoke("report", NAME)
    assert calls.view.explanation == shown


def test_the_report_of_a_first_forecast_compares_with_the_prior(invoke, calls, ledger):
    asked(invoke, "run", NAME, "--as-of", SECOND)
    shown, (entry,) = calls.view.explanation, ledger.forecasts(NAME)
    assert (shown.told, shown.since) == (True, None)
    assert shown.before == tuple(item.prior for item in entry.outcomes)


def test_a_report_is_written_also_where_the_ledger_cannot_tell_why(invoke, updated, calls, ledger):
    ledger.evidence_path(ledger.forecasts(NAME)[0].evidence_file_hash).unlink()
    done = invoke("report", NAME)
    assert done.exit_code == 0
    assert not calls.view.explanation.told


def test_a_day_after_the_last_forecast_is_wrong_and_another_day_is_named(invoke, updated):
    assert invoke("explain", "harbour-strike", "--since", "2023-05-30").exit_code == 2
    done = invoke("explain", "harbour-strike", "--since", "2023-04-12")
    assert done.exit_code == 0
    assert "no forecast as of 2023-04-12 is stored" in done.stderr
