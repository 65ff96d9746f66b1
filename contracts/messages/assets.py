"""Devices by their serial alone: announced by a dock, put right and withheld by a person."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from contracts.values.personal import ACTOR, PERSONAL
from contracts.values.refusals import Code, Refusal, refusal
from contracts.values.serials import normalised
from contracts.values.words import Instant, LongText, Name, NameIfAny, Sku
from contracts.wire.message import Fact, Request

SetState = Literal["in_repair", "lost", "stolen", "sold"]
"""What only a person can say of a device: it is withheld from scans until a person releases it."""
AssetState = Literal["available", "in_use", "ended", "returned", "unavailable", "in_repair", "lost", "stolen", "sold"]
"""``ended``: its contract ended, its return is not recorded. ``unavailable``: it was replaced and did not come back, or
it came back damaged or incomplete and nobody released it. The last four a person set (``SetState``).
"""


class _AssetRequest(Request):
    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.requests"
    about: ClassVar[tuple[tuple[str, str], ...]] = ()

    serial: str

    def subjects(self) -> tuple[str, ...]:
        """The serial."""
        return self.subjects_of({"serial": self.serial})

    @classmethod
    def subjects_of(cls, data: Mapping[str, Any]) -> tuple[str, ...]:
        """The same from data that broke a rule elsewhere."""
        serial = data.get("serial")
        known = normalised(serial) if isinstance(serial, str) else None
        return () if known is None else (f"serial:{known}",)

    @classmethod
    def why_nobody(cls, data: Mapping[str, Any]) -> tuple[Refusal, ...]:
        """What is wrong with the serial."""
        return (refusal(Code.FIELD_REQUIRED if data.get("serial") is None else Code.SERIAL_INVALID, "serial"),)


class AssetReceived(_AssetRequest):
    """A device arrived at a dock and waits for a customer. While it was in no contract, a later one takes the place of
    an earlier one of another SKU.
    """

    sku: Sku
    actor: Annotated[NameIfAny, ACTOR] = None


class AssetCorrectionRequested(_AssetRequest):
    """A device is of another SKU than it is known as. No subscription is touched, not even the one that has it."""

    sku: Sku
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]


class AssetStateRequested(_AssetRequest):
    """A person sets the state of a device, or releases it with ``available``: then what contracts made of it counts."""

    state: Literal["available", "in_repair", "lost", "stolen", "sold"]
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]


class _AssetFact(Fact):
    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("serial", "serial:"),)

    serial: str
    sku: str
    state: AssetState


class AssetAnnounced(_AssetFact):
    """The device as it is known since it was announced."""

    announced_at: Instant


class AssetCorrected(_AssetFact):
    """The device is of this SKU; it was known as ``old_sku``."""

    old_sku: str
    at: Instant
    actor: Annotated[str, ACTOR]
    reason: Annotated[str, PERSONAL]


class AssetStateChanged(_AssetFact):
    """The device's state, which a person set or released."""

    at: Instant
    actor: Annotated[str, ACTOR]
    reason: Annotated[str, PERSONAL]
