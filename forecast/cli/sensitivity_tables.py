"""What ``forecast sensitivity`` shows to people: a tornado of each outcome, power-scaling, and the findings."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.cli.output import points, table
from forecast.cli.sensitivity_document import found
from forecast.inference.importance import LARGEST_K
from forecast.projection.power_scaling import SENSITIVE_SHIFT, SENSITIVE_SPREAD
from forecast.projection.sensitivity import CLEAR_BY, LEAST_IN_HALF
from forecast.report.findings import largest
from forecast.report.names import quantity_words, scenario_words
from forecast.report.words import format_error, format_number, format_probability, signed

if TYPE_CHECKING:
    from forecast.projection.sensitivity import Halved
    from forecast.workflow import SensitivityResult

__all__ = ["sensitivity_lines", "sensitivity_tables"]

_MOST_ROWS = 8  # of a tornado; --json has all
_MOST_DOUBTFUL = 6  # named
_HALF_BAR = 8  # characters on either side of the middle of a tornado
_NAME_WIDTH = 44


def sensitivity_tables(result: SensitivityResult) -> Iterator[Any]:
    """Outcomes with prior and verdict, a tornado of each, and what scaling each component does."""
    scenario, present, prior = result.case.scenario, result.present, result.prior
    probability, error = present.probability, present.mcse
    titles = [outcome.title or outcome.name for outcome in scenario.outcomes]
    rows = [
        (
            title,
            format_probability(float(probability[o]), float(error[o])),
            format_error(float(error[o])),
            format_probability(float(prior.prior[o])),
            _known(prior.share[o], f"{100 * prior.share[o]:.0f}% ±{100 * prior.share_mcse[o]:.0f}"),
            _known(prior.moved[o], signed(prior.moved[o])),
            result.verdicts[o],
        )
        for o, title in enumerate(titles)
    ]
    recorded = ", as recorded" if result.dates.as_recorded else ""
    days = f"By {result.dates.horizon}, as of {result.dates.as_of}{recorded}; draws of the fit {result.fit.short_id}"
    columns = ("Outcome", ">Probability", ">MC error", ">Prior", ">Share that is prior", ">Moved by", "Hangs on")
    yield table(f"{scenario.title}\n{days}", columns, rows)
    words = scenario_words(scenario)
    for o, title in enumerate(titles):
        told = largest(result.rows, o)
        if told:
            yield _tornado(title, told, o, float(probability[o]), words)
    narrow = tuple(">" + outcome.name.replace("_", "\n") for outcome in scenario.outcomes)
    scaled = [
        (
            item.component if item.component in ("prior", "likelihood") else f"  {item.component.partition('.')[2]}",
            *(
                "\n".join((points(float(c)), f"±{100 * e:.1f}"))
                for c, e in zip(item.change, item.change_mcse, strict=True)
            ),
            f"{item.pareto_k:.2f}{'' if item.trusted else ' rough'}",
        )
        for item in result.scaled
    ]
    yield table("Percentage points per doubling of what counts, ± Monte Carlo error", ("", *narrow, ">k"), scaled)


def sensitivity_lines(result: SensitivityResult) -> list[str]:
    """How to read the tables, and the findings."""
    doubtful = [row.parameter for row in result.rows if not row.trusted]
    lines = [
        "Halves: the outcome if only the lower or only the upper half of a prior, cut at its median, were believed"
        " before the evidence; “now”: of the posterior of a driver's present level. Shown are differences of more than"
        f" {CLEAR_BY:.0f} Monte Carlo errors; of numbers that do not matter 1 in 370 seems to.",
        "Share that is prior: squared width of the forecast's 80% range over that of the prior's, in log odds. Moved"
        " by: in standard deviations of the prior.",
        f"Hangs on: prior or evidence is said to matter from {SENSITIVE_SHIFT} standard deviations of shift or"
        f" {SENSITIVE_SPREAD} of log spread per doubling; k above {LARGEST_K} is rough.",
    ]
    if doubtful:
        named = ", ".join(doubtful[:_MOST_DOUBTFUL]) + (" and more" if len(doubtful) > _MOST_DOUBTFUL else "")
        lines.append(
            f"Not told, under {LEAST_IN_HALF} effective draws in a half or weights too uneven, {len(doubtful)} in all:"
            f" {named}; --refit {len(doubtful)} fits anew."
        )
    if result.diagnostics.status != "PASS":
        lines.append(f"Status {result.diagnostics.status}: {'; '.join(result.diagnostics.reasons)}.")
    sentences = [f"- {item.text}" for item in found(result) if item.kind != "unreliable"]
    return [*(_wrapped(line) for line in lines), "", "Findings", *(_wrapped(line, "  ") for line in sentences)]


def _tornado(title: str, rows: list[Halved], o: int, now: float, words: dict[str, str]) -> Any:
    shown = rows[:_MOST_ROWS]
    reach = max(max(abs(float(row.low[o]) - now), abs(float(row.high[o]) - now)) for row in shown)
    lines = [
        (
            _short(quantity_words(row.parameter, words)),
            f"{format_number(row.middle)}{f' {row.unit}' if row.unit else ''}",
            f"{100 * row.low[o]:.1f}%",
            _bar(float(row.low[o]) - now, float(row.high[o]) - now, reach),
            f"{100 * row.high[o]:.1f}%",
            points(float(row.difference[o])),
            format_error(float(row.mcse[o])) + (" refit" if row.refitted else ""),
        )
        for row in shown
    ]
    more = len(rows) - len(shown)
    heading = f"{title}: {100 * now:.1f}%" + (f"; {more} more with --json" if more else "")
    return table(heading, ("Cut in halves", ">at", ">lower", "", "upper", ">Difference", ">MC error"), lines)


def _bar(low: float, high: float, reach: float) -> str:
    """Both halves as marks on a scale around the forecast: ``-`` for the lower half, ``+`` for the upper."""
    cells = ["·"] * (2 * _HALF_BAR + 1)
    low_at, high_at = (round(_HALF_BAR * value / reach) + _HALF_BAR for value in (low, high))
    for i in range(min(low_at, high_at), max(low_at, high_at) + 1):
        cells[i] = "█"
    cells[_HALF_BAR] = "│"
    return "".join(cells)


def _known(value: float, text: str) -> str:
    return "unknown" if np.isnan(value) else text


def _short(text: str) -> str:
    return text if len(text) <= _NAME_WIDTH else f"{text[: _NAME_WIDTH - 1]}…"


def _wrapped(line: str, indent: str = "") -> str:
    return textwrap.fill(line, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
