"""A wrong scan is reversed: the subscription counts as never created, its unit opens, its devices are free."""

from functools import partial

from contracts.messages.life import ReversalRequested, SubscriptionReversed
from contracts.values.refusals import Code
from services.engine.core.document import replace
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.ledger import Line
from services.fulfillment.rules.case import Answer, Became, Case, no


def reverse_scan(case: Case, body: ReversalRequested) -> Answer:
    """Whatever became of it since; when no subscription is left, units that were given up open again too."""
    entry = case.entry
    if entry.state == "reversed":
        return no(Code.SUBSCRIPTION_REVERSED)
    became = replace(entry, state="reversed")
    fact = partial(SubscriptionReversed, at=case.time, actor=body.actor, reason=body.reason)
    return Became(became, fact, _free(case), _open_units(case))


def _open_units(case: Case) -> tuple[Line, ...]:
    others = sum(line.taken for line in case.ledger.lines) > 1
    lines = []
    for line in case.ledger.lines:
        taken = line.taken - 1 if line.item_id == case.entry.item_id else line.taken
        lines.append(replace(line, taken=taken, cancelled=line.cancelled if others else 0))
    return tuple(lines)


def _free(case: Case) -> dict[str, Asset]:
    """Its devices, the replaced ones too, but for those that came back and went to somebody else."""
    free = {}
    for serial in (case.entry.serial, *(case.entry.replaced or ())):
        asset = case.asset_of(serial)
        if asset is not None and asset.last_had_by(case.order_id, case.number):
            condition = case.entry.condition if serial == case.entry.serial else None
            free[serial] = asset.become("available", case.order_id, case.number, case.time, condition)
    return free
