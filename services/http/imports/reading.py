"""A file as it streams in, read line by line: JSON lines, or CSV with a header. Bounded, whatever the file's size."""

import csv
from collections.abc import Iterator
from typing import Final, Protocol

from pydantic import BaseModel
from pydantic_core import to_json

from contracts.wire.lines import HINT, looks_like_a_line
from services.http.imports.columns import Columns, Unknown
from services.http.imports.line import LONGEST, Cutter, ReadLine
from services.http.imports.quotes import scan, separator_of
from services.http.telling.problem import Fault, fault

BOM: Final = b"\xef\xbb\xbf"
TOO_LONG: Final = f"longer than {LONGEST:,} bytes"
NOT_UTF8: Final = "not UTF-8"


class Reader(Protocol):
    """Reads one file."""

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        """Columns that nobody knows."""

    def feed(self, piece: bytes) -> Iterator[ReadLine]:
        """The lines that end in this piece. Raises ``Problem`` if the file as a whole cannot be read."""

    def end(self) -> Iterator[ReadLine]:
        """The last ones. Raises ``Problem`` if there was nothing to read at all."""

    def heading_of(self, line: ReadLine, pointer: str) -> str | None:
        """The column that a pointer into the line's request means; None: there are no columns."""


class JsonLines:
    """Each line one JSON object; empty lines are nothing."""

    unknown: tuple[Unknown, ...] = ()

    def __init__(self) -> None:
        self._cutter = Cutter()
        self._number = 0

    def feed(self, piece: bytes) -> Iterator[ReadLine]:
        """The lines that end in this piece."""
        return self._read(self._cutter.feed(piece))

    def end(self) -> Iterator[ReadLine]:
        """The last line."""
        return self._read(self._cutter.end())

    def _read(self, lines: list[bytes | None]) -> Iterator[ReadLine]:
        for line in lines:
            self._number += 1
            if line is None:
                yield ReadLine(self._number, None, TOO_LONG)
                continue
            body = (line.removeprefix(BOM) if self._number == 1 else line).rstrip(b"\r\n")
            if body.strip():
                yield ReadLine(self._number, body)

    def heading_of(self, line: ReadLine, pointer: str) -> str | None:
        """JSON has no columns."""
        del line, pointer
        return None


def hint_of(body: bytes) -> str:
    """What is said besides of a line that looks like a part of a larger document."""
    return HINT.replace("one record", "one line") if looks_like_a_line(body) else ""


class CsvLines:
    """A header, then one request a record. The separator is found from the header; UTF-8, with or without a BOM."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._model = model
        self._cutter = Cutter()
        self._number = 0
        self._first = 0
        self._open = bytearray()
        self._separator = b""
        self._columns: Columns | None = None

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        """Columns that nobody knows."""
        return () if self._columns is None else tuple(self._columns.unknown)

    def feed(self, piece: bytes) -> Iterator[ReadLine]:
        """The records that end in this piece. Raises ``Problem`` for a header that says nothing."""
        return self._read(self._cutter.feed(piece))

    def end(self) -> Iterator[ReadLine]:
        """The last record. Raises ``Problem`` if there was no header."""
        yield from self._read(self._cutter.end())
        if self._open:
            yield self._unreadable("a quote that is opened is never closed", None)
        if self._columns is None:
            raise fault(Fault.FILE_INVALID, "it is empty: the first line must be the header")

    def _read(self, lines: list[bytes | None]) -> Iterator[ReadLine]:
        for line in lines:
            self._number += 1
            found = self._line(line.removeprefix(BOM) if line is not None and self._number == 1 else line)
            if found is not None:
                yield found

    def _line(self, line: bytes | None) -> ReadLine | None:
        """The record that ends with this line; None: none does, or it is empty."""
        if not self._open:
            self._first = self._number
        if line is None or len(self._open) + len(line) > LONGEST:
            return self._unreadable(TOO_LONG, None)
        if not self._open and not line.strip():
            return None
        if not self._separator:
            self._separator = separator_of(line)
        quotes = scan(line, self._separator, inside=bool(self._open))
        before = len(self._open)
        self._open += line
        if quotes.wrong is not None:
            sign = _characters(self._open[: before + quotes.wrong])
            return self._unreadable("something follows a closing quote", sign + 1)
        if quotes.inside:
            return None
        record = bytes(self._open)
        self._open.clear()
        return self._record(record)

    def _record(self, record: bytes) -> ReadLine | None:
        try:
            text = record.decode()
        except UnicodeDecodeError as error:
            return self._unreadable(NOT_UTF8, _characters(record[: error.start]) + 1)
        try:
            cells = next(csv.reader((text,), delimiter=self._separator.decode(), strict=True))
        except csv.Error as error:
            return self._unreadable(str(error)[:200], None)
        if self._columns is None:
            self._columns = Columns(cells, self._model)
            return None
        if not any(map(str.strip, cells)):
            return None
        if len(cells) != self._columns.width:
            return self._unreadable(f"{len(cells):,} cells, the header has {self._columns.width:,}", None)
        return ReadLine(self._first, to_json(self._columns.data_of(cells)), cells=tuple(cells))

    def _unreadable(self, why: str, character: int | None) -> ReadLine:
        """Raises ``Problem`` if it is the header."""
        self._open.clear()
        if self._columns is None:
            raise fault(Fault.FILE_INVALID, f"line {self._first}, the header: {why}")
        if self._number > self._first:
            why = f"{why}; it goes on to line {self._number}"
        return ReadLine(self._first, None, why, character)

    def heading_of(self, line: ReadLine, pointer: str) -> str | None:
        """The heading of the column that was meant."""
        return None if self._columns is None else self._columns.heading_of(pointer, line.cells) or None


def _characters(content: bytes | bytearray) -> int:
    return len(content.decode("utf-8", "replace"))
