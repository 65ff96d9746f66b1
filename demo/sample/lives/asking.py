"""A request about a subscription on its way: who sends it, when, under which id."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final

from contracts.messages.life import ReturnSubmitted, SubscriptionRequest
from contracts.wire.message import Body
from demo.sample.hashes import below
from demo.sample.lives.devices import Device
from demo.sample.outbound import Sending

CLERKS: Final = "/clerks/service"
DOCK: Final = "/docks/returns"
ACTOR: Final = "service"


def days_after(device: Device, least: int, most: int, salt: str) -> datetime:
    """A moment so many days after the contract began and the device was scanned."""
    began = max(device.start, device.scan.time.date())
    day = began + timedelta(days=least + below(most - least + 1, salt, device.serial))
    return datetime.combine(day, time(9), UTC) + timedelta(seconds=below(8 * 3600, salt, "hour", device.serial))


def asked(
    model: type[SubscriptionRequest],
    device: Device,
    at: datetime,
    *answer: type[Body],
    named: Mapping[str, str] | None = None,
    **fields: object,
) -> Sending:
    """The request and the answer that is awaited. ``named``: otherwise than the plan names the device."""
    body = model.model_validate({**(named or device.named()), **fields})
    name = model.__name__.removesuffix("Requested").removesuffix("Submitted").lower()
    made = Sending(model, f"{name}-{device.serial}", DOCK if model is ReturnSubmitted else CLERKS, at, body)
    return made.awaiting(*answer) if answer else made
