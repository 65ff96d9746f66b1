"""What happened to a subscription: its newest rows stand in it, the older ones in documents of their own, written once
and never read by a decision. A parcel that is corrected day by day makes no document grow without end.
"""

from collections.abc import Mapping
from typing import Final

from services.engine.core.document import Document, replace
from services.fulfillment.documents.ledger import Entry, Row

KEPT: Final = 25
"""Rows that stay in a subscription when it has twice as many."""


class PastRows(Document):
    """The rows of one subscription that are older than those in it and in documents with a higher place."""

    order_id: str
    number: int
    rows: tuple[Row, ...]


def past_id(order_id: str, number: int, place: int) -> str:
    """The id of a subscription's older rows, ``place`` from 1."""
    return f"{order_id}/{number}/{place:05d}"


def split_histories(order_id: str, entries: Mapping[int, Entry]) -> tuple[Mapping[int, Entry], Mapping[str, PastRows]]:
    """The subscriptions as they are kept, and by id what becomes a document of its own."""
    long = [number for number, entry in entries.items() if entry.history and len(entry.history) >= 2 * KEPT]
    if not long:
        return entries, {}
    kept, past = dict(entries), dict[str, PastRows]()
    for number in long:
        entry = entries[number]
        rows = entry.history or ()
        place = entry.past + 1
        kept[number] = replace(entry, history=rows[-KEPT:], past=place)
        past[past_id(order_id, number, place)] = PastRows(order_id=order_id, number=number, rows=rows[:-KEPT])
    return kept, past
