"""What the books show beside the invariants: what waits, and numbers worth knowing."""

from typing import Final

from operations.verify.books import Books
from operations.verify.report import Counted, Waiting

SHOWN: Final = 10
"""Offenders, and examples of what waits, that are named."""

_WAITING: Final = """
    WITH waiting (what, name) AS (
        SELECT 'requests that ' || kind, subject FROM waits
        UNION ALL SELECT 'orders on hold', order_id FROM orders WHERE held
        UNION ALL SELECT 'documents that are not as a service writes them, left out', substr(place, 10)
            FROM unreadable WHERE place LIKE 'document %'
        UNION ALL SELECT 'records of events, internal topics and dead letters that no service wrote, left out',
            substr(place, instr(place, ' ') + 1) FROM unreadable WHERE place NOT LIKE 'document %'
        UNION ALL SELECT 'invoices that are being prepared', number FROM kept_invoices WHERE NOT done
        UNION ALL SELECT 'requests not read yet by ' || service, address
            FROM fates JOIN requests USING (address) WHERE fate = 'unread'
        UNION ALL SELECT 'messages saved by ' || service || ', not in the log when it was read', id
            FROM said p WHERE at_offset IS NULL AND NOT EXISTS (
                SELECT 1 FROM said q WHERE q.service = p.service AND q.id = p.id AND q.topic = p.topic
                    AND q.lane = p.lane AND q.at_offset IS NOT NULL
            )
    )
"""
_DUPLICATES: Final = """
    SELECT coalesce(sum(copies - 1), 0) FROM (
        SELECT count(*) AS copies FROM said WHERE at_offset IS NOT NULL GROUP BY service, id, topic, lane
        UNION ALL SELECT count(*) FROM passed WHERE at_offset IS NOT NULL GROUP BY address, topic, lane
    )
"""


def waits(books: Books) -> tuple[Waiting, ...]:
    """What waits, by what it waits for, with the first ids of each."""
    kinds = list(books.rows(f"{_WAITING} SELECT what, count(*) FROM waiting GROUP BY what ORDER BY what"))  # noqa: S608  our own words
    return tuple(Waiting(what, count, _names(books, what)) for what, count in kinds)


def _names(books: Books, what: str) -> tuple[str, ...]:
    query = f"{_WAITING} SELECT DISTINCT name FROM waiting WHERE what = ? ORDER BY name LIMIT {SHOWN}"  # noqa: S608
    return tuple(name for (name,) in books.rows(query, (what,)))


def counts(books: Books) -> tuple[Counted, ...]:
    """Records, repeats, duplicates on the wire, and dead letters by reason."""
    dead = books.rows("SELECT reason, count(*) FROM dead GROUP BY reason ORDER BY reason")
    return (
        Counted("records read", books.one("SELECT coalesce(sum(upto - begins), 0) FROM log")),
        Counted("repeats answered", books.one("SELECT count(*) FROM repeats")),
        Counted("duplicates on the wire", books.one(_DUPLICATES)),
        *(Counted(f"dead letters: {reason}", count) for reason, count in dead),
    )
