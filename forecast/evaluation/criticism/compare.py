"""Chances of numbers at least as far out: among replicates of the data, or under a normal distribution."""

from __future__ import annotations

import math

import numpy as np

from forecast.evaluation.criticism.checks import Comparison

__all__ = ["among", "linear_in_prior", "normal"]

_UNSURE = 10  # farthest replicates, too few to say what steps numbers come in or how long a tail is
_TAIL = 250  # replicates that a tail is fitted to
_FEWEST_REPLICATES = 5000
_LEAST_SPREAD = 1e-9
_GOLDEN = (math.sqrt(5) - 1) / 2  # whose multiples, cut to their fraction, are even over any stretch
_FARTHEST = 1e-3  # replicates: no chance below this over their number is read off a tail
_Z90 = 1.6448536269514722
_LEAST_LEARNED = 0.1  # of the prior variance; what is learned differs between data sets, and one fit shows one of them


def among(name: str, found: float | np.ndarray, made: np.ndarray) -> Comparison:
    """Compare a number with its replicates.

    The chance is twice the smaller tail, ties counted on either side and one replicate added that is as extreme. Only
    where no replicate is, it is read off a generalised Pareto tail (Knijnenburg et al. 2009, Bioinformatics 25(12)):
    counted alone it could not be small enough for hundreds of numbers judged together. So under a right model a fit
    that goes wrong is met at most in 1 of R + 1 cases on either side.

    Of posterior replicates it is not uniform under a right model but, averaged over the prior, less variable than
    uniform (Meng 1994, Annals of Statistics 22(3)): each tail falls below a at most in a share 2a of right models, and
    mostly in far less than a, since the same data were used to fit.

    Parameters
    ----------
    found : float or ndarray, shape (R,)
        Of the data; one for each replicate where it depends on the parameters as well (Gelman, Meng and Stern 1996).
    made : ndarray, shape (R,)
        The same of replicated data.
    """
    centre = float(np.mean(found))
    made = made - found + centre
    low, middle, high = np.quantile(made, (0.05, 0.5, 0.95))
    slack = 1e-9 * max(1.0, abs(centre))
    tail = min(_tail(side * (made - centre), slack) for side in (1, -1))
    return Comparison(name, centre, float(low), float(middle), float(high), min(1.0, 2 * tail))


def _tail(beyond: np.ndarray, slack: float) -> float:
    """Chance that a replicate is at least as far out as 0, from R replicates."""
    n = len(beyond)
    counted = (float(np.sum(beyond >= -slack)) + 1) / (n + 1)
    if counted * (n + 1) > 1 or n < _FEWEST_REPLICATES:
        return counted
    ordered = np.sort(beyond)
    begin = ordered[-_TAIL - 1]  # ties are not torn apart
    n_tail = int(np.sum(ordered > begin + slack))
    if n_tail < _UNSURE:
        n_tail = int(np.sum(ordered >= begin - slack))
    if n_tail == n:
        return counted
    ordered = np.sort(_spread(ordered))[-n_tail - 1 :]
    excess, reach = ordered[1:] - ordered[0], -float(ordered[0])
    first = excess.mean()
    second = np.mean(excess * (1 - (np.arange(n_tail) + 0.65) / n_tail))  # probability-weighted moment
    if first <= 2 * second * (1 + _LEAST_SPREAD):
        return counted
    shape = 2 - first / (first - 2 * second)  # Hosking and Wallis (1987), Technometrics 29(3)
    scale = 2 * first * second / (first - 2 * second)
    if shape <= 0:  # a tail that ends sooner is not believed
        shape, scale = 0.0, first
    far = math.exp(-reach / scale) if shape == 0 else (1 + shape * reach / scale) ** (-1 / shape)
    return min(counted, max(n_tail / n * far, _FARTHEST / n))


def _spread(ordered: np.ndarray) -> np.ndarray:
    """Spread numbers that come in steps evenly upward over their step: the chance beyond each step stays what it is.

    Without it a tail fitted to counts that are mostly 0 or 1 ends at 1. The step is the largest gap in the upper half;
    that of continuous numbers is small, and makes their tail a little longer.

    Parameters
    ----------
    ordered : ndarray, shape (R,)
    """
    step = np.diff(ordered[len(ordered) // 2 : -_UNSURE]).max()
    return ordered + step * (np.arange(len(ordered)) * _GOLDEN % 1)


def normal(name: str, found: float, mean: float, sd: float) -> Comparison:
    """Compare a number with a normal distribution."""
    p = math.erfc(abs(found - mean) / sd / math.sqrt(2))
    return Comparison(name, found, mean - _Z90 * sd, mean, mean + _Z90 * sd, p)


def linear_in_prior(name: str, mean: float, variance: float, mcse: float, variance_mcse: float) -> Comparison:
    """Compare the posterior mean of a quantity with prior mean 0 and variance 1 with what a right model leads to.

    Over data from the prior predictive distribution the posterior mean has mean 0 and, by the law of total variance,
    variance 1 - E[posterior variance]; in a linear normal model exactly Normal(0, 1 - variance). It is the check for
    prior-data conflict of Evans and Moshonov (2006), Bayesian Analysis 1(4), with the posterior mean as statistic.
    This fit's variance stands for the expected one; where next to nothing is learned it may even exceed 1, so that
    at least a tenth is taken as learned: a shift of less than about one prior standard deviation is then no conflict.

    Parameters
    ----------
    variance : float
        Posterior variance.
    mcse, variance_mcse : float
        Monte Carlo standard errors of both; the second is given the benefit of the doubt twice.
    """
    spread = math.sqrt(max(1 - variance + 2 * variance_mcse, _LEAST_LEARNED) + mcse**2)
    return normal(name, mean, 0.0, spread)
