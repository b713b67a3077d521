"""Restricted mean times in state of a real cohort, from its piecewise-constant rates.

Men of the cohort ``mgus2`` of the survival package: monoclonal gammopathy, then plasma cell malignancy (PCM) or death
without it, whichever comes first. Published means over the first 20 years are 8.7, 1.1 and 10.3 years (vignette
compete.Rnw of therneau/survival); the rates below are events per person-year in each period of two years.
"""

from __future__ import annotations

import numpy as np

from forecast.projection.occupancy import StateSpace, advance

# Entry to PCM, entry to death, a year.
RATES = [
    (0.00688, 0.11),
    (0.00724, 0.0815),
    (0.01019, 0.08715),
    (0.01052, 0.08269),
    (0.01252, 0.09393),
    (0.01338, 0.07224),
    (0.0189, 0.08696),
    (0.02227, 0.06125),
    (0.00924, 0.0832),
    (0.01667, 0.03333),
]


def test_mean_times_in_state_over_the_first_twenty_years():
    inf = np.full(2, np.inf)
    space = StateSpace(np.arange(3), np.array([0, 0]), np.array([1, 2]), np.arange(2), 0, np.eye(3, dtype=bool), inf)
    probability, years = np.array([[1.0], [0.0], [0.0]]), np.zeros(3)
    month = 1 / 12
    for rates in RATES:
        for _ in range(24):
            moved = advance(space, probability, np.log(rates)[:, None], month)
            years += (probability + moved)[:, 0] / 2 * month
            probability = moved
    np.testing.assert_allclose(years, [8.7, 1.1, 10.3], rtol=0, atol=0.1)
