"""A subscription made whole from its order's ledger, and the civil dates of its contract.

Rule: ``domain.md`` section 2. Dates are always computed from the original anchor: a 31st that was clamped in
February is a 31st again in August.
"""

from calendar import monthrange
from datetime import date

from contracts.subscription import PayerFrom, PriceStretch, Subscription
from services.fulfillment.ledger import Entry, Line, Terms


def months_after(anchor: date, months: int) -> date:
    """The anchor's day so many months later, or that month's last day if it has none such.

    It is the day before which a contract of ``months`` months that starts on ``anchor`` ends.
    """
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def subscription_id(order_id: str, number: int) -> str:
    """The id of an order's subscription: order id, ``/``, running number from 1."""
    return f"{order_id}/{number}"


def whole(order_id: str, number: int, entry: Entry, line: Line, terms: Terms) -> Subscription:
    """The whole subscription, as its facts carry it."""
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
        customer=terms.customer,
        billing_address=terms.billing_address,
        group=terms.group,
        payers=(PayerFrom(payer=terms.payer),),
        term=terms.term,
        currency=terms.currency,
        prices=(PriceStretch(months=line.months, amount=line.unit_price),),
        start_date=entry.start_date,
        months=line.months,
        ends_before=months_after(entry.start_date, line.months),
        test=terms.test,
        carrier=entry.carrier,
        tracking_number=entry.tracking_number,
        created_at=entry.created_at,
        clock_suspect=entry.suspect,
    )
