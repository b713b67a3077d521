"""The tables of ``check`` that people read on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecast.cli.output import table

if TYPE_CHECKING:
    from forecast.projection.long_run import Spread
    from forecast.projection.predictive import Predicted, Tail
    from forecast.workflow import CheckResult

__all__ = ["check_tables"]

_SHOWN_CORRELATION = 0.1
_TIMES = "\N{MULTIPLICATION SIGN}"
_UNITS = ((2 * 365.25, 365.25, "years"), (180.0, 365.25 / 12, "months"), (14.0, 7.0, "weeks"), (0.0, 1.0, "days"))


def check_tables(result: CheckResult) -> list[Any]:
    """What a scenario says before any evidence, and how that compares with the evidence."""
    return [
        *_endings(result),
        *_years(result),
        *_drivers(result),
        *_reports(result),
        *_series(result),
        f"{_size(result)}\n\n{_status(result)}",
    ]


def _endings(result: CheckResult) -> list[Any]:
    from forecast.evidence.second_look import count_directions
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
    coded, unused = count_directions(scenario, evidence.reports)
    codes = f"Of {coded} coded directions {unused} are on a driver without a signal for their type: kept and unused"
    good = f"The files are good: {seen}\n{codes}"
    return [
        table(
            f"{scenario.title}\n{good}\n\nOUTCOMES by {result.horizon}, seen from {scenario.start}, without evidence",
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

    scenario, rows, ends, error = result.case.scenario, [], [], 0.0
    for origin, year in result.prior.first_year.items():
        for q, row in year.transitions.items():
            given = format_range(*row.given) + ("*" if row.from_base_rate else " ")
            net = f"{format_probability(row.net[1])} ({format_range(row.net[0], row.net[2])})"
            factors = f"{row.mean_factor:.1f} {_TIMES} {row.spread_factor:.1f}"
            name = f"{origin} \N{RIGHTWARDS ARROW} {scenario.transitions[q].to}"
            rows.append((name, given, factors, net, format_probability(row.crude, row.mcse)))
            error = max(error, row.mcse)
        leads = ", ".join(f"{name} {format_probability(p, mcse)}" for name, (p, mcse) in year.states.items())
        ends.append((origin, leads))
    title = (
        f"THE FIRST 12 MONTHS, from each state as if it held on {scenario.start}\n"
        "Given: 90% range of the chance if no other exit existed, at neutral drivers\n"
        "  (* of a base rate, which is an average over drivers).\n"
        f"Drivers: times the hazard as their mean is not neutral {_TIMES} as they vary.\n"
        "Net: the same chance with drivers moving, median (90%).\n"
        f"Crude: all exits compete, the first counts; MC error at most {format_error(error)} points."
    )
    return [
        table(title, ("Transition", ">Given ", ">Drivers", ">Net", ">Crude"), rows),
        table("Where the history is 12 months later, returns included", ("From", "Probability of each state"), ends),
    ]


def _drivers(result: CheckResult) -> list[Any]:
    scenario, settled, stable = result.case.scenario, result.prior.long_run, result.stability
    rows = [
        (name, _spread(settled.mean[name]), _spread(settled.sd[name]), _half_life(*driver.half_life))
        for name, driver in scenario.drivers.items()
    ]
    feedback = "No influences feed back on each other, so drivers are stable."
    if stable.loops:
        loops = "; ".join(", ".join(loop.drivers) for loop in stable.loops)
        feedback = f"Feeding back on each other: {loops}. Unstable in {_tiny(stable.unstable)} of prior draws."
    title = f"WHERE DRIVERS SETTLE: at prior medians (90% over the prior), without seasons\n{feedback}"
    tables = [table(title, ("Driver", ">Mean", ">SD", "Shock half gone in"), rows)]
    pairs = [
        (f"{a} ~ {b}", _spread(spread, 2))
        for (a, b), spread in settled.correlation.items()
        if abs(spread.at_medians) > _SHOWN_CORRELATION
    ]
    if pairs:
        above = f"Correlations of drivers beyond {_SHOWN_CORRELATION:g}"
        tables.append(table(above, ("Pair", ">Correlation"), pairs))
    return tables


def _reports(result: CheckResult) -> list[Any]:
    from forecast.report.words import format_range

    prior = result.prior
    tables = [_count_table(result)] if prior.counts else []
    rows, group = [], ""
    for check in prior.shares:
        if check.group != group:
            group = check.group
            rows.append((f"{group}, {check.total} reports", "", "", ""))
        expected = f"{check.predicted.mean:.0%} ({format_range(check.predicted.low, check.predicted.high)})"
        seen = f"{check.observed / check.total:.0%} ({check.observed})"
        rows.append((f"  {check.event_type}", expected, seen, _chance(check.tail, "as few", "as many")))
    if rows:
        title = "SHARES OF TYPES to expect among the reports of each group: mean (90%), and those seen"
        tables.append(table(title, ("Event type", ">Expected", ">Seen", "Chance"), rows))
    return tables


def _count_table(result: CheckResult) -> Any:
    counts, dates = result.prior.counts, result.dates
    if dates is None:
        title = f"REPORTS TO EXPECT of completely covered types by {result.horizon}: mean (90%)"
        return table(
            title, ("Event type", ">Reports"), [(name, _counts(row.by_horizon)) for name, row in counts.items()]
        )
    title = (
        "REPORTS TO EXPECT of completely covered types: mean (90%), and those seen\n"
        "Neutral: with drivers neutral and the rate at its median.\n"
        "Chance: of as few, or as many, under the prior."
    )
    columns = ("Event type", ">Neutral", f">By {dates.as_of}", ">Seen", "Chance", f">By {result.horizon}")
    rows = [
        (
            name,
            f"{row.at_neutral:.1f}",
            _counts(row.by_as_of),
            str(row.observed),
            _chance(row.tail, "as few", "as many"),
            _counts(row.by_horizon),
        )
        for name, row in counts.items()
    ]
    return table(title, columns, rows)


def _series(result: CheckResult) -> list[Any]:
    from forecast.report.words import format_number

    rows = []
    for name, check in result.prior.series.items():
        seen = ""
        if check.least is not None and check.most is not None:
            seen = f"{format_number(check.least)} to {format_number(check.most)} ({check.count})"
        least_likely = min(check.tails, key=lambda what: check.tails[what].probability, default="")
        chance = ""
        if least_likely:
            chance = _chance(check.tails[least_likely], "as low", "as high") + f", {least_likely}"
        expected = [format_number(value) for value in (check.low, check.median, check.high)]
        rows.append(
            (name + (" *" if result.case.scenario.series[name].aggregate == "sum" else ""), *expected, seen, chance)
        )
    if not rows:
        return []
    title = (
        "VALUES OF SERIES to expect, and range of those seen (how many); * a month\n"
        "Chance: under the prior, of the least likely of mean, lowest and highest value."
    )
    return [table(title, ("Series", ">5%", ">50%", ">95%", ">Seen", "Chance"), rows)]


def _size(result: CheckResult) -> str:
    nodes, moves, cells = result.prior.state_space
    pending = f", {cells} cells for pending spells, one a day" if cells else ""
    return f"States with what the outcomes ask about the past: {nodes} nodes, {moves} moves{pending}."


def _status(result: CheckResult) -> str:
    said = "a forecast from this would be doubtful" if result.status == "REVIEW" else "no reason to doubt a forecast"
    n = len(result.warnings)
    return f"Status   {result.status}: {said}; {n or 'no'} warning{'s' * (n != 1)}"


def _counts(predicted: Predicted | None) -> str:
    return f"{predicted.mean:.1f} ({predicted.low:.0f}\N{EN DASH}{predicted.high:.0f})" if predicted else ""


def _spread(spread: Spread, digits: int = 1) -> str:
    middle, low, high = (_minus(value, digits) for value in (spread.at_medians, spread.low, spread.high))
    return f"{middle} ({low} to {high})"


def _minus(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.replace("-", "\N{MINUS SIGN}") if float(text) else text.removeprefix("-")


def _half_life(low: float, high: float) -> str:
    median = (low * high) ** 0.5  # of a log-normal
    unit, name = next((unit, name) for least, unit, name in _UNITS if median >= least)
    return f"{_round(median / unit)} {name} ({_round(low / unit)}\N{EN DASH}{_round(high / unit)})"


def _round(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < 3 else f"{value:.0f}"


def _chance(tail: Tail | None, below: str, above: str) -> str:
    if tail is None:
        return ""
    return f"{_tiny(tail.probability)} {below if tail.below else above}"


def _tiny(probability: float) -> str:
    if 0 < probability < 0.001:
        return "<0.1%"
    return f"{probability:.1%}" if 0 < probability < 0.0995 else f"{probability:.0%}"
