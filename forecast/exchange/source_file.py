"""An export as rows of cells with the line on which each begins; what is wrong with its form is collected."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from forecast.errors import InputError, Problem
from forecast.exchange.mapping import FileForm

__all__ = ["SourceFile"]

_SEPARATORS = {"comma": ",", "tab": "\t", "semicolon": ";"}


class SourceFile:
    """A file that somebody else wrote.

    Parameters
    ----------
    path : Path
        UTF-8, with or without a byte order mark.
    form : FileForm

    Attributes
    ----------
    columns : tuple of str
        Of its header, or as the form gives them.
    problems : list of Problem
        Grows while rows are read.

    Raises
    ------
    InputError
        When it cannot be read, is not UTF-8, is empty, its header is not separated as the form says, or a name stands
        twice in it.
    """

    def __init__(self, path: Path, form: FileForm) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._text = _text_of(path)
        self._separator = _SEPARATORS[form.separator]
        self._other_form = f"one cell: the mapping says that a {form.separator} separates cells; is this its file?"
        self._headed = form.columns is None
        self.columns = form.columns or self._header()
        if self._headed and len(self.columns) == 1:
            raise InputError([Problem(str(path), 1, "", f"the header has {self._other_form}")])
        if twice := sorted({name for name in self.columns if self.columns.count(name) > 1}):
            raise InputError([Problem(str(path), 1, name, "the column is given twice") for name in twice])

    def problem(self, line: int, column: str, message: str) -> None:
        """Note that something is wrong with a row."""
        self.problems.append(Problem(str(self.path), line, column, message))

    def rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield the rows that have as many cells as there are columns; blank lines are passed over."""
        reader = self._reader()
        line = 1
        try:
            if self._headed:
                next(reader, None)
            while True:
                line = reader.line_num + 1
                cells = next(reader, None)
                if cells is None:
                    return
                if len(cells) == len(self.columns):
                    yield line, cells
                elif line == 1 and len(cells) == 1:
                    self.problem(line, "", f"the row has {self._other_form}")
                    return  # so has every other
                elif cells:
                    self.problem(line, "", f"the row has {len(cells)} cells, the file {len(self.columns)} columns")
        except csv.Error as error:
            self.problem(line, "", f"not valid CSV: {error}")  # nothing after it can be read

    def _header(self) -> tuple[str, ...]:
        try:
            return tuple(name.strip() for name in next(self._reader()))
        except csv.Error as error:
            raise InputError([Problem(str(self.path), 1, "", f"not valid CSV: {error}")]) from None

    def _reader(self) -> Any:
        lines = io.StringIO(self._text, newline="")
        if self._separator == "\t":
            return csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return csv.reader(lines, delimiter=self._separator, strict=True)


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise InputError([Problem(str(path), 0, "", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{error.object[error.start]:02x}; save the file with UTF-8 encoding"
        raise InputError([Problem(str(path), line, "", message)]) from None
    if not text.strip():
        raise InputError([Problem(str(path), 1, "", "the file is empty")])
    return text
