"""Columns of many rows: what repeats is kept once, and worked on once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Coded", "Numbering"]


class Numbering[Value: Hashable](dict[Value, int]):
    """Numbers values from 0 in the order in which they are first asked for."""

    def __missing__(self, value: Value) -> int:
        """Give a new value the next number."""
        self[value] = number = len(self)
        return number

    def codes(self, values: Sequence[Value]) -> np.ndarray:
        """Numbers of some values, int32."""
        return np.fromiter(map(self.__getitem__, values), np.int32, len(values))


@dataclass(frozen=True, eq=False)
class Coded[Value: Hashable]:
    """A column of n rows in which values repeat.

    Attributes
    ----------
    code : ndarray of int32, shape (n,)
        Which of the values each row has.
    values : sequence
        Distinct ones, but see :meth:`each`; some may be in no row.
    """

    code: np.ndarray
    values: Sequence[Value]

    @classmethod
    def of(cls, rows: Sequence[Value]) -> Coded[Value]:
        """Code a column, its values in the order in which they first appear."""
        numbering: Numbering[Value] = Numbering()
        return cls(numbering.codes(rows), list(numbering))

    @classmethod
    def each(cls, rows: Sequence[Value]) -> Coded[Value]:
        """A column in which hardly any value repeats: each row keeps its own, and looking for equals is saved."""
        return cls(np.arange(len(rows), dtype=np.int32), rows)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.code)

    def __getitem__(self, row: int) -> Value:
        """Value of one row."""
        return self.values[self.code[row]]

    def rows(self) -> list[Value]:
        """Value of each row."""
        return list(map(self.values.__getitem__, self.code.tolist()))

    def take(self, index: np.ndarray) -> Coded[Value]:
        """Return some rows, by position or by a mask."""
        return Coded(self.code[index], self.values)

    def map[Other: Hashable](self, change: Callable[[Value], Other]) -> Coded[Other]:
        """Change every value; those that become equal become one."""
        changed = Coded.of([change(value) for value in self.values])
        return Coded(changed.code[self.code], changed.values)

    def numbers(self, of: Callable[[Value], Any], dtype: type) -> np.ndarray:
        """A number for each row that depends on its value alone."""
        return np.fromiter(map(of, self.values), dtype, len(self.values))[self.code]

    def isin(self, wanted: Collection[Value]) -> np.ndarray:
        """Which rows have one of some values."""
        return self.numbers(wanted.__contains__, bool) if wanted else np.zeros(len(self), dtype=bool)

    def paired[Other: Hashable](self, other: Coded[Other]) -> Coded[tuple[Value, Other]]:
        """Code two columns as one of pairs."""
        n = len(other.values)
        both = Coded.of((self.code.astype(np.int64) * n + other.code).tolist())
        return Coded(both.code, [(self.values[pair // n], other.values[pair % n]) for pair in both.values])

    def canonical(self) -> Coded[Value]:
        """The same column with only the values that are in it, in the order of their first rows."""
        n = len(self.code)
        first = np.full(len(self.values), n)
        first[self.code[::-1]] = np.arange(n)[::-1]  # of several rows of one value the last written here is the first
        order = np.argsort(first, kind="stable")[: np.count_nonzero(first < n)]
        place = np.empty(len(self.values), np.int32)
        place[order] = np.arange(len(order))
        return Coded(place[self.code], [self.values[i] for i in order.tolist()])
