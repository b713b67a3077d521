"""Checks against conventions, of what other commands compute: sampler, power-scaling, single reports."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast.evaluation.criticism.checks import Bars, Check
from forecast.evaluation.criticism.held_out import MANY_K
from forecast.inference.status import (
    FAIL_DIVERGENT_SHARE,
    FAIL_ESS,
    FAIL_RHAT,
    REVIEW_BFMI,
    REVIEW_ESS,
    REVIEW_RHAT,
    Diagnostics,
)
from forecast.projection.explanation import LeftOut
from forecast.projection.power_scaling import SENSITIVE_SHIFT, Scaled, ScalingVerdict

__all__ = ["influence_check", "sampler_check", "scaling_check"]

INFLUENTIAL = 0.10  # of a probability: a convention
_MOST_REPORTS = 20


def sampler_check(found: Diagnostics) -> Check:
    """Say whether the draws can be trusted, by the rule that every forecast is judged by."""
    rows = (
        ("largest R-hat", found.max_rhat, f"above {REVIEW_RHAT}", f"above {FAIL_RHAT}"),
        ("smallest bulk ESS", found.min_ess_bulk, f"under {REVIEW_ESS}", f"under {FAIL_ESS}"),
        ("smallest tail ESS", found.min_ess_tail, f"under {REVIEW_ESS}", f"under {FAIL_ESS}"),
        ("divergences", found.divergences, "any", f"more than {FAIL_DIVERGENT_SHARE:.0%} of draws"),
        ("smallest BFMI", found.min_bfmi, f"under {REVIEW_BFMI}", "never"),
    )
    share = np.array(
        [
            (found.max_rhat - 1) / (REVIEW_RHAT - 1),
            REVIEW_ESS / found.min_ess_bulk,
            REVIEW_ESS / found.min_ess_tail,
            found.divergences,
            REVIEW_BFMI / found.min_bfmi if found.min_bfmi else np.inf,
        ]
    )
    said = "; ".join(found.reasons)
    return Check(
        key="sampler",
        title="Sampler",
        kind="guide",
        status=found.status,
        statistic=found.max_rhat,
        threshold=REVIEW_RHAT,
        statistic_name="largest R-hat",
        source="Vehtari et al. (2021), Bayesian Analysis 16(2); Betancourt (2016), arXiv:1604.00695",
        sentence=f"The draws need a look: {said}."
        if said
        else f"The chains agree: R-hat is at most {found.max_rhat:.3f} and {found.min_ess_bulk:.0f} effective draws or"
        " more are left.",
        columns=("Diagnostic", ">Value", ">REVIEW", ">FAIL"),
        rows=rows,
        picture=Bars(tuple(row[0] for row in rows), share, 1.0, "share of the threshold for REVIEW"),
    )


def scaling_check(scaled: Sequence[Scaled], verdicts: Sequence[ScalingVerdict], outcomes: Sequence[str]) -> Check:
    """Say which outcomes prior and evidence pull apart. It is no test: right models can show it."""
    whole = {item.component: item for item in scaled}
    shift = {name: whole[name].shift if name in whole else np.zeros(len(outcomes)) for name in ("prior", "likelihood")}
    conflict = [name for name, verdict in zip(outcomes, verdicts, strict=True) if verdict == "prior-data conflict"]
    both = np.nan_to_num(np.abs([*shift.values()])).min(axis=0)
    return Check(
        key="power_scaling",
        title="Power-scaling of prior and evidence",
        kind="guide",
        status="REVIEW" if conflict else "PASS",
        statistic=float(len(conflict)),
        threshold=0.0,
        statistic_name="outcomes that prior and evidence pull apart",
        source="Kallioinen et al. (2024), Statistics and Computing 34, 57: a gradient of 0.05",
        sentence=f"Prior and evidence pull apart in {', '.join(conflict)}; `forecast sensitivity` shows which part."
        if conflict
        else "In no outcome do prior and evidence clearly pull apart.",
        columns=("Outcome", ">Prior", ">Evidence", "Hangs on"),
        rows=tuple(
            (name, float(shift["prior"][o]), float(shift["likelihood"][o]), verdicts[o])
            for o, name in enumerate(outcomes)
        ),
        picture=Bars(tuple(outcomes), both, SENSITIVE_SHIFT, "smaller of both shifts per doubling, in sd"),
    )


def influence_check(left_out: Sequence[LeftOut], outcomes: Sequence[str]) -> Check:
    """Say whether any single report holds up an outcome."""
    sized = sorted(left_out, key=lambda item: -float(np.abs(item.change).max()))
    rough = sum(item.rough for item in sized)
    over = [item for item in sized if np.abs(item.change).max() > INFLUENTIAL]
    largest = float(np.abs(sized[0].change).max()) if sized else 0.0
    cannot = f"; of {rough} in {len(sized)} only a fit without it could tell" if rough else ""
    if not sized:
        sentence = "There is no report to leave out."
    else:
        which = outcomes[int(np.abs(sized[0].change).argmax())]
        sentence = (
            f"Without {sized[0].id}, the report that matters most, {which} would move by {100 * largest:.1f} points"
            f"{cannot}."
        )
    return Check(
        key="influence",
        title="Single reports",
        kind="guide",
        status="REVIEW" if over or rough > MANY_K * len(sized) else "PASS",
        statistic=largest,
        threshold=INFLUENTIAL,
        statistic_name="largest change of a probability without one report",
        source="ten percentage points, or more than a tenth of reports with Pareto k over its limit (Vehtari et al."
        " 2024, JMLR 25(72)), conventions",
        sentence=sentence,
        columns=("Report", "What", ">Largest change", ">MC error", ">Pareto k"),
        rows=tuple(
            (
                item.id,
                item.text,
                float(item.change[worst := int(np.abs(item.change).argmax())]),
                float(item.mcse[worst]),
                item.pareto_k,
            )
            for item in sized[:_MOST_REPORTS]
        ),
        picture=Bars(
            tuple(item.id for item in sized[:_MOST_REPORTS]),
            np.array([float(np.abs(item.change).max()) for item in sized[:_MOST_REPORTS]]),
            INFLUENTIAL,
            "largest change of a probability",
        )
        if sized
        else None,
    )
