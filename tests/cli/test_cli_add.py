"""``add`` and ``withdraw``: what is written, what is refused, and that nothing is ever lost."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import kill_adds
import pytest

from forecast.evidence.readers import read_evidence, read_reports
from forecast.scenario.file import load_scenario
from forecast.timegrid import today

EVENTS = Path("data", "harbour-strike", "events.csv")
ADD = ("add", "harbour-strike", "--type", "picket_grows", "--date", "2023-04-20", "--summary", "The picket grows.")
ADDED = b"evt-20230420-01,2023-04-20,2023-04-20,%s,picket_grows,,,,The picket grows.,,F,6,,,,,\n"
HEADER = ["format_version", "status", "scenario", "scenario_hash", "as_of", "horizon", "seed"]


def scenario():
    return load_scenario(Path("priors/harbour-strike.yaml")).scenario


def reports():
    return read_evidence(EVENTS.parent, scenario()).reports


def python(root: Path, *args: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run Python with the package in a process of its own, through another command where one is given."""
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(
        [*before, sys.executable, *args], env=environment, capture_output=True, text=True, check=False
    )


def problems(done) -> list[tuple[str, str]]:
    assert done.exit_code == 2, done.output
    document = json.loads(done.stdout)
    assert document["status"] == "ERROR"
    return [(problem["key"], problem["message"]) for problem in document["problems"]]


@pytest.fixture
def refused(workspace, invoke):
    """Run a command that must change nothing, and return its problems."""

    def run(*args: str) -> list[tuple[str, str]]:
        before = EVENTS.read_bytes()
        found = problems(invoke(*args, "--json"))
        assert EVENTS.read_bytes() == before
        assert not EVENTS.with_name(".events.csv.new").exists()
        return found

    return run


def test_a_report_is_appended_with_id_and_dates(workspace, invoke):
    before = EVENTS.read_bytes()
    done = invoke(*ADD)
    assert done.exit_code == 0, done.stderr
    assert EVENTS.read_bytes() == before + ADDED % today().isoformat().encode()
    first, second = done.stdout.splitlines()
    assert first == f"added evt-20230420-01 to {EVENTS}, line {reports()[-1].line}"
    assert second == f"happened 2023-04-20, reported 2023-04-20, entered {today()}"


