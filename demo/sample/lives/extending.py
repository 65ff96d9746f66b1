"""Contracts that go on: asked for in their last month, or when they had ended by date already."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from contracts.messages.life import ExtensionRequested, SubscriptionExtended
from contracts.values.money import Money
from demo.sample.changes.amending import Prices
from demo.sample.hashes import below, choice
from demo.sample.lives.asking import ACTOR, asked
from demo.sample.lives.lots import Life, Lot
from demo.sample.outbound import Sending

AFTER_THE_END: Final = datetime(2018, 12, 5, 10, tzinfo=UTC)
AT_A_PRICE_ONE_IN: Final = 4
"""Of the extensions so many are at a new price, which needs a reason; the others go on at the current one."""
OF_THE_PRICE_PERCENT: Final = 80


def months_more(life: Life) -> int:
    """So many months it is extended by."""
    return choice((6, 12, 12, 24), "extended by", life.key)


def new_price(life: Life, prices: Prices) -> int | None:
    """The new price in minor units of the order's currency, in whole ones; None: the current one goes on."""
    if below(AT_A_PRICE_ONE_IN, "at a price", life.key):
        return None
    item, currency = life.device.scan.item, life.device.scan.order.body.currency
    return max(1, prices[item.sku, item.months, currency] * OF_THE_PRICE_PERCENT // 100)


def sendings(lives: Iterable[Life], lot: Lot, prices: Prices) -> tuple[Sending, ...]:
    """The extensions of one lot."""
    return tuple(_extension(life, prices) for life in lives if life.lot is lot)


def _extension(life: Life, prices: Prices) -> Sending:
    device = life.device
    hour = timedelta(minutes=below(600, "extended at", life.key))
    in_time = datetime.combine(device.last_month, AFTER_THE_END.time(), UTC) + timedelta(days=2)
    amount = new_price(life, prices)
    currency = device.scan.order.body.currency
    return asked(
        ExtensionRequested,
        device,
        (in_time if life.lot is Lot.EXTENDED else AFTER_THE_END) + hour,
        SubscriptionExtended,
        ends_before=device.ends_before,
        months=months_more(life),
        price=None if amount is None else Money(amount=amount, currency=currency),
        actor=ACTOR,
        reason=None if amount is None else "loyal customer",
    )
