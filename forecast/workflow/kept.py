"""What the ledger kept of a forecast: scenario, evidence and numbers, or an error that says what is missing."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.errors import ForecastError
from forecast.evidence.records import Evidence
from forecast.ledger.entry import ForecastEntry
from forecast.ledger.store import Ledger
from forecast.scenario.file import load_scenario
from forecast.scenario.types import Scenario

if TYPE_CHECKING:  # loading the package must not load numpy: most commands do without
    import numpy as np

    from forecast.inference.posterior import Posterior

__all__ = ["errors_of", "kept_draws", "kept_evidence", "kept_scenario", "probabilities_of"]


def kept_scenario(ledger: Ledger, entry: ForecastEntry) -> Scenario:
    """Read the scenario that a forecast was made from."""
    path = ledger.checked_scenario(entry)
    if path is None:
        raise ForecastError(f"the ledger did not keep the scenario of {entry.short_id}; make a new forecast")
    return _scenario(path)


def kept_draws(ledger: Ledger, fit: ForecastEntry) -> Posterior:
    """Read the draws of a fit; what reads them again right after, as an update's report does, gets the same ones."""
    return _draws(ledger.checked_draws(fit))


@lru_cache(maxsize=1)
def _scenario(path: Path) -> Scenario:  # the ledger names files by their content
    return load_scenario(path).scenario


@lru_cache(maxsize=1)
def _draws(path: Path) -> Posterior:
    from forecast.inference.posterior import load_posterior

    return load_posterior(path)


def kept_evidence(ledger: Ledger, entry: ForecastEntry) -> Evidence:
    """Read the evidence that a forecast used."""
    kept = ledger.read_evidence(entry)
    if kept is None:
        raise ForecastError(f"the ledger did not keep the evidence of {entry.short_id}; make a new forecast")
    return kept


def probabilities_of(entry: ForecastEntry) -> np.ndarray:
    """Probability of each outcome, shape (O,)."""
    import numpy as np

    return np.array([outcome.probability for outcome in entry.outcomes])


def errors_of(entry: ForecastEntry) -> np.ndarray:
    """Monte Carlo standard error of each outcome's probability, shape (O,)."""
    import numpy as np

    return np.array([outcome.mcse for outcome in entry.outcomes])
