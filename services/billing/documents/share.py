"""What one order adds to the accounts of one payer: its subscriptions, each as its newest fact left it.

Rules: ``docs/domain.md`` section 3. A share is replaced by a later fact, never added to; everything that an
account shows follows from its shares alone.
"""

from typing import Final

from contracts.messages.subscription import Subscription
from services.billing.documents.held import Held
from services.billing.documents.newest import name_of, number_of
from services.engine.core.document import Document, replace

IN_A_SHARE: Final = 32
"""Subscriptions of an order in one share. Fixed for ever: a subscription's share follows from it."""


class ItemNames(Document):
    """What an invoice calls the lines of one item: kept once for all its subscriptions of the same variant."""

    item_id: str
    sku: str
    product_name: str
    variant_name: str


class Share(Document):
    """The subscriptions of one order that one payer ever heard of; of an order with many, some of them
    (``share_id``): each share adds up for itself.

    Customer, currency and test mark are the order's and never change. The terms may differ, and with them the
    accounts: an order may get another term after all its subscriptions were reversed. ``customer_name`` and what tax
    depends on are as the newest subscription in it has them. ``invoices`` are the numbers of those that any of its
    lines stands in.
    """

    payer: str
    order_id: str
    customer_id: str
    customer_name: str = ""
    customer_country: str | None = None
    customer_vat_id: str | None = None
    customer_registration_number: str | None = None
    currency: str
    test: bool
    items: tuple[ItemNames, ...] = ()
    invoices: tuple[str, ...] | None = None
    subscriptions: tuple[Held, ...] = ()

    def names(self, held: Held) -> ItemNames:
        """What a subscription's lines are called."""
        known = (names for names in self.items if (names.item_id, names.sku) == (held.item_id, held.sku))
        return next(known, ItemNames(item_id=held.item_id, sku=held.sku, product_name="", variant_name=""))

    def apply_names(self, subscription: Subscription) -> "Share":
        """The share with the names that a newer fact has; itself if they are known."""
        names = ItemNames(
            item_id=subscription.item_id,
            sku=subscription.sku,
            product_name=subscription.product_name,
            variant_name=subscription.variant_name,
        )
        customer = subscription.customer
        shown = replace(
            self,
            customer_name=name_of(customer),
            customer_country=subscription.billing_address.country,
            customer_vat_id=customer.vat_id,
            customer_registration_number=customer.registration_number,
        )
        if shown == self or self._has_newer(subscription):
            shown = self
        if shown is self and names in self.items:
            return self
        others = [each for each in self.items if (each.item_id, each.sku) != (names.item_id, names.sku)]
        return replace(shown, items=(*others, names))

    def _has_newer(self, than: Subscription) -> bool:
        return any(number_of(held.subscription_id) > number_of(than.subscription_id) for held in self.subscriptions)

    def find_held(self, subscription_id: str) -> Held | None:
        """The subscription as it is held; None if the payer never heard of it."""
        return next((held for held in self.subscriptions if held.subscription_id == subscription_id), None)

    def replace_held(self, old: Held | None, new: Held) -> "Share":
        """The share with ``new`` in the place of ``old``, or at the end."""
        if old is None:
            return replace(self, subscriptions=(*self.subscriptions, new))
        return replace(self, subscriptions=tuple(new if held is old else held for held in self.subscriptions))


def share_id(payer_id: str, subscription_id: str) -> str:
    """The id of the share that a payer's subscription is in. The term is no part of it: it is kept in the share.

    An order's first subscriptions are in ``payer/order``, each further ``IN_A_SHARE`` in one of their own behind it: a
    share is read whole for each fact about one of its subscriptions.
    """
    order_id, _, number = subscription_id.rpartition("/")
    place = (int(number) - 1) // IN_A_SHARE
    return f"{payer_id}/{order_id}/{place:05d}" if place else f"{payer_id}/{order_id}"


def first_share_id(payer_id: str, order_id: str) -> str:
    """The id of an order's first share, which has all its subscriptions if it is from before there were others."""
    return f"{payer_id}/{order_id}"


def new_share(payer_id: str, subscription: Subscription) -> Share:
    """The share of an order that the payer hears of for the first time."""
    return Share(
        payer=payer_id,
        order_id=subscription.order_id,
        customer_id=subscription.customer.id,
        currency=subscription.currency,
        test=subscription.test,
    )


def check_same_order(share: Share, subscription: Subscription) -> None:
    """Raises ValueError when a fact contradicts what never changes: nothing is mixed into one account."""
    kept = (share.customer_id, share.currency, share.test)
    if kept != (subscription.customer.id, subscription.currency, subscription.test):
        raise ValueError(f"order {share.order_id} has another customer, currency or test mark than before")
