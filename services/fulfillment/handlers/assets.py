"""At the home of a serial: what is asked of a device is decided; what named the serial alone of a subscription is sent
on to the order that has it.
"""

from typing import Final

from contracts.messages.fulfillment import SentOn
from contracts.values.refusals import Code, Refusal, refusal
from services.engine.core.inbox import outcome_of
from services.engine.core.memory import find_repeat
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.serial_home import SENT_ON, SerialHome, sent_on_to
from services.fulfillment.rules.answers import ANSWERS
from services.fulfillment.rules.life import LifeRequest
from services.fulfillment.rules.registering import AssetRequest, Registered, registered
from services.fulfillment.settings import Settings

SERIAL: Final = "serial:"
"""How the subject of such a message begins."""


def serial_of(message: Message) -> str | None:
    """The serial whose home this is; None where the message is about an order."""
    return message.subject.removeprefix(SERIAL) if message.subject.startswith(SERIAL) else None


def asset_asked(settings: Settings, message: Message, work: UnitOfWork) -> Decision:
    """A device is announced, its variant put right, its state set: decided here, where its serial is at home.

    A scan in another lane that takes the device meanwhile writes the same document, so one of the two is decided again.
    """
    serial = _serial(message)
    home = work.get(SerialHome, serial) or SerialHome()
    recognised = find_repeat(message, home, work)
    if recognised is not None:
        return Decision(emits=(ANSWERS.known(message, recognised),))
    body = message.body
    if not isinstance(body, AssetRequest):
        return _refused(settings, message, work, home, message.refusals)
    answer = registered(serial, work.get(Asset, serial), body, message.time)
    if not isinstance(answer, Registered):
        return _refused(settings, message, work, home, answer)
    remembered = home.remembering(message, type(answer.fact).__name__, _later(settings, message, work))
    return Decision((Change(Asset, serial, answer.asset), Change(SerialHome, serial, remembered)), (Emit(answer.fact),))


def serial_asked(settings: Settings, message: Message, work: UnitOfWork) -> Decision:
    """Something is asked of the subscription that has a device, or had it last: sent on to its order.

    A repeat follows the first one, wherever the device is now: the order knows it for what it is.
    """
    serial = _serial(message)
    home = work.get(SerialHome, serial) or SerialHome()
    recognised = find_repeat(message, home, work)
    if recognised is not None:
        order_id = sent_on_to(recognised.first)
        if recognised.kind == "id_reused" or order_id is None:
            return Decision(emits=(ANSWERS.known(message, recognised),))
        return Decision(emits=(Emit(_onward(message, order_id)),))
    asset = None if message.body is None else work.get(Asset, serial)
    if asset is None or asset.last_order is None:
        refusals = message.refusals or (refusal(Code.SERIAL_UNKNOWN, "serial"),)
        return _refused(settings, message, work, home, refusals)
    outcome = f"{SENT_ON}{asset.last_order}"
    remembered = home.remembering(message, outcome, _later(settings, message, work))
    return Decision((Change(SerialHome, serial, remembered),), (Emit(_onward(message, asset.last_order)),))


def _serial(message: Message) -> str:
    serial = serial_of(message)
    assert serial is not None
    return serial


def _refused(
    settings: Settings, message: Message, work: UnitOfWork, home: SerialHome, refusals: tuple[Refusal, ...]
) -> Decision:
    remembered = home.remembering(message, outcome_of(refusals), _later(settings, message, work))
    return Decision((Change(SerialHome, _serial(message), remembered),), (ANSWERS.refuse(message, refusals),))


def _later(settings: Settings, message: Message, work: UnitOfWork) -> int:
    return work.clock(message.lane).waited + settings.patience_ms


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
