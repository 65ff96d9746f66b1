"""A subscription made whole from its order's ledger, and the dates of its contract (``docs/domain.md`` section 2)."""

from datetime import date

from contracts.messages.subscription import Subscription
from contracts.values.calendar import ONE_DAY, months_after
from services.fulfillment.documents.ledger import Entry, Line, PaidBy, Stretch, Terms


def subscription_id(order_id: str, number: int) -> str:
    """The id of an order's subscription: order id, ``/``, running number from 1."""
    return f"{order_id}/{number}"


def months_of(entry: Entry, line: Line) -> int:
    """The contract months, extensions included."""
    return entry.months or line.months


def prices_of(entry: Entry, line: Line) -> tuple[Stretch, ...]:
    """What each stretch of the contract months costs a month, in minor units."""
    return entry.prices or (Stretch(months=line.months, amount=line.unit_price),)


def payers_of(entry: Entry, terms: Terms) -> tuple[PaidBy, ...]:
    """Who pays, from when; the last one appended counts of those that had begun."""
    return entry.payers or (PaidBy(payer=terms.payer),)


def ends_before(entry: Entry, line: Line) -> date:
    """The day before which the contract ends: the day behind its last one if it was cancelled, or will be."""
    if entry.cancelled_on is not None:
        return entry.cancelled_on + ONE_DAY
    return ends_uncancelled(entry, line)


def ends_uncancelled(entry: Entry, line: Line) -> date:
    """The day before which its months end, whether it was cancelled or not."""
    return months_after(entry.start_date, months_of(entry, line))


def to_contract(order_id: str, number: int, entry: Entry, line: Line, terms: Terms) -> Subscription:
    """The whole subscription, as its facts carry it."""
    group = terms.group if entry.payers is None else entry.group
    return Subscription(
        subscription_id=subscription_id(order_id, number),
        order_id=order_id,
        item_id=entry.item_id,
        sku=line.sku,
        product_name=line.product_name,
        variant_name=line.variant_name,
        serial=entry.serial,
        raw_serial=entry.raw_serial or entry.serial,
        state=entry.state,
        customer=terms.customer.to_contract(),
        billing_address=terms.billing_address.to_contract(),
        group=None if group is None else group.to_contract(),
        payers=tuple([each.to_contract() for each in payers_of(entry, terms)]),
        term=terms.term,
        currency=terms.currency,
        prices=tuple([each.to_contract() for each in prices_of(entry, line)]),
        start_date=entry.start_date,
        months=months_of(entry, line),
        ends_before=ends_before(entry, line),
        test=terms.test,
        carrier=entry.carrier,
        tracking_number=entry.tracking_number,
        created_at=entry.created_at,
        clock_suspect=entry.suspect,
        cancelled_on=entry.cancelled_on,
        cancellation_reason=entry.cancellation_reason,
        returned_at=entry.returned_at,
        condition=entry.condition,
    )
