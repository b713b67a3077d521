"""Every kind of entry: what it keeps, what it refers to, and what later entries make of earlier ones."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from record_many import FORECAST, judge, record, resolve

from forecast.errors import ForecastError, NotFoundError
from forecast.evidence.records import Evidence, Judgement
from forecast.ledger.entry import ForecastEntry, JudgedOutcome, JudgementEntry, PublishEntry, ResolutionEntry
from forecast.ledger.rows import GENESIS
from forecast.ledger.standing import standing
from forecast.ledger.verify import verify


def test_every_kind_reads_back_as_it_was_written_in_one_chain(ledger):
    forecast = record(ledger)
    written = [forecast, ledger.publish(forecast.id), judge(ledger), resolve(ledger), resolve(ledger, outcome=None)]
    assert ledger.entries() == written
    assert [type(entry) for entry in written] == [
        ForecastEntry, PublishEntry, JudgementEntry, ResolutionEntry, ResolutionEntry
    ]  # fmt: skip
    assert [entry.previous_hash for entry in written] == [GENESIS, *(entry.id for entry in written[:-1])]
    assert ledger.entry(written[3].id[:8]) == written[3]
    assert ledger.forecasts() == [forecast]
    assert ledger.latest() == forecast
    assert verify(ledger).problems == ()
    for entry in written:
        with pytest.raises(dataclasses.FrozenInstanceError):
            entry.scenario = "other"


def test_what_each_kind_keeps(ledger):
    judgement, resolution, void = judge(ledger), resolve(ledger), resolve(ledger, outcome=None, note="badly put")
    assert judgement.outcomes == (JudgedOutcome("tea", 0.25), JudgedOutcome("coffee", 0.75))
    assert (judgement.by, judgement.date, judgement.complete) == ("J. Doe", FORECAST.as_of, True)
    assert (judgement.note, judgement.source, judgement.horizon) == ("a hunch", "a letter", FORECAST.horizon)
    assert judgement.top_outcome.name == "coffee"
    assert (resolution.outcome, resolution.void, resolution.date) == ("tea", False, FORECAST.horizon)
    assert (void.outcome, void.void, void.note, void.source) == (None, True, "badly put", "The Gazette")


def test_publishing_makes_a_draft_public_once_and_changes_no_entry(ledger):
    first, second = record(ledger), record(ledger, seed=2)
    publication = ledger.publish(second.id[:7])
    assert publication.forecast == second.id
    known = standing(ledger.entries())
    assert (known.stage(first), known.stage(second)) == ("draft", "published")
    assert known.publications == {second.id: publication}
    assert ledger.forecast(second.id) == second
    for wrong, why in ((second.id, "published already"), (publication.id, "not a forecast"), ("ffffff", "no entry")):
        with pytest.raises(NotFoundError, match=why):
            ledger.publish(wrong)
    assert len(ledger.entries()) == 3


def test_the_latest_resolution_of_a_horizon_holds(ledger):
    early, late = record(ledger), record(ledger, horizon=date(2023, 12, 31))
    other, judgement = record(ledger, "other"), judge(ledger)
    assert standing(ledger.entries()).resolution(early) is None
    resolve(ledger)
    correction = resolve(ledger, outcome="coffee")
    known = standing(ledger.entries())
    assert known.resolution(early) == known.resolution(judgement) == correction
    assert known.resolution(late) is None  # another horizon is another question
    assert known.resolution(other) is None


def test_a_reweighted_forecast_names_the_forecast_whose_draws_it_uses(ledger):
    fit = record(ledger)
    update = record(ledger, method="reweight", fit=fit.id)
    assert (fit.fit, fit.fit_id) == ("", fit.id)
    assert (update.fit, update.fit_id, update.draws_hash) == (fit.id, fit.id, fit.draws_hash)
    assert verify(ledger).problems == ()
    with pytest.raises(ForecastError, match="not those of the forecast"):
        record(ledger, "other", method="reweight", fit=fit.id)
    for absent in ("f" * 64, resolve(ledger).id):
        with pytest.raises(NotFoundError):
            record(ledger, method="reweight", fit=absent)


def test_scenario_evidence_and_draws_of_a_forecast_are_read_back_checked(ledger):
    evidence = Evidence(
        judgements=(Judgement("j", "wind", *[date(2023, 3, 1)], -1, 1.5, "", *[date(2023, 3, 2)] * 2, "", 0),)
    )
    files = {
        "draws_hash": ledger.store_draws(lambda path: path.write_bytes(b"draws")),
        "view_hash": ledger.store_view("{}"),
        "scenario_text_hash": ledger.store_scenario("scenario: tea\r\ntitle: Tea — or coffee?\n"),
        "evidence_file_hash": ledger.store_evidence(evidence),
    }
    entry = ledger.record(FORECAST, **files, model_code_hash="d" * 64)
    assert entry.model_code_hash == "d" * 64
    assert {name: getattr(entry, name) for name in files} == files
    assert ledger.read_evidence(entry) == evidence
    assert ledger.checked_scenario(entry).read_bytes() == "scenario: tea\r\ntitle: Tea — or coffee?\n".encode()
    assert ledger.checked_draws(entry).read_bytes() == b"draws"
    for path in ledger.files(entry):
        path.write_bytes(path.read_bytes() + b" ")
    for read in (ledger.read_evidence, ledger.checked_scenario, ledger.checked_draws, ledger.read_view):
        with pytest.raises(ForecastError, match="changed since it was recorded"):
            read(entry)
