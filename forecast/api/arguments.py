"""What users of the API give, and how they are told what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import overload

from forecast.errors import InputError, Problem
from forecast.timegrid import iso_date

__all__ = ["day_of", "in_python_words", "wrong_argument"]


@overload
def day_of(value: date | str, name: str) -> date: ...


@overload
def day_of(value: date | str | None, name: str) -> date | None: ...


def day_of(value: date | str | None, name: str) -> date | None:
    """Read a day given as a date or in ISO form.

    Raises
    ------
    InputError
        When it is neither; names the argument.
    """
    if not isinstance(value, str):
        return value
    try:
        return iso_date(value)
    except ValueError as error:
        raise wrong_argument(name, str(error)) from None


def wrong_argument(name: str, message: str) -> InputError:
    """Make the error for one argument."""
    return InputError([Problem("", 0, name, message)])


@contextmanager
def in_python_words(other: Mapping[str, str] | None = None) -> Iterator[None]:
    """Name arguments as in Python where the steps of a command name options: ``as_of`` for ``--as-of``.

    Parameters
    ----------
    other : mapping of str to str, optional
        Options whose argument has another name.
    """
    try:
        yield
    except InputError as error:
        found = [replace(item, key=_argument(item.key, other or {})) for item in error.problems]
        raise InputError(found) from None


def _argument(key: str, other: Mapping[str, str]) -> str:
    if not key.startswith("--"):
        return key
    return other.get(key) or key[2:].replace("-", "_")
