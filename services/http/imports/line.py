"""One line of a file, as it was cut out of it: a JSON object, or why it is none."""

from typing import Final

from contracts.values.immutable import Immutable

OCCURRED_AT: Final = "occurred_at"
"""The column, or the field of a JSON line, that says when it happened, as the header Occurred-At of a single request.
No request of the contracts has such a field.
"""
LONGEST: Final = 400_000
"""Bytes of one line, those of a quoted cell with its line ends included: as many as a single request may have."""


class ReadLine(Immutable):
    """``number`` counts the file's lines from 1, as an editor does; a record with line ends is named by its first.

    ``body`` is the JSON object of its request; None: ``why`` it cannot be read, and at which ``character`` of it, from
    1, if that is known. ``cells`` are those of a CSV, to name the column that was meant.
    """

    number: int
    body: bytes | None
    why: str = ""
    character: int | None = None
    cells: tuple[str, ...] = ()


class Cutter:
    """Cuts a stream into lines, wherever its pieces begin and end; never holds more than one line."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._rest = bytearray()
        self._skipping = False

    def feed(self, piece: bytes) -> "list[bytes | None]":
        """The lines that end in this piece, with their ends; None in the place of one that is too long."""
        found: list[bytes | None] = []
        begin = 0
        while (end := piece.find(b"\n", begin)) >= 0:
            line = piece[begin : end + 1]
            begin = end + 1
            if self._skipping:
                self._skipping = False
            elif len(self._rest) + len(line) > self._longest:
                found.append(None)
                self._rest.clear()
            elif self._rest:
                found.append(bytes(self._rest + line))
                self._rest.clear()
            else:
                found.append(line)
        if not self._skipping:
            self._rest += piece[begin:]
            if len(self._rest) > self._longest:
                found.append(None)
                self._rest.clear()
                self._skipping = True
        return found

    def end(self) -> "list[bytes | None]":
        """The last line, if no line end followed it."""
        found: list[bytes | None] = [bytes(self._rest)] if self._rest else []
        self._rest.clear()
        return found
