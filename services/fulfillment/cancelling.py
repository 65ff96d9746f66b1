"""A subscription is cancelled: its last day is today or a later one; an earlier day takes the place of a later one.

Rule: ``domain.md`` section 2. A contract month that begins on the last day itself is still due.
"""

from datetime import timedelta
from functools import partial

from contracts.life import SubscriptionCancellationRequested, SubscriptionCancelled
from contracts.refusals import Code
from services.engine.kept import revised
from services.fulfillment.case import Answer, Became, Case, no
from services.fulfillment.ending import released
from services.fulfillment.subscription import ends_before


def cancelled(case: Case, body: SubscriptionCancellationRequested) -> Answer:
    """Cancelled at once if its last day is not after the message's; else active until the clock says so."""
    entry, on = case.entry, body.on or case.today
    if entry.state == "reversed":
        return no(Code.SUBSCRIPTION_REVERSED)
    if entry.state == "ended":
        return no(Code.SUBSCRIPTION_ENDED)
    if entry.cancelled_on is not None and on >= entry.cancelled_on:
        return no(Code.SUBSCRIPTION_CANCELLED, "on", f"its last day is {entry.cancelled_on} already")
    end = ends_before(entry, case.line)
    if not case.today <= on < end:
        return no(Code.DATE_OUT_OF_RANGE, "on", f"{on} lies outside {case.today} to {end - timedelta(days=1)}")
    at_once = on <= case.today or entry.state == "cancelled"
    became = revised(
        entry, cancelled_on=on, cancellation_reason=body.reason_code, state="cancelled" if at_once else "active"
    )
    fact = partial(SubscriptionCancelled, at=case.time, actor=body.actor, reason=body.reason)
    return Became(became, fact, released(case, case.time) if at_once else {})
