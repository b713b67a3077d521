"""Faults planted in a right model or in its data, and the check that should catch each, named before any was run."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import made_fits
import numpy as np
import yaml

from forecast.evaluation.criticism import battery
from forecast.evidence.records import Evidence
from forecast.inference.diagnostics import diagnose
from forecast.model.draws import Draws
from forecast.model.spec import compile_spec
from forecast.scenario.types import Scenario
from forecast.timegrid import days_between, shift

Words = dict[str, Any]
"""A scenario as its file has it."""

PRESS_EVERY = 2  # days between reports of the papers
STOPS_COUNTING = date(2023, 6, 30)


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes
    ----------
    what, check, reason : str
        The fault, the key of the check that should catch it, and why that one should.
    model : callable
        Makes the words of a scenario wrong.
    data : callable
        Makes evidence wrong.
    """

    what: str
    check: str
    reason: str
    model: Callable[[Words], None] = lambda words: None
    data: Callable[[Evidence, np.random.Generator], Evidence] = lambda evidence, rng: evidence


@dataclass(frozen=True)
class Found:
    """Keys of the tests that were flagged, the smallest adjusted chance of each test, and the status of the fit."""

    flagged: tuple[str, ...]
    chances: dict[str, float]
    worst: dict[str, str]
    fit: str


def right_words() -> Words:
    """The right model: the case of the other checks with more reports, anger that matters more, a season, scatter."""
    words: Words = yaml.safe_load((made_fits.ROOT / made_fits.CASE).read_text(encoding="utf-8"))
    for kind, rate in {"complaint": [15.0, 22.0], "payment": [30.0, 45.0], "inspection": [30.0, 45.0]}.items():
        words["events"][kind]["per_month"] = rate
    moved = {"complaint": [1.6, 2.8], "inspection": [1.5, 2.6], "rally": [1.6, 3.0], "goodwill": [0.33, 0.62]}
    for kind, ratio in moved.items():
        words["events"][kind]["rate_ratio"]["crew_anger"] = ratio
    words["events"]["payment"]["season"] = {"amplitude": [0.8, 1.2], "peak": "01-15"}
    words["events"]["brawl"] = {
        "meaning": "fight on board, several at a time", "coverage": {"complete": ["2022-01-03", "ongoing"]},
        "signs": "positive", "per_month": [15.0, 22.0], "dispersion": [2.5, 4.0], "reason": "Police keeps a register.",
    }  # fmt: skip
    words["transitions"][0]["base_rate"] = {"events": 150, "exposure_years": 10}
    words["transitions"][1]["base_rate"] = {"events": 150, "exposure_years": 5}
    return words


def criticised(fault: Fault | None, run: int) -> Found:
    """Simulate from the right model, plant a fault, fit, and run every check that needs no further fit."""
    words = right_words()
    made = made_fits.make(Scenario.model_validate(copy.deepcopy(words)), run, press_every=PRESS_EVERY)
    evidence = made.evidence
    if fault:
        fault.model(words)
        evidence = fault.data(evidence, np.random.default_rng([78, run]))
    scenario = Scenario.model_validate(words)
    snapshot, posterior = made_fits.fitted(scenario, evidence, run)
    found = battery.run(scenario, evidence, snapshot, posterior, seed=run)
    tests = [check for check in found.checks if check.kind == "test"]
    return Found(
        tuple(check.key for check in tests if check.status != "PASS"),
        {check.key: check.statistic for check in tests},
        {check.key: str(check.rows[0][0]) for check in tests if check.rows},
        diagnose(posterior, Draws.of(compile_spec(scenario), posterior.unknowns)).status,
    )


def _rate_off_by_three(words: Words) -> None:
    low, high = words["events"]["inspection"]["per_month"]
    words["events"]["inspection"]["per_month"] = [low / 3, high / 3]


def _missing_driver(words: Words) -> None:
    """Without the crews' anger: nothing is left that moves complaints and inspections."""
    del words["drivers"]["crew_anger"]
    words["influences"] = []
    for event in words["events"].values():
        for part in ("signal", "rate_ratio"):
            if "crew_anger" in event.get(part, {}):
                del event[part]
    words["transitions"][0].pop("hazard_ratio")


