"""What an order is found by: one small row beside it, and a tally of its lane. Both follow from the order alone.

What a list shows is not in here: it is read from the orders themselves, so nothing shown is ever an older copy, and a
scan writes to the row only when the order's status becomes another one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final, Literal

from contracts.messages.order import HoldReason, Status
from services.engine.core.document import Document, Stored
from services.engine.core.following import Part, Projection, Tally
from services.orders.documents.order import PlacedOrder
from services.orders.rules.folding import plain, words_of

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
MOST_KEYS: Final = 400
"""Beginnings of words by which one order is found, its customer's first. Only one of a hundred products has more."""
ADDRESS, ORDER, FILTER = "@", "#", "="
"""How keys begin that are no word's: an e-mail address or its domain, an order's id, a value that is filtered by."""
FINISHED: Final[Status] = "fulfilled"
"""Most orders come to it, so whoever asks for it finds a page among the newest of all: it has no index."""
PLAIN: Final = frozenset({"type:individual", "channel:shop", "term:at_once"})
"""Values that are no key, for the same reason: a key costs each order 2 microseconds."""


class Findable(Document):
    """An order's row. Its id is ``row_id``: rows sort by when the order was placed.

    ``words`` are those of customer and products, the whole e-mail address, its domain and the order's id, each of the
    last three behind its sign; ``keys`` the beginnings of the words, the other three whole, and the values that are
    filtered by. Both are there because a row is found by one key, and told by its words: an index that had both would
    leave it to MongoDB which of two words to begin with. ``open`` is the status of an order that has not come to its
    usual end.
    """

    order_id: str
    keys: tuple[str, ...]
    words: tuple[str, ...]
    status: Status
    open: Status | None = None
    type: Literal["individual", "business"]
    group: str | None = None
    term: str | None = None
    holds: tuple[HoldReason, ...] = ()
    channel: Literal["shop", "phone", "api"]
    test: bool = False
    source: str


class StatusTally(Document):
    """How many of a lane's orders have each status. Test orders are left out, as of every total
    (``docs/domain.md`` section 3).
    """

    pending: int = 0
    confirmed: int = 0
    partial: int = 0
    fulfilled: int = 0
    cancelled: int = 0


def row_id(order: PlacedOrder) -> str:
    """24 characters: when it was placed, in milliseconds, and 6 bytes that stand for its id. No two are alike, so a
    list in this order can go on behind any of them.
    """
    return row_id_of(order.order_id, order.placed_at)


def row_id_of(order_id: str, placed: datetime) -> str:
    """The same of an order of which no more is known."""
    return f"{moment_of(placed)}{blake2b(order_id.encode(), digest_size=6).hexdigest()}"


def moment_of(at: datetime) -> str:
    """The first 12 characters of the rows of orders that were placed then; one before 1970 counts as of 1970."""
    return f"{max(0, (at - EPOCH) // MILLISECOND):012x}"


def placed_at(id_: str) -> datetime:
    """When the order of a row was placed (UTC, in whole milliseconds)."""
    return EPOCH + int(id_[:12], 16) * MILLISECOND


def filter_key(name: str, value: str) -> str:
    """The key of a value that is filtered by."""
    return f"{FILTER}{name}:{value}"


def source_of(order: PlacedOrder) -> str:
    """Who submitted it: the CloudEvents source of the submission that was accepted."""
    first = order.heard_as("OrderPlaced")
    return "" if first is None else first.source


def _of_identity(order: PlacedOrder) -> Stored:
    return {"order_id": order.order_id, "channel": order.channel, "source": source_of(order)} | (
        {"test": True} if order.test else {}
    )


def _of_status(order: PlacedOrder) -> Stored:
    return {"status": order.status} if order.status == FINISHED else {"status": order.status, "open": order.status}


def _of_filters(order: PlacedOrder) -> Stored:
    found: dict[str, object] = {"type": order.customer.type}
    if order.group is not None:
        found["group"] = order.group.id
    if order.term is not None:
        found["term"] = order.term
    if order.holds:
        found["holds"] = _reasons(order)
    return found


def _of_words(order: PlacedOrder) -> Stored:
    address = plain(order.customer.email.strip())
    words = [f"{ORDER}{plain(order.order_id)}", f"{ADDRESS}{address}", f"{ADDRESS}{address.rpartition('@')[2]}"]
    keys = [*_filter_keys(order), *words]
    left = MOST_KEYS
    for text in dict.fromkeys(_texts(order)):
        found = words_of(text)
        left -= len(found.keys)
        if left < 0:
            break
        keys += found.keys
        words += found.words
    return {"keys": list(dict.fromkeys(keys)), "words": list(dict.fromkeys(words))}


def _texts(order: PlacedOrder) -> Iterator[str]:
    customer = order.customer
    yield customer.first_name
    yield customer.last_name
    if customer.company_name is not None:
        yield customer.company_name
    for item in order.items:
        yield item.product_name


def _filter_keys(order: PlacedOrder) -> Iterator[str]:
    values = [f"type:{order.customer.type}", f"channel:{order.channel}", f"source:{source_of(order)}"]
    if order.group is not None:
        values.append(f"group:{order.group.id}")
    if order.term is not None:
        values.append(f"term:{order.term}")
    if order.test:
        values.append("test:yes")
    if order.holds:
        values.append("hold:any")
        values += [f"hold:{reason}" for reason in _reasons(order)]
    return (FILTER + value for value in values if value not in PLAIN)


def _reasons(order: PlacedOrder) -> list[HoldReason]:
    return sorted({hold.reason for hold in order.holds})


ROWS: Final = Projection(
    of=PlacedOrder,
    kind=Findable,
    id_of=row_id,
    parts=(
        Part((), _of_identity),
        Part(("status",), _of_status),
        Part(("customer", "group", "term", "holds"), _of_filters),
        Part(("customer", "items", "group", "term", "holds"), _of_words),
    ),
)
"""An order's channel, source and id never change, nor whether it is a test."""

TALLY: Final = Tally(
    of=PlacedOrder,
    kind=StatusTally,
    follows_from=("status",),
    counts_as=lambda order: None if order.test else order.status,
)
