"""Rolling origins: each forecast from what was known then, by the rule of updating, wherever the blocks run."""

from __future__ import annotations

import datetime as dt
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from resampled_fit import bits, block_with_resampled_fits, resampled_fit

from forecast.errors import ForecastError
from forecast.evaluation import origins
from forecast.evaluation.origins import BLOCK, Question, forecast_origins, origin_tasks
from forecast.evidence.readers import read_evidence
from forecast.evidence.records import Evidence
from forecast.evidence.records import Question as PlatformQuestion
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.settings import Sampling
from forecast.parallel.kept import KeptResults
from forecast.parallel.mapping import run_tasks
from forecast.projection.carrying import carry_on
from forecast.scenario.file import load_scenario
from forecast.timegrid import recurring

NAME = "harbour-strike"
ORIGINS = recurring(dt.date(2023, 3, 28), dt.date(2023, 4, 7), "2d")  # two blocks; a change of state on 6 April


@pytest.fixture(scope="module")
def question(project_root: Path) -> Question:
    loaded = load_scenario(project_root / "tests" / "cases" / "priors" / f"{NAME}.yaml")
    sampling = Sampling(draws=1000, tune=1, chains=2)
    crowd = PlatformQuestion(
        "A platform", "Work resumed?", "ever: [cooling_off, agreement]", dt.date(2023, 4, 30), 5, 0
    )
    return Question(loaded.scenario, dt.date(2023, 4, 20), 3, sampling, loaded.hash, "1", (crowd,))


@pytest.fixture(scope="module")
def evidence(project_root: Path, question: Question) -> Evidence:
    return read_evidence(project_root / "tests" / "cases" / "data" / NAME, question.scenario)


