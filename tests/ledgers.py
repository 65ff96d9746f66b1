"""A ledger with all its subscriptions, for what judges an order as a whole; and layouts that put few into one document,
so that a short story has pages, too.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import pytest

from services.billing.documents import share
from services.engine.core.document import replace
from services.fulfillment.documents import book
from services.fulfillment.documents.ledger import EntryPage, Ledger
from services.orders.documents import progress
from services.orders.documents.order import PlacedOrder, SubscriptionRows
from services.orders.documents.progress import active_and_ended

SMALL: Final = (1, 2, 1)
LAYOUTS: Final = ((32, 32, 32), SMALL, (0, 1, 2))
"""How many subscriptions a ledger holds itself, how many a page, how many a share of billing: as it is, and smaller
than any story.
"""


def joined(ledgers: Mapping[str, Ledger], pages: Mapping[str, EntryPage]) -> dict[str, Ledger]:
    """Each ledger as if it held all its subscriptions itself; fails where pages are not as the ledger counts them."""
    return {order_id: _joined(order_id, ledger, _pages(order_id, pages)) for order_id, ledger in ledgers.items()}


def _pages(order_id: str, pages: Mapping[str, EntryPage]) -> Iterable[EntryPage]:
    return (pages[id_] for id_ in sorted(pages) if pages[id_].order_id == order_id)


def _joined(order_id: str, ledger: Ledger, pages: Iterable[EntryPage]) -> Ledger:
    entries = ledger.entries
    for page in pages:
        assert page.first == len(entries) + 1, f"{order_id}: a page begins with {page.first}"
        entries = (*entries, *page.entries)
    assert len(entries) == ledger.count, f"{order_id}: {len(entries)} subscriptions, {ledger.count} are counted"
    return replace(ledger, entries=entries, paged=0, page_ends=())


def with_all_rows(orders: Mapping[str, PlacedOrder], pages: Mapping[str, SubscriptionRows]) -> dict[str, PlacedOrder]:
    """Each order as if it had a row of each subscription itself; fails where its counts are not those of its pages."""
    return {order_id: _with_all_rows(order, pages.values()) for order_id, order in orders.items()}


def _with_all_rows(order: PlacedOrder, pages: Iterable[SubscriptionRows]) -> PlacedOrder:
    rows = dict(order.subscriptions)
    for page in pages:
        if page.order_id == order.order_id:
            assert not rows.keys() & page.subscriptions.keys(), f"{order.order_id}: rows in two places"
            rows |= page.subscriptions
    whole = replace(order, subscriptions=rows, paged_active=0, paged_ended=0)
    assert active_and_ended(whole) == active_and_ended(order), f"{order.order_id}: other counts than its rows"
    return whole


@contextmanager
def laid_out(embedded: int, on_a_page: int, in_a_share: int) -> Iterator[None]:
    """So many in each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(book, "EMBEDDED", embedded)
        patch.setattr(book, "ON_A_PAGE", on_a_page)
        patch.setattr(progress, "EMBEDDED", embedded)
        patch.setattr(progress, "ON_A_PAGE", on_a_page)
        patch.setattr(share, "IN_A_SHARE", in_a_share)
        yield
