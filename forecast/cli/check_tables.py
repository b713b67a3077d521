"""The tables of ``check`` that people read on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecast.cli.output import table

if TYPE_CHECKING:
    from forecast.projection.long_run import Spread
    from forecast.projection.predictive import Tail
    from forecast.workflow import CheckResult

__all__ = ["check_tables"]

_SHOWN_CORRELATION = 0.1
_UNITS = ((2 * 365.25, 365.25, "years"), (180.0, 365.25 / 12, "months"), (14.0, 7.0, "weeks"), (0.0, 1.0, "days"))


def check_tables(result: CheckResult) -> list[Any]:
    """What a scenario says before any evidence, and how that compares with the evidence."""
    return [
        *_endings(result),
        *_years(result),
        *_drivers(result),
        *_reports(result),
        *_series(result),
        _size(result),
    ]


def _endings(result: CheckResult) -> list[Any]:
    from forecast.report.words import format_error, format_probability

    scenario, evidence, prior = result.case.scenario, result.case.evidence, result.prior
    titles = {outcome.name: outcome.title or outcome.name for outcome in scenario.outcomes}
    seen = ", ".join(
        f"{len(rows)} {name}{'s' * (len(rows) != 1)}"
        for name, rows in (
            ("report", evidence.reports),
            ("series value", evidence.series),
            ("judgement", evidence.judgements),
            ("transition", evidence.transitions),
        )
    )
    return [
        table(
            f"{scenario.title}\nThe files are good: {seen}\n\nOUTCOMES by {result.horizon}, before any evidence",
            ("Outcome", ">Prior", ">MC error"),
            [(titles[name], format_probability(p, mcse), format_error(mcse)) for name, p, mcse in prior.outcomes],
        ),
        table(
            f"States on {result.horizon}",
            ("State", ">Prior"),
            [(name, format_probability(p)) for name, p in prior.states.items()],
        ),
    ]


def _years(result: CheckResult) -> list[Any]:
    from forecast.report.words import format_error, format_probability, format_range

    scenario, rows, ends = result.case.scenario, [], []
    for origin, year in result.prior.first_year.items():
        for q, row in year.transitions.items():
            given = format_range(*row.given) + ("*" if row.from_base_rate else " ")
            net = f"{format_probability(row.net[1])} ({format_range(row.net[0], row.net[2])})"
            factors = f"{row.mean_factor:.1f} × {row.spread_factor:.1f}"
            name = f"{origin} → {scenario.transitions[q].to}"
            rows.append((name, given, factors, net, format_probability(row.crude, row.mcse), format_error(row.mcse)))
        leads = ", ".join(f"{name} {format_probability(p, mcse)}" for name, (p, mcse) in year.states.items())
        ends.append((origin, leads))
    title = (
        f"THE FIRST 12 MONTHS, from each state as if it held on {scenario.start}\n"
        "Given: chance if no other exit existed, at neutral drivers (* base rate: on average over drivers), 90% range.\n"
        "Drivers: how many times the hazard because their mean is not neutral × because they vary.\n"
        "Net: the chance given, with drivers moving, median (90%). Crude: all exits competing; first exit counts."
    )
    columns = ("Transition", ">Given ", ">Drivers", ">Net", ">Crude", ">MC error")
    return [
        table(title, columns, rows),
        table("Where the history is 12 months later, returns included", ("From", "Probability of each state"), ends),
    ]


def _drivers(result: CheckResult) -> list[Any]:
    scenario, settled, stable = result.case.scenario, result.prior.long_run, result.stability
    rows = [
        (name, _spread(settled.mean[name]), _spread(settled.sd[name]), _half_life(*driver.half_life))
        for name, driver in scenario.drivers.items()
    ]
    title = (
        "WHERE DRIVERS SETTLE: at prior medians, and 90% range over the prior (seasons left out)\n"
        f"Influences that feed back on each other: {len(stable.loops)} loops; unstable in {_tiny(stable.unstable)} of "
        "prior draws"
        if stable.loops
        else "WHERE DRIVERS SETTLE: at prior medians, and 90% range over the prior (seasons left out)\n"
        "No influences feed back on each other: always stable"
    )
    tables = [table(title, ("Driver", ">Mean", ">Standard deviation", "Half of a shock is gone after"), rows)]
    pairs = [
        (f"{a} ~ {b}", _spread(spread))
        for (a, b), spread in settled.correlation.items()
        if abs(spread.at_medians) > _SHOWN_CORRELATION
    ]
    if pairs:
        above = f"Correlations of drivers beyond {_SHOWN_CORRELATION:g}"
        tables.append(table(above, ("Pair", ">Correlation"), pairs))
    return tables


def _reports(result: CheckResult) -> list[Any]:
    prior, dates, tables = result.prior, result.dates, []
    whole = [
        (name, f"{check.by_horizon.low:.0f}–{check.by_horizon.high:.0f}", f"{check.by_horizon.mean:.1f}")
        for name, check in prior.counts.items()
    ]
    columns: tuple[str, ...] = ("Event type", ">90%", ">Mean")
    title = f"REPORTS TO EXPECT of completely covered types by {result.horizon}"
    if dates:
        title = (
            f"REPORTS TO EXPECT of completely covered types by {dates.as_of}, what was seen, and by {result.horizon}\n"
            "Neutral: with drivers neutral and the rate at its median. Chance: of as few or as many under the prior."
        )
        columns = ("Event type", ">Neutral", ">90%", ">Mean", ">Seen", "Chance", ">90% later", ">Mean later")
        whole = [
            (
                name,
                f"{check.at_neutral:.1f}",
                f"{check.by_as_of.low:.0f}–{check.by_as_of.high:.0f}",
                f"{check.by_as_of.mean:.1f}",
                str(check.observed),
                _chance(check.tail, "as few", "as many"),
                later,
                mean,
            )
            for (name, check), (_, later, mean) in zip(prior.counts.items(), whole, strict=True)
            if check.by_as_of
        ]
    if whole:
        tables.append(table(title, columns, whole))
    shares = [
        (
            check.group,
            check.event_type,
            f"{check.predicted.low:.0%}–{check.predicted.high:.0%}",
            f"{check.predicted.mean:.0%}",
            f"{check.observed / check.total:.0%} ({check.observed} of {check.total})",
            _chance(check.tail, "as few", "as many"),
        )
        for check in prior.shares
    ]
    if shares:
        above = "SHARES OF TYPES to expect among the reports of each group, and what was seen"
        tables.append(table(above, ("Group", "Event type", ">90%", ">Mean", ">Seen", "Chance"), shares))
    return tables


def _series(result: CheckResult) -> list[Any]:
    from forecast.report.words import format_number

    rows = []
    for name, check in result.prior.series.items():
        unit = "a month" if result.case.scenario.series[name].aggregate == "sum" else ""
        seen = ""
        if check.least is not None and check.most is not None:
            seen = f"{format_number(check.least)} to {format_number(check.most)} ({check.count})"
        least_likely = min(check.tails, key=lambda what: check.tails[what].probability, default="")
        chance = ""
        if least_likely:
            chance = _chance(check.tails[least_likely], "as low", "as high") + f", {least_likely}"
        expected = [format_number(value) for value in (check.low, check.median, check.high)]
        rows.append((f"{name} {unit}".strip(), *expected, seen, chance))
    if not rows:
        return []
    title = (
        "VALUES OF SERIES to expect, and range of those seen (how many)\n"
        "Chance: under the prior, of the mean, lowest or highest value seen, whichever is least likely."
    )
    return [table(title, ("Series", ">5%", ">50%", ">95%", ">Seen", "Chance"), rows)]


def _size(result: CheckResult) -> str:
    nodes, moves = result.prior.state_space
    return f"States with what the outcomes ask about the past: {nodes} nodes, {moves} moves."


def _spread(spread: Spread) -> str:
    return f"{_minus(spread.at_medians)} ({_minus(spread.low)} to {_minus(spread.high)})"


def _minus(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}").replace("\N{MINUS SIGN}0.00", "0.00")


def _half_life(low: float, high: float) -> str:
    median = (low * high) ** 0.5  # of a log-normal
    unit, name = next((unit, name) for least, unit, name in _UNITS if median >= least)
    return f"{_round(median / unit)} {name} ({_round(low / unit)} to {_round(high / unit)})"


def _round(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"


def _chance(tail: Tail | None, below: str, above: str) -> str:
    if tail is None:
        return ""
    return f"{_tiny(tail.probability)} {below if tail.below else above}"


def _tiny(probability: float) -> str:
    if 0 < probability < 0.001:
        return "<0.1%"
    return f"{probability:.1%}" if 0 < probability < 0.0995 else f"{probability:.0%}"
