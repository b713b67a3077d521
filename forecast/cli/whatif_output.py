"""What ``forecast whatif`` prints: its JSON document, and a table with one column for each alternative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecast.cli.asked import asked_header, status_lines
from forecast.cli.output import points, table

if TYPE_CHECKING:
    from forecast.projection.alternatives import Alternative, DoDriver, ObserveReport
    from forecast.projection.what_if import AlternativeForecast
    from forecast.workflow import WhatIfResult

__all__ = ["whatif_document", "whatif_lines", "whatif_table"]

_NOTHING = 1e-9  # a difference of rounding


def whatif_document(result: WhatIfResult) -> dict[str, Any]:
    """Of ``whatif``; ``kind`` is "do" where drivers are set, "observe" where reports are seen, or "both"."""
    return asked_header(
        result.standing,
        status=result.status,
        baseline={item.name: {"probability": item.probability, "mcse": item.mcse} for item in result.answer.baseline},
        alternatives=[_alternative(item) for item in result.answer.alternatives],
        warnings=[str(warning) for warning in result.warnings],
    )


def _alternative(item: AlternativeForecast) -> dict[str, Any]:
    asked = item.alternative
    return {
        "name": asked.name,
        "kind": asked.kind,
        "spec": {
            "do": [{"driver": one.driver, "level": one.level, "from": one.first, "to": one.last} for one in asked.do],
            "observe": [
                {"type": one.event_type, "direction": dict(one.directions), "grade": one.grade, "date": one.date}
                for one in asked.observe
            ],
        },
        "outcomes": {
            one.name: {
                "probability": one.probability,
                "difference": one.difference,
                "difference_mcse": one.difference_mcse,
            }
            for one in item.outcomes
        },
        "pareto_k": item.pareto_k,
        "effective_draws": item.effective_draws,
        "doubt": item.doubt,
    }


def whatif_table(result: WhatIfResult) -> Any:
    """Outcomes by alternative: probability, and below it the difference in percentage points with its error."""
    standing, answer = result.standing, result.answer
    scenario, dates = standing.asked.case.scenario, standing.asked.dates
    letters = [_letter(i) for i in range(len(answer.alternatives))]
    rows = []
    for o, base in enumerate(answer.baseline):
        shifts = [item.outcomes[o] for item in answer.alternatives]
        cells = [f"{to.probability:.1%}\n{points(to.difference)} ±{_error(to.difference_mcse)}" for to in shifts]
        rows.append((base.title, f"{base.probability:.1%}\n±{_error(base.mcse)}", *cells))
    title = f"{scenario.title}\nBy {dates.horizon}, as of {dates.as_of}"
    return table(title, ("Outcome", ">As things stand", *(f">{letter}" for letter in letters)), rows)


def whatif_lines(result: WhatIfResult) -> list[str]:
    """What each alternative is, and how to read the table."""
    lines = []
    for i, item in enumerate(result.answer.alternatives):
        first, *more = _asked(item.alternative)
        lines += [f"{_letter(i)}  {first}", *(f"   {line}" for line in more)]
        if all(abs(outcome.difference) < _NOTHING for outcome in item.outcomes):
            lines.append("   No outcome hears of this.")
        if item.doubt:
            lines.append(f"   REVIEW: {item.doubt}. These numbers are rough.")
    return [
        *lines,
        "",
        "Below each probability: the difference from things as they stand, in percentage points, ± its own MC error.",
        "If set: the driver is held, whatever moves it otherwise. If seen: a report comes in and tells what it tells.",
        *status_lines(result.standing, result.status),
    ]


def _asked(asked: Alternative) -> list[str]:
    told = [*(_set(item) for item in asked.do), *(_seen(item) for item in asked.observe)]
    said = [asked.name] if asked.name and "@" not in asked.name and "=" not in asked.name else []
    return [*said, *told]


def _set(item: DoDriver) -> str:
    return f"if {item.driver} were set to {item.level:g} from {item.first} to {item.last}"


def _seen(item: ObserveReport) -> str:
    coded = ", ".join(f"{driver} {value:+g}" for driver, value in item.directions.items())
    return f"if {item.event_type} were seen on {item.date}, graded {item.grade}{f', coded {coded}' if coded else ''}"


def _letter(i: int) -> str:
    return chr(ord("A") + i) if i < 26 else str(i + 1)


def _error(mcse: float) -> str:
    return "<0.1" if 0 < mcse < 0.0005 else f"{100 * mcse:.1f}"
