"""One CSV file of evidence as rows of text, with every problem collected at its file, line and column."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

from forecast.errors import Problem
from forecast.evidence.wording import BLANK, not_a_number
from forecast.suggest import did_you_mean
from forecast.timegrid import iso_date

__all__ = ["Row", "Table"]

_BLOCK = 512  # lines cut at a time: they should stay in the processor's cache
_iso_date = lru_cache(maxsize=4096)(iso_date)  # files repeat few dates many times


class Table:
    """A CSV file with a known header, and what is wrong with it.

    Parameters
    ----------
    path : Path
        The file.
    columns : sequence of str
        Exactly the columns it must have, in any order.
    content : bytes, optional
        What to read in place of what the file holds.

    Attributes
    ----------
    problems : list of Problem
        Grows while rows are read.
    header : tuple of str
        Columns as the file has them, known once rows are read; empty when it has others.
    sha256 : str
        Of the file's bytes; empty when it cannot be read.
    ids : dict of str to int
        Line of each identifier that :meth:`Row.unique` has met, also in rows with other faults.
    """

    def __init__(self, path: Path, columns: Sequence[str], content: bytes | None = None) -> None:
        self.path = path
        self._given = content
        self.columns = tuple(columns)
        self.problems: list[Problem] = []
        self.header: tuple[str, ...] = ()
        self.sha256 = ""
        self.ids: dict[str, int] = {}

    def problem(self, line: int, column: str, message: str) -> None:
        """Note that something is wrong."""
        self.problems.append(Problem(str(self.path), line, column, message))

    def rows(self) -> Iterator[Row]:
        """Yield the rows that have as many cells as the header; blank lines are passed over."""
        for lines, columns in self.blocks():
            position = {name: index for index, name in enumerate(self.header)}
            for line, cells in zip(lines, zip(*columns, strict=True), strict=True):
                yield Row(self, line, cells, position)

    def blocks(self) -> Iterator[tuple[list[int], list[Sequence[str]]]]:
        """Yield the same rows some at a time: the lines on which they begin, and their cells by column."""
        content = self._content()
        if content is None:
            return
        text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
        reader = csv.reader(text, strict=True)
        try:
            names = [name.strip() for name in next(reader, [])]
        except csv.Error as error:
            self.problem(1, "", f"not valid CSV: {error}")
            return
        if len(names) == 1 and ";" in names[0]:
            self.problem(1, "", "the columns are separated by semicolons; save the file with commas")
            return
        if not self._accepts(names):
            return
        self.header = tuple(names)
        line = reader.line_num + 1
        while lines := list(islice(text, _BLOCK)):
            if columns := _cut(lines, len(names)):
                yield list(range(line, line + len(lines))), columns
                line += len(lines)
                continue
            begins, rows, read = self._parsed(chain(lines, text), line, len(lines))
            if rows:
                yield begins, list(zip(*rows, strict=True))
            line += read

    def _parsed(self, lines: Iterator[str], line: int, count: int) -> tuple[list[int], list[list[str]], int]:
        """Read the rows that begin on so many lines: where each begins, its cells, and how many lines were read."""
        reader = csv.reader(lines, strict=True)
        begins, rows = [], []
        while reader.line_num < count:  # a quoted cell may span more lines than these
            begin = line + reader.line_num
            try:
                cells = next(reader)
            except csv.Error as error:
                self.problem(begin, "", f"not valid CSV: {error}")
                deque(lines, maxlen=0)  # nothing after it can be read
                break
            if len(cells) == len(self.header):
                begins.append(begin)
                rows.append(cells)
            elif cells:
                self.problem(begin, "", f"the row has {len(cells)} cells, the header {len(self.header)}")
        return begins, rows, reader.line_num

    def _content(self) -> bytes | None:
        """Bytes of the file, found to be text."""
        try:
            content = self.path.read_bytes() if self._given is None else self._given
        except FileNotFoundError:
            self.problem(0, "", f"the file is missing; it begins with the line {','.join(self.columns)}")
            return None
        except OSError as error:
            self.problem(0, "", f"cannot be read: {error.strerror}")
            return None
        self.sha256 = hashlib.sha256(content).hexdigest()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self.problem(line, "", f"not UTF-8: byte 0x{content[error.start]:02x}; save the file with UTF-8 encoding")
            return None
        if not text or text.isspace():
            self.problem(1, "", f"the file is empty; it begins with the line {','.join(self.columns)}")
            return None
        return content

    def _accepts(self, names: Sequence[str]) -> bool:
        before = len(self.problems)
        for name in self.columns:
            if name not in names:
                self.problem(1, name, "this column is missing")
        for index, name in enumerate(names):
            if name not in self.columns:
                missing = [column for column in self.columns if column not in names]
                self.problem(1, name, f"unknown column{did_you_mean(name, missing)}")
            elif name in names[:index]:
                self.problem(1, name, "the column is given twice")
        return len(self.problems) == before


def _cut(lines: Sequence[str], width: int) -> list[Sequence[str]] | None:
    """Columns of lines that are one whole row each, without quotes; else nothing. A third of the CSV reader's time."""
    block = "".join(lines).replace("\r\n", "\n")
    if '"' in block or "\r" in block or max(map(len, lines)) > csv.field_size_limit():
        return None
    if {line.count(",") for line in lines} != {width - 1}:
        return None
    cells = block.removesuffix("\n").replace("\n", ",").split(",")
    return [cells[place::width] for place in range(width)]


class Row:
    """One row: cells by column name, read into types; what cannot be read is noted in the table and gives None."""

    __slots__ = ("_cells", "_position", "_table", "faulty", "line")

    def __init__(self, table: Table, line: int, cells: Sequence[str], position: dict[str, int]) -> None:
        self._table = table
        self._cells = cells
        self._position = position
        self.line = line
        self.faulty = False

    def problem(self, column: str, message: str) -> None:
        """Note that a cell is wrong."""
        self.faulty = True
        self._table.problem(self.line, column, message)

    def text(self, column: str) -> str:
        """Text of a cell without surrounding blanks."""
        return self._cells[self._position[column]].strip()

    def required(self, column: str) -> str:
        """Text of a cell that must not be blank."""
        text = self.text(column)
        if not text:
            self.problem(column, BLANK)
        return text

    def unique(self, column: str) -> str:
        """Text of a cell that must not be blank nor equal that of an earlier row."""
        text = self.required(column)
        if text and self._table.ids.setdefault(text, self.line) != self.line:
            self.problem(column, f"{text!r} is given twice, first on line {self._table.ids[text]}")
        return text

    def day(self, column: str, blank: date | None = None) -> date | None:
        """Date in a cell; ``blank`` stands for a blank one."""
        text = self.text(column)
        if not text and blank is None:
            self.problem(column, BLANK)
        return self._date(column, text) if text else blank

    def optional_day(self, column: str) -> date | None:
        """Date in a cell that may be blank."""
        text = self.text(column)
        return self._date(column, text) if text else None

    def number(self, column: str) -> float | None:
        """Finite number in a cell."""
        text = self.text(column)
        if not text:
            self.problem(column, BLANK)
            return None
        try:
            value = float(text)
        except ValueError:
            self.problem(column, not_a_number(text))
            return None
        if not math.isfinite(value):
            self.problem(column, f"{text!r} is not a finite number")
            return None
        return value

    def _date(self, column: str, text: str) -> date | None:
        try:
            return _iso_date(text)
        except ValueError as error:
            self.problem(column, str(error))
            return None
