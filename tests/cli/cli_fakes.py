"""Stands in for what samples, simulates and draws, so that tests of the command line take milliseconds.

Everything else is real: scenario file, evidence, snapshot, view, ledger. Run as a script it is the ``forecast``
command with these stand-ins: ``cli_fakes.py STATUS|interrupt|interrupt-report|crash ARGUMENTS...``.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np

from forecast.evaluation.criticism.family import judge_family
from forecast.evaluation.criticism.guides import sampler_check
from forecast.evaluation.origins import OriginForecast, Question, origin_tasks
from forecast.evaluation.targets.predictive import Replicates
from forecast.evidence.difference import difference
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.posterior import Posterior, Selection
from forecast.inference.updating import refit_near
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.spec import compile_spec
from forecast.projection.chances import Chances
from forecast.projection.explanation import Explanation, LeftOut, Moved, Part, in_order
from forecast.projection.first_year import StateYear, TransitionYear
from forecast.projection.forecast import range80
from forecast.projection.long_run import LongRun, Spread
from forecast.projection.outlook import signposts_of
from forecast.projection.predictive import CountCheck, JudgementCheck, Predicted, SeriesCheck, ShareCheck, Tail
from forecast.projection.prior import PriorForecast, PriorSummary
from forecast.projection.reach import Condition, Reach, SetOfSignposts
from forecast.projection.results import (
    ClassRate,
    Diagnostics,
    DriverPaths,
    Forecast,
    OutcomeForecast,
    OutcomePath,
    OutcomeShift,
    ReferenceClass,
)
from forecast.projection.signposts import SignpostForecast
from forecast.projection.what_if import AlternativeForecast, Baseline, WhatIf
from forecast.timegrid import shift

N_DATES = 3


@dataclass(frozen=True)
class Files:
    html: Path
    pdf: Path
    missing: str = ""


def forecast_of(scenario, snapshot, *, horizon, seed, scenario_hash, code_version, status="PASS") -> Forecast:
    """A forecast with the names of a scenario and made-up numbers; the seed moves them a little."""
    names = [outcome.name for outcome in scenario.outcomes]
    weights = np.arange(1, len(names) + 1) + seed / 100
    probabilities = weights / weights.sum()
    outcomes = tuple(
        OutcomeForecast(
            outcome.name, outcome.title, p, np.float64(0.004), 0.8 * p, min(1.2 * p, 1), 1 / len(names), 0.003
        )
        for outcome, p in zip(scenario.outcomes, probabilities, strict=True)
    )
    states = list(scenario.states)
    path = OutcomePath(
        dates=tuple(shift(horizon, t - N_DATES + 1) for t in range(N_DATES)),
        outcome_names=tuple(names),
        state_names=tuple(states),
        outcomes=np.tile(probabilities, (N_DATES, 1)),
        outcomes_mcse=np.full((N_DATES, len(names)), 0.004),
        states=np.full((N_DATES, len(states)), 1 / len(states)),
        states_mcse=np.full((N_DATES, len(states)), 0.004),
    )
    k = len(scenario.drivers)
    table, row = np.zeros((N_DATES, k)), np.linspace(-1, 1, k)
    drivers = DriverPaths(
        path.dates, tuple(scenario.drivers), 1, table, table - 1, table + 1, table, table - 1, table + 1,
        row, np.full(k, 0.5), 0 * row, np.ones(k),
    )  # fmt: skip
    return Forecast(
        scenario=scenario.scenario,
        title=scenario.title,
        scenario_hash=scenario_hash,
        evidence_hash=snapshot.hash,
        code_version=code_version,
        as_of=snapshot.as_of,
        horizon=horizon,
        seed=seed,
        method="nuts",
        outcomes=outcomes,
        path=path,
        drivers=drivers,
        assumptions=(),
        diagnostics=Diagnostics(status, ("ESS is low",) if status != "PASS" else (), 1.004, 812, 700, 0, 2000, np.nan),
        n_reports=len(snapshot.reports),
        n_series_values=len(snapshot.series_values),
        seconds={"compile": 1.0, "sample": 2.0, "project": 3.0},
        reference_classes=(
            ReferenceClass(
                name="others",
                instead_of=("used",),
                rates=(ClassRate("a->b", 2, 3.5, 1, 4.5, "why", "where"),),
                outcomes=tuple(OutcomeShift(name, 0.25, np.float64(0.05), 0.001) for name in names),
                pareto_k=None,
                trusted=True,
            ),
        ),
        as_recorded=snapshot.as_recorded,
    )


def prior_summary(scenario, seen, *, horizon, seed):
    """What ``check`` shows, made up; one number is not finite."""
    drivers = list(scenario.drivers)
    one = Spread(np.float64(0.1), -0.4, 0.12, 0.6)
    rare = Tail(0.004, below=False)
    count = CountCheck(
        by_horizon=Predicted(1, 2.5, np.float64(4)),
        by_as_of=Predicted(0, 1.5, 3),
        at_neutral=1.25,
        observed=9,
        tail=rare,
        silence_days=12,
        silence_tail=0.5,
    )
    edges = list(enumerate(scenario.transitions))
    row = TransitionYear((0.2, 0.8), False, (0.9, 0.95, 0.99), 2.0, 1.5, 0.44, 0.01)
    return PriorSummary(
        outcomes=tuple((outcome.name, 1 / len(scenario.outcomes), 0.002) for outcome in scenario.outcomes),
        states={name: 1 / len(scenario.states) for name in scenario.states},
        first_year={
            name: StateYear(
                {q: row for q, edge in edges if edge.from_ == name},
                {state: (1 / len(scenario.states), 0.01) for state in scenario.states},
            )
            for name in dict.fromkeys(edge.from_ for _, edge in edges)
        },
        long_run=LongRun(
            mean=dict.fromkeys(drivers, one),
            sd=dict.fromkeys(drivers, Spread(1.0, 1.0, 1.0, np.nan)),
            correlation={(drivers[0], drivers[1]): Spread(0.33, 0.2, 0.3, 0.4)},
            covariance=np.eye(len(drivers)),
        ),
        counts={"mediation_meeting": count},
        shares=(ShareCheck("press", "picket_grows", Predicted(0.1, 0.4, 0.8), 2, 5, Tail(0.4, below=True)),),
        series={"boxes_per_day": SeriesCheck(200, 390, 550, 6, 348, 452, {"mean": Tail(0.3, below=True)})},
        judgements=(JudgementCheck(drivers[0], horizon, Tail(0.2, below=True)),),
        state_space=(9, 10, 0),
    )


def explain(scenario, fit, knew, start, end, *, horizon, seed) -> Explanation:
    """The elapsed time and every row, with made-up numbers: row i moves 0.001 (i + 1) from the last to the first."""
    shape = len(scenario.outcomes)
    chains, draws = 2, 8

    def moved(size: float) -> Moved:
        change = np.zeros(shape)
        change[0], change[-1] = size, -size
        return Moved(change, np.full(shape, abs(size) / 4), np.linspace(-size, size, chains * draws)[:, None] + change)

    changes = difference(start.evidence, end.evidence)
    parts = (
        Part(start.as_of, end.as_of, None, moved(-0.002), None),
        *(
            Part(day, day, change, moved(0.001 * (i + 1)), moved(0.002))
            for i, change in enumerate(changes)
            for day in [change.withdrawn or change.reported]
        ),
    )
    before = np.full(shape, 1 / shape)
    after = before + np.sum([part.moved.change for part in parts], axis=0)
    return Explanation(before, after, parts, moved(0.0), 0.4, 0.7, np.repeat(np.arange(chains), draws))


def leave_one_out(scenario, fit, knew, now, *, horizon, seed) -> tuple[LeftOut, ...]:
    """The first two reports, the weights of the first of which are too uneven."""
    shape = len(scenario.outcomes)
    return tuple(
        LeftOut(row.id, row.summary, np.full(shape, 0.01), np.full(shape, 0.002), k, 0.7)
        for row, k in zip(now.evidence.reports, (0.8, 0.5), strict=False)
    )


def origins_of(make_forecast: Callable[..., Forecast], calls: SimpleNamespace, behaviour: str) -> Callable[..., object]:
    """Forecasts as of many days: every second one reweights the one before."""

    def forecast_origins(question, evidence, origins, *, workers, kept, progress):
        calls.workers, calls.kept = workers, kept
        progress(0, 1)
        sys.stdout.write("a library that prints on stdout\n")
        if behaviour == "interrupt":
            raise KeyboardInterrupt
        progress(1, 1)
        settings = {"horizon": question.horizon, "seed": question.seed, "scenario_hash": question.scenario_hash}
        made = []
        for i, day in enumerate(origins):
            method, reason = ("reweight", "") if i % 2 else ("nuts", "it is the first of its block")
            snapshot = take_snapshot(question.scenario, evidence, day)
            forecast = make_forecast(question.scenario, snapshot, None, code_version="1", **settings)
            made.append(
                OriginForecast(
                    replace(forecast, method=method), reason, origins[i - i % 2], (), Replicates((), np.empty((0, 0)))
                )
            )
        return tuple(made)

    return forecast_origins


def project_chances(scenario, spec, snapshot, posterior, *, horizon, seed) -> Chances:
    """Prior draws, each with made-up chances."""
    n, shape, rng = 64, len(scenario.outcomes), np.random.default_rng(seed)
    unknowns = prior_unknowns(spec, n, snapshot.n_steps, rng=rng)
    chance = rng.dirichlet(np.ones(shape), size=n)
    return Chances(
        unknowns, Draws.of(spec, unknowns), Selection(np.arange(n), None, 2, n), chance, np.zeros_like(chance)
    )


def prior_forecast(scenario, spec, *, horizon, seed, history, paths) -> PriorForecast:
    """The same made-up chances."""
    made = project_chances(scenario, spec, history, None, horizon=horizon, seed=seed)
    probability, error = made.probability, made.mcse
    return PriorForecast(
        made.unknowns, made.draws.level, made.weight, probability, error, probability, made.chance, made.noise
    )


def refit_rows(rows, quantities, scenario, snapshot, present, *, horizon, seed, progress):
    """The rows as they are, marked."""
    chosen = {quantity.key for quantity in quantities}
    return tuple(replace(row, refitted=row.parameter in chosen) for row in rows)


def what_if(present, alternatives) -> WhatIf:
    """The first outcome a tenth more likely, the last a tenth less."""
    outcomes = present.scenario.outcomes
    base = tuple(Baseline(item.name, item.title or item.name, 1 / len(outcomes), 0.002) for item in outcomes)
    ends = {0: 0.1, len(outcomes) - 1: -0.1}
    changes = [ends.get(o, 0) for o in range(len(outcomes))]
    moved = tuple(
        OutcomeShift(one.name, one.probability + change, change, 0.01)
        for one, change in zip(base, changes, strict=True)
    )
    return WhatIf(base, tuple(AlternativeForecast(item, moved, None, 900.0, "") for item in alternatives))


def signposts(present, last):
    """The first that the scenario knows."""
    now = np.full(len(present.scenario.outcomes), 1 / len(present.scenario.outcomes))
    first = signposts_of(compile_spec(present.scenario))[0]
    return now, (SignpostForecast(first, 0.3, 0.01, now, now, 0.01, 0.002),)


def reach(present, outcome, target, last) -> Reach:
    """The first that the scenario knows, seen."""
    now, (first,) = signposts(present, last)
    found = SetOfSignposts((Condition(first.signpost, True),), 0.3, now, now / 100)
    return Reach(outcome, target, True, now, now / 100, found, found, 2)


def install(put: Callable[[str, ModuleType], object], behaviour: str = "PASS") -> SimpleNamespace:
    """Put the stand-ins in place of the real modules; returns what they were called with."""
    calls = SimpleNamespace(fit=None, paper=None, view=None, refit="", effective=1900.0, workers=None, kept=None)

    def fit(scenario, snapshot, *, progress, **settings):
        sys.stdout.write("a library that prints on stdout\n")
        warnings.warn("a library that warns", UserWarning, stacklevel=1)
        progress("sampling")
        calls.fit = settings
        if behaviour == "interrupt":
            raise KeyboardInterrupt
        if behaviour == "crash":
            raise RuntimeError("the sampler broke")
        return b"draws of " + repr(sorted(settings.items())).encode()

    def make_forecast(scenario, snapshot, posterior, *, diagnostics=None, **settings):
        status = "PASS" if behaviour.islower() else behaviour
        made = forecast_of(scenario, snapshot, status=status, **settings)
        return made if diagnostics is None else replace(made, method="reweight", diagnostics=diagnostics)

    def write_reports(view, folder, *, name, paper):
        calls.paper, calls.view = paper, view
        if behaviour == "interrupt-report":
            raise KeyboardInterrupt
        folder.mkdir(parents=True, exist_ok=True)
        files = Files(folder / f"{name}.html", folder / f"{name}.pdf")
        for path in (files.html, files.pdf):
            path.write_text(f"{view.title} {view.ledger_id} {paper}", encoding="utf-8")
        return files

    def module(name: str, **contents: object) -> None:
        made = ModuleType(name)
        made.__dict__.update(contents)
        put(name, made)

    def again(name: str) -> None:
        """Load a real module anew, that it may take its parts from the stand-ins whoever used it before."""
        found = find_spec(name)
        made = module_from_spec(found)
        put(name, made)
        found.loader.exec_module(made)

    module("forecast.inference.fit", fit=fit)
    module(
        "forecast.inference.posterior",
        Posterior=Posterior,
        save_posterior=lambda posterior, path: path.write_bytes(posterior),
        load_posterior=lambda path: path.read_bytes(),
    )
    module(
        "forecast.projection.carrying",
        carry_on=lambda scenario, fit, diagnostics, then, now, **settings: (
            calls.refit
            or make_forecast(
                scenario,
                now,
                fit,
                diagnostics=replace(diagnostics, pareto_k=0.3, effective_draws=calls.effective),
                **settings,
            )
        ),
    )
    module(
        "forecast.evaluation.criticism.whole",
        Criticised=SimpleNamespace,
        criticise=lambda fit, **settings: judge_family([], [sampler_check(fit.diagnostics)]),
    )
    module(
        "forecast.inference.updating",
        carry=lambda spec, fit, diagnostics, then, now, *, seed: SimpleNamespace(
            update=SimpleNamespace(posterior=fit, pareto_k=0.3, effective_draws=calls.effective),
            diagnostics=replace(diagnostics, pareto_k=0.3, effective_draws=calls.effective),
            refit=calls.refit,
        ),
        refit_near=refit_near,
    )
    module("forecast.projection.forecast", make_forecast=make_forecast, PROJECTED_DRAWS=1000, range80=range80)
    module("forecast.projection.explanation", explain=explain, leave_one_out=leave_one_out, in_order=in_order)
    module("forecast.projection.chances", project_chances=project_chances, Chances=Chances, SHARED_PATHS=4)
    module("forecast.workflow.outlook", outlook=lambda ledger, entry: None)
    module("forecast.workflow.refitting", refit_rows=refit_rows)
    module(
        "forecast.projection.prior",
        prior_summary=prior_summary,
        PriorSummary=PriorSummary,
        prior_forecast=prior_forecast,
        PriorForecast=PriorForecast,
    )
    module(
        "forecast.evaluation.origins",
        forecast_origins=origins_of(make_forecast, calls, behaviour),
        origin_tasks=origin_tasks,
        Question=Question,
    )
    module(
        "forecast.projection.present",
        Present=lambda scenario, *_: SimpleNamespace(scenario=scenario),
        LEAST_EFFECTIVE=100,
    )
    module("forecast.projection.what_if", what_if=what_if)
    module("forecast.projection.signposts", signposts=signposts)
    module("forecast.projection.reach", reach=reach, LEAST_CHANCE=0.01, MOST_CONDITIONS=4)
    module("forecast.report.write", write_reports=write_reports)
    again("forecast.projection.hinges")
    return calls


if __name__ == "__main__":
    from forecast.cli import main

    install(sys.modules.__setitem__, sys.argv.pop(1))
    main()
