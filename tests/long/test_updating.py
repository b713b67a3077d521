"""Draws of a fit carried on for some days agree with a new fit, where the diagnostics let them be used."""

from __future__ import annotations

from datetime import timedelta

import pytest
from update_and_refit import FIRST, bound, follow

pytestmark = pytest.mark.long

DAYS_LATER = (2, 4, 7)
FALSE_ALARM = 0.005  # of the whole test, were updating exact; seeds are fixed, so it either fails always or never


def test_reweighted_outcomes_are_those_of_a_new_fit(project_root, tmp_path):
    steps = follow(project_root, tmp_path, [FIRST + timedelta(days=n) for n in DAYS_LATER])
    reweighted = [step for step in steps if step.method == "reweight"]
    assert reweighted, "each of these dates needed a new fit, so nothing was compared"
    assert all(bool(step.errors) != bool(step.reason) for step in steps)
    errors = {(step.as_of, name): error for step in reweighted for name, error in step.errors.items()}
    assert max(map(abs, errors.values())) < bound(len(errors), FALSE_ALARM), errors
