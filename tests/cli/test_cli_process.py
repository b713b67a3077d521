"""The command as a process: exit codes, the two streams, help, and a quick start."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys

import click
import pytest

from forecast.cli.app import cli
from forecast.ledger.store import Ledger

HEAVY = {"arviz", "h5py", "matplotlib", "nutpie", "numba", "numpy", "pandas", "pydantic", "pymc", "pytensor", "rich",
         "scipy", "xarray"}  # fmt: skip


def commands(group: click.Group = cli, *above: str) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        found += commands(command, *above, name) if isinstance(command, click.Group) else [(*above, name)]
    return found


@pytest.mark.parametrize(
    ("behaviour", "code"), [("PASS", 0), ("REVIEW", 0), ("FAIL", 3), ("interrupt", 130), ("crash", 1)]
)
def test_exit_codes_with_one_json_object_on_stdout(forecast, workspace, behaviour, code):
    done = forecast("run", "harbour-strike", "--json", behaviour=behaviour)
    assert done.returncode == code, done.stderr
    document = json.loads(done.stdout)
    finished = behaviour.isupper()
    assert document["status"] == (behaviour if finished else "ERROR")
    assert (workspace / "data" / "ledger" / "ledger.sqlite").exists() == finished  # a failed check is recorded too
    assert any(path.is_file() for path in (workspace / "reports").rglob("*")) == finished
    if behaviour == "interrupt":
        assert done.stderr.splitlines()[-1] == "interrupted: nothing was recorded"
    assert "a library that prints on stdout" in done.stderr
    assert "a library that warns" in done.stderr


def test_an_interrupted_report_names_the_entry_and_the_command_that_writes_it(forecast, workspace):
    done = forecast("run", "harbour-strike", behaviour="interrupt-report")
    assert done.returncode == 130
    (entry,) = Ledger(workspace / "data" / "ledger").entries()
    said = done.stderr.splitlines()[-1]
    assert said.startswith(f"interrupted: the forecast is recorded as {entry.short_id}")
    again = re.search(r"`forecast (.*)`", said)[1]
    assert forecast(*again.split(), behaviour="PASS").returncode == 0


def test_a_failed_forecast_says_so_and_its_report_is_exit_3_too(forecast):
    done = forecast("run", "harbour-strike", behaviour="FAIL")
    assert "must not be trusted" in done.stdout
    assert forecast("report", "harbour-strike", behaviour="PASS").returncode == 3


def test_an_unexpected_error_is_one_line_and_a_traceback_on_request(forecast):
    done = forecast("run", "harbour-strike", behaviour="crash")
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1] == "unexpected error: RuntimeError: the sampler broke (--debug shows where)"
    assert "Traceback" not in done.stderr
    assert "Traceback" in forecast("run", "harbour-strike", "--debug", behaviour="crash").stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["rnu"], "Did you mean 'run'?"),
        (["ledger", "shwo"], "Did you mean 'show'?"),
        (["run", "harbour-strike", "--hroizon", "2023-05-01"], "Did you mean '--horizon'?"),
        (["run", "harbor-strike"], "did you mean 'harbour-strike'?"),
        (["run", "harbour-strike", "--as-of", "soon"], "YYYY-MM-DD"),
        (["run"], "SCENARIO"),
        (["run", "--workspace", "nowhere", "harbour-strike"], "nowhere"),
        (["check", "priors/absent.yaml"], "absent.yaml"),
        (["ledger", "show", "zz"], "too short"),
    ],
)
def test_wrong_input_is_exit_2_with_a_hint(forecast, args, said):
    done = forecast(*args)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    document = json.loads(forecast(*args, "--json").stdout)
    assert document["status"] == "ERROR"
    assert said in " ".join(problem["key"] + problem["message"] for problem in document["problems"])


def test_the_scenario_may_be_a_path_and_the_workspace_elsewhere(forecast, workspace, monkeypatch):
    done = forecast("run", "priors/harbour-strike.yaml", "--workspace", str(workspace), "--json", behaviour="PASS")
    assert json.loads(done.stdout)["scenario"] == "harbour-strike"


def test_schema_is_one_json_object(forecast):
    plain, wrapped = forecast("schema"), forecast("schema", "--json")
    assert json.loads(wrapped.stdout)["schema"] == json.loads(plain.stdout)
    assert "drivers" in json.loads(plain.stdout)["properties"]


def test_version(forecast):
    assert re.fullmatch(r"forecast \d\S*\n", forecast("--version").stdout)


@pytest.mark.filterwarnings("ignore:a library that warns")
@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_help_and_an_example_that_runs(workspace, calls, invoke, words):
    assert invoke("run", "harbour-strike").exit_code == 0  # something to report and show
    shown = invoke(*words, "--help")
    assert shown.exit_code == 0
    for option in ("--json", "--workspace", "--debug"):
        assert option in shown.output
    examples = [line.strip() for line in shown.output.splitlines() if line.startswith("  forecast ")]
    assert examples
    for example in examples:
        program, *args = shlex.split(example.partition(">")[0])
        assert (program, *args[: len(words)]) == ("forecast", *words)
        assert invoke(*args).exit_code == 0, example


@pytest.mark.parametrize("args", [["--help"], ["run", "--help"], ["ledger", "list", "--json"]], ids=" ".join)
def test_a_light_command_loads_nothing_heavy(workspace, project_root, args):
    program = (
        f"import sys; sys.path.insert(0, {str(project_root)!r})\n"
        "from forecast.cli import main\n"
        f"sys.argv = ['forecast', *{args!r}]\n"
        "try: main()\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=workspace, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "click" in loaded
    assert not loaded & HEAVY


def test_a_reader_that_leaves_early_is_no_traceback(forecast, workspace, project_root):
    writer = subprocess.Popen(
        [sys.executable, "-m", "forecast", "schema"],
        cwd=workspace, env={"PYTHONPATH": str(project_root)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert writer.stdout is not None
    assert writer.stderr is not None
    writer.stdout.close()
    assert writer.stderr.read() == ""
    assert writer.wait() == 1
    writer.stderr.close()
