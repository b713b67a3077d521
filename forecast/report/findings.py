"""What an analysis of sensitivity found, one plain sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from forecast.projection.chances import Chances
from forecast.projection.power_scaling import Scaled, ScalingVerdict
from forecast.projection.prior_share import PriorShare
from forecast.projection.sensitivity import Halved
from forecast.report.names import quantity_words
from forecast.report.words import format_difference, format_error, format_number, format_probability

__all__ = ["Finding", "findings"]

_MOST_ROWS = 3  # told of each outcome
_VERDICTS: dict[ScalingVerdict, str] = {
    "prior-dominated": "how strongly the prior counts matters, how strongly the evidence counts does not",
    "prior-data conflict": "prior and evidence both matter, and pull in different directions",
    "driven by evidence": "how strongly the evidence counts matters, how strongly the prior counts does not",
    "neither alone": "neither counting the prior nor counting the evidence somewhat more or less changes it much",
    "not resolved": "the draws cannot tell whether the strength of prior or evidence matters",
}


@dataclass(frozen=True)
class Finding:
    """One sentence.

    Attributes
    ----------
    kind : {"prior_share", "power_scaling", "prior", "driver", "unreliable"}
    outcome, parameter : str
        What it is about; empty where it is about none or all.
    """

    kind: Literal["prior_share", "power_scaling", "prior", "driver", "unreliable"]
    outcome: str
    parameter: str
    text: str


def findings(
    outcomes: Sequence[tuple[str, str]],
    words: Mapping[str, str],
    present: Chances,
    prior: PriorShare,
    scaled: Sequence[Scaled],
    verdicts: Sequence[ScalingVerdict],
    rows: Sequence[Halved],
) -> tuple[Finding, ...]:
    """Tell of each outcome what is left of its prior, what it hangs on and which numbers move it most.

    Parameters
    ----------
    outcomes : sequence of (str, str)
        Name and title.
    words : mapping
        As from :func:`forecast.report.names.scenario_words`.
    """
    probability, error = present.probability, present.mcse
    found: list[Finding] = []
    for o, (name, title) in enumerate(outcomes):
        now = format_probability(float(probability[o]), float(error[o]))
        found.append(Finding("prior_share", name, "", f"{title}: {_prior_left(prior, o, now)}"))
        verdict = f"{verdicts[o]}: {_VERDICTS[verdicts[o]]}{_doubled(scaled, o)}"
        found.append(Finding("power_scaling", name, "", f"{title}: {verdict}."))
        for row in largest(rows, o)[:_MOST_ROWS]:
            found.append(Finding(row.kind, name, row.parameter, _moves(row, o, title, float(probability[o]), words)))
    found.extend(_unreliable(rows, words))
    return tuple(found)


def largest(rows: Sequence[Halved], outcome: int) -> list[Halved]:
    """Rows that can be told from no effect on one outcome and can be trusted, the largest first."""
    told = [row for row in rows if row.trusted and row.clear[outcome]]
    return sorted(told, key=lambda row: -abs(float(row.difference[outcome])))


def _prior_left(prior: PriorShare, o: int, now: str) -> str:
    share, moved = float(prior.share[o]), float(prior.moved[o])
    before = format_probability(float(prior.prior[o]))
    if share != share:
        return f"{now}, before any evidence {before}; how much of it is prior cannot be told."
    part = "all" if share >= 0.995 else f"{100 * share:.0f}%"
    direction = f"moved it {'up' if moved > 0 else 'down'} by {abs(moved):.1f} of the prior's standard deviations"
    did = direction if abs(moved) >= 0.05 else "hardly moved it"
    return (
        f"{now}, before any evidence {before}; about {part} of it is prior (error"
        f" {100 * prior.share_mcse[o]:.0f} points), and evidence {did}."
    )


def _doubled(scaled: Sequence[Scaled], o: int) -> str:
    """Where the outcome would be if prior or evidence counted more or less."""
    told = []
    for item in scaled:
        if item.component in ("prior", "likelihood") and item.trusted:
            low, high = item.powers
            what = {"prior": "the prior", "likelihood": "the evidence"}[item.component]
            ends = f"{100 * item.low[o]:.1f}% or {100 * item.high[o]:.1f}%"
            told.append(f"with {what} to the power {low:.2g} or {high:.3g} it would be {ends}")
    return f"; {', '.join(told)}" if told else ""


def _moves(row: Halved, o: int, title: str, now: float, words: Mapping[str, str]) -> str:
    was, low, high = (f"{100 * value:.1f}%" for value in (now, row.low[o], row.high[o]))
    called = quantity_words(row.parameter, words)
    unit = f" {row.unit}" if row.unit else ""
    difference = format_difference(float(row.difference[o]), float(row.mcse[o]))
    what = (
        f"Halving the prior of “{called}” at {format_number(row.middle)}{unit}"
        if row.kind == "prior"
        else f"Knowing on which side of {format_number(row.middle)} “{called}” lies"
    )
    return (
        f"{what} would move “{title}” from {was} to {low} (lower half) or"
        f" {high} (upper half): {difference} points, Monte Carlo error"
        f" {format_error(float(row.mcse[o]))}."
    )


def _unreliable(rows: Sequence[Halved], words: Mapping[str, str]) -> Iterator[Finding]:
    for row in rows:
        if not row.trusted:
            half, left = (
                ("lower", row.effective[0]) if row.effective[0] < row.effective[1] else ("upper", row.effective[1])
            )
            yield Finding(
                "unreliable",
                "",
                row.parameter,
                f"The evidence leaves {left:.0f} effective draws in the {half} half of the prior of"
                f" “{quantity_words(row.parameter, words)}”: too few to say what it would change; --refit can tell.",
            )
