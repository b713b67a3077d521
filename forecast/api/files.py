"""A case's files as values: the scenario and its evidence."""

from __future__ import annotations

from pathlib import Path

from forecast.evidence import readers
from forecast.evidence.records import Evidence
from forecast.scenario import file
from forecast.scenario.types import Scenario

__all__ = ["load_scenario", "read_evidence"]


def load_scenario(path: str | Path) -> Scenario:
    """Read a scenario file.

    Parameters
    ----------
    path : str or Path
        A YAML file, such as ``priors/<case>.yaml``.

    Returns
    -------
    Scenario
        Drivers, influences, event types, series, states, transitions and outcomes, each with its 90% ranges. Frozen;
        ``scenario.model_copy(update=...)`` makes a changed one, which :func:`fit` checks again.

    Raises
    ------
    NotFoundError
        When there is no such file.
    InputError
        With every problem in the file, each with its line and key.

    Examples
    --------
    >>> scenario = load_scenario("priors/case.yaml")
    >>> for name, driver in scenario.drivers.items():
    ...     low, high = driver.at_start
    ...     assert low < high, name
    """
    return file.load_scenario(Path(path)).scenario


def read_evidence(folder: str | Path, scenario: Scenario) -> Evidence:
    """Read and check all evidence of a case; it is not cut at any date yet.

    Parameters
    ----------
    folder : str or Path
        Holds events.csv, series.csv and transitions.csv, and where there are any judgements.csv and questions.csv.
    scenario : Scenario
        What the rows refer to.

    Returns
    -------
    Evidence
        ``reports``, ``series``, ``judgements``, ``transitions`` and ``questions`` as frozen rows in file order. Each
        row has its three dates: when it happened, was reported and was entered.

    Raises
    ------
    InputError
        With every problem of every file, each with its line and column.

    Examples
    --------
    >>> evidence = read_evidence("data/case", scenario)
    >>> len(evidence.reports), evidence.last_reported.isoformat()
    (18, '2023-04-20')
    """
    return readers.read_evidence(Path(folder), scenario)