@pytest.fixture(scope="module")
def made(question, evidence):
    """Made once, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(origins, "fit", resampled_fit)
        return forecast_origins(question, evidence, ORIGINS)


@pytest.fixture
def without_sampler(monkeypatch):
    monkeypatch.setattr(origins, "fit", resampled_fit)


def test_there_is_a_forecast_for_each_origin_from_what_had_been_reported_by_then(made, question, evidence):
    assert [origin.forecast.as_of for origin in made] == list(ORIGINS)
    for origin in made:
        assert origin.forecast.horizon == question.horizon
        snapshot = take_snapshot(question.scenario, evidence, origin.forecast.as_of)
        assert origin.forecast.evidence_hash == snapshot.hash
        assert sum(outcome.probability for outcome in origin.forecast.outcomes) == pytest.approx(1)


def test_blocks_begin_with_a_fit_and_go_on_from_the_last_one(made):
    assert {origin.forecast.method for origin in made} == {"nuts", "reweight"}
    for i, origin in enumerate(made):
        assert bool(origin.refit) == (origin.forecast.method == "nuts")
        assert (origin.refit == "it is the first of its block") == (i % BLOCK == 0)
        before = made[i].forecast.as_of if origin.refit else made[i - 1].fit_as_of
        assert origin.fit_as_of == before


def test_an_origin_without_a_fit_is_what_updating_says(made, question, evidence):
    second = next(origin for origin in made if not origin.refit)
    first = next(origin for origin in made if origin.forecast.as_of == second.fit_as_of)
    assert first.refit
    then, now = (take_snapshot(question.scenario, evidence, origin.forecast.as_of) for origin in (first, second))
    fit = resampled_fit(question.scenario, then, seed=question.seed, sampling=question.sampling, cores=1)
    updated = carry_on(
        question.scenario, fit, first.forecast.diagnostics, then, now, horizon=question.horizon, seed=question.seed,
        scenario_hash=question.scenario_hash, code_version=question.code_version,
    )  # fmt: skip
    assert bits(updated) == bits(second.forecast)


def test_blocks_give_the_same_bits_wherever_they_run(made, question, evidence, other_processes):
    tasks = origin_tasks(question, evidence, ORIGINS)
    blocks = run_tasks(block_with_resampled_fits, tasks, workers=other_processes)
    assert bits([origin for block in blocks for origin in block]) == bits(made)


def perturbed(evidence: Evidence, after: dt.date, kind: str) -> Evidence:
    """The same up to a day, and something else after it."""
    later = dt.timedelta(days=1)

    def old(rows):
        return tuple(row for row in rows if row.reported <= after)

    cut = Evidence(*(old(rows) for rows in (evidence.reports, evidence.series, evidence.judgements)),
                   transitions=old(evidence.transitions))  # fmt: skip
    if kind == "nothing comes":
        return cut
    report, value, judgement, change = cut.reports[-1], cut.series[-1], cut.judgements[-1], evidence.transitions[0]
    if kind == "much else comes":
        return replace(
            cut,
            reports=(
                *cut.reports,
                *(replace(report, id=f"x{i}", reported=after + later, replaces="", same_as="") for i in range(5)),
            ),
            series=(*cut.series, replace(value, value=9 * value.value, reported=after + later)),
            judgements=(*cut.judgements, replace(judgement, id="x", low=3.0, high=3.1, reported=after + later)),
            transitions=(replace(change, date=dt.date(2023, 3, 20), reported=after + later),),
        )
    # What is known turns out to be wrong: withdrawn, corrected, linked to one event.
    first, second, *others = cut.reports
    return replace(
        cut,
        reports=(
            replace(first, withdrawn=after + later),
            second,
            *others,
            replace(second, id="x", replaces=second.id, directions={}, reported=after + later),
            replace(second, id="y", same_as=others[0].id, reported=after + later),
        ),
    )


@pytest.mark.parametrize("kind", ["nothing comes", "much else comes", "what is known is wrong"])
@pytest.mark.usefixtures("without_sampler")
def test_what_is_reported_after_an_origin_does_not_touch_its_forecast(made, question, evidence, kind):
    other = perturbed(evidence, ORIGINS[1], kind)
    again = forecast_origins(question, other, (*ORIGINS[:2], ORIGINS[-1]))
    kinds = {prediction.target.kind for prediction in made[0].predictions}
    assert kinds == {"count", "binary", "share", "series", "question"}  # all are in the comparison
    assert bits(again[:2]) == bits(made[:2])
    assert again[2].forecast.evidence_hash != made[-1].forecast.evidence_hash  # there it is seen


def test_a_task_holds_nothing_reported_after_its_origins(question, evidence):
    for task in origin_tasks(question, evidence, ORIGINS):
        for day, known in task.arguments[1]:
            rows = (*known.reports, *known.series, *known.judgements, *known.transitions)
            assert max(row.reported for row in rows) <= day
            assert all(report.withdrawn is None for report in known.reports)
            assert (
                take_snapshot(question.scenario, known, day).hash
                == take_snapshot(question.scenario, evidence, day).hash
            )
            sent = pickle.dumps(known)  # all that leaves this machine, not only what is read from it
            assert not any(row.id.encode() in sent for row in evidence.reports if row.reported > day)


def test_the_key_of_a_block_changes_with_all_that_its_forecasts_depend_on_and_nothing_else(question, evidence):
    def key(question: Question, evidence: Evidence, days=ORIGINS) -> str:
        return origin_tasks(question, evidence, days)[0].key

    was = key(question, evidence)
    assert key(question, evidence, ORIGINS[:BLOCK]) == was
    assert key(question, perturbed(evidence, ORIGINS[BLOCK - 1], "much else comes")) == was
    others = [
        replace(question, horizon=dt.date(2023, 4, 21)),
        replace(question, seed=4),
        replace(question, sampling=Sampling(draws=1001, tune=1, chains=2)),
        replace(question, scenario_hash="other"),
        replace(question, code_version="2"),
    ]
    changed = [key(other, evidence) for other in others]
    changed.append(key(question, perturbed(evidence, ORIGINS[BLOCK - 2], "much else comes")))
    changed.append(key(question, evidence, ORIGINS[1:]))
    changed.append(key(question, evidence, ORIGINS[: BLOCK - 1]))
    assert len({was, *changed}) == 1 + len(changed)


def test_kept_blocks_are_read_back_to_the_bit_and_others_are_computed(made, question, evidence, tmp_path, monkeypatch):
    fits: list[dt.date] = []

    def counted(scenario, snapshot, **settings):
        fits.append(snapshot.as_of)
        return resampled_fit(scenario, snapshot, **settings)

    monkeypatch.setattr(origins, "fit", counted)
    kept = KeptResults(tmp_path)
    forecast_origins(question, evidence, ORIGINS[:BLOCK], kept=kept)
    before = len(fits)
    assert before
    assert bits(forecast_origins(question, evidence, ORIGINS, kept=kept)) == bits(made)
    assert min(fits[before:]) >= ORIGINS[BLOCK]
    before = len(fits)
    assert bits(forecast_origins(question, evidence, ORIGINS, kept=kept)) == bits(made)
    assert len(fits) == before


def test_a_fit_that_failed_is_not_gone_on_from(question, evidence, monkeypatch):
    def diverging(scenario, snapshot, **settings):
        fit = resampled_fit(scenario, snapshot, **settings)
        return replace(fit, stats={**fit.stats, "diverging": np.ones(len(fit), dtype=bool)})

    monkeypatch.setattr(origins, "fit", diverging)
    first, second = forecast_origins(question, evidence, ORIGINS[:2])
    assert (first.forecast.status, second.forecast.status) == ("FAIL", "FAIL")
    assert second.refit == "no fit before it in its block can be trusted"


def test_a_block_that_fails_is_named_by_its_days(question, evidence, monkeypatch):
    def broken(scenario, snapshot, **settings):
        raise RuntimeError("the sampler broke")

    monkeypatch.setattr(origins, "fit", broken)
    with pytest.raises(ForecastError, match=r"2023-03-28 to 2023-04-03: RuntimeError: the sampler broke"):
        forecast_origins(question, evidence, ORIGINS[:BLOCK])
