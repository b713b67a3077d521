"""The JSON document of ``check``: the names are a promise, changed only with the format version."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from forecast.cli.output import header
from forecast.evidence.second_look import count_directions

if TYPE_CHECKING:
    from forecast.projection.first_year import StateYear
    from forecast.projection.long_run import LongRun
    from forecast.projection.predictive import CountCheck, SeriesCheck, Tail
    from forecast.scenario.types import Scenario
    from forecast.workflow import CheckResult

__all__ = ["check_document"]


def check_document(result: CheckResult) -> dict[str, Any]:
    """All that ``check`` found."""
    scenario, evidence, prior = result.case.scenario, result.case.evidence, result.prior
    directions, unused = count_directions(scenario, evidence.reports)
    return header(
        status=result.status,
        scenario=scenario.scenario,
        scenario_hash=result.case.loaded.hash,
        as_of=result.dates.as_of if result.dates else None,
        as_recorded=result.dates.as_recorded if result.dates else None,
        horizon=result.horizon,
        seed=result.seed,
        outcomes={name: {"prior": probability, "mcse": mcse} for name, probability, mcse in prior.outcomes},
        states=dict(prior.states),
        first_year={name: _year(scenario, year) for name, year in prior.first_year.items()},
        drivers={name: _driver(scenario, prior.long_run, name) for name in scenario.drivers},
        correlations=[{"drivers": list(pair), **asdict(spread)} for pair, spread in prior.long_run.correlation.items()],
        covariance=prior.long_run.covariance.tolist(),
        stability={
            "unstable": result.stability.unstable,
            "mcse": result.stability.mcse,
            "loops": [{"drivers": list(loop.drivers), "unstable": loop.unstable} for loop in result.stability.loops],
        },
        event_counts={name: _count(check) for name, check in prior.counts.items()},
        type_shares=[
            {
                "group": check.group,
                "type": check.event_type,
                "predicted": asdict(check.predicted),
                "observed": check.observed / check.total,
                "reports": check.observed,
                "of": check.total,
                "tail": _tail(check.tail),
            }
            for check in prior.shares
        ],
        series={name: _series(check) for name, check in prior.series.items()},
        judgements=[
            {"driver": check.driver, "step": check.step, "tail": _tail(check.tail)} for check in prior.judgements
        ],
        state_space=dict(zip(("nodes", "moves", "pending_cells"), prior.state_space, strict=True)),
        evidence={
            "reports": len(evidence.reports),
            "series_values": len(evidence.series),
            "judgements": len(evidence.judgements),
            "transitions": len(evidence.transitions),
            "directions": directions,
            "unused_directions": unused,
        },
        warnings=[str(warning) for warning in result.warnings],
    )


def _year(scenario: Scenario, year: StateYear) -> dict[str, Any]:
    return {
        "transitions": {
            scenario.transitions[q].to: {
                "given": {
                    "low": row.given[0],
                    "high": row.given[1],
                    "source": "base_rate" if row.from_base_rate else "within_12_months",
                },
                "net": dict(zip(("low", "median", "high"), row.net, strict=True)),
                "mean_factor": row.mean_factor,
                "spread_factor": row.spread_factor,
                "crude": row.crude,
                "mcse": row.mcse,
            }
            for q, row in year.transitions.items()
        },
        "states": {name: {"probability": p, "mcse": mcse} for name, (p, mcse) in year.states.items()},
    }


def _driver(scenario: Scenario, settled: LongRun, name: str) -> dict[str, Any]:
    low, high = scenario.drivers[name].half_life
    return {
        "stationary": {"mean": asdict(settled.mean[name]), "sd": asdict(settled.sd[name])},
        "half_life_days": {"low": low, "median": (low * high) ** 0.5, "high": high},
    }


def _count(check: CountCheck) -> dict[str, Any]:
    return {
        "by_horizon": asdict(check.by_horizon),
        "by_as_of": asdict(check.by_as_of) if check.by_as_of else None,
        "at_neutral": check.at_neutral,
        "observed": check.observed,
        "tail": _tail(check.tail),
        "silence": {"days": check.silence_days, "tail": check.silence_tail},
    }


def _series(check: SeriesCheck) -> dict[str, Any]:
    return {
        "predicted": {"low": check.low, "median": check.median, "high": check.high},
        "values": check.count,
        "observed": {"low": check.least, "high": check.most},
        "tails": {what: _tail(tail) for what, tail in check.tails.items()},
    }


def _tail(tail: Tail | None) -> dict[str, Any] | None:
    return {"probability": tail.probability, "side": "below" if tail.below else "above"} if tail else None
