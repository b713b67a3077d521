"""``brief``, ``report --compare`` and the list of all forecasts, from the ledger of a workspace."""

from __future__ import annotations

import json
import os

import pytest

from forecast.ledger.store import Ledger

pytestmark = pytest.mark.filterwarnings("ignore:a library that warns")

HEADER = ["format_version", "status", "scenario", "scenario_hash", "as_of", "horizon", "seed"]


@pytest.fixture
def two(workspace, calls, invoke) -> list:
    """Two forecasts on different evidence."""
    for day in ("2023-04-01", "2023-04-10"):
        assert invoke("run", "harbour-strike", "--as-of", day).exit_code == 0
    return Ledger(workspace / "data" / "ledger").forecasts()


def test_brief_prints_a_paragraph_and_writes_the_picture(two, workspace, invoke):
    done = invoke("brief", "harbour-strike")
    assert done.exit_code == 0, done.stderr
    said, _, files = done.stdout.partition("\n\n")
    assert "forecast as of 10 April 2023" in said
    assert said.endswith(f"Ledger entry {two[-1].short_id}, draft.")
    stem = workspace / "reports" / "harbour-strike" / "2023-04-10_2023-05-31_brief"
    assert files.split()[1::2] == [str(stem.relative_to(workspace)) + ending for ending in (".png", ".svg")]
    assert two[-1].id in stem.with_suffix(".svg").read_text("utf-8")


def test_brief_as_json(two, invoke):
    invoke("publish", two[0].short_id)
    done = invoke("brief", "harbour-strike", "--id", two[0].short_id, "--json")
    document = json.loads(done.stdout)
    assert list(document)[:7] == HEADER
    assert (document["ledger_id"], document["stage"]) == (two[0].id, "published")
    assert {"paragraph", "alternative", "files", "scenario_changed"} <= set(document)
    assert document["scenario_changed"] is False


def test_brief_of_a_failed_forecast_says_so_and_is_exit_3(forecast, workspace):
    assert forecast("run", "harbour-strike", behaviour="FAIL").returncode == 3
    done = forecast("brief", "harbour-strike", behaviour="FAIL")
    assert done.returncode == 3
    assert done.stdout.startswith("NOT TO BE RELIED ON: ")


def test_brief_without_a_forecast_names_the_command_to_type(workspace, invoke):
    done = invoke("brief", "harbour-strike")
    assert done.exit_code == 2
    assert "`forecast run harbour-strike`" in done.stderr


def test_compare_tells_outcomes_evidence_and_assumptions(two, workspace, invoke):
    first, second = two
    done = invoke("report", "harbour-strike", "--compare", first.short_id, second.short_id, "--json")
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert list(document)[:7] == HEADER
    assert [document[side]["ledger_id"] for side in ("first", "second")] == [first.id, second.id]
    for before, after in zip(first.outcomes, second.outcomes, strict=True):
        told = document["outcomes"][after.name]
        assert told["difference"] == pytest.approx(after.probability - before.probability)
        assert told["difference_mcse"] == pytest.approx((after.mcse**2 + before.mcse**2) ** 0.5)
    assert {row["what"] for row in document["evidence"]} == {"new"}
    assert all("2023-04-01" < row["reported"] <= "2023-04-10" for row in document["evidence"])
    assert document["assumptions"] == []
    assert (workspace / document["files"]["html"]).read_text("utf-8").startswith("<!DOCTYPE html>")
    back = json.loads(invoke("report", "harbour-strike", "--compare", second.short_id, first.short_id, "--json").stdout)
    assert {row["what"] for row in back["evidence"]} == {"gone"}


def test_compare_in_words(two, invoke):
    done = invoke("report", "harbour-strike", "--compare", two[0].short_id, two[1].short_id)
    assert done.exit_code == 0
    assert "As-of date     2023-04-01 | 2023-04-10" in done.stdout
    assert "Assumptions    the same" in done.stdout


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (None, "they are the same forecast"),
        (("", ""), "told apart by 2023-05-31 in one and by 2023-05-20 in the other"),
        (("name: paused", "name: on_hold"), "only one of them has the outcome on_hold, paused"),
        (("{ever: cooling_off}", "{at_horizon: cooling_off}"), "the outcomes are defined otherwise: paused"),
    ],
    ids=["itself", "horizon", "names", "definitions"],
)
def test_compare_refuses_different_questions(two, workspace, invoke, change, reason):
    other = two[0]
    if change is not None:
        path = workspace / "priors" / "harbour-strike.yaml"
        text = path.read_text("utf-8")
        assert change[0] in text
        path.write_text(text.replace(*change), "utf-8")
        more = () if change[0] else ("--horizon", "2023-05-20")
        assert invoke("run", "harbour-strike", "--as-of", "2023-04-10", *more).exit_code == 0
        other = Ledger(workspace / "data" / "ledger").forecasts()[-1]
    done = invoke("report", "harbour-strike", "--compare", two[0].short_id, other.short_id)
    assert done.exit_code == 2
    assert "cannot be compared" in done.stderr
    assert reason in done.stderr
    assert not list((workspace / "reports" / "harbour-strike").glob("compare_*"))


def test_compare_and_id_exclude_each_other(two, invoke):
    done = invoke("report", "harbour-strike", "--compare", two[0].short_id, two[1].short_id, "--id", two[0].short_id)
    assert done.exit_code == 2
    assert "give one of them" in done.stderr


def test_the_index_lists_all_forecasts_and_links_only_their_own_files(two, workspace, invoke):
    page = workspace / "reports" / "index.html"
    told = page.read_text("utf-8")
    for entry in two:
        assert entry.short_id in told
        assert f'href="harbour-strike/{entry.as_of}_2023-05-31.pdf"' in told
    report = workspace / "reports" / "harbour-strike" / "2023-04-01_2023-05-31.pdf"
    os.utime(report, (0, 0))  # older than the forecast: of one before it
    assert invoke("report", "harbour-strike").exit_code == 0
    told = page.read_text("utf-8")
    assert 'href="harbour-strike/2023-04-01_2023-05-31.html"' in told
    assert 'href="harbour-strike/2023-04-01_2023-05-31.pdf"' not in told
