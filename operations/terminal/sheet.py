"""A table before it is drawn: what stands in it, not how it looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from operations.terminal.signs import visible

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Column:
    """``number``: its cells stand to the right. ``key`` is its name in JSON; the title with underscores if blank."""

    title: str
    number: bool = False
    key: str = ""

    @property
    def name(self) -> str:
        """What a program calls it."""
        return self.key or self.title.replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Row:
    """``cells`` as people read them; ``data`` as a program does, if that is more than the cells."""

    cells: tuple[Cell, ...]
    data: Mapping[str, object] | None = None
    style: str = ""


@dataclass(slots=True)
class Sheet:
    """Columns and rows; ``sections`` are the rows before which a line is drawn, ``none`` is said where no row is."""

    columns: tuple[Column, ...]
    title: str = ""
    none: str = "There is nothing to show."
    rows: list[Row] = field(default_factory=list)
    sections: list[int] = field(default_factory=list)

    def add(self, *cells: Cell, data: Mapping[str, object] | None = None, style: str = "") -> None:
        """One more row. Raises ValueError if it has more or fewer cells than there are columns."""
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns")
        self.rows.append(Row(cells, data, style))

    def section(self) -> None:
        """What is added next is set apart from what came before."""
        self.sections.append(len(self.rows))

    def texts(self) -> list[tuple[str, ...]]:
        """Every cell as it is shown: whole, on one line, nothing hidden in it."""
        return [tuple(map(shown, row.cells)) for row in self.rows]

    def data(self) -> list[Mapping[str, object]]:
        """Every row as a program reads it."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row.cells, strict=True)) if row.data is None else row.data for row in self.rows]


def columns(*titles: str, numbers: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Columns of words, then columns of numbers."""
    return (*map(Column, titles), *(Column(title, number=True) for title in numbers))


def shown(cell: Cell) -> str:
    """``1,234``; nothing for None; a text with what could not be seen spelled out."""
    if cell is None:
        return ""
    return f"{cell:,}" if isinstance(cell, int) else visible(cell)
