"""``forecast export``: what others find in the files, and that nothing of an earlier export is lost."""

from __future__ import annotations

import csv
import json
import math
from datetime import date
from pathlib import Path

import hubdata
import jsonschema
import pytest
import yaml
from hubdata.connect_target_data import connect_target_data
from hubdata.create_target_data_schema import TargetType

from forecast.ledger.store import Ledger
from forecast.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore:a library that warns")

CASE = "harbour-strike"
MODEL = "forecast-multistate"


@pytest.fixture
def asked(invoke, workspace):
    def run(*args: str, code: int = 0) -> dict:
        done = invoke(*args, "--json")
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    return run


@pytest.fixture
def forecasts(asked, calls):
    """Two forecasts of the made-up case, in the ledger without sampling."""
    return [asked("run", CASE, "--as-of", day, "--seed", "3") for day in ("2023-04-10", "2023-04-20")]


def valid(hub: Path, project_root: Path) -> None:
    """Compare a hub with the published schemas, open it, and check what a schema cannot say."""
    for name in ("admin", "tasks", "target-data"):
        path = project_root / "tests" / "exchange" / "hubverse-schemas" / f"{name}-schema.json"
        schema = json.loads(path.read_text(encoding="utf-8"))
        document = json.loads((hub / "hub-config" / f"{name}.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator(schema).validate(document)
        assert document["schema_version"] == schema["$id"]
    tasks = hubdata.connect_hub(hub).tasks
    metadata_schema = json.loads((hub / "hub-config" / "model-metadata-schema.json").read_text(encoding="utf-8"))
    for path in (hub / "model-metadata").iterdir():
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator(metadata_schema).validate(fields)
        assert path.stem == f"{fields['team_abbr']}-{fields['model_abbr']}"
    rounds = {item["model_tasks"][0]["task_ids"]["origin_date"]["required"][0]: item for item in tasks["rounds"]}
    assert list(rounds) == sorted(rounds)
    for path in (hub / "model-output").rglob("*.csv"):
        assert path.stem.startswith(next(day for day in rounds if path.stem.startswith(day)))
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        task = rounds[path.stem[:10]]["model_tasks"][0]
        days = {row["target_date"] for row in rows}
        assert days == set(task["task_ids"]["target_date"]["optional"])
        for day in days:
            at = [row for row in rows if row["target_date"] == day]
            assert [row["output_type_id"] for row in at] == task["output_type"]["pmf"]["output_type_id"]["required"]
            assert math.isclose(sum(float(row["value"]) for row in at), 1, abs_tol=1e-12)
        for row in rows:
            ahead = (date.fromisoformat(row["target_date"]) - date.fromisoformat(row["origin_date"])).days
            assert ahead == int(row["horizon"]) > 0


def test_a_hub_is_valid_opens_and_holds_what_was_forecast(asked, forecasts, workspace, project_root):
    told = asked("export", CASE, "--format", "hubverse", "--to", "hub")
    hub = workspace / "hub"
    assert sorted(told["files"]) == sorted(
        str(path.relative_to(workspace)) for path in hub.rglob("*.*") if path.is_file() and path.suffix != ".lock"
    )
    valid(hub, project_root)
    rows = hubdata.connect_hub(hub).to_table().to_pylist()
    last = {row["output_type_id"]: row["value"] for row in rows if row["target_date"] == date(2023, 5, 31)}
    assert last == pytest.approx({name: o["probability"] for name, o in forecasts[1]["outcomes"].items()}, abs=1e-12)
    assert {row["model_id"] for row in rows} == {MODEL}
    assert not (hub / "target-data").exists()


def test_a_second_forecast_is_a_second_round_and_the_first_stays(asked, forecasts, workspace, project_root):
    hub = workspace / "hub"
    asked("export", CASE, "--format", "hubverse", "--to", "hub", "--id", forecasts[1]["ledger_id"])
    admin, output = hub / "hub-config" / "admin.json", hub / "model-output" / MODEL / f"2023-04-20-{MODEL}.csv"
    edited = {**json.loads(admin.read_text(encoding="utf-8")), "maintainer": "Port watchers"}
    admin.write_text(json.dumps(edited), encoding="utf-8")
    first = output.read_bytes()
    asked("export", CASE, "--format", "hubverse", "--to", "hub", "--id", forecasts[0]["ledger_id"])
    assert output.read_bytes() == first
    assert json.loads(admin.read_text(encoding="utf-8")) == edited
    valid(hub, project_root)
    rows = hubdata.connect_hub(hub).to_table().to_pylist()
    assert {row["origin_date"] for row in rows} == {date(2023, 4, 10), date(2023, 4, 20)}


def test_exporting_again_changes_nothing(asked, forecasts, workspace):
    hub = workspace / "hub"

    def content() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in hub.rglob("*") if path.is_file()}

    asked("export", CASE, "--format", "hubverse", "--to", "hub")
    before = content()
    asked("export", CASE, "--format", "hubverse", "--to", "hub")
    assert content() == before


def test_another_forecast_of_the_round_needs_another_model(asked, forecasts, workspace, project_root):
    asked("export", CASE, "--format", "hubverse", "--to", "hub")
    asked("run", CASE, "--as-of", "2023-04-20", "--seed", "9")
    refused = asked("export", CASE, "--format", "hubverse", "--to", "hub", code=2)
    assert "give another --model-id" in refused["problems"][0]["message"]
    asked("export", CASE, "--format", "hubverse", "--to", "hub", "--model-id", "team_b-seed_9")
    valid(workspace / "hub", project_root)
    rows = hubdata.connect_hub(workspace / "hub").to_table().to_pylist()
    assert {row["model_id"] for row in rows} == {MODEL, "team_b-seed_9"}
    asked("export", CASE, "--format", "hubverse", "--to", "hub", "--id", forecasts[1]["ledger_id"])  # still that one


def test_the_oracle_follows_the_resolution_and_its_correction(asked, forecasts, workspace, project_root):
    hub = workspace / "hub"

    def oracle(outcome: str) -> dict[str, float]:
        asked("resolve", CASE, outcome, "--date", "2023-05-31")
        told = asked("export", CASE, "--format", "hubverse", "--to", "hub")
        assert told["resolution"] == outcome
        rows = connect_target_data(hub, TargetType.ORACLE_OUTPUT).to_table().to_pylist()
        assert {(row["target"], row["target_date"]) for row in rows} == {("outcome", date(2023, 5, 31))}
        return {row["output_type_id"]: row["oracle_value"] for row in rows}

    names = list(forecasts[1]["outcomes"])
    for outcome in (names[0], names[2]):
        assert oracle(outcome) == {name: float(name == outcome) for name in names}
    valid(hub, project_root)
    asked("resolve", CASE, "--void", "--date", "2023-05-31")
    asked("export", CASE, "--format", "hubverse", "--to", "hub")
    text = (hub / "target-data" / "oracle-output.csv").read_text(encoding="utf-8")
    assert text == "target_date,target,output_type,output_type_id,oracle_value\n"


@pytest.mark.parametrize("content", ["{}", "not JSON", '{"rounds": [{}]}', '{"rounds": 3}'])
def test_a_folder_with_something_else_is_refused(asked, forecasts, workspace, content):
    path = workspace / "hub" / "hub-config" / "tasks.json"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    refused = asked("export", CASE, "--format", "hubverse", "--to", "hub", code=2)
    assert "--to" in refused["problems"][0]["message"]
    assert path.read_text(encoding="utf-8") == content
    assert not (workspace / "hub" / "model-output").exists()


@pytest.mark.parametrize("model_id", ["plain", "a-b-c", "a b-c", "a-" + "b" * 17, "-b"])
def test_a_model_id_that_no_hub_takes_is_refused(asked, forecasts, model_id):
    refused = asked("export", CASE, "--format", "hubverse", "--model-id", model_id, code=2)
    assert refused["problems"][0]["key"] == "--model-id"


def test_the_table_holds_every_number_with_its_error(asked, forecasts, workspace):
    told = asked("export", CASE, "--format", "csv")
    table, description = map(Path, told["files"])
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    named = json.loads(description.read_text(encoding="utf-8"))
    assert list(rows[0]) == list(named["columns"])
    assert (named["ledger_id"], named["as_of"]) == (forecasts[1]["ledger_id"], "2023-04-20")
    assert all(0 <= float(row["probability"]) <= 1 and float(row["mcse"]) >= 0 for row in rows)
    for item in forecasts[1]["by_date"]:
        for kind in ("outcomes", "states"):
            at = {
                row["name"]: float(row["probability"])
                for row in rows
                if row["date"] == item["date"] and row["kind"] + "s" == kind
            }
            assert at == item[kind]
    final = {row["name"]: row for row in rows if row["prior"]}
    for name, outcome in forecasts[1]["outcomes"].items():
        assert {key: float(final[name][key]) for key in ("low80", "high80", "prior")} == {
            key: outcome[key] for key in ("low80", "high80", "prior")
        }


def test_forecastbench_has_its_fields_for_each_outcome_and_date(asked, forecasts):
    path, description = map(Path, asked("export", CASE, "--format", "forecastbench")["files"])
    document = json.loads(path.read_text(encoding="utf-8"))
    assert list(document) == ["organization", "model", "model_organization", "question_set", "forecasts"]
    assert path.name.split(".") == ["2023-04-20", document["organization"], "1", "json"]
    assert json.loads(description.read_text(encoding="utf-8"))["ledger_id"] == forecasts[1]["ledger_id"]
    items = document["forecasts"]
    assert all(0 <= item["forecast"] <= 1 for item in items)
    assert all(list(item) == ["id", "source", "forecast", "resolution_date", "reasoning"] for item in items)
    assert len({(item["id"], item["resolution_date"]) for item in items}) == len(items)
    last = {item["id"].partition("/")[2]: item["forecast"] for item in items if item["resolution_date"] == "2023-05-31"}
    assert last == pytest.approx({name: o["probability"] for name, o in forecasts[1]["outcomes"].items()})


def test_netcdf_names_every_dimension_as_the_model_does(invoke, workspace):
    import numpy as np
    import prior_fit
    import xarray as xr

    from forecast.inference.posterior import load_posterior

    place = Workspace(workspace)
    entry = prior_fit.record_prior_fit(place, CASE, date(2023, 4, 10), date(2023, 5, 31))
    done = invoke("export", CASE, "--format", "netcdf")
    assert done.exit_code == 0, done.output
    with xr.open_datatree(done.stdout.strip(), engine="h5netcdf") as tree:
        assert tree.attrs["ledger_id"] == entry.id
        assert tree.attrs["draws"] == "its own"
        draws, results = tree["posterior"], tree["results"]
        assert draws["half_life"].dims == ("chain", "draw", "driver")
        assert not [dim for name in draws.data_vars for dim in draws[name].dims if "_dim_" in dim]
        assert (draws["half_life"] > 0).all()
        assert (draws.attrs["step"], draws.attrs["durations"]) == ("day", "in steps")
        stored = load_posterior(Ledger(place.ledger).draws_path(entry.draws_hash))
        np.testing.assert_array_equal(draws["innovation"].values.reshape(2000, 41, 3), stored.unknowns["innovation"])
        assert list(draws["driver"].values) == list(results["driver"].values)
        found = results["outcome_probability"].isel(date=-1)
        for outcome in entry.outcomes:
            assert float(found.sel(outcome=outcome.name)) == pytest.approx(outcome.probability)
        assert str(results["date"].values[-1])[:10] == "2023-05-31"
        assert all("long_name" in results[name].attrs for name in results.data_vars)


def test_what_failed_is_exported_with_a_warning_and_exit_3(forecast):
    assert forecast("run", CASE, behaviour="FAIL").returncode == 3
    done = forecast("export", CASE, "--format", "csv")
    assert done.returncode == 3
    assert "must not be trusted" in done.stderr
    assert len(done.stdout.splitlines()) == 2


def test_without_a_forecast_it_names_the_run_to_type(invoke, workspace):
    done = invoke("export", CASE, "--format", "csv")
    assert done.exit_code == 2
    assert f"`forecast run {CASE}`" in done.stderr
    assert not (workspace / "reports").exists()


def test_a_folder_that_cannot_be_written_is_said(asked, forecasts, workspace):
    (workspace / "file").write_text("", encoding="utf-8")
    done = asked("export", CASE, "--format", "csv", "--to", "file/inside", code=1)
    assert "file/inside" in done["problems"][0]["message"]
