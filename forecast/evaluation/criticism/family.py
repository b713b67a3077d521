"""The family-wise rule: of right models at most a stated share has any test that is not PASS.

Each of C tests gets an equal part of the rate, and Holm's rule (1979, Scandinavian Journal of Statistics 6(2)) shares
it among the comparisons of the test. The bound needs chances that are uniform under a right model, or larger; those
from posterior replicates are, in the worst case that theory allows, half as large (see :func:`compare.among`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.evaluation.criticism.checks import Check, Comparison, Criticism, Picture, Positions, short
from forecast.inference.status import Status

__all__ = ["FAIL_REACHES", "RATE", "Test", "judge_family"]

RATE = 0.05  # of right models that are flagged: a convention
FAIL_REACHES = 3.0  # 90% half-ranges from the middle: 4.9 standard deviations of a normal, a convention
_COLUMNS = ("What", ">Data", ">Model, 90%", ">Chance", ">Adjusted", "Verdict")
_SOURCE = (
    "5% of right models flagged over all tests together, shared equally among the tests and by Holm (1979) within one;"
    " FAIL from three 90% half-ranges away"
)
_MOST_PICTURED = 24


@dataclass(frozen=True)
class Test:
    """Comparisons that are told together.

    Attributes
    ----------
    key, title : str
        As in :class:`Check`.
    about : str
        What is compared, as the object of "agrees with".
    comparisons : tuple of Comparison
        None where the data have nothing to compare.
    picture : Picture, optional
        In place of the positions of the comparisons.
    """

    __test__ = False  # for pytest: not a test of the program

    key: str
    title: str
    about: str
    comparisons: tuple[Comparison, ...]
    picture: Picture | None = None


def judge_family(tests: Sequence[Test], guides: Sequence[Check] = ()) -> Criticism:
    """Judge all tests together and set the guides beside them, those first that were given first."""
    share = sum(bool(test.comparisons) for test in tests)
    judged = tuple(_judged(test, share) for test in tests)
    return Criticism((*guides, *judged), sum(len(test.comparisons) for test in tests), RATE)


def holm(p: np.ndarray) -> np.ndarray:
    """Adjusted chances, at most 1: all at most a given rate are rejected."""
    order = np.argsort(p)
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    return np.minimum(adjusted, 1)


def _judged(test: Test, share: int) -> Check:
    if not test.comparisons:
        return Check(
            test.key, test.title, "test", "PASS", 1.0, RATE, "smallest adjusted chance", _SOURCE,
            f"The data hold nothing to compare {test.about} by.", _COLUMNS, (), None,
        )  # fmt: skip
    adjusted = np.minimum(holm(np.array([item.p for item in test.comparisons])) * share, 1)
    items = [replace(item, adjusted=float(value)) for item, value in zip(test.comparisons, adjusted, strict=True)]
    items.sort(key=lambda item: (item.p, -abs(item.position)))
    statuses = [_status(item) for item in items]
    status: Status = "FAIL" if "FAIL" in statuses else "REVIEW" if "REVIEW" in statuses else "PASS"
    shown = items[:_MOST_PICTURED]
    return Check(
        key=test.key,
        title=test.title,
        kind="test",
        status=status,
        statistic=float(adjusted.min()),
        threshold=RATE,
        statistic_name="smallest adjusted chance",
        source=_SOURCE,
        sentence=_sentence(test, items, statuses),
        columns=_COLUMNS,
        rows=tuple(
            (item.name, item.found, f"{short(item.low)} to {short(item.high)}", item.p, item.adjusted, verdict)
            for item, verdict in zip(items, statuses, strict=True)
        ),
        picture=test.picture
        or Positions(
            tuple(item.name for item in shown),
            np.array([item.position for item in shown]),
            np.array([verdict != "PASS" for verdict in statuses[:_MOST_PICTURED]]),
        ),
    )


def _status(item: Comparison) -> Status:
    if item.adjusted > RATE:
        return "PASS"
    return "FAIL" if abs(item.position) >= FAIL_REACHES else "REVIEW"


def _sentence(test: Test, items: Sequence[Comparison], statuses: Sequence[Status]) -> str:
    first, n_flagged = items[0], sum(status != "PASS" for status in statuses)
    one = len(items) == 1
    if not n_flagged:
        many = "the one number" if one else f"all {len(items)} numbers"
        return f"The model agrees with {test.about}: {many} compared could well have come from it."
    side = "above" if first.position > 0 else "below"
    more = f", and {n_flagged - 1} more of {len(items)} do not fit" if n_flagged > 1 else ""
    return (
        f"The model disagrees with {test.about}: {first.name} is {short(first.found)}, {side} the"
        f" {short(first.low)} to {short(first.high)} it expects{more}."
    )
