"""Bayesian scenario forecasting: from drivers, elicited ranges and dated events to probabilities of named endings.

The names below are the Python API. They are loaded when first used: importing the package costs nothing::

    from forecast import fit, load_scenario, project, read_evidence

    scenario = load_scenario("priors/case.yaml")
    evidence = read_evidence("data/case", scenario)
    fitted = fit(scenario, evidence, as_of="2023-04-10", seed=1)
    project(fitted).data
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecast.api import (
        backtest,
        criticise,
        explain,
        fit,
        load_scenario,
        project,
        read_evidence,
        score,
        sensitivity,
        signposts,
        update,
        what_if,
    )

__all__ = [
    "backtest",
    "criticise",
    "explain",
    "fit",
    "load_scenario",
    "project",
    "read_evidence",
    "score",
    "sensitivity",
    "signposts",
    "update",
    "what_if",
]


def __getattr__(name: str) -> Any:
    """Load a name of the API at its first use (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from forecast import api

    return getattr(api, name)


def __dir__() -> list[str]:
    """The names of the API, loaded or not, beside what the module holds."""
    return sorted({*globals(), *__all__})
