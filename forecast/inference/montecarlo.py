"""Monte Carlo errors and weighted summaries of posterior draws; NumPy only, since every update needs them at once."""

from __future__ import annotations

import numpy as np

__all__ = ["error_of_some", "monte_carlo_error", "weighted_mean", "weighted_quantile", "weighted_variance"]

_FEWEST = 8  # draws of a chain from which a correlation can be told


def monte_carlo_error(series: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """Monte Carlo standard error of the mean of per-draw series.

    Standard deviation over the square root of the effective sample size of split chains, by Geyer's initial monotone
    sequence (Vehtari et al. 2021, Bayesian Analysis 16(2)). The error of a weighted mean is that of what each draw
    contributes to it, S w (x - mean): the delta method for a ratio of means.

    Parameters
    ----------
    series : ndarray, shape (chains, draws, ...)
    weight : ndarray, shape (chains, draws), optional
        Sums to 1; equal unless given.

    Returns
    -------
    ndarray, shape (...)
        0 for a constant series.
    """
    flat = series.reshape(*series.shape[:2], -1)
    if weight is not None:
        mean = np.einsum("cd,cdi->i", weight, flat)
        flat = weight.size * weight[:, :, None] * (flat - mean)
    varies = np.ptp(flat, axis=(0, 1)) > 0
    error = np.zeros(flat.shape[2])
    if varies.any():
        used = flat[:, :, varies]
        error[varies] = used.std(axis=(0, 1), ddof=1) / np.sqrt(_effective_size(used))
    return error.reshape(series.shape[2:])


def error_of_some(contributions: np.ndarray, chain: np.ndarray) -> np.ndarray:
    """Monte Carlo standard error of the mean of what n draws contribute, not all draws of their chains.

    The draws are taken one after the other as they are met in each chain. Draws left out in between must not be counted
    as zeros: their regular gaps would hide the correlation of those that are there.

    Parameters
    ----------
    contributions : ndarray, shape (n, ...)
        Of each draw, chain after chain.
    chain : ndarray of int, shape (n,)

    Returns
    -------
    ndarray, shape (...)
    """
    n, counts = len(chain), np.unique(chain, return_counts=True)[1]
    shortest = int(counts.min())
    if shortest < _FEWEST:  # too few to see any correlation
        return np.asarray(contributions.std(axis=0, ddof=1) / np.sqrt(n))
    starts = np.cumsum(counts) - counts
    by_chain = contributions[starts[:, None] + np.arange(shortest)]
    return monte_carlo_error(by_chain) * np.sqrt(len(counts) * shortest / n)


def _effective_size(series: np.ndarray) -> np.ndarray:
    """Effective sample sizes for the means of series that vary, shape (chains, draws, i); at least 8 draws a chain."""
    half = series.shape[1] // 2
    split = np.concatenate([series[:, :half], series[:, -half:]])
    chains, n = split.shape[:2]
    covariance = _autocovariance(split).mean(axis=0)
    within = covariance[0] * n / (n - 1)
    total = covariance[0] + split.mean(axis=1).var(axis=0, ddof=1)
    correlation = 1 - (within - covariance) / total
    correlation[0] = 1
    pairs = correlation[: n - n % 2].reshape(n // 2, 2, -1).sum(axis=1)
    positive = np.cumprod(pairs > 0, axis=0).astype(bool)  # up to the first pair that is not
    falling = np.minimum.accumulate(pairs, axis=0)
    first_left = np.minimum(positive.sum(axis=0), len(pairs) - 1)
    even_left = np.take_along_axis(correlation[::2], first_left[None, :], axis=0)[0]
    time = -1 + 2 * np.where(positive, falling, 0).sum(axis=0) + np.maximum(even_left, 0)
    size = chains * n
    return size / np.maximum(time, 1 / np.log10(size))


def _autocovariance(series: np.ndarray) -> np.ndarray:
    """Of each chain, by lag along axis 1, divisor n."""
    n = series.shape[1]
    length = 1 << (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(series - series.mean(axis=1, keepdims=True), n=length, axis=1)
    return np.fft.irfft(np.abs(spectrum) ** 2, n=length, axis=1)[:, :n] / n


def weighted_mean(values: np.ndarray, weight: np.ndarray | None) -> np.ndarray:
    """Mean over the first axis; equal weights for ``None``."""
    return values.mean(axis=0) if weight is None else np.tensordot(weight, values, axes=1)


def weighted_variance(values: np.ndarray, weight: np.ndarray | None) -> np.ndarray:
    """Variance over the first axis, without bias for equal weights (divisor 1 - sum of squared weights)."""
    if weight is None:
        return values.var(axis=0, ddof=1)
    centred = values - weighted_mean(values, weight)
    return np.tensordot(weight, centred**2, axes=1) / (1 - weight @ weight)


def weighted_quantile(values: np.ndarray, probabilities: tuple[float, ...], weight: np.ndarray | None) -> np.ndarray:
    """Quantiles over the first axis, linear between draws: with equal weights those of :func:`numpy.quantile`.

    The i-th smallest draw stands at the weight before it plus half its own, rescaled so that the smallest stands at 0
    and the largest at 1.

    Returns
    -------
    ndarray, shape (probabilities, ...)
    """
    if weight is None:
        return np.quantile(values, probabilities, axis=0)
    flat = values.reshape(len(values), -1)
    order = np.argsort(flat, axis=0)
    mass = weight[order]
    place = np.cumsum(mass, axis=0) - mass / 2
    place = (place - place[0]) / (place[-1] - place[0])
    ordered = np.take_along_axis(flat, order, axis=0)
    columns = [np.interp(probabilities, place[:, i], ordered[:, i]) for i in range(flat.shape[1])]
    return np.array(columns).reshape(-1, len(probabilities)).T.reshape(len(probabilities), *values.shape[1:])
