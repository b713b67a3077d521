"""What the API promises: its names, signatures and documentation, and that importing it costs nothing."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from functools import cached_property

import pytest

import forecast
from forecast import api

HEAVY = {"arviz", "matplotlib", "nutpie", "numba", "pandas", "pymc", "pytensor", "scipy", "xarray"}

SIGNATURES = {
    "backtest": "(scenario, evidence, *, first, last, every='1w', horizon=None, known_by=None, seed, jobs=1, progress)",
    "criticise": "(fitted, *, horizon=None, simulations=0, jobs=1, progress)",
    "explain": "(fitted, *, since=None, horizon=None, leave_one_out=False)",
    "fit": "(scenario, evidence, *, as_of=None, seed, as_recorded=False, draws=1000, tune=500, chains=4, progress)",
    "load_scenario": "(path)",
    "project": "(fitted, *, horizon=None)",
    "read_evidence": "(folder, scenario)",
    "score": "(workspace, scenario=None, *, ordered=False, seed, today=None)",
    "sensitivity": "(fitted, *, horizon=None)",
    "signposts": "(fitted, *, days=None, horizon=None)",
    "update": "(fitted, evidence, *, as_of=None, progress)",
    "what_if": "(fitted, *, do=None, observe=(), horizon=None)",
}


def signature(function) -> str:
    """Names, kinds and defaults; the default of a callback is left out."""
    parameters = [
        item.replace(annotation=item.empty, default=item.empty if callable(item.default) else item.default)
        for item in inspect.signature(function).parameters.values()
    ]
    return str(inspect.Signature(parameters))


def test_the_names_are_these():
    assert set(forecast.__all__) == set(SIGNATURES)
    assert {name for name in api.__all__ if name.islower()} == set(SIGNATURES)
    assert set(SIGNATURES) <= set(dir(forecast))


@pytest.mark.parametrize("name", sorted(SIGNATURES))
def test_the_signatures_are_these(name):
    assert signature(getattr(forecast, name)) == SIGNATURES[name]


@pytest.mark.parametrize("name", sorted(SIGNATURES))
def test_every_function_tells_what_it_takes_gives_and_raises_with_an_example(name):
    function = getattr(forecast, name)
    sections = re.findall(r"^(\w+)\n-+$", inspect.getdoc(function), re.MULTILINE)
    assert sections == ["Parameters", "Returns", "Raises", "Examples"]
    for parameter in inspect.signature(function).parameters:
        assert re.search(rf"^(?:\w+, )*{parameter}(?:, \w+)* : ", inspect.getdoc(function), re.MULTILINE), parameter


@pytest.mark.parametrize("name", [name for name in api.__all__ if not name.islower()])
def test_every_result_tells_its_attributes(name):
    kind = getattr(api, name)
    assert "Attributes\n" in inspect.getdoc(kind)
    members = [item for key, item in vars(kind).items() if not key.startswith("_")]
    told = [item for item in members if isinstance(item, property | cached_property) or inspect.isfunction(item)]
    assert all(inspect.getdoc(item) for item in told)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'predict'"):
        forecast.predict  # noqa: B018


def modules_after(program: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import json, sys; {program}; print(json.dumps(sorted(sys.modules)))"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0].partition("_")[0] for name in json.loads(done.stdout)}


def test_importing_the_package_loads_nothing():
    assert not modules_after("import forecast") & {"numpy", "pydantic", "yaml", "click", *HEAVY}


def test_the_names_load_no_heavy_library_before_they_are_called():
    loaded = modules_after("from forecast import *; load_scenario")
    assert "numpy" in loaded
    assert not loaded & HEAVY
