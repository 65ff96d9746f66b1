"""A subscription is cancelled: its last day is today or a later one. While that day has not come it can be moved or
withdrawn; afterwards only an earlier day takes its place.

Rule: ``docs/domain.md`` section 2. A contract month that begins on the last day itself is still due.
"""

from functools import partial

from contracts.messages.life import (
    CancellationWithdrawalRequested,
    CancellationWithdrawn,
    SubscriptionCancellationRequested,
    SubscriptionCancelled,
)
from contracts.values.calendar import ONE_DAY
from contracts.values.refusals import Code
from services.engine.core.document import replace
from services.fulfillment.rules.case import Answer, Became, Case, no
from services.fulfillment.rules.ending import release_device
from services.fulfillment.rules.subscription import ends_before, ends_uncancelled


def cancel_subscription(case: Case, body: SubscriptionCancellationRequested) -> Answer:
    """Cancelled at once if its last day is not after the message's; else active until the clock says so."""
    entry, on = case.entry, body.on or case.today
    if entry.state == "reversed":
        return no(Code.SUBSCRIPTION_REVERSED)
    if entry.state == "ended":
        return no(Code.SUBSCRIPTION_ENDED)
    if entry.cancelled_on is not None and (on == entry.cancelled_on or (on > entry.cancelled_on and _has_come(case))):
        return no(Code.SUBSCRIPTION_CANCELLED, "on", f"its last day is {entry.cancelled_on} already")
    end = ends_before(entry, case.line) if _has_come(case) else ends_uncancelled(entry, case.line)
    if not case.today <= on < end:
        return no(Code.DATE_OUT_OF_RANGE, "on", f"{on} lies outside {case.today} to {end - ONE_DAY}")
    at_once = on <= case.today or entry.state == "cancelled"
    became = replace(
        entry, cancelled_on=on, cancellation_reason=body.reason_code, state="cancelled" if at_once else "active"
    )
    fact = partial(SubscriptionCancelled, at=case.time, actor=body.actor, reason=body.reason)
    return Became(became, fact, release_device(case, case.time) if at_once else {})


def withdraw_cancellation(case: Case, body: CancellationWithdrawalRequested) -> Answer:
    """The contract ends when it would have ended; nothing else ever changed."""
    entry = case.entry
    if entry.state == "reversed":
        return no(Code.SUBSCRIPTION_REVERSED)
    if entry.cancelled_on is None:
        return no(Code.SUBSCRIPTION_ENDED) if entry.state == "ended" else no(Code.NOT_CANCELLED)
    if _has_come(case):
        return no(Code.SUBSCRIPTION_CANCELLED, detail=f"its last day, {entry.cancelled_on}, has come")
    fact = partial(
        CancellationWithdrawn,
        at=case.time,
        actor=body.actor,
        reason=body.reason,
        withdrawn_day=entry.cancelled_on,
    )
    return Became(replace(entry, cancelled_on=None, cancellation_reason=None), fact)


def _has_come(case: Case) -> bool:
    """Whether the last day of one that was cancelled has come: by the message, or because the clock said so before."""
    last = case.entry.cancelled_on
    return last is not None and (case.entry.state != "active" or case.today >= last)
