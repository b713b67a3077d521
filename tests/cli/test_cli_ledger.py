"""``publish``, ``resolve``, ``record`` and ``ledger``: what they accept, refuse, print and keep."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

import pytest
from test_cli_process import HEAVY
from test_cli_run import HEADER, files_in, run_json

from forecast.ledger.entry import ForecastEntry, JudgedOutcome, JudgementEntry, PublishEntry, ResolutionEntry
from forecast.ledger.store import Ledger
from forecast.timegrid import shift, today

pytestmark = pytest.mark.filterwarnings("ignore:a library that warns")

ALL = [
    "lasting_lockout=0.1",
    "deal_without_lockout=0.2",
    "deal_after_lockout=0.15",
    "paused=0.05",
    "strike_goes_on=0.5",
]
RECORD = ["record", "harbour-strike", "--by", "J. Doe", "--date", "2023-04-01"]
RESOLVE = ["resolve", "harbour-strike", "paused", "--date", "2023-05-31"]


@pytest.fixture
def ledger(workspace) -> Ledger:
    return Ledger(workspace / "data" / "ledger")


def as_json(done, code: int = 0) -> dict:
    assert done.exit_code == code, done.stderr
    return json.loads(done.stdout)


def problems(done) -> str:
    assert done.exit_code == 2
    return "\n".join(f"{problem['key']}: {problem['message']}" for problem in as_json(done, 2)["problems"])


# record


def test_probabilities_of_all_outcomes_are_one_forecast(invoke, ledger):
    document = as_json(invoke(*RECORD, *reversed(ALL), "--note", "a hunch", "--source", "a letter", "--json"))
    assert list(document)[:7] == HEADER
    assert (document["as_of"], document["horizon"], document["complete"]) == ("2023-04-01", "2023-05-31", True)
    assert document["outcomes"]["strike_goes_on"] == {"probability": 0.5}
    (entry,) = ledger.entries()
    assert isinstance(entry, JudgementEntry)
    assert entry.id == document["ledger_id"]
    assert [f"{outcome.name}={outcome.probability}" for outcome in entry.outcomes] == ALL  # in the scenario's order
    assert (entry.by, entry.note, entry.source) == ("J. Doe", "a hunch", "a letter")
    assert entry.scenario_hash == document["scenario_hash"]


def test_some_outcomes_are_yes_no_questions_and_said_to_be(invoke, ledger):
    done = invoke(*RECORD, "paused=0.3", "strike_goes_on=0", "--horizon", "2023-05-01")
    assert done.exit_code == 0
    assert "no probability of lasting_lockout, deal_without_lockout, deal_after_lockout" in done.stderr
    assert "yes/no" in done.stderr
    (entry,) = ledger.entries()
    assert (entry.complete, entry.horizon) == (False, date(2023, 5, 1))
    assert entry.outcomes == (JudgedOutcome("paused", 0.3), JudgedOutcome("strike_goes_on", 0.0))
    assert "J. Doe" in done.stdout
    assert entry.short_id in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([*ALL[:4], "strike_goes_on=0.500002"], "sum to 1, not to 1|sum to 1.000002"),
        ([*ALL[:4], "strike_goes_on=0.499998"], "sum to 0.999998, not to 1"),
        (["paused=0.7", "strike_goes_on=0.4"], "sum to 1.1, above 1"),
        (["pausd=0.5"], "OUTCOME: unknown outcome 'pausd'; did you mean 'paused'?"),
        (["paused=0.2", "paused=0.3"], "paused: is given twice"),
        (["paused=1.2"], "paused: 1.2 is no probability"),
        (["paused=-0.1"], "paused: -0.1 is no probability"),
        (["paused=nan"], "paused: nan is no probability"),
        (["paused"], "is not written OUTCOME=P"),
        (["paused=30%"], "is not written OUTCOME=P"),
        (["paused=0.3", "--by", "  "], "--by: must not be blank"),
        (["paused=0.3", "--date", "2023-02-01"], "--date: 2023-02-01 lies before the scenario's start"),
        (["paused=0.3", "--date", "2023-05-31"], "--date: 2023-05-31 is not before the horizon"),
        (["paused=0.3", "--date", "soon"], "YYYY-MM-DD"),
        (["paused=0.3", "--note", "\udcff"], "--note: is not text in UTF-8"),
        ([], "OUTCOME=P"),
    ],
)
def test_what_record_refuses(invoke, workspace, words, said):
    before = files_in(workspace)
    found = problems(invoke(*RECORD, *words, "--json"))
    assert any(part in found for part in said.split("|")), found
    assert files_in(workspace) == before


def test_a_sum_within_rounding_is_1(invoke, ledger):
    assert invoke(*RECORD, *ALL[:4], "strike_goes_on=0.5000005").exit_code == 0
    thirds = ["paused=0.3333333", "strike_goes_on=0.3333333", "deal_after_lockout=0.3333337"]
    assert invoke(*RECORD, *thirds).exit_code == 0
    assert len(ledger.entries()) == 2


def test_every_problem_is_listed_at_once(invoke, workspace):
    later = shift(today(), 1).isoformat()
    found = problems(invoke(*RECORD, "pausd=2", "paused=3", "--by", "", "--date", later, "--json"))
    assert len(found.splitlines()) == 6
    assert f"{later} lies in the future" in found


# resolve


def test_an_answer_given_after_the_resolution_is_told(invoke, workspace):
    before = invoke(*RECORD, *ALL)
    assert before.exit_code == 0
    assert "resolved before" not in before.stderr
    done = invoke(*RESOLVE)
    assert done.exit_code == 0, done.stderr
    late = invoke(*RECORD, *ALL, "--json")
    assert "the question was resolved before this: paused, on 2023-05-31" in late.stderr
    assert as_json(late)["answer_known"] is True
    assert as_json(invoke(*RECORD, *ALL, "--horizon", "2023-05-01", "--json"))["answer_known"] is False


def test_a_resolution_and_its_correction(invoke, ledger):
    first = as_json(invoke(*RESOLVE, "--source", "The Gazette", "--json"))
    assert list(first)[:7] == HEADER
    assert (first["outcome"], first["void"], first["corrects"]) == ("paused", False, None)
    done = invoke("resolve", "harbour-strike", "strike_goes_on", "--date", "2023-06-02", "--note", "Misread.")
    assert done.exit_code == 0
    assert f"was paused ({first['ledger_id'][:12]})" in done.stdout
    void = as_json(invoke("resolve", "harbour-strike", "--void", "--date", "2023-06-03", "--json"))
    assert (void["outcome"], void["void"], void["corrects"]["outcome"]) == (None, True, "strike_goes_on")
    assert [entry.outcome for entry in ledger.entries()] == ["paused", "strike_goes_on", None]
    assert as_json(invoke(*RESOLVE, "--horizon", "2023-05-01", "--json"))["corrects"] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pausd"], "OUTCOME: unknown outcome 'pausd'; did you mean 'paused'?"),
        ([], "give either an outcome or --void"),
        (["paused", "--void"], "give either an outcome or --void"),
        (["paused", "--date", "2023-02-01"], "lies before the scenario's start"),
        (["paused", "--date", shift(today(), 1).isoformat()], "lies in the future"),
        (["paused", "--horizon", "2023-02-01"], "is not after the scenario's start"),
    ],
)
def test_what_resolve_refuses(invoke, workspace, words, said):
    before = files_in(workspace)
    assert said in problems(invoke("resolve", "harbour-strike", "--date", "2023-05-31", *words, "--json"))
    assert files_in(workspace) == before


def test_an_unknown_scenario_is_named_with_the_nearest(invoke, workspace):
    for words in (RESOLVE, [*RECORD, *ALL]):
        done = invoke(*[word.replace("harbour", "harbor") for word in words])
        assert done.exit_code == 2
        assert "did you mean 'harbour-strike'?" in done.stderr


# publish


def test_publishing(workspace, calls, invoke, ledger):
    forecast = run_json(invoke)
    document = as_json(invoke("publish", forecast["ledger_id"][:8], "--json"))
    assert list(document)[:7] == HEADER
    assert document["forecast"] == forecast["ledger_id"]
    assert document["seed"] == forecast["seed"]
    draft, publication = ledger.entries()
    assert isinstance(publication, PublishEntry)
    assert document["ledger_id"] == publication.id
    for wrong, said in ((draft.id, "published already"), (publication.id, "not a forecast"), ("abc", "too short")):
        done = invoke("publish", wrong)
        assert done.exit_code == 2
        assert said in done.stderr
    assert len(ledger.entries()) == 2


def test_publishing_a_failed_forecast_is_exit_3(forecast, ledger):
    assert forecast("run", "harbour-strike", behaviour="FAIL").returncode == 3
    done = forecast("publish", ledger.latest().id)
    assert done.returncode == 3
    assert "must not be trusted" in done.stderr
    assert len(ledger.entries()) == 2


# ledger


@pytest.fixture
def full(workspace, calls, invoke, ledger) -> Ledger:
    """Two forecasts, one published and both resolved, and a judgement."""
    first = run_json(invoke)
    run_json(invoke, "--horizon", "2023-05-01")
    for words in (["publish", first["ledger_id"]], [*RECORD, *ALL], RESOLVE):
        assert invoke(*words).exit_code == 0
    return ledger


def test_run_keeps_scenario_and_evidence(full, workspace):
    entry = full.latest()
    text = (workspace / "priors" / "harbour-strike.yaml").read_text(encoding="utf-8")
    assert full.checked_scenario(entry).read_text(encoding="utf-8") == text
    assert full.read_evidence(entry).reports
    assert entry.fit == ""


def test_list_shows_kind_stage_and_resolution(full, invoke):
    rows = as_json(invoke("ledger", "list", "--json"))["entries"]
    assert [row["kind"] for row in rows] == ["forecast", "forecast", "publish", "judgement", "resolution"]
    assert len({tuple(row) for row in rows}) == 1  # the same names in each
    assert [row["stage"] for row in rows] == ["published", "draft", None, "published", None]
    resolved = [row["resolution"] and row["resolution"]["outcome"] for row in rows]
    assert resolved == ["paused", None, None, "paused", None]
    assert rows[2]["forecast"] == rows[0]["id"]
    assert (rows[3]["by"], rows[3]["top_outcome"]) == ("J. Doe", {"name": "strike_goes_on", "probability": 0.5})
    assert (rows[4]["outcome"], rows[4]["void"]) == ("paused", False)
    text = invoke("ledger", "list").stdout
    for expected in ("draft", "published", "was paused", "J. Doe", "strike_goes_on 0.5", rows[0]["id"][:12]):
        assert expected in text
    assert max(map(len, text.splitlines())) <= 120
    assert as_json(invoke("ledger", "list", "--scenario", "absent", "--json"))["entries"] == []


def test_show_of_every_kind(full, invoke):
    expected = {
        ForecastEntry: "scenario text hash",
        PublishEntry: "forecast            ",
        JudgementEntry: "all, one forecast",
        ResolutionEntry: "outcome             paused",
    }
    for entry in full.entries():
        text = invoke("ledger", "show", entry.short_id).stdout
        assert entry.id in text
        assert expected[type(entry)] in text
        document = as_json(invoke("ledger", "show", entry.id, "--json"))
        assert list(document)[:7] == HEADER
        assert document["entry"]["kind"] == entry.kind
    first, *_ = full.entries()
    shown = as_json(invoke("ledger", "show", first.id, "--json"))
    assert (shown["stage"], shown["resolution"]["outcome"]) == ("published", "paused")
    assert shown["published"] == full.entries()[2].created
    assert as_json(invoke("ledger", "show", "--json"))["entry"]["kind"] == "resolution"  # the last one


def test_verify(full, invoke):
    document = as_json(invoke("ledger", "verify", "--json"))
    assert list(document)[:7] == HEADER
    assert (document["status"], document["entries"], document["problems"]) == ("PASS", 5, [])
    assert document["head"] == full.entries()[-1].id
    assert "5 entries" in invoke("ledger", "verify").stdout
    entry = full.latest()
    full.view_path(entry.view_hash).unlink()
    full.draws_path(entry.draws_hash).write_bytes(b"other")
    full.head_path.unlink()
    document = as_json(invoke("ledger", "verify", "--json"), 3)
    assert document["status"] == "FAIL"
    assert len(document["problems"]) == 3
    done = invoke("ledger", "verify")
    assert done.exit_code == 3
    for problem in document["problems"]:
        assert problem["file"] in done.stderr
        assert problem["message"] in done.stderr


def test_an_empty_ledger_verifies_and_is_not_made(invoke, workspace):
    before = files_in(workspace)
    assert as_json(invoke("ledger", "verify", "--json"))["entries"] == 0
    assert files_in(workspace) == before


@pytest.mark.parametrize("words", [["list"], ["list", "--json"], ["show"], ["verify"]], ids=" ".join)
def test_reading_the_ledger_loads_nothing_heavy(full, workspace, project_root, words):
    program = (
        f"import sys; sys.path.insert(0, {str(project_root)!r})\n"
        "from forecast.cli import main\n"
        f"sys.argv = ['forecast', 'ledger', *{words!r}]\n"
        "try: main()\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=workspace, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert not loaded & (HEAVY - {"rich"})  # tables need it


def test_what_is_left_at_the_horizon_is_not_known_before(workspace, invoke):
    done = invoke("resolve", "harbour-strike", "strike_goes_on", "--date", "2023-05-01", "--json")
    assert done.exit_code == 2
    assert "known on 2023-05-31 at the earliest" in json.loads(done.stdout)["problems"][0]["message"]
