"""A sheet drawn for a width, with nothing cut: as a table if every word fits, else row by row."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from operations.terminal.sheet import Sheet
from operations.terminal.signs import visible

GAP = 2


def drawn(sheet: Sheet, width: int) -> list[RenderableType]:
    """What is printed on a terminal of so many columns."""
    heads = [visible(column.title) for column in sheet.columns]
    texts = sheet.texts()
    columns = list(zip(heads, *texts, strict=True))
    widths = fitted(
        [max(map(cell_len, column)) for column in columns],
        [max(cell_len(word) for text in column for word in text.split() or [""]) for column in columns],
        width - GAP * (len(columns) - 1),
    )
    title = [Text(visible(sheet.title), "bold")] if sheet.title else []
    body: list[RenderableType] = [*_stacked(sheet, heads, texts, width)] if widths is None else [_table(sheet, widths)]
    return [*title, *body]


def fitted(natural: Sequence[int], least: Sequence[int], room: int) -> list[int] | None:
    """How wide each column is: no narrower than its longest word. None: not all words fit side by side."""
    if sum(least) > room:
        return None
    widths = list(natural)
    while sum(widths) > room:
        widest = max((place for place in range(len(widths)) if widths[place] > least[place]), key=widths.__getitem__)
        widths[widest] -= 1
    return widths


def plain(sheet: Sheet) -> Iterator[str]:
    """The lines for a pipe: the title if there is one, the columns' titles, a line for each row; tabs between."""
    if sheet.title:
        yield visible(sheet.title)
    yield "\t".join(visible(column.title) for column in sheet.columns)
    yield from map("\t".join, sheet.texts())


def _table(sheet: Sheet, widths: Sequence[int]) -> Table:
    # The box has a blank between two columns; the padding is the rest of the gap.
    table = Table(box=box.SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False)
    for column, width in zip(sheet.columns, widths, strict=True):
        head = Text(visible(column.title))
        table.add_column(head, justify="right" if column.number else "left", overflow="fold", width=width)
    for number, (row, texts) in enumerate(zip(sheet.rows, sheet.texts(), strict=True)):
        if number in sheet.sections and number:
            table.add_section()
        table.add_row(*map(Text, texts), style=row.style or None)
    return table


def _stacked(sheet: Sheet, heads: Sequence[str], texts: Sequence[Sequence[str]], width: int) -> Iterator[Text]:
    """A row begins with its first cell; the others follow with their titles, as many on a line as fit."""
    for row, cells in zip(sheet.rows, texts, strict=True):
        yield Text(cells[0], row.style or "bold", overflow="fold")
        line = ""
        for pair in (f"{head} {cell}".strip() for head, cell in zip(heads[1:], cells[1:], strict=True) if cell):
            if line and cell_len(line) + 3 + cell_len(pair) > width:
                yield Text(line, overflow="fold")
                line = ""
            line = f"{line}   {pair}" if line else f"  {pair}"
        if line:
            yield Text(line, overflow="fold")
