"""Cells of a file that a spreadsheet opens: a text that it would run has an apostrophe before it.

It runs a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end, also in their wide forms and behind
blanks. Who writes such a cell puts one apostrophe before it; who reads one takes it away.
"""

from typing import Final

_BREAKS: Final = frozenset("\t\r\n")
_RUN: Final = frozenset("=+-@\uff1d\uff0b\uff0d\uff20\u2212")
MARK: Final = "'"


def runs(text: str) -> bool:
    """Whether a spreadsheet might take it for a formula."""
    return text[:1] in _BREAKS or text.lstrip()[:1] in _RUN if text else False


def escaped(text: str) -> str:
    """The cell for this text."""
    return MARK + text if runs(text) else text


def unescaped(cell: str) -> str:
    """The text of this cell."""
    return cell[1:] if cell[:1] == MARK and runs(cell[1:]) else cell