def _without_anger(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    """Nobody codes a driver that the scenario does not have."""
    return replace(evidence, reports=tuple(replace(row, directions={}) for row in evidence.reports))


def _flipped_ratio(words: Words) -> None:
    low, high = words["events"]["inspection"]["rate_ratio"]["crew_anger"]
    words["events"]["inspection"]["rate_ratio"]["crew_anger"] = [1 / high, 1 / low]


def _no_dispersion(words: Words) -> None:
    del words["events"]["brawl"]["dispersion"]


def _slow_driver(words: Words) -> None:
    words["drivers"]["crew_anger"]["half_life"] = ["52w", "104w"]


def _broken_hazard(words: Words) -> None:
    words["transitions"][0]["base_rate"]["exposure_years"] *= 10


def _turned_season(words: Words) -> None:
    words["events"]["payment"]["season"]["peak"] = "07-15"


def _duplicates(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    """Every second complaint is entered again under another id, without a mark that it is the same."""
    rows = [row for row in evidence.reports if row.event_type == "complaint" and rng.random() < 0.5]
    copies = tuple(replace(row, id=f"{row.id}-again", line=row.line + 10_000) for row in rows)
    return replace(evidence, reports=tuple(sorted((*evidence.reports, *copies), key=lambda row: row.date)))


def _leaked(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    """Complaints count as known on the day they happened, days before anyone could read of them."""
    rows = [
        replace(row, reported=row.date, entered=row.date) if row.event_type == "complaint" else row
        for row in evidence.reports
    ]
    return replace(evidence, reports=tuple(rows))


def _swapped_grades(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    """A becomes E and 1 becomes 5, and the other way round."""
    letter, digit = str.maketrans("ABCDE", "EDCBA"), str.maketrans("12345", "54321")
    rows = [
        replace(row, reliability=row.reliability.translate(letter), credibility=row.credibility.translate(digit))
        for row in evidence.reports
    ]
    return replace(evidence, reports=tuple(rows))


def _heavy_tail(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    """Two values of the series are entered in hundreds."""
    lost = rng.choice(len(evidence.series), size=2, replace=False)
    rows = [replace(row, value=row.value / (100 if i in lost else 1)) for i, row in enumerate(evidence.series)]
    return replace(evidence, series=tuple(rows))


def _changed_unit(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    """From the middle on the series is in thousands."""
    middle = len(evidence.series) // 2
    rows = [replace(row, value=row.value / (1000 if i >= middle else 1)) for i, row in enumerate(evidence.series)]
    return replace(evidence, series=tuple(rows))


def _truncated(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    """Nobody reads the register of inspections any more, yet its coverage is said to go on."""
    rows = [row for row in evidence.reports if row.event_type != "inspection" or row.date <= STOPS_COUNTING]
    return replace(evidence, reports=tuple(rows))


def _bunched(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    """Payments are dated by the Monday of the week in which they were noticed."""
    rows = [
        replace(row, date=shift(row.date, -(days_between(date(2022, 1, 3), row.date) % 7)))
        if row.event_type == "payment"
        else row
        for row in evidence.reports
    ]
    return replace(evidence, reports=tuple(sorted(rows, key=lambda row: row.date)))


def _swapped_types(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    """The two things that the papers print are coded as each other."""
    other = {"rally": "goodwill", "goodwill": "rally"}
    rows = [replace(row, event_type=other.get(row.event_type, row.event_type)) for row in evidence.reports]
    return replace(evidence, reports=tuple(rows))


def _turned_codes(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    """The coder takes plus for minus."""
    rows = [
        replace(row, directions={driver: -value for driver, value in row.directions.items()})
        for row in evidence.reports
    ]
    return replace(evidence, reports=tuple(rows))


FAULTS = {
    "rate off by 3": Fault(
        "Inspections are said to be a third as frequent as they are", "conflict",
        "hundreds of them tell the rate, which then lies far outside its stated range", model=_rate_off_by_three,
    ),
    "missing driver": Fault(
        "The driver of complaints and inspections is left out", "structure",
        "what moves rates unseen leaves deviations that last, and that both types share", model=_missing_driver,
        data=_without_anger,
    ),
    "sign flipped": Fault(
        "Inspections are said to become rarer as anger grows; they become more frequent", "structure",
        "complaints and inspections then move together where the model expects them to move apart",
        model=_flipped_ratio,
    ),
    "codes turned": Fault(
        "The direction of every coded report is turned round", "conflict",
        "anger as coded falls when complaints become frequent; signals and rate ratios of the stated signs deny that",
        data=_turned_codes,
    ),
    "over-dispersion ignored": Fault(
        "Brawls come several at a time; the model has them come one by one", "counts",
        "their variance over mean is compared with that of replicates", model=_no_dispersion,
    ),
    "duplicated reports": Fault(
        "Half of the complaints are entered twice and not marked as the same", "timing",
        "copies fall on one day more often than separate events do", data=_duplicates,
    ),
    "leaked future": Fault(
        "Complaints are dated as known on the day they happened, three to 17 days too early", "lags",
        "the days from event to report are compared with those the scenario states", data=_leaked,
    ),
    "grades swapped": Fault(
        "A and E, B and D, 1 and 5, 2 and 4 are taken for each other", "grades",
        "codes of reports graded well then scatter as spurious ones do, and the other way round", data=_swapped_grades,
    ),
    "heavy tail": Fault(
        "Two of 26 values of the series are entered in hundreds", "series",
        "the largest residual is compared with the largest of as many draws of the noise", data=_heavy_tail,
    ),
    "unit changed": Fault(
        "From the middle on the series is entered in thousands", "prior",
        "its mean on the modelled scale then lies far below what the prior expects", data=_changed_unit,
    ),
    "wrong half-life": Fault(
        "Anger is said to last one to two years; it lasts weeks", "conflict",
        "the shocks that the path needs are larger than standard normal ones", model=_slow_driver,
    ),
    "broken hazard": Fault(
        "The crews are said to stop work a tenth as often as they do", "states",
        "the number of stops is compared with the hazard summed up over the time at risk", model=_broken_hazard,
    ),
    "season mis-coded": Fault(
        "The season of payments is said to peak in July; it peaks in January", "conflict",
        "the season that the counts show has the other sign than its stated range", model=_turned_season,
    ),
    "coverage truncated": Fault(
        "Inspections are no longer collected in the last half year, and said to be", "timing",
        "the longest silence and the number in the later half are compared with replicates", data=_truncated,
    ),
    "dates bunched": Fault(
        "Payments are dated by the Monday of their week", "timing",
        "within a step days are uniform, and pairs on one day are counted", data=_bunched,
    ),
    "types swapped": Fault(
        "The two types that the papers print are coded as each other", "shares",
        "drivers stand elsewhere when a rally is reported than the model expects", data=_swapped_types,
    ),
}  # fmt: skip