def test_every_option_is_written_and_printed(workspace, invoke):
    done = invoke(
        *ADD, "--type", "mediation_meeting", "--reported", "2023-04-22", "--driver", "bargaining_progress",
        "--direction", "-1", "--driver", "union_resolve", "--direction", "0.5", "--grade", "b2", "--actor", "Mediator",
        "--summary", 'Meeting "four", short', "--source", "Post", "--verified", "page", "--same-as", "hs-18",
        "--origin", "agency", "--replaces", "hs-16", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert list(document) == [*HEADER, "id", "file", "line", "report", "warnings"]
    assert document["warnings"] == []
    assert (document["status"], document["scenario"], document["file"]) == ("PASS", "harbour-strike", str(EVENTS))
    assert document["report"] == {
        "id": "evt-20230420-01", "date": "2023-04-20", "reported": "2023-04-22", "entered": today().isoformat(),
        "event_type": "mediation_meeting", "directions": {"bargaining_progress": -1, "union_resolve": 0.5},
        "actor": "Mediator", "summary": 'Meeting "four", short', "source": "Post", "reliability": "B",
        "credibility": "2", "verified": "page", "same_as": "hs-18", "origin": "agency", "replaces": "hs-16",
        "withdrawn": None,
    }  # fmt: skip
    added = reports()[-1]
    assert (added.id, added.line) == (document["id"], document["line"])
    assert added.directions == {"bargaining_progress": -1, "union_resolve": 0.5}


def test_a_report_says_what_happened(refused):
    for none in ((), ("--summary", ""), ("--summary", "\t ")):
        found = refused(*ADD[:6], *none)
        assert found == [("--summary", "must not be blank: say in a sentence what happened")]


def test_a_report_without_a_source_is_added_with_a_warning(workspace, invoke):
    done = invoke(*ADD)
    assert done.exit_code == 0
    assert done.stderr.startswith("warning: --source: is blank: nobody can look this report up")
    other_day = ("--date", "2023-04-19")
    (warning,) = json.loads(invoke(*ADD, *other_day, "--source", " ", "--json").stdout)["warnings"]
    assert warning.startswith("--source: is blank")
    named = invoke(*ADD, "--date", "2023-04-18", "--summary", "Still more.", "--source", "Post")
    assert (named.exit_code, named.stderr) == (0, "")


def test_a_second_report_of_a_type_and_day_is_warned_of_unless_it_is_linked(workspace, invoke):
    named = ("--source", "Post")
    assert invoke(*ADD, *named).stderr == ""
    again = invoke(*ADD, "--summary", "Crane drivers join.", "--source", "Gazette")
    assert "evt-20230420-01 has this type and day too, so this counts as another event" in again.stderr
    assert "withdraw evt-20230420-02 and add it with --same-as evt-20230420-01" in again.stderr
    linked = invoke(*ADD, "--summary", "Crane drivers join.", "--source", "Agency", "--same-as", "evt-20230420-01")
    assert (linked.exit_code, linked.stderr) == (0, "")


def test_ids_go_on_from_the_highest_of_the_day(workspace, invoke):
    ids = []
    for summary in ("One", "Two", "Three"):
        ids.append(json.loads(invoke(*ADD, "--summary", summary, "--json").stdout)["id"])
        if summary == "One":
            EVENTS.write_bytes(EVENTS.read_bytes().replace(b"evt-20230420-01", b"evt-20230420-09"))
    assert ids == ["evt-20230420-01", "evt-20230420-10", "evt-20230420-11"]
    other = json.loads(invoke(*ADD, "--date", "2023-04-19", "--json").stdout)
    assert other["id"] == "evt-20230419-01"


def test_the_file_keeps_its_form(workspace, invoke):
    odd = b"\xef\xbb\xbf" + EVENTS.read_bytes().replace(b"\n", b"\r\n").removesuffix(b"\r\n")
    EVENTS.write_bytes(odd)
    assert invoke(*ADD, "--summary", "Two\nlines").exit_code == 0
    content = EVENTS.read_bytes()
    assert content.startswith(odd + b"\r\nevt-20230420-01,")
    assert content.endswith(b',picket_grows,,,,"Two\nlines",,F,6,,,,,')
    assert invoke("withdraw", "harbour-strike", "evt-20230420-01", "--date", "2023-04-21").exit_code == 0
    assert EVENTS.read_bytes() == content + b"2023-04-21"


def test_every_mistake_is_told_at_its_option(refused):
    long_after = (today() + timedelta(days=1)).isoformat()
    found = refused(
        *ADD, "--type", "picket_grow", "--date", "2023-02-01", "--reported", long_after, "--driver", "union_resolv",
        "--driver", "employer_pressure", "--direction", "3", "--grade", "G7", "--same-as", "hs-99",
        "--replaces", "hs-1", "--actor", "\udcff", "--summary", " ",
    )  # fmt: skip
    assert found == sorted(found)
    said = [(key, message.partition(";")[0]) for key, message in found]
    assert said == [
        ("--actor", "is not text in UTF-8"),
        ("--date", "2023-02-01 is before the scenario's start, 2023-03-01"),
        ("--direction", "1 directions for 2 drivers"),
        ("--driver", "unknown driver 'union_resolv'"),
        ("--grade", "'7' is not an Admiralty digit, 1 to 6"),
        ("--grade", "'G' is not an Admiralty letter, A to F"),
        ("--replaces", "there is no row with id 'hs-1'"),
        ("--reported", f"{long_after} lies in the future"),
        ("--same-as", "there is no row with id 'hs-99'"),
        ("--summary", "must not be blank: say in a sentence what happened"),
        ("--type", "unknown event type 'picket_grow'"),
    ]
    for key, meant in (("--type", "picket_grows"), ("--driver", "union_resolve"), ("--same-as", "hs-09")):
        assert f"did you mean {meant!r}?" in dict(found)[key]


@pytest.mark.parametrize(
    ("more", "key", "message"),
    [
        (("--date", "20 April"), "--date", "'20 April' is not a date written YYYY-MM-DD"),
        (("--date", "2023-02-30"), "--date", "there is no such day as 2023-02-30"),
        (("--date", ""), "--date", "must not be blank"),
        (("--reported", "2023-04-19"), "--reported", "2023-04-19 is before it happened, on 2023-04-20"),
        (("--type", "written_offer", "--date", "2023-03-05"), "--date", "outside the type's complete coverage"),
        (("--driver", "union_resolve"), "--direction", "'' is not a number"),
        (("--driver", "union_resolve", "--direction", "nan"), "--direction", "nan is outside -2 to 2"),
        (("--driver", "union_resolve", "--direction", "-1"), "--direction", "the type's signs are positive"),
        (("--same-as", "hs-18"), "--same-as", "reports of one event have one type"),
        (("--same-as", "evt-20230420-01"), "--same-as", "there is no row with id 'evt-20230420-01'"),
        (("--grade", ""), "--grade", "'' is not an Admiralty"),
    ],
)
def test_a_mistake_leaves_the_file(refused, more, key, message):
    found = refused(*ADD, *more)
    assert {place for place, _ in found} == {key}
    assert message in found[0][1]
    assert len(found) == len(set(found))


def test_a_day_in_the_future_is_refused_and_today_is_not(refused, invoke):
    tomorrow = today() + timedelta(days=1)
    assert refused(*ADD, "--date", str(tomorrow)) == [("--date", f"{tomorrow} lies in the future; today is {today()}")]
    assert invoke(*ADD, "--date", today().isoformat()).exit_code == 0


def test_the_same_report_is_added_once(workspace, invoke, refused):
    told = ("--actor", "Dock workers", "--source", "Post", "--summary", "A third port.")
    assert invoke(*ADD, *told).exit_code == 0
    ((_, message),) = refused(*ADD, *told, "--grade", "A1", "--reported", "2023-04-23")
    assert "'evt-20230420-01'" in message
    assert "--same-as evt-20230420-01" in message
    for different in (("--actor", "Crane drivers"), ("--source", "Radio"), ("--summary", "A fourth port.")):
        assert invoke(*ADD, *told, *different).exit_code == 0
    assert invoke(*ADD, *told, "--same-as", "evt-20230420-01").exit_code == 0


def test_a_withdrawn_or_corrected_report_may_be_added_again(workspace, invoke, refused):
    assert invoke(*ADD).exit_code == 0
    assert invoke("withdraw", "harbour-strike", "evt-20230420-01").exit_code == 0
    assert invoke(*ADD).exit_code == 0
    assert invoke(*ADD, "--grade", "A1", "--replaces", "evt-20230420-02").exit_code == 0
    ((_, message),) = refused(*ADD)
    assert "'evt-20230420-03'" in message


def test_a_report_is_withdrawn(workspace, invoke):
    before = EVENTS.read_bytes()
    done = invoke("withdraw", "harbour-strike", "hs-17", "--date", "2023-04-25", "--json")
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert list(document) == [*HEADER, "id", "file", "line", "report", "warnings"]
    assert (document["id"], document["line"], document["report"]["withdrawn"]) == ("hs-17", 18, "2023-04-25")
    lines = before.splitlines(keepends=True)
    lines[17] = lines[17].replace(b"\n", b"2023-04-25\n")
    assert EVENTS.read_bytes() == b"".join(lines)
    plain = invoke("withdraw", "harbour-strike", "hs-18")
    assert plain.stdout == f"withdrew hs-18 as of {today()} in {EVENTS}, line 19\n"


@pytest.mark.parametrize(
    ("args", "key", "message"),
    [
        (("hs-171",), "ID", "there is no row with id 'hs-171'; did you mean 'hs-17'?"),
        (("hs-17", "--date", "2023-04-18"), "--date", "withdrawn on 2023-04-18, before it was reported on 2023-04-19"),
        (("hs-17", "--date", "9999-01-01"), "--date", "9999-01-01 lies in the future"),
        (("hs-17", "--date", "soon"), "--date", "YYYY-MM-DD"),
    ],
)
def test_a_withdrawal_that_cannot_be(refused, args, key, message):
    ((place, said),) = refused("withdraw", "harbour-strike", *args)
    assert place == key
    assert message in said


def test_a_report_is_withdrawn_once(refused, invoke):
    assert invoke("withdraw", "harbour-strike", "hs-17", "--date", "2023-04-25").exit_code == 0
    found = refused("withdraw", "harbour-strike", "hs-17", "--date", "2023-04-26")
    assert found == [("ID", "'hs-17' was withdrawn on 2023-04-25 already")]


@pytest.mark.parametrize("args", [ADD, ("withdraw", "harbour-strike", "hs-17")], ids=["add", "withdraw"])
def test_a_file_with_mistakes_is_not_touched(workspace, invoke, args):
    EVENTS.write_bytes(EVENTS.read_bytes().replace(b"hs-04,2023-03-10", b"hs-03,soon") + b"one cell\n")
    before = EVENTS.read_bytes()
    done = invoke(*args)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert f"{EVENTS}:5: date: 'soon' is not a date" in done.stderr
    assert f"{EVENTS}:5: id: 'hs-03' is given twice" in done.stderr
    assert f"{EVENTS}:20: the row has 1 cells, the header 17" in done.stderr
    assert done.stderr.endswith("nothing was written\n")
    assert EVENTS.read_bytes() == before


def test_other_tables_do_not_matter_here(workspace, invoke):
    EVENTS.with_name("series.csv").write_bytes(b"broken")
    assert invoke(*ADD).exit_code == 0


def test_a_missing_file_or_scenario_is_said(workspace, invoke):
    EVENTS.unlink()
    assert problems(invoke(*ADD, "--json"))[0][1].startswith("there is no such file")
    assert "did you mean 'harbour-strike'?" in problems(invoke("add", "harbor-strike", *ADD[2:], "--json"))[0][1]
    assert invoke("add", "harbour-strike", "--date", "2023-04-20").exit_code == 2


def test_a_full_disk_changes_nothing(refused, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    message = "cannot be changed: No space left on device; it is as it was"
    assert refused(*ADD) == [("", message)]
    assert refused("withdraw", "harbour-strike", "hs-17") == [("", message)]


def test_an_interruption_while_writing_changes_nothing(workspace, invoke, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    before = EVENTS.read_bytes()
    monkeypatch.setattr(os, "fsync", interrupt)
    assert invoke(*ADD).exit_code == 130
    assert EVENTS.read_bytes() == before
    assert not EVENTS.with_name(".events.csv.new").exists()


@pytest.mark.skipif(os.name != "posix", reason="sets modes")
@pytest.mark.parametrize("locked_before", [False, True])
def test_a_read_only_folder_changes_nothing(workspace, project_root, locked_before):
    drop = ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override") if os.geteuid() == 0 else ()
    if drop and not shutil.which(drop[0]):
        pytest.skip("root may write anywhere, and there is no setpriv to give that up")
    if locked_before:
        EVENTS.with_name(".events.csv.lock").touch()
    before = EVENTS.read_bytes()
    EVENTS.parent.chmod(0o555)
    try:
        done = python(project_root, "-m", "forecast", *ADD, before=drop)
    finally:
        EVENTS.parent.chmod(0o755)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr == f"{EVENTS}: cannot be changed: Permission denied; it is as it was\n"
    assert EVENTS.read_bytes() == before


def test_eight_processes_at_once_lose_nothing(workspace, project_root):
    program = (
        "import sys\n"
        "from forecast.cli.app import cli\n"
        "for number in range(5):\n"
        f"    try: cli.main([*{ADD!r}, '--summary', f'{{sys.argv[1]}} {{number}}'])\n"
        "    except SystemExit as done: assert not done.code\n"
    )
    before = reports()
    with ThreadPoolExecutor(8) as pool:
        for done in pool.map(lambda number: python(project_root, "-c", program, str(number)), range(8)):
            assert done.returncode == 0, done.stderr
    after = reports()
    assert after[: len(before)] == before
    added = after[len(before) :]
    assert {report.summary for report in added} == {f"{writer} {number}" for writer in range(8) for number in range(5)}
    assert [report.id for report in added] == [f"evt-20230420-{number:02d}" for number in range(1, 41)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes outright")
@pytest.mark.parametrize("count", [30, pytest.param(200, marks=pytest.mark.long)])
def test_a_killed_process_leaves_the_old_file_or_the_new(workspace, project_root, count):
    done = python(project_root, kill_adds.__file__, str(count))
    assert done.returncode == 0, done.stderr
    changes, _ = map(int, done.stdout.split())
    assert changes > 0


OPENING = """
def half(path, mode="r", *more, **named):
    return die(path.write_bytes(b"half")) if mode == "xb" else opened(path, mode, *more, **named)
Path.open = half"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes outright")
@pytest.mark.parametrize(
    ("step", "old"),
    [
        (OPENING, True),
        ("os.fsync = die", True),
        ("Path.replace = die", True),
        ("writing.flush_folder = die", False),
    ],
    ids=["write", "flush", "rename", "flush folder"],
)
def test_killed_at_each_step_of_writing(workspace, project_root, step, old):
    program = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from forecast.cli.app import cli\n"
        "from forecast.evidence import writing\n"
        "opened = Path.open\n"
        "def die(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
        f"{step}\n"
        f"cli.main({list(ADD)!r})\n"
    )
    before, n_before = EVENTS.read_bytes(), len(reports())
    done = python(project_root, "-c", program)
    assert done.returncode == -9, done.stderr
    assert (EVENTS.read_bytes() == before) is old
    assert EVENTS.with_name(".events.csv.new").exists() is old
    assert len(reports()) == n_before + (not old)
    again = python(project_root, "-m", "forecast", *ADD, "--summary", "The next")
    assert again.returncode == 0, again.stderr
    assert not EVENTS.with_name(".events.csv.new").exists()
    assert len(reports()) == n_before + (not old) + 1


def test_adding_loads_nothing_that_samples_or_draws(workspace, project_root):
    program = (
        "import sys\n"
        "from forecast.cli.app import cli\n"
        f"try: cli.main({list(ADD)!r})\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    done = python(project_root, "-c", program)
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "filelock" in loaded
    assert not loaded & {"h5py", "matplotlib", "pandas", "pymc", "pytensor", "rich", "scipy", "xarray"}


def test_help_is_help_beside_a_broken_file(workspace, invoke):
    for content in (b"\xff\xfe", b"id,date\n1\n", b""):
        EVENTS.write_bytes(content)
        shown = invoke("add", "--help")
        assert shown.exit_code == 0
        assert "forecast add harbour-strike --type TYPE --date DAY" in shown.output


def test_a_reader_never_sees_a_draft(workspace, invoke):
    EVENTS.with_name(".events.csv.new").write_bytes(b"half a row")
    before = reports()
    assert invoke(*ADD).exit_code == 0
    assert reports()[:-1] == before
    assert read_reports(EVENTS, EVENTS.read_bytes(), scenario()) == reports()
    assert [path.name for path in EVENTS.parent.glob(".*")] == [".events.csv.lock"]
