"""What the report says: the view as display strings, the same for the screen and for paper."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.inference.status import (
    FAIL_DIVERGENT_SHARE,
    FAIL_ESS,
    FAIL_RHAT,
    REVIEW_BFMI,
    REVIEW_ESS,
    REVIEW_RHAT,
)
from forecast.report.assumption_rows import AssumptionGroup, assumption_groups
from forecast.report.change_note import Change, change_note
from forecast.report.comparison_rows import ClaimTable, ClassSection, claim_table, class_section
from forecast.report.criticisms import criticism_lines
from forecast.report.explanation_rows import WhySection, why_section
from forecast.report.guide import GUIDE, YARDSTICK
from forecast.report.headline import headline, ranking
from forecast.report.history_rows import RivalTable, history_figure, rival_table
from forecast.report.marks import Mark, driver_marks, report_effects
from forecast.report.outlook_rows import HeldTable, SignpostTable, held_table, signpost_table, tornado_figure
from forecast.report.rows import (
    EvidenceRow,
    OutcomeRow,
    evidence_row,
    outcome_row,
    several_terms,
)
from forecast.report.tables import DriverPanel, FigureText, driver_panels, outcome_figure, state_figure
from forecast.report.view import View
from forecast.report.words import (
    Confidence,
    EvidenceBase,
    confidence,
    format_date,
    format_number,
    format_range,
)
from forecast.timegrid import days_between

__all__ = ["Page", "build_page", "evidence_base"]

_STATUS_TEXT = {
    "FAIL": "The diagnostics failed. Do not rely on these numbers and do not publish them.",
    "REVIEW": "The diagnostics ask for a review before these numbers are used.",
}
_WELL_GRADED = {"A1", "A2", "B1", "B2"}
_METHODS = {"nuts": "full fit (NUTS)", "reweight": "reweighted draws of an earlier fit"}


@dataclass(frozen=True)
class Page:
    """The whole report in display strings; what is empty or ``None`` has no section."""

    title: str
    description: str
    as_of: str
    horizon: str
    status: str
    status_text: str
    status_reasons: tuple[str, ...]
    headline: str
    headline_range: str
    change: Change | None
    outcomes: tuple[OutcomeRow, ...]
    rivals: RivalTable | None
    why: WhySection | None
    confidence: Confidence
    history_figure: FigureText | None
    outcome_figure: FigureText | None
    state_figure: FigureText | None
    drivers: tuple[DriverPanel, ...]
    marks: tuple[tuple[Mark, ...], ...]
    held: HeldTable | None
    signposts: SignpostTable | None
    tornado: FigureText | None
    outlook_note: str
    reference_classes: ClassSection | None
    evidence: tuple[EvidenceRow, ...]
    evidence_note: str
    claims: ClaimTable | None
    assumptions: tuple[AssumptionGroup, ...]
    diagnostics: tuple[tuple[str, str, str], ...]
    criticism: tuple[str, ...]
    guide: tuple[tuple[str, str], ...]
    yardstick: tuple[tuple[str, str], ...]
    provenance: tuple[tuple[str, str], ...]


def build_page(view: View) -> Page:
    """Put a view into words; outcomes stand in order of probability."""
    order = ranking(view.outcomes)
    ranked = [view.outcomes[o] for o in order]
    lead, effects, outlook = ranked[0], report_effects(view), view.outlook
    spans = several_terms(lead)
    return Page(
        title=view.title,
        description=view.description,
        as_of=f"{format_date(view.as_of)}{' (as recorded)' if view.as_recorded else ''}",
        horizon=format_date(view.horizon),
        status=view.diagnostics.status,
        status_text=_STATUS_TEXT.get(view.diagnostics.status, ""),
        status_reasons=view.diagnostics.reasons,
        headline=headline(view.outcomes, format_date(view.horizon)),
        headline_range=f"Its 80% range is {format_range(lead.low80, lead.high80, lead.mcse)}"
        + (f" and spans several terms, {spans}." if spans else "."),
        change=change_note(view),
        outcomes=tuple(map(outcome_row, ranked)),
        rivals=rival_table(view, order),
        why=why_section(view),
        confidence=confidence(evidence_base(view)),
        history_figure=history_figure(view),
        outcome_figure=outcome_figure(view) if view.path.dates else None,
        state_figure=state_figure(view) if view.path.dates and view.path.state_names else None,
        drivers=driver_panels(view),
        marks=tuple(driver_marks(view, driver, effects) for driver in view.drivers),
        held=held_table(view, outlook) if outlook else None,
        signposts=signpost_table(view, outlook) if outlook else None,
        tornado=tornado_figure(view),
        outlook_note=outlook.why_not if outlook else "",
        reference_classes=class_section(view, ranked),
        evidence=tuple(evidence_row(report, view.words, effects.get(report.id, "")) for report in view.evidence),
        evidence_note=_evidence_note(view),
        claims=claim_table(view.claims, view.words),
        assumptions=assumption_groups(view.assumptions, view.words),
        diagnostics=_diagnostics(view),
        criticism=criticism_lines(view.criticism),
        guide=GUIDE,
        yardstick=YARDSTICK,
        provenance=_provenance(view),
    )


def evidence_base(view: View) -> EvidenceBase:
    """What confidence in a forecast is judged by."""
    latest = max((report.reported for report in view.evidence), default=None)
    return EvidenceBase(
        n_reports=len(view.evidence),
        n_well_graded=sum(report.grade in _WELL_GRADED for report in view.evidence),
        age_days=None if latest is None else days_between(latest, view.as_of),
        status=view.diagnostics.status,
        narrowed=max((row.contraction for row in view.assumptions if row.key.startswith("transitions.")), default=0.0),
    )


def _evidence_note(view: View) -> str:
    shown = f"{len(view.evidence)} report{'s' * (len(view.evidence) != 1)} known by {format_date(view.as_of)}"
    values = f", with {view.n_series_values} values of numeric series" if view.n_series_values else ""
    later = "reported or entered later" if view.as_recorded else "reported later"
    left = (
        f" {view.n_ignored} row{'s' * (view.n_ignored != 1)} of the evidence file left out: "
        f"{later}, withdrawn or replaced."
        if view.n_ignored
        else ""
    )
    return f"{shown}, newest first{values}.{left}"


def _diagnostics(view: View) -> tuple[tuple[str, str, str], ...]:
    """Name, value and what is wanted, for each number that exists."""
    found = view.diagnostics
    numbers = (
        ("Largest R-hat", found.max_rhat, f"{REVIEW_RHAT} or less; above {FAIL_RHAT} fails"),
        ("Smallest bulk effective sample size", found.min_ess_bulk, f"{REVIEW_ESS} or more; under {FAIL_ESS} fails"),
        ("Smallest tail effective sample size", found.min_ess_tail, f"{REVIEW_ESS} or more; under {FAIL_ESS} fails"),
        ("Smallest BFMI", found.min_bfmi, f"{REVIEW_BFMI} or more"),
        ("Pareto k of the weights", found.pareto_k, "0.7 or less"),
    )
    rows = [
        (name, f"{value:.3f}" if "R-hat" in name else format_number(value), wanted)
        for name, value, wanted in numbers
        if value is not None
    ]
    divergences = f"{found.divergences:,} of {found.draws:,} draws"
    return (*rows, ("Divergences", divergences, f"none; above {FAIL_DIVERGENT_SHARE:.0%} fails"))


def _provenance(view: View) -> tuple[tuple[str, str], ...]:
    rows = (
        ("Scenario", view.scenario),
        ("Scenario hash", view.scenario_hash),
        ("Evidence hash", view.evidence_hash),
        ("Code version", view.code_version),
        ("Seed", str(view.seed)),
        ("As of", f"{view.as_of}{' (as recorded)' if view.as_recorded else ''}"),
        ("Horizon", view.horizon.isoformat()),
        ("Method", _METHODS[view.method]),
        ("Ledger entry", view.ledger_id or ""),
    )
    return tuple((name, value) for name, value in rows if value)
