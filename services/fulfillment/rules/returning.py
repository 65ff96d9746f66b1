"""A device comes back: the subscription's present one, or one that was replaced. What was booked so by mistake is
withdrawn, while the device is not out again (``docs/domain.md`` section 2).
"""

from functools import partial

from contracts.messages.life import AssetReturned, ReturnSubmitted, ReturnWithdrawalRequested, ReturnWithdrawn
from contracts.values.refusals import Code
from contracts.values.serials import normalised
from services.engine.core.document import replace
from services.fulfillment.documents.asset import Asset
from services.fulfillment.rules.case import Answer, Became, Case, no


def take_back(case: Case, body: ReturnSubmitted) -> Answer:
    """While the subscription is active its device stays in use, though it came back: nobody else may have it yet."""
    entry = case.entry
    serial = entry.serial if body.serial is None else normalised(body.serial) or ""
    if entry.state == "reversed":
        return no(Code.SUBSCRIPTION_REVERSED)
    fact = partial(
        AssetReturned,
        at=case.time,
        actor=body.actor,
        reason=body.reason,
        serial=serial,
        returned_condition=body.condition,
    )
    if serial != entry.serial:
        return _replaced_one(case, serial, Became(entry, fact), body)
    if entry.returned_at is not None:
        return no(Code.ALREADY_RETURNED)
    became = replace(entry, returned_at=case.time, condition=body.condition)
    if entry.state == "active":
        return Became(became, fact)
    return Became(became, fact, {serial: _come_back(case, case.device(), body)})


def _replaced_one(case: Case, serial: str, back: Became, body: ReturnSubmitted) -> Answer:
    """It was waited for since it was replaced; the subscription itself does not change."""
    asset = case.asset_of(serial)
    if asset is None or asset.state != "unavailable" or not asset.last_had_by(case.order_id, case.number):
        return no(Code.ALREADY_RETURNED, "serial")
    return Became(back.entry, back.fact, {serial: _come_back(case, asset, body)})


def _come_back(case: Case, asset: Asset, body: ReturnSubmitted) -> Asset:
    """Returned; damaged or incomplete, nobody gets it until a person releases it."""
    return asset.become("returned", case.order_id, case.number, case.time, body.condition)


def withdraw_return(case: Case, body: ReturnWithdrawalRequested) -> Answer:
    """The device is the customer's to return again, and no more damaged than it was; a person's word about it stays."""
    entry = case.entry
    serial = entry.serial if body.serial is None else normalised(body.serial) or ""
    if entry.state == "reversed":
        return no(Code.SUBSCRIPTION_REVERSED)
    present = serial == entry.serial
    if present and entry.returned_at is None:
        return no(Code.NOT_RETURNED)
    fact = partial(ReturnWithdrawn, at=case.time, actor=body.actor, reason=body.reason, serial=serial)
    became = replace(entry, returned_at=None, condition=None) if present else entry
    if present and entry.state == "active":
        return Became(became, fact)
    asset = case.asset_of(serial)
    if asset is None or not asset.last_had_by(case.order_id, case.number):
        other = None if asset is None else asset.last_order
        return no(Code.DEVICE_OUT_AGAIN, detail=f"last with order {other}")
    if asset.state != "returned":
        return no(Code.NOT_RETURNED, "serial")
    back = asset.become("ended" if present else "unavailable", case.order_id, case.number, case.time)
    if back.withheld in ("damaged", "incomplete"):
        back = replace(back, withheld=None)
    return Became(became, fact, {serial: back})
