"""What is asked of a device by its serial alone: it is announced, its variant is put right, its state is set.

Rule: ``docs/domain.md`` section 2, ways back. No subscription is touched, and none is asked.
"""

from datetime import datetime
from typing import assert_never

from contracts.messages.assets import (
    AssetAnnounced,
    AssetCorrected,
    AssetCorrectionRequested,
    AssetReceived,
    AssetStateChanged,
    AssetStateRequested,
)
from contracts.values.immutable import Immutable
from contracts.values.refusals import Code, Refusal
from services.engine.core.document import replace
from services.fulfillment.documents.asset import Asset, Mark, announce
from services.fulfillment.documents.ledger import REASON_KEPT
from services.fulfillment.rules.case import no

AssetRequest = AssetReceived | AssetCorrectionRequested | AssetStateRequested
"""What can be asked of a device."""


class Registered(Immutable):
    """The device from now on, and the fact that says so."""

    asset: Asset
    fact: AssetAnnounced | AssetCorrected | AssetStateChanged


def register_device(
    serial: str, asset: Asset | None, body: AssetRequest, time: datetime
) -> Registered | tuple[Refusal, ...]:
    """Decides a request about a device; ``asset`` None: it was never seen before. ``time`` is the message's."""
    match body:
        case AssetReceived():
            return _receive(serial, asset, body, time)
        case AssetCorrectionRequested():
            return _correct(serial, asset, body, time)
        case AssetStateRequested():
            return _set(serial, asset, body, time)
    assert_never(body)


def _receive(serial: str, asset: Asset | None, body: AssetReceived, time: datetime) -> Registered | tuple[Refusal, ...]:
    """A dock that mistyped the SKU announces it again; once it was in a contract, only a person puts it right."""
    if asset is not None and not asset.unproven:
        if asset.sku == body.sku:
            return no(Code.ALREADY_DONE, "serial", f"the device is known, and {asset.shown}")
        if not asset.never_in_a_contract:
            how = "was in a contract: ask for a correction (AssetCorrectionRequested)"
            return no(Code.SKU_MISMATCH, "sku", f"the device is known as {asset.sku} and {how}")
    known = announce(asset, body.sku, time)
    fact = AssetAnnounced(version=known.version, serial=serial, sku=known.sku, state=known.shown, announced_at=time)
    return Registered(known, fact)


def _correct(
    serial: str, asset: Asset | None, body: AssetCorrectionRequested, time: datetime
) -> Registered | tuple[Refusal, ...]:
    if asset is None or asset.unproven:
        return no(Code.ASSET_UNKNOWN, "serial")
    if asset.sku == body.sku:
        return no(Code.ALREADY_DONE, "sku", f"the device is known as {asset.sku}")
    mark = Mark(since=time, actor=body.actor, reason=body.reason[:REASON_KEPT], sku=body.sku)
    known = asset.with_mark(mark, sku=body.sku)
    fact = AssetCorrected(
        version=known.version,
        serial=serial,
        sku=known.sku,
        state=known.shown,
        old_sku=asset.sku,
        at=time,
        actor=body.actor,
        reason=body.reason,
    )
    return Registered(known, fact)


def _set(
    serial: str, asset: Asset | None, body: AssetStateRequested, time: datetime
) -> Registered | tuple[Refusal, ...]:
    """The device may be in a contract: it goes on, and billing with it, until somebody ends that."""
    if asset is None or asset.unproven:
        return no(Code.ASSET_UNKNOWN, "serial")
    withheld = None if body.state == "available" else body.state
    if withheld == asset.withheld:
        return _why_already(asset)
    shown = replace(asset, withheld=withheld).shown
    mark = Mark(since=time, actor=body.actor, reason=body.reason[:REASON_KEPT], state=shown)
    known = asset.with_mark(mark, withheld=withheld)
    fact = AssetStateChanged(
        version=known.version,
        serial=serial,
        sku=known.sku,
        state=known.shown,
        at=time,
        actor=body.actor,
        reason=body.reason,
    )
    return Registered(known, fact)


def _why_already(asset: Asset) -> tuple[Refusal, ...]:
    """Nobody withholds it, or for this very reason. What contracts made of it no person releases."""
    if asset.withheld is None and asset.state in ("ended", "unavailable"):
        return no(Code.ASSET_NOT_RETURNED, "state", f"last with order {asset.last_order}")
    if asset.withheld is None and asset.holder is not None:
        return no(Code.SERIAL_IN_USE, "state", f"active in order {asset.holder.order_id}")
    return no(Code.ALREADY_DONE, "state", f"the device is {asset.shown}")
