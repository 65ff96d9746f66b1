"""A contract ends by date: on its last day's end, or after the last day that its cancellation named."""

from datetime import UTC, date, datetime, time
from functools import partial

from contracts.assets import AssetState
from contracts.life import SubscriptionEnded
from services.engine.kept import revised
from services.fulfillment.asset import Asset
from services.fulfillment.case import Became, Case
from services.fulfillment.ledger import Ledger
from services.fulfillment.settings import Settings
from services.fulfillment.subscription import ONE_DAY, ends_before, months_after


def due(ledger: Ledger, by: date) -> tuple[int, ...]:
    """The numbers of the active subscriptions whose contracts have ended by this day."""
    lines = {line.item_id: line for line in ledger.lines}
    return tuple(
        number
        for number, entry in enumerate(ledger.entries, start=1)
        if entry.state == "active" and ends_before(entry, lines[entry.item_id]) <= by
    )


def first_end(ledger: Ledger) -> int | None:
    """The ordinal of the day on which the first active contract has ended; None if none is active."""
    months = {line.item_id: line.months for line in ledger.lines}
    terms = {
        (e.start_date, e.months or months[e.item_id], e.cancelled_on) for e in ledger.entries if e.state == "active"
    }
    ends = (months_after(start, count) if last is None else last + ONE_DAY for start, count, last in terms)
    first = min(ends, default=None)
    return None if first is None else first.toordinal()


def ended(case: Case) -> Became:
    """It ended at the begin of the day that its contract ends before, whenever the clock came to say so."""
    state = "ended" if case.entry.cancelled_on is None else "cancelled"
    became = revised(case.entry, state=state)
    return Became(became, partial(SubscriptionEnded, at=case.time), released(case, case.time))


def begin_of(day: date, settings: Settings) -> datetime:
    """When a day begins in the business time zone."""
    return datetime.combine(day, time.min, settings.zone).astimezone(UTC)


def released(case: Case, at: datetime) -> dict[str, Asset]:
    """The device of a subscription that is over: the customer's to return, unless it came back before.

    One that was over already has none in use, whoever has its device now.
    """
    device = case.device()
    if device.holder is None or not device.last_had_by(case.order_id, case.number):
        return {}
    state: AssetState = "ended" if case.entry.returned_at is None else "returned"
    return {case.entry.serial: device.became(state, case.order_id, case.number, at)}
