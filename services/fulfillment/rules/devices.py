"""The device of a subscription is another one: its serial was mistyped, or the customer gets another one.

Rule: ``docs/domain.md`` section 2. The new serial is checked as in a scan.
"""

from functools import partial
from typing import Final

from contracts.messages.life import DeviceReplaced, ReplacementRequested, SerialCorrected, SerialCorrectionRequested
from contracts.values.refusals import Code, Refusal
from contracts.values.serials import normalised
from services.engine.core.document import replace
from services.fulfillment.documents.asset import Asset, Assignment, assign
from services.fulfillment.documents.ledger import Entry
from services.fulfillment.rules.case import Answer, Became, Case, no, why_not_active

FIELD = "new_serial"
REPLACED_KEPT: Final = 100
"""Devices before the present one that a subscription knows: the newest."""


def correct_serial(case: Case, body: SerialCorrectionRequested) -> Answer:
    """The same subscription with the serial that was meant; the other device never was with the customer."""
    new = _check(case, body.new_serial)
    if not isinstance(new, str):
        return new
    old = case.entry.serial
    fact = partial(SerialCorrected, at=case.time, actor=body.actor, reason=body.reason, old_serial=old)
    free = case.device().become("available", case.order_id, case.number, case.time)
    return Became(_with(case, new, body.new_serial), fact, {old: free, new: _assign(case, new, body.new_serial)})


def replace_device(case: Case, body: ReplacementRequested) -> Answer:
    """The same subscription with another device. One that came back before is not waited for any more."""
    new = _check(case, body.new_serial)
    if not isinstance(new, str):
        return new
    old, back, condition = case.entry.serial, case.entry.returned_at is not None, case.entry.condition
    became = _with(case, new, body.new_serial)
    before = (became.replaced or ())[1 - REPLACED_KEPT :]
    became = replace(became, replaced=(*before, old), returned_at=None, condition=None)
    fact = partial(DeviceReplaced, at=case.time, actor=body.actor, reason=body.reason, old_serial=old)
    away = case.device().become("returned" if back else "unavailable", case.order_id, case.number, case.time, condition)
    return Became(became, fact, {old: away, new: _assign(case, new, body.new_serial)})


def _check(case: Case, raw: str) -> str | tuple[Refusal, ...]:
    """The new serial as it is compared, or why it cannot be the subscription's."""
    inactive = why_not_active(case.entry)
    if inactive is not None:
        return no(inactive)
    serial = normalised(raw)
    if serial is None:
        return no(Code.SERIAL_INVALID, FIELD)
    if serial == case.entry.serial:
        return no(Code.ALREADY_DONE, FIELD, "it is the subscription's serial already")
    asset = case.asset_of(serial)
    if asset is None or asset.unproven:
        return no(Code.ASSET_UNKNOWN, FIELD) if case.settings.announced_only else serial
    if asset.holder is not None:
        return no(Code.SERIAL_IN_USE, FIELD, f"active in order {asset.holder.order_id}")
    own = asset.state == "unavailable" and asset.last_had_by(case.order_id, case.number)
    if asset.state in ("ended", "unavailable") and not own:  # its own from before, replaced by mistake: never came back
        return no(Code.ASSET_NOT_RETURNED, FIELD, f"last with order {asset.last_order}")
    if asset.withheld is not None:
        return no(Code.ASSET_UNAVAILABLE, FIELD, f"the device is {asset.withheld}")
    if asset.sku != case.line.sku:
        return no(Code.SKU_MISMATCH, FIELD, f"the device is known as {asset.sku}")
    return serial


def _with(case: Case, serial: str, raw: str) -> Entry:
    entry = case.entry
    # it may get a device again that it had before
    replaced = None if entry.replaced is None else tuple(each for each in entry.replaced if each != serial) or None
    return replace(entry, serial=serial, raw_serial=None if raw == serial else raw, replaced=replaced)


def _assign(case: Case, serial: str, raw: str) -> Asset:
    label = None if raw == serial else raw
    to = Assignment(order_id=case.order_id, number=case.number, since=case.time, raw_serial=label)
    return assign(case.asset_of(serial), case.line.sku, to, test=case.terms.test)
