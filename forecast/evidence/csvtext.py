"""Changes to the text of a CSV file that leave every other byte, the line ends and the quoting as they are."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

__all__ = ["append_rows", "fill_cell"]

_CELL = re.compile(r'("(?:[^"]|"")*"|[^,\r\n]*)(?:,|\r\n|\r|\n|\Z)')
_LINE_END = re.compile(r"(?:\r\n|\r|\n)\Z")


class _RawRow(NamedTuple):
    line: int
    start: int
    text: str


def append_rows(content: bytes, rows: Sequence[Mapping[str, str]]) -> tuple[bytes, int]:
    r"""Add rows at the end.

    A row has the header's columns in the header's order, the line end of the last row that has one, and quotes
    around every cell where the last row has them. A file whose last line is not ended keeps that habit.

    Parameters
    ----------
    content : bytes
        UTF-8 with a header, as :class:`forecast.evidence.tables.Table` accepts it.
    rows : sequence of mapping of column to str
        Cells without line ends; columns left out are blank.

    Returns
    -------
    (bytes, int)
        The whole new content, which begins with the old, and the line of the first new row.

    Examples
    --------
    >>> append_rows(b"day,what\r\n1,rain", [{"what": "sun, wind", "day": "2"}])
    (b'day,what\r\n1,rain\r\n2,"sun, wind"', 3)
    """
    text = content.decode("utf-8-sig")
    lines, there = _read(text)
    if not rows:
        return content, len(lines) + 1
    ends = [match[0] for row in there if (match := _LINE_END.search(row.text))]
    end = ends[-1] if ends else "\n"
    columns = _columns(there)
    quoted = all(cell[1].startswith('"') for cell in _cells(there[-1], len(columns)))
    added = end.join(_written([row.get(name, "") for name in columns], quoted=quoted) for row in rows)
    return content + (added + end if _LINE_END.search(text) else end + added).encode(), len(lines) + 1


def fill_cell(content: bytes, line: int, column: str, value: str) -> bytes:
    r"""Write a value over one cell.

    Parameters
    ----------
    content : bytes
        UTF-8 with a header, as :class:`forecast.evidence.tables.Table` accepts it.
    line : int
        Where the row begins, counted from 1.
    column : str
        Its name in the header.
    value : str
        Stands in quotes where the cell did.

    Examples
    --------
    >>> fill_cell(b'day,end,what\n1,,rain\n2,,"sun, wind"\n', 2, "end", "3")
    b'day,end,what\n1,3,rain\n2,,"sun, wind"\n'
    """
    text = content.decode("utf-8-sig")
    _, rows = _read(text)
    columns = _columns(rows)
    (row,) = (row for row in rows if row.line == line)
    cell = _cells(row, len(columns))[columns.index(column)]
    start, stop = (row.start + place for place in cell.span(1))
    changed = text[:start] + _written([value], quoted=cell[1].startswith('"')) + text[stop:]
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    return mark + changed.encode()


def _read(text: str) -> tuple[list[str], list[_RawRow]]:
    """Split into lines, and into rows that are not blank; a quoted cell may span lines."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, strict=True)
    rows: list[_RawRow] = []
    above = start = 0
    for cells in reader:
        raw = "".join(lines[above : reader.line_num])
        if cells:
            rows.append(_RawRow(above + 1, start, raw))
        above, start = reader.line_num, start + len(raw)
    return lines, rows


def _columns(rows: Sequence[_RawRow]) -> list[str]:
    return [name.strip() for name in next(csv.reader(io.StringIO(rows[0].text, newline=""), strict=True))]


def _cells(row: _RawRow, count: int) -> list[re.Match[str]]:
    """Cells as written: group 1 of each match, with its quotes."""
    return list(_CELL.finditer(row.text))[:count]


def _written(cells: Sequence[str], *, quoted: bool) -> str:
    target = io.StringIO(newline="")
    end = "\r\n"  # given, so that cells with either character are quoted
    csv.writer(target, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerow(cells)
    return target.getvalue().removesuffix(end)
