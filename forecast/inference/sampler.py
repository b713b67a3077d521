"""NUTS by nutpie on the compiled density, called from its threads as machine code.

nutpie's own compilers end in the same three classes of its extension module; it has no public way in for a function
that is compiled already, so they are used here directly, in this module alone. A test samples through them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from nutpie import _lib
from nutpie.sample import CompiledModel

from forecast.model.compiled.density import sampler_functions

__all__ = ["CompiledDensity"]

_START = 1.0  # chains start evenly spread over this distance from the mode; the posterior there has spread 1


@dataclass(frozen=True, kw_only=True)
class CompiledDensity(CompiledModel):  # type: ignore[misc]  # nutpie ships no types
    """A density for ``nutpie.sample``, which stores the points themselves under the name ``point``.

    Attributes
    ----------
    words : ndarray of int64
        Scenario and evidence, see :mod:`forecast.model.compiled.tables`.
    size : int
        Numbers in a point.
    """

    words: np.ndarray
    size: int
    dims: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"point": ("unknown",)})

    @property
    def n_dim(self) -> int:
        """Numbers in a point."""
        return self.size

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of what is stored."""
        return {"point": (self.size,)}

    @property
    def coords(self) -> dict[str, Any]:
        """Labels of dimensions: none."""
        return {}

    def _make_sampler(self, settings: Any, init_mean: Any, cores: int, *reporting: Any) -> Any:
        return _lib.PySampler.from_pymc(settings, cores, self._make_model(init_mean), *reporting)

    def _make_model(self, init_mean: Any) -> Any:
        density, expand = sampler_functions()
        data = self.words.ctypes.data
        variables = _lib.PyVariable.new_variables(
            ["point"], ["float64"], [(self.size,)], {"unknown": self.size}, self.dims
        )
        return _lib.PyMcModel(
            _lib.LogpFunc(density.address, data, self),
            _lib.ExpandFunc(self.size, self.size, expand.address, data, self),
            variables,
            self.size,
            {"unknown": self.size},
            {},
            self._start,
            None,
        )

    def _start(self, seed: int) -> np.ndarray:
        return np.random.default_rng(seed).uniform(-_START, _START, self.size)
