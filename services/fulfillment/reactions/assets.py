"""At the home of a serial: a device is announced; what named the serial alone is sent on to the order that has it."""

from typing import Final

from contracts.assets import AssetAnnounced, AssetReceived
from contracts.fulfillment import SentOn
from contracts.refusals import Code, Refusal, refusal
from services.engine.heard import recognise, refused
from services.engine.message import Message
from services.engine.service import Change, Decision, Desk, Say
from services.fulfillment.asset import Asset, announced
from services.fulfillment.life import LifeRequest
from services.fulfillment.reactions.answering import codes_of, known, refusal_of
from services.fulfillment.serial_home import SENT_ON, SerialHome, sent_on_to
from services.fulfillment.settings import Settings

SERIAL: Final = "serial:"
"""How the subject of such a message begins."""


def serial_of(message: Message) -> str | None:
    """The serial whose home this is; None where the message is about an order."""
    return message.subject.removeprefix(SERIAL) if message.subject.startswith(SERIAL) else None


def asset_received(settings: Settings, message: Message, desk: Desk) -> Decision:
    """``AssetReceived``: the device is known from now on, if it was not."""
    home = desk.get(SerialHome, _serial(message)) or SerialHome()
    recognised = recognise(message, home.heard)
    if recognised is not None:
        return known(message, recognised)
    body = message.body
    if not isinstance(body, AssetReceived):
        return _refused(settings, message, desk, home, message.refusals)
    serial = _serial(message)
    asset = desk.get(Asset, serial)
    if asset is not None and not asset.unproven:
        return _refused(settings, message, desk, home, (_known_already(asset, body.sku),))
    asset = announced(asset, body.sku, message.time)
    fact = AssetAnnounced(version=1, serial=serial, sku=asset.sku, state=asset.state, announced_at=message.time)
    remembered = home.remembering(message, AssetAnnounced.__name__, _later(settings, message, desk))
    return Decision((Change(Asset, serial, asset), Change(SerialHome, serial, remembered)), (Say(fact),))


def serial_asked(settings: Settings, message: Message, desk: Desk) -> Decision:
    """Something is asked of the subscription that has a device, or had it last: sent on to its order.

    A repeat follows the first one, wherever the device is now: the order knows it for what it is.
    """
    serial = _serial(message)
    home = desk.get(SerialHome, serial) or SerialHome()
    recognised = recognise(message, home.heard)
    if recognised is not None:
        order_id = sent_on_to(recognised.first)
        if recognised.kind == "id_reused" or order_id is None:
            return known(message, recognised)
        return Decision(says=(Say(_onward(message, order_id)),))
    asset = None if message.body is None else desk.get(Asset, serial)
    if asset is None or asset.last_order is None:
        refusals = message.refusals or (refusal(Code.SERIAL_UNKNOWN, "serial"),)
        return _refused(settings, message, desk, home, refusals)
    outcome = f"{SENT_ON}{asset.last_order}"
    remembered = home.remembering(message, outcome, _later(settings, message, desk))
    return Decision((Change(SerialHome, serial, remembered),), (Say(_onward(message, asset.last_order)),))


def _serial(message: Message) -> str:
    serial = serial_of(message)
    assert serial is not None
    return serial


def _known_already(asset: Asset, sku: str) -> Refusal:
    if asset.sku != sku:
        return refusal(Code.SKU_MISMATCH, "sku", f"the device is known as {asset.sku}")
    return refusal(Code.ALREADY_DONE, "serial", f"the device is known, and {asset.state}")


def _refused(
    settings: Settings, message: Message, desk: Desk, home: SerialHome, refusals: tuple[Refusal, ...]
) -> Decision:
    remembered = home.remembering(message, refused(codes_of(refusals)), _later(settings, message, desk))
    answer = refusal_of(message, refusals, suspect=message.clock_suspect)
    return Decision((Change(SerialHome, _serial(message), remembered),), (answer,))


def _later(settings: Settings, message: Message, desk: Desk) -> int:
    return desk.clock(message.lane).waited + settings.patience_ms


def _onward(message: Message, order_id: str) -> SentOn:
    body, origin = message.body, message.origin
    assert isinstance(body, LifeRequest)
    return SentOn(
        order_id=order_id,
        request=message.model.type_name(),
        body=body.model_dump_json(exclude_none=True),
        request_source=message.source,
        request_id=message.id,
        time=message.time,
        clock_suspect=message.clock_suspect,
        first_topic=origin.topic,
        incarnation=origin.incarnation,
        partition=origin.partition,
        offset=origin.offset,
        timestamp=origin.timestamp,
    )
