"""Arrays under named dimensions: the one place where results become xarray datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["dataset", "days"]


def dataset(
    variables: Mapping[str, tuple[tuple[str, ...], Any]], coordinates: Mapping[str, Any], **attributes: Any
) -> xr.Dataset:
    """Put arrays that cannot be written to under named dimensions.

    Parameters
    ----------
    variables : mapping of str to (dimensions, array)
    coordinates : mapping of str to array, or to (dimensions, array)
        Labels of the dimensions, and other labels along them.
    **attributes
        Of the dataset; dates are written in ISO form.
    """
    import xarray as xr

    made = xr.Dataset(
        {name: (dimensions, np.array(values)) for name, (dimensions, values) in variables.items()},
        coords=dict(coordinates),
        attrs={key: value.isoformat() if isinstance(value, date) else value for key, value in attributes.items()},
    )
    for variable in made.variables.values():
        if isinstance(variable.data, np.ndarray):
            variable.data.flags.writeable = False
    return made


def days(dates: Sequence[date]) -> np.ndarray:
    """Dates as a coordinate that xarray can slice."""
    return np.array(dates, dtype="datetime64[ns]")
