"""``run``, ``report`` and ``ledger``: what is written, recorded and printed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from forecast.cli.ledger_tables import list_table
from forecast.cli.output import print_tables
from forecast.inference.settings import Sampling
from forecast.ledger import artefacts
from forecast.ledger import table as ledger_table
from forecast.ledger.standing import standing
from forecast.ledger.store import Ledger
from forecast.ledger.verify import verify
from forecast.timegrid import shift, today

pytestmark = pytest.mark.filterwarnings("ignore:a library that warns")

HEADER = ["format_version", "status", "scenario", "scenario_hash", "as_of", "horizon", "seed"]
LAST_REPORTED = "2023-04-20"


def files_in(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def run_json(invoke, *more: str) -> dict:
    done = invoke("run", "harbour-strike", "--json", *more)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_json_has_the_promised_names_and_nothing_else_is_on_stdout(workspace, calls, invoke):
    document = run_json(invoke)
    assert list(document)[:7] == HEADER
    assert {
        "method", "outcomes", "by_date", "drivers", "diagnostics", "changes", "ledger_id", "seconds", "files",
    } <= set(document)  # fmt: skip
    assert document["as_of"] == LAST_REPORTED
    assert document["as_of_defaulted"] is True
    assert document["horizon"] == "2023-05-31"
    assert document["seed"] == 1
    assert document["status"] == "PASS"
    for outcome in document["outcomes"].values():
        assert list(outcome) == ["probability", "mcse", "low80", "high80", "prior"]
    assert sum(outcome["probability"] for outcome in document["outcomes"].values()) == pytest.approx(1, abs=1e-9)
    assert [row["date"] for row in document["by_date"]] == ["2023-05-29", "2023-05-30", "2023-05-31"]
    assert list(document["by_date"][0]["outcomes"]) == list(document["outcomes"])
    assert document["drivers"]["union_resolve"] == {"mean": -1, "sd": 0.5, "prior": {"mean": 0, "sd": 1}}
    assert set(document["diagnostics"]) == {
        "max_rhat", "min_ess_bulk", "min_ess_tail", "divergences", "min_bfmi", "pareto_k", "effective_draws", "draws",
        "reasons",
    }  # fmt: skip
    assert document["diagnostics"]["min_bfmi"] is None  # not defined: null, never NaN
    (other,) = document["reference_classes"]
    assert {key: value for key, value in other.items() if key != "outcomes"} == {
        "name": "others",
        "instead_of": ["used"],
        "transitions": {"a->b": {"events": 2, "exposure_years": 3.5}},
        "pareto_k": None,
        "trusted": True,
    }
    assert list(other["outcomes"]) == list(document["outcomes"])
    for outcome in other["outcomes"].values():
        assert outcome == {"probability": 0.25, "difference": 0.05, "difference_mcse": 0.001}
    assert set(document["seconds"]) == {"compile", "sample", "project", "total"}
    assert document["changes"] is None


def test_options_reach_the_fit_and_the_report(workspace, calls, invoke):
    document = run_json(
        invoke, "--seed", "7", "--draws", "50", "--tune", "60", "--chains", "2", "--paper", "letter",
        "--as-of", "2023-04-01", "--horizon", "2023-05-01",
    )  # fmt: skip
    assert calls.fit == {"seed": 7, "sampling": Sampling(draws=50, tune=60, chains=2)}
    assert calls.paper == "letter"
    assert (document["as_of"], document["horizon"], document["seed"]) == ("2023-04-01", "2023-05-01", 7)
    assert document["as_of_defaulted"] is False


def test_everything_is_on_disk_under_its_own_hash_and_recorded(workspace, calls, invoke):
    document = run_json(invoke)
    ledger = Ledger(workspace / "data" / "ledger")
    (entry,) = ledger.forecasts("harbour-strike")
    assert entry.id == document["ledger_id"]
    assert entry.scenario_hash == document["scenario_hash"]
    assert entry.as_of.isoformat() == LAST_REPORTED
    assert entry.stage == "draft"
    assert {o.name: o.probability for o in entry.outcomes} == {
        name: outcome["probability"] for name, outcome in document["outcomes"].items()
    }
    for path in (ledger.draws_path(entry.draws_hash), ledger.view_path(entry.view_hash)):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
    assert verify(ledger).problems == ()
    assert entry.id in Path(document["files"]["html"]).read_text(encoding="utf-8")


def test_a_second_run_says_how_far_outcomes_moved(workspace, calls, invoke):
    first, second = run_json(invoke), run_json(invoke, "--seed", "90")
    assert second["changes"]["since"] == first["ledger_id"]
    for name, moved in second["changes"]["outcomes"].items():
        assert moved == pytest.approx(second["outcomes"][name]["probability"] - first["outcomes"][name]["probability"])
        assert moved != 0
    assert run_json(invoke, "--horizon", "2023-05-01")["changes"] is None  # another horizon is another question


def test_the_table_names_outcomes_status_files_and_ledger_id(workspace, calls, invoke):
    done = invoke("run", "harbour-strike")
    assert done.exit_code == 0
    (entry,) = Ledger(workspace / "data" / "ledger").forecasts()
    for expected in (
        "as of 2023-04-20 (the last reported date in the data)", "strike goes on", "33%", "unlikely", "PASS",
        "2023-04-20_2023-05-31.html", "2023-04-20_2023-05-31.pdf", entry.short_id,
    ):  # fmt: skip
        assert expected in done.stdout
    assert "sampling" in done.stderr
    assert "a library that prints" not in done.stdout


def test_the_default_as_of_is_kept_before_the_horizon(workspace, calls, invoke):
    assert run_json(invoke, "--horizon", "2023-04-10")["as_of"] == "2023-04-09"


@pytest.mark.parametrize("command", ["check", "run"])
def test_an_as_of_date_in_the_future_is_a_warning(workspace, calls, invoke, command):
    near, far = str(today()), str(shift(today(), 1))
    for day, warned in ((near, False), (far, True)):
        done = invoke(command, "harbour-strike", "--json", "--as-of", day, "--horizon", str(shift(today(), 100)))
        assert done.exit_code == 0, done.stderr
        said = f"--as-of: {day} lies in the future"
        assert (f"warning: {said}" in done.stderr) == warned
        assert any(warning.startswith(said) for warning in json.loads(done.stdout)["warnings"]) == warned


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--as-of", "2023-05-31"], "not before the horizon"),
        (["--as-of", "2023-02-28"], "before the scenario's start"),
        (["--horizon", "2023-03-01"], "not after the scenario's start"),
        (["--as-of", "2023-02-30"], "there is no such day as 2023-02-30"),
        (["--as-of", "2023-4-1"], "not a date"),
        (["--draws", "0"], "--draws"),
        (["--chains", "0"], "--chains"),
        (["--chains", "1"], "convergence cannot be judged with one chain: give at least 2"),
        (["--paper", "a3"], "--paper"),
    ],
)
def test_bad_dates_and_options_are_exit_2_and_write_nothing(workspace, calls, invoke, options, said):
    before = files_in(workspace)
    done = invoke("run", "harbour-strike", "--json", *options)
    assert done.exit_code == 2
    document = json.loads(done.stdout)
    assert document["status"] == "ERROR"
    assert said in document["problems"][0]["key"] + document["problems"][0]["message"]
    assert said in done.stderr
    assert files_in(workspace) == before
    assert calls.fit is None


@pytest.mark.parametrize("place", ["reports", "reports/harbour-strike", "data/ledger", "data/ledger/draws"])
def test_a_folder_that_cannot_be_written_is_found_before_the_fit(workspace, calls, invoke, place):
    (workspace / place).parent.mkdir(exist_ok=True)
    (workspace / place).write_text("a file where a folder should be", encoding="utf-8")
    before = files_in(workspace)
    done = invoke("run", "harbour-strike", "--json")
    assert done.exit_code == 2
    for problem in json.loads(done.stdout)["problems"]:
        assert problem["file"].startswith(place)
        assert problem["message"].startswith("cannot be written: ")
    assert files_in(workspace) == before
    assert calls.fit is None


@pytest.mark.parametrize("recorded", [False, True])
def test_an_interruption_while_recording_says_whether_the_entry_stands(workspace, calls, invoke, monkeypatch, recorded):
    """Before the commit and right after it; an identical forecast recorded earlier must not be taken for this one."""
    run_json(invoke)

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        # HEAD is written after the commit; the row is made before it
        where, what = (artefacts, "replace_file") if recorded else (ledger_table, "hash_row")
        patched.setattr(where, what, interrupt)
        done = invoke("run", "harbour-strike", "--json")
    assert done.exit_code == 130
    ledger = Ledger(workspace / "data" / "ledger")
    assert len(ledger.entries()) == 1 + recorded
    expected = f"recorded as {ledger.latest().short_id}" if recorded else "nothing was recorded"
    assert expected in json.loads(done.stdout)["problems"][0]["message"]
    run_json(invoke)  # the ledger goes on


def test_every_problem_is_listed_with_its_place(workspace, calls, invoke):
    path = workspace / "priors" / "harbour-strike.yaml"
    text = path.read_text(encoding="utf-8").replace("half_life: [10d, 40d]", "half_life: [40d, 10d]")
    path.write_text(text.replace("horizon: 2023-05-31", "horizont: 2023-05-31"), encoding="utf-8")
    before = files_in(workspace)
    done = invoke("run", "harbour-strike", "--json")
    assert done.exit_code == 2
    problems = json.loads(done.stdout)["problems"]
    lines = text.splitlines()
    assert {problem["line"] for problem in problems} >= {
        1 + next(i for i, line in enumerate(lines) if "half_life: [40d, 10d]" in line),
        1 + next(i for i, line in enumerate(lines) if line.startswith("horizon:")),
    }
    assert f"{len(problems)} problems; nothing was written" in done.stderr
    for problem in problems:
        assert f"harbour-strike.yaml:{problem['line']}: {problem['key']}" in done.stderr.replace(": :", ":")
    assert files_in(workspace) == before


def test_problems_of_scenario_and_data_come_in_one_round(workspace, calls, invoke):
    scenario, events = (
        workspace / "priors" / "harbour-strike.yaml",
        workspace / "data" / "harbour-strike" / "events.csv",
    )
    rename = scenario.read_text(encoding="utf-8").replace("half_life: [10d, 40d]", "half_life: [40d, 10d]")
    scenario.write_text(rename, encoding="utf-8")
    assert {p["file"] for p in json.loads(invoke("run", "harbour-strike", "--json").stdout)["problems"]} == {
        "priors/harbour-strike.yaml"
    }
    events.write_text(events.read_text(encoding="utf-8").replace("hs-01,2023-03-02", "hs-01,2023-02-30"), "utf-8")
    for text in (rename, "scenario: [", rename.replace("scenario: harbour-strike", "scenario: [7]")):
        scenario.write_text(text, encoding="utf-8")
        done = invoke("run", "harbour-strike", "--json")
        assert done.exit_code == 2
        problems = json.loads(done.stdout)["problems"]
        assert {p["file"] for p in problems} == {"priors/harbour-strike.yaml", "data/harbour-strike/events.csv"}
        assert [(p["line"], p["key"]) for p in problems if p["file"].endswith("events.csv")] == [(2, "date")]


def test_report_renders_the_recorded_document_again(workspace, calls, invoke):
    first, second = run_json(invoke), run_json(invoke, "--as-of", "2023-04-01")
    html = Path(first["files"]["html"])
    html.unlink()
    latest = json.loads(invoke("report", "harbour-strike", "--json").stdout)
    assert latest["ledger_id"] == second["ledger_id"]
    assert not html.exists()
    done = invoke("report", "harbour-strike", "--id", first["ledger_id"][:8], "--paper", "letter")
    assert done.exit_code == 0
    assert html.read_text(encoding="utf-8").endswith(f"{first['ledger_id']} letter")
    assert done.stdout.splitlines() == [first["files"]["html"], first["files"]["pdf"]]
    assert len(Ledger(workspace / "data" / "ledger").forecasts()) == 2  # rendering records nothing


def test_report_says_when_the_scenario_has_moved_on(workspace, calls, invoke):
    run_json(invoke)
    path = workspace / "priors" / "harbour-strike.yaml"
    text = path.read_text(encoding="utf-8")
    for change, status, said in (
        (text, False, ""),
        (text.replace("[10d, 40d]", "[10d, 41d]"), True, "has changed"),
        (text.replace("[10d, 40d]", "[40d, 10d]"), None, "is gone or has faults"),
    ):
        path.write_text(change, encoding="utf-8")
        done = invoke("report", "harbour-strike", "--json")
        assert json.loads(done.stdout)["scenario_changed"] is status
        assert said in done.stderr
        assert ("warning" in done.stderr) == bool(said)


@pytest.mark.parametrize("named", ["harbour-strike", "priors/harbour-strike.yaml"])
def test_report_needs_no_scenario_file(workspace, calls, invoke, named):
    (workspace / "priors" / "other.yaml").write_text("", encoding="utf-8")
    first = run_json(invoke)
    (workspace / "priors" / "harbour-strike.yaml").unlink()
    for more in ([], ["--id", first["ledger_id"][:6]]):
        document = json.loads(invoke("report", named, "--json", *more).stdout)
        assert (document["ledger_id"], document["scenario_changed"]) == (first["ledger_id"], None)
    for wrong in (["harbor-strike"], ["other", "--id", first["ledger_id"][:6]]):
        assert invoke("report", *wrong).exit_code == 2
    assert "priors/other.yaml" in invoke("report", "other").stderr


def test_an_earlier_forecast_does_not_take_the_latest_ones_place(workspace, calls, invoke):
    first, second, elsewhere = run_json(invoke), run_json(invoke), run_json(invoke, "--as-of", "2023-04-01")
    assert first["files"] == second["files"] != elsewhere["files"]
    latest = Path(second["files"]["html"]).read_bytes()
    again = json.loads(invoke("report", "harbour-strike", "--id", first["ledger_id"], "--json").stdout)
    for kind in ("html", "pdf"):
        name = f"2023-04-20_2023-05-31_{first['ledger_id'][:12]}.{kind}"
        assert Path(again["files"][kind]) == Path("reports/harbour-strike") / name
        assert first["ledger_id"] in Path(again["files"][kind]).read_text(encoding="utf-8")
    assert Path(second["files"]["html"]).read_bytes() == latest
    for entry in (second, elsewhere):
        files = json.loads(invoke("report", "harbour-strike", "--id", entry["ledger_id"], "--json").stdout)["files"]
        assert files == entry["files"]


def test_report_refuses_a_changed_document(workspace, calls, invoke):
    run_json(invoke)
    (view,) = (workspace / "data" / "ledger" / "views").iterdir()
    view.write_text(view.read_text(encoding="utf-8").replace("harbour", "airport"), encoding="utf-8")
    done = invoke("report", "harbour-strike", "--json")
    assert done.exit_code == 1
    assert "changed since it was recorded" in json.loads(done.stdout)["problems"][0]["message"]


def test_report_without_a_forecast_names_the_command_to_type(workspace, calls, invoke):
    done = invoke("report", "harbour-strike")
    assert done.exit_code == 2
    assert "forecast run harbour-strike" in done.stderr


def test_ledger_list_and_show(workspace, calls, invoke):
    first, second = run_json(invoke), run_json(invoke, "--seed", "2")
    listed = json.loads(invoke("ledger", "list", "--json").stdout)
    assert [row["id"] for row in listed["entries"]] == [first["ledger_id"], second["ledger_id"]]
    assert listed["entries"][0]["top_outcome"]["name"] == "strike_goes_on"
    text = invoke("ledger", "list", "--scenario", "harbour-strike").stdout
    for expected in (
        first["ledger_id"][:12],
        "harbour-strike",
        LAST_REPORTED,
        "2023-05-31",
        "PASS",
        "strike_goes_on 33%",
    ):
        assert expected in text
    shown = json.loads(invoke("ledger", "show", first["ledger_id"][:6], "--json").stdout)
    assert list(shown)[:7] == HEADER
    assert shown["entry"]["id"] == first["ledger_id"]
    assert shown["entry"]["evidence_hash"] == first["evidence_hash"]
    text = invoke("ledger", "show").stdout
    assert second["ledger_id"] in text
    assert "strike_goes_on" in text


def test_the_ledger_list_rounds_as_the_report_does_and_shows_the_seed(workspace, calls, invoke, capsys):
    run_json(invoke, "--seed", "4711")
    ledger = Ledger(workspace / "data" / "ledger")
    (entry,) = ledger.entries()
    for probability, mcse, shown in ((0.9996, 0.0002, ">99%"), (0.004, 0.001, "<1%"), (0.62, 0.03, "60%")):
        outcome = replace(entry.outcomes[0], name="a", probability=probability, mcse=mcse)
        made = replace(entry, outcomes=(outcome,))
        print_tables(list_table([made], standing([made])))
        words = capsys.readouterr().out.split()
        assert f"a {shown}" in " ".join(words)
        assert "seed 4711" in " ".join(words)
    assert json.loads(invoke("ledger", "list", "--json").stdout)["entries"][0]["seed"] == 4711


def test_an_empty_ledger_is_read_without_writing(workspace, invoke):
    before = files_in(workspace)
    assert json.loads(invoke("ledger", "list", "--json").stdout)["entries"] == []
    assert invoke("ledger", "show", "abcdef").exit_code == 2
    assert invoke("ledger", "show").exit_code == 2
    assert files_in(workspace) == before


def test_text_from_data_cannot_command_the_terminal(workspace, calls, invoke):
    path = workspace / "priors" / "harbour-strike.yaml"
    title = r'title: "[bold]In\e[2J brackets"'
    lines = [title if line.startswith("title:") else line for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(lines), encoding="utf-8")
    shown = invoke("run", "harbour-strike").stdout
    assert "[bold]In" in shown
    assert "\x1b" not in shown
