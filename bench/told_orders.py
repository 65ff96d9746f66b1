"""The records of orders in any number, as they are told: twelve of an order of two units, from request to account."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from services.watch.telling.told import Fate, Told

BEGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)
LANES: Final = 16
AN_ORDER: Final = 12
"""Records of an order; the flow of ``python -m bench`` has 11.6."""


def order_id(number: int) -> str:
    """That of one of them."""
    return f"SO-{number:07}"


def told_orders(count: int) -> Iterator[Told]:
    """The records of so many orders, a second apart, in the order in which they are said."""
    offsets: dict[tuple[str, int], int] = {}
    for number in range(count):
        at = BEGIN + timedelta(seconds=number)
        for milliseconds, told in enumerate(_records(number)):
            place = (told[0], hash(told[2]) % LANES)
            offset = offsets[place] = offsets.get(place, -1) + 1
            topic, type_, subject, words, fate, source, id_, cause, keys = told
            yield Told(
                topic=topic,
                partition=place[1],
                offset=offset,
                at=at + timedelta(milliseconds=milliseconds * 7),
                type=type_,
                subject=subject,
                words=words,
                fate=fate,
                by=source.removeprefix("leaseline/"),
                source=source,
                id=id_,
                cause=cause,
                keys=keys,
            )


_Record = tuple[str, str, str, str, Fate, str, str, tuple[str, str] | None, tuple[str, ...]]


def _records(number: int) -> Iterator[_Record]:
    order, shop = order_id(number), "/shops/large"
    payer = f"customer:c{number // 2}"
    mine, pays = f"order:{order}", f"payer:{payer}"
    asked = (shop, f"order-{order}")
    fulfillment, orders, billing = "leaseline/fulfillment", "leaseline/orders", "leaseline/billing"
    requests, events = "orders.requests", "orders.events"
    yield (
        requests,
        "OrderSubmitted",
        order,
        f"order {order} submitted: 1 item, 2 units",
        Fate.ASKED,
        *asked,
        None,
        (mine,),
    )
    words = f"order {order} placed: 1 item, 2 units, EUR 18.00 a month"
    yield events, "OrderPlaced", order, words, Fate.SAID, orders, f"{order}@1", asked, (mine, pays)
    for unit in (1, 2):
        serial, subscription = f"SN{number:07}{unit}", f"{order}/{unit}"
        scan = ("/scanners/7", f"scan-{serial}")
        device = f"serial:{serial}"
        words = f"scan of serial {serial} for order {order}, item CLOCK"
        yield "fulfillment.requests", "ItemFulfillmentRequested", order, words, Fate.ASKED, *scan, None, (mine, device)
        keys = (mine, f"subscription:{subscription}", device)
        words = (
            f"subscription {subscription} created: serial {serial}, CLOCK, 12 months from 2024-05-14, EUR 9.00 a month"
        )
        created = (fulfillment, f"{order}@{2 * unit - 1}")
        yield "subscriptions.events", "SubscriptionCreated", payer, words, Fate.SAID, *created, scan, (*keys, pays)
        words = f"ledger of order {order}: {unit} of 2 units taken in 1 changed item, 1 subscription changed"
        progressed = (fulfillment, f"{order}@{2 * unit}")
        yield "fulfillment.events", "OrderProgressed", order, words, Fate.SAID, *progressed, scan, keys
        words = f"order {order} is {'partial' if unit == 1 else 'fulfilled'}: {unit} of 2 units taken"
        yield events, "OrderStatusChanged", order, words, Fate.SAID, orders, f"{order}@{unit + 1}", progressed, (mine,)
        words = (
            f"account {payer}/at_once/EUR: {unit} active subscriptions, EUR {9 * unit}.00 a month, next on 2024-06-01"
        )
        account = f"{payer}/at_once/EUR@{2 * (number % 2) + unit}"
        yield "billing.events", "BillingAccountChanged", payer, words, Fate.SAID, billing, account, created, (pays,)
