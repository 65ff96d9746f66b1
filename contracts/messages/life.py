"""The life of a subscription: what is asked of it, and what it became.

Rules: ``docs/domain.md`` section 2. A request names the subscription, or only a serial: then the serial's home sends
it on to the order that holds the device.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from contracts.messages.subscription import CancellationReason, Condition, SubscriptionFact
from contracts.values.money import Money
from contracts.values.personal import ACTOR, PERSONAL
from contracts.values.refusals import Code, Refusal, refusal
from contracts.values.serials import normalised
from contracts.values.words import (
    SUBSCRIPTION_PATTERN,
    CivilDate,
    Instant,
    LongText,
    LongTextIfAny,
    Months,
    Name,
    NameIfAny,
    SubscriptionId,
    Whole,
)
from contracts.wire.message import Request


class SubscriptionRequest(Request):
    """Asks something of a subscription. With both named, ``serial`` must be a device of that subscription."""

    about: ClassVar[tuple[tuple[str, str], ...]] = ()

    subscription_id: SubscriptionId | None = None
    serial: str | None = None

    def subjects(self) -> tuple[str, ...]:
        """The order, if the subscription is named; else the serial."""
        return _subjects(self.subscription_id, self.serial)

    @classmethod
    def subjects_of(cls, data: Mapping[str, Any]) -> tuple[str, ...]:
        """The same from data that broke a rule elsewhere."""
        return _subjects(data.get("subscription_id"), data.get("serial"))

    @classmethod
    def why_nobody(cls, data: Mapping[str, Any]) -> tuple[Refusal, ...]:
        """What is wrong with the subscription and the serial that were named, or that neither was."""
        found = []
        if data.get("subscription_id") is not None:
            found.append(refusal(Code.ID_INVALID, "subscription_id", "names nobody"))
        if data.get("serial") is not None:
            found.append(refusal(Code.SERIAL_INVALID, "serial"))
        nobody = refusal(Code.FIELD_REQUIRED, "subscription_id", "subscription_id or serial must be given")
        return tuple(found) or (nobody,)


def _subjects(subscription_id: object, serial: object) -> tuple[str, ...]:
    named = SUBSCRIPTION_PATTERN.match(subscription_id.strip()) if isinstance(subscription_id, str) else None
    if named is not None:
        return (named[1],)
    known = normalised(serial) if isinstance(serial, str) else None
    return () if known is None else (f"serial:{known}",)


class _LifeRequest(SubscriptionRequest):
    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.requests"


class SubscriptionCancellationRequested(_LifeRequest):
    """Cancels a subscription: its last day is ``on``, not before the message's own civil date, which is the default.

    Said again it moves the last day: to an earlier one, or to a later one while the present one has not come.
    """

    reason_code: CancellationReason
    on: CivilDate | None = None
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongTextIfAny, PERSONAL] = None


class CancellationWithdrawalRequested(_LifeRequest):
    """Takes a cancellation back whose day has not come: the contract goes on as if it had never been cancelled."""

    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]


class ExtensionRequested(_LifeRequest):
    """Extends a contract beyond the ``ends_before`` that the sender knows.

    ``price`` absent: the current one. A given price needs a reason.
    """

    ends_before: CivilDate
    months: Months
    price: Money | None = None
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongTextIfAny, PERSONAL] = None


class SerialCorrectionRequested(_LifeRequest):
    """The serial was mistyped: the device is ``new_serial``. Nothing else changes."""

    new_serial: str
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongTextIfAny, PERSONAL] = None


class ReplacementRequested(_LifeRequest):
    """The customer gets another device of the same variant; the old one is unavailable until its return is recorded."""

    new_serial: str
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]


class ReturnSubmitted(_LifeRequest):
    """A device came back: the subscription's present one, or the one that ``serial`` names (one that was replaced)."""

    condition: Condition
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongTextIfAny, PERSONAL] = None


class ReturnWithdrawalRequested(_LifeRequest):
    """A return was booked by mistake: the device is with the customer. Not once it went out again.

    It is the subscription's present device, or the one that ``serial`` names (one that was replaced).
    """

    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]


class ReversalRequested(_LifeRequest):
    """The scan was wrong: the subscription never was, its unit opens again, what was invoiced is credited."""

    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]


class ShipmentSubmitted(_LifeRequest):
    """The parcel of a subscription's device."""

    carrier: Name
    tracking_number: Annotated[Name, PERSONAL]
    actor: Annotated[NameIfAny, ACTOR] = None


class _LifeFact(SubscriptionFact):
    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "subscriptions.events"

    at: Instant
    actor: Annotated[str | None, ACTOR] = None
    reason: Annotated[str | None, PERSONAL] = None


class SubscriptionCancelled(_LifeFact):
    """The subscription is cancelled, or will be after ``cancelled_on``; it ends with that day."""


class CancellationWithdrawn(_LifeFact):
    """The subscription is not cancelled any more. Its last day would have been ``withdrawn_day``."""

    withdrawn_day: CivilDate


class SubscriptionExtended(_LifeFact):
    """The contract goes on, from its old ``ends_before`` (``extended_from``) without a gap."""

    extended_from: CivilDate
    extended_by: Whole


class SubscriptionEnded(_LifeFact):
    """Its last day has passed: it ended by date, or its cancellation took effect."""


class SubscriptionReversed(_LifeFact):
    """The subscription counts as never created."""


class SubscriptionPayerChanged(_LifeFact):
    """Contract months from ``from_date`` on belong to the payer appended last."""

    from_date: CivilDate


class SerialCorrected(_LifeFact):
    """The same subscription, with the serial that was meant."""

    old_serial: str


class DeviceReplaced(_LifeFact):
    """The same subscription, with another device."""

    old_serial: str


class AssetReturned(_LifeFact):
    """A device of the subscription came back."""

    serial: str
    returned_condition: Condition


class ReturnWithdrawn(_LifeFact):
    """A device of the subscription did not come back; it was booked so by mistake."""

    serial: str


class ShipmentTracked(_LifeFact):
    """The subscription's parcel is known."""
