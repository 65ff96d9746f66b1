"""A device is announced, its variant put right, its state set: decided where its serial is at home.

A scan in another lane that takes the device meanwhile writes the same document, so one of the two is decided again.
"""

from dataclasses import dataclass
from typing import get_args

from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork
from services.fulfillment.documents.asset import Asset
from services.fulfillment.handlers.serial_requests import SerialRequestHandler, serial_of
from services.fulfillment.rules.registering import AssetRequest, Registered, register_device


@dataclass(frozen=True)
class RegisteringDevice(SerialRequestHandler[AssetRequest]):
    """What is asked of a device by its serial alone."""

    reads = get_args(AssetRequest)

    def accept(self, message: Message[AssetRequest], work: UnitOfWork) -> Decision:
        """The device as it is from now on, and the fact that says so."""
        serial = serial_of(message)
        answer = register_device(serial, work.get(Asset, serial), message.body, message.time)
        if not isinstance(answer, Registered):
            return self.refuse(message, answer, work)
        remembered = self.record(message, type(answer.fact).__name__, work)
        return Decision((Change(Asset, serial, answer.asset), remembered), (Emit(answer.fact),))
