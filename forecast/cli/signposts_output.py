"""What ``forecast signposts`` and ``forecast reach`` print: JSON documents, a table, and lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.cli.asked import asked_header, named, signpost_words, status_lines
from forecast.cli.output import table
from forecast.projection.reach import LEAST_CHANCE, MOST_CONDITIONS

if TYPE_CHECKING:
    from forecast.projection.outlook import Signpost
    from forecast.projection.reach import SetOfSignposts
    from forecast.workflow import ReachResult, SignpostsResult

__all__ = ["reach_document", "reach_lines", "signposts_document", "signposts_lines", "signposts_table"]


def signposts_document(result: SignpostsResult) -> dict[str, Any]:
    """Of ``signposts``, the most telling first."""
    standing = result.standing
    return asked_header(
        standing,
        status=standing.status,
        baseline=named(standing, result.now),
        signposts=[
            {
                **_signpost(item.signpost, result),
                "p_seen": item.p_seen,
                "p_seen_mcse": item.p_seen_mcse,
                "if_seen": named(standing, item.if_seen),
                "if_not": named(standing, item.if_not),
                "bits": item.bits,
                "bits_mcse": item.bits_mcse,
            }
            for item in result.signposts
        ],
        warnings=[str(warning) for warning in standing.warnings],
    )


def signposts_table(result: SignpostsResult) -> Any:
    """The signposts with the outcome that each would move furthest."""
    scenario = result.standing.asked.case.scenario
    names = [outcome.name for outcome in scenario.outcomes]
    rows = []
    for item in result.signposts:
        o = int(np.argmax(np.nan_to_num(np.abs(item.if_seen - item.if_not))))
        rows.append(
            (
                signpost_words(item.signpost),
                _percent(item.p_seen),
                f"{names[o]} {_percent(result.now[o])}",
                _percent(item.if_seen[o]),
                _percent(item.if_not[o]),
                _bits(item.bits),
                _bits(item.bits_mcse),
            )
        )
    title = f"{scenario.title}\nWhat to look out for from {result.first} to {result.last}"
    columns = ("Report", ">Chance", "Would move most", ">If seen", ">If not", ">Bits", ">Error")
    return table(title, columns, rows)


def signposts_lines(result: SignpostsResult) -> list[str]:
    """How to read the table."""
    return [
        "Bits: what it would tell on average about the outcomes to know whether such a report comes, by the horizon"
        f" {result.standing.asked.dates.horizon}.",
        "Error: Monte Carlo. Bits below twice their error cannot be told from none. --json has all outcomes.",
        *status_lines(result.standing, result.standing.status),
    ]


def reach_document(result: ReachResult) -> dict[str, Any]:
    """Of ``reach``; ``found`` is null where none in sight would, and ``nearest`` then comes nearest."""
    standing, answer = result.standing, result.answer

    def told(item: SetOfSignposts) -> dict[str, Any]:
        return {
            "signposts": [{**_signpost(one.signpost, result), "seen": one.seen} for one in item.conditions],
            "p_signposts": item.chance,
            "outcomes": named(standing, item.outcomes),
            "mcse": named(standing, item.mcse),
        }

    return asked_header(
        standing,
        status=standing.status,
        outcome=standing.asked.case.scenario.outcomes[answer.outcome].name,
        target=answer.target,
        direction="at least" if answer.upwards else "at most",
        baseline=named(standing, answer.now),
        found=None if answer.found is None else told(answer.found),
        nearest=told(answer.nearest),
        sets_tried=answer.tried,
        warnings=[str(warning) for warning in standing.warnings],
    )


def reach_lines(result: ReachResult) -> list[str]:
    """The answer in words."""
    answer, scenario = result.answer, result.standing.asked.case.scenario
    o, outcome = answer.outcome, scenario.outcomes[answer.outcome]
    bound = f"at {'least' if answer.upwards else 'most'} {_percent(answer.target)}"
    named_outcome = f"{outcome.name} ({outcome.title})" if outcome.title else outcome.name
    days = f"from {result.first} to {result.last}"
    lines = [
        f"{named_outcome} by {result.standing.asked.dates.horizon}: now {_percent(answer.now[o])}"
        f" ±{100 * answer.now_mcse[o]:.1f}; asked for {bound}.",
        "",
    ]
    if answer.found is not None and not answer.found.conditions:
        lines.append("It is there already: nothing need be seen.")
    elif answer.found is not None:
        lines += ["The likeliest signposts that would lead there:", *_set_lines(answer.found, o, days)]
    else:
        lines += [
            f"None in sight would: no set of up to {MOST_CONDITIONS} signposts {days}",
            f"with a chance of at least {LEAST_CHANCE:.0%} leads there ({answer.tried} sets tried).",
        ]
        if answer.nearest.conditions:
            lines += ["", "Nearest, without what makes no clear difference:", *_set_lines(answer.nearest, o, days)]
    return [*lines, "", *status_lines(result.standing, result.standing.status)]


def _set_lines(item: SetOfSignposts, o: int, days: str) -> list[str]:
    return [
        *(f"  {'seen' if one.seen else 'not seen':8}  {signpost_words(one.signpost)}" for one in item.conditions),
        f"All of it {days}: chance {_percent(item.chance)}; then the outcome has {_percent(item.outcomes[o])}"
        f" ±{100 * item.mcse[o]:.1f}.",
    ]


def _signpost(item: Signpost, result: SignpostsResult | ReachResult) -> dict[str, Any]:
    return {"type": item.type, "driver": item.driver, "sign": item.sign, "from": result.first, "to": result.last}


def _percent(probability: float) -> str:
    return "" if np.isnan(probability) else f"{probability:.1%}"


def _bits(value: float) -> str:
    """With two significant digits, down to a millionth."""
    return np.format_float_positional(round(value, 6), precision=2, fractional=False, trim="-")
