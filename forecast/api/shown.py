"""Results as they show themselves: tables in a notebook, and as plain text where they are printed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

__all__ = ["Shown", "Table"]

_WIDTH = 120  # characters of a printed line, as many as the commands write into a pipe


@dataclass(frozen=True)
class Table:
    """A caption, columns, rows of cells, and sentences below; a column whose name begins with ``>`` is set right."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    @property
    def html(self) -> str:
        """The table without styles of its own but the sides to which its cells are set."""
        from markupsafe import escape

        sides = [f' style="text-align:{"right" if column.startswith(">") else "left"}"' for column in self.columns]

        def line(kind: str, cells: Sequence[str]) -> str:
            made = (f"<{kind}{side}>{escape(cell)}</{kind}>" for side, cell in zip(sides, cells, strict=True))
            return f"<tr>{''.join(made)}</tr>"

        head = line("th", [column.removeprefix(">") for column in self.columns])
        body = "".join(line("td", row) for row in self.rows)
        below = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return (
            f"<table><caption>{escape(self.caption)}</caption><thead>{head}</thead><tbody>{body}</tbody></table>{below}"
        )

    @property
    def text(self) -> str:
        """The table in lines of at most 120 characters."""
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table as Lines
        from rich.text import Text

        lines = Lines(box=SIMPLE_HEAD, pad_edge=False)
        for i, column in enumerate(self.columns):
            number = column.startswith(">")
            lines.add_column(
                column.removeprefix(">"),
                justify="right" if number else "left",
                min_width=max(len(row[i]) for row in self.rows) if number and self.rows else None,
                overflow="fold",
            )
        for row in self.rows:
            lines.add_row(*map(Text, row))  # Text: brackets in data are no markup
        written = StringIO()
        console = Console(file=written, width=_WIDTH, color_system=None)
        for part in (self.caption, lines, *self.notes):
            console.print(Text(part) if isinstance(part, str) else part)
        return "\n".join(map(str.rstrip, written.getvalue().rstrip().splitlines()))


class Shown(ABC):
    """What is read as tables."""

    @abstractmethod
    def _tables(self) -> Iterator[Table]: ...

    def _repr_html_(self) -> str:
        return "".join(table.html for table in self._tables())

    def __str__(self) -> str:
        """All tables as text."""
        return "\n\n".join(table.text for table in self._tables())
