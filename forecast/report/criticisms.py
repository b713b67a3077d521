"""Criticism of the model in the view: what its checks found, in a few words."""

from __future__ import annotations

from forecast.inference.status import Status
from forecast.report.fields import Frozen, Text

__all__ = ["CriticismView", "criticism_lines"]


class CriticismView(Frozen):
    """The fields of :class:`forecast.evaluation.criticism.checks.CriticismSummary`, and what they belong to.

    ``fit`` is the ledger id of the fit whose draws were checked, ``evidence_hash`` that of what was known.
    """

    fit: Text
    evidence_hash: Text
    status: Status
    passed: int
    flagged: tuple[tuple[Text, Status, Text], ...]
    comparisons: int
    rate: float


def criticism_lines(found: CriticismView | None) -> tuple[str, ...]:
    """Say how many checks passed, how they were judged, and what each of the others found."""
    if found is None:
        return ()
    total = found.passed + len(found.flagged)
    return (
        f"{found.passed} of {total} checks of the model against its evidence pass. Its tests compare"
        f" {found.comparisons} numbers, together: at most {found.rate:.0%} of right models have any of them flagged."
        " That a check passes does not show that the model is right.",
        *(f"{title}, {status}: {sentence}" for title, status, sentence in found.flagged),
    )
