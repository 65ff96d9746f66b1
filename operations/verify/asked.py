"""Requests as the books keep them: where each stands, its identity, whom it is about, and a scan's serials."""

from typing import Final

from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.registry import MESSAGES
from contracts.wire.envelope import Opened, opened
from contracts.wire.message import Request
from operations.verify.books import Books
from operations.verify.found import Found, address

ECHOED: Final = 128
"""Characters of a serial by which it is compared: answers repeat no more of what a label says."""


def enter_request(books: Books, service: str, found: Found) -> None:
    """Enters what somebody asked. What cannot be read has no identity: only a dead letter accounts for it."""
    where = address(found.topic, found.lane, found.offset)
    read = _opened(found)
    type_ = subject = source = id_ = None
    if read is not None:
        subjects = read.body.subjects() if read.body is not None else read.model.subjects_of(read.data or {})
        type_, source, id_ = read.model.__name__, read.source, read.id
        subject = subjects[0] if subjects else None
        if isinstance(read.body, ItemFulfillmentRequested):
            for place, serial in enumerate(read.body.serials):
                books.add("scanned", where, place, serial[:ECHOED])
    books.add("requests", where, service, found.topic, found.lane, found.offset, found.at, type_, subject, source, id_)


def _opened(found: Found) -> Opened | None:
    try:
        read = opened(found.value, found.headers, MESSAGES)
    except (ValueError, RecursionError, MemoryError):  # the services call it unreadable, too
        return None
    return read if isinstance(read, Opened) and issubclass(read.model, Request) else None
