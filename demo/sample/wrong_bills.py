"""Wrong billing runs, settings that are too old, clocks that are wrong: three of each."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from contracts.messages import billing, orders
from contracts.messages.invoices import BillingRunRequested
from contracts.values.refusals import Code
from demo.sample import clock
from demo.sample.bills import payers
from demo.sample.catalog import OPENED
from demo.sample.hashes import drawn
from demo.sample.outbound import Sending
from demo.sample.wrong_orders import EACH

ASKED: Final = datetime(2018, 12, 20, 10, tzinfo=UTC)
FAR: Final = date(2999, 1, 1)


def sendings() -> tuple[Sending, ...]:
    """All of them."""
    return (*_runs(), *_superseded(), *_ticks())


def _runs() -> tuple[Sending, ...]:
    return tuple(
        Sending(
            BillingRunRequested,
            f"run-far-{n}",
            payers.SOURCE,
            ASKED,
            BillingRunRequested(period=f"2998-{n:02}", as_of=FAR, actor="finance"),
        ).awaiting(billing.RequestRefused, codes=(Code.AS_OF_AHEAD.value,))
        for n in range(1, EACH + 1)
    )


def _superseded() -> tuple[Sending, ...]:
    """Settings that are older than those in force."""
    return tuple(
        payers.sending(group_id, OPENED - timedelta(days=30), number=0).awaiting(
            billing.RequestRefused, codes=(Code.SUPERSEDED.value,)
        )
        for group_id in drawn(payers.GROUPS, EACH, "superseded settings")
    )


def _ticks() -> tuple[Sending, ...]:
    """Ticks of a day that has not come."""
    ahead = datetime(FAR.year, FAR.month, FAR.day, tzinfo=UTC)
    return tuple(
        clock.sending(lane, ahead, ASKED).awaiting(orders.RequestRefused, codes=(Code.CLOCK_AHEAD.value,))
        for lane in range(EACH)
    )
