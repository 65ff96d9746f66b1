"""The books: one temporary SQLite file in which everything that was read is joined."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from operations.verify.tables import FOUND, INDEXES, KEPT, LOG, NEWEST, ONCE, VIEWS

Row = tuple[Any, ...]
WRITTEN_AT: Final = 2000
"""Rows of one table that are gathered before they are written."""
LARGEST: Final = 2**63 - 1
CACHE_KIB: Final = 8 * 1024
"""Memory that SQLite may take for pages of the file, and once more for each thing that a query sorts; everything else
lies in the file (figures: ``docs/decisions/0083``).
"""


def _can_be_held(value: object) -> bool:
    """Whether SQLite takes it: whole numbers of 64 bits, text that is Unicode, bytes, nothing."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value)
    if isinstance(value, int):
        return -LARGEST <= value <= LARGEST
    return value is None or isinstance(value, float | bytes)


class Books:
    """Rows go in by ``add`` and come out by ``rows``. Not for more than one task at a time."""

    def __init__(self, file: Path | str) -> None:
        self._sqlite = sqlite3.connect(file, isolation_level=None)
        self._sqlite.text_factory = lambda text: text.decode("utf-8", "replace")  # ids of garbage are bytes of any kind
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE", f"cache_size = -{CACHE_KIB}"):
            self._sqlite.execute(f"PRAGMA {pragma}")
        for name, columns in {**LOG, **KEPT, **FOUND}.items():
            self._sqlite.execute(f"CREATE TABLE {name} ({columns})")
        for statement in (*INDEXES, *VIEWS):
            self._sqlite.execute(statement)
        self._insert = {name: self._insertion(name) for name in (*LOG, *KEPT, *FOUND)}
        self._gathered: dict[str, list[Row]] = defaultdict(list)
        self._entry: list[tuple[str, Row]] | None = None

    def _insertion(self, name: str) -> str:
        columns = [row[1] for row in self._sqlite.execute(f"PRAGMA table_info({name})")]
        once = "OR IGNORE " if name in ONCE else ""
        statement = f"INSERT {once}INTO {name} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608  our own names
        if name in NEWEST:
            taken = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
            statement += f" ON CONFLICT DO UPDATE SET {taken} WHERE excluded.version > {name}.version"
        return statement

    def add(self, table: str, *values: Any) -> None:
        """One more row, with a value for each column. Raises ValueError for a value that no row can hold."""
        for value in values:
            if not _can_be_held(value):
                raise ValueError(f"{type(value).__name__} that no row of {table} can hold")
        if self._entry is not None:
            self._entry.append((table, values))
        else:
            self._gather(table, values)

    @contextmanager
    def entry(self, place: str) -> Iterator[None]:
        """All rows of one record or document, or none of them. Whatever its content raises costs it alone: then it is
        entered as unreadable under ``place``, which says where it stands.
        """
        gathered: list[tuple[str, Row]] = []
        self._entry = gathered
        try:
            yield
        except Exception as error:  # noqa: BLE001  outsiders write to topics: nothing they write may end the report
            gathered.clear()
            gathered.append(("unreadable", (place, type(error).__name__)))
        finally:
            self._entry = None
        for table, values in gathered:
            self._gather(table, values)

    def _gather(self, table: str, values: Row) -> None:
        gathered = self._gathered[table]
        gathered.append(values)
        if len(gathered) >= WRITTEN_AT:
            self._write(table)

    def _write(self, table: str) -> None:
        rows = self._gathered.pop(table, None)
        if not rows:
            return
        self._sqlite.execute("BEGIN")
        at = 0
        while at < len(rows):
            before = self._sqlite.total_changes
            try:
                self._sqlite.executemany(self._insert[table], rows[at:])
                break
            except sqlite3.IntegrityError:  # two documents are one to us: ids of garbage that are read alike
                at += self._sqlite.total_changes - before
                twice = (f"document {table} {rows[at][0]!r:.200}", "stands twice")
                self._sqlite.execute(self._insert["unreadable"], twice)
                at += 1
        self._sqlite.execute("COMMIT")

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Carries a statement out over everything that was added."""
        self._written().execute(statement, values)

    def rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        """The rows of a query over everything that was added, one by one."""
        with closing(self._written().execute(query, values)) as cursor:
            yield from cursor

    def one(self, query: str, values: Sequence[Any] = ()) -> int:
        """The only number of a query."""
        return int(next(self.rows(query, values))[0])

    def forget_kept(self) -> None:
        """Empties what the databases keep, and what checkpoints had still to say, before they are read anew."""
        for name in KEPT:
            self.run(f"DELETE FROM {name}")  # noqa: S608  our own names
        for name in ("said", "passed"):
            self.run(f"DELETE FROM {name} WHERE at_offset IS NULL")  # noqa: S608
        self.run("DELETE FROM unreadable WHERE place NOT LIKE 'record %'")

    def _written(self) -> sqlite3.Connection:
        for table in tuple(self._gathered):
            self._write(table)
        return self._sqlite

    def close(self) -> None:
        """Closes the file."""
        self._sqlite.close()


@contextmanager
def temporary_books() -> Iterator[Books]:
    """Empty books in a file that is gone afterwards."""
    with TemporaryDirectory(prefix="leaseline-verify-") as folder, closing(Books(Path(folder) / "books")) as books:
        yield books
