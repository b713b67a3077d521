"""The Gamma law without SciPy: SciPy as reference."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from forecast.scenario.gamma import log_moments, quantile


@pytest.mark.parametrize("shape", [0.5, 1.5, 3.5, 12.5, 80.5])
def test_moments_of_the_log_and_quantiles(shape):
    mean, sd = log_moments(shape)
    assert mean == pytest.approx(special.digamma(shape), abs=1e-12)
    assert sd == pytest.approx(np.sqrt(special.polygamma(1, shape)), rel=1e-12)
    for probability in (1e-6, 0.05, 0.5, 0.95, 0.999):
        assert quantile(probability, shape) == pytest.approx(special.gammaincinv(shape, probability), rel=1e-9)


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1, np.nan])
def test_what_is_no_probability_is_refused(probability):
    with pytest.raises(ValueError, match="not a probability"):
        quantile(probability, 1.0)
