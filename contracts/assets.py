"""Devices before they are scanned: announced by a dock."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from contracts.message import Fact, Request
from contracts.serials import normalised
from contracts.values import Instant, NameIfAny, Sku

AssetState = Literal["available", "in_use", "ended", "returned", "unavailable"]
"""``ended``: its contract ended, its return is not recorded. ``unavailable``: it was replaced and did not come back."""


class AssetReceived(Request):
    """A device arrived at a dock and waits for a customer."""

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.requests"
    about: ClassVar[tuple[tuple[str, str], ...]] = ()

    serial: str
    sku: Sku
    actor: NameIfAny = None

    def subjects(self) -> tuple[str, ...]:
        """The serial."""
        return self.subjects_of({"serial": self.serial})

    @classmethod
    def subjects_of(cls, data: Mapping[str, Any]) -> tuple[str, ...]:
        """The same from data that broke a rule elsewhere."""
        serial = data.get("serial")
        known = normalised(serial) if isinstance(serial, str) else None
        return () if known is None else (f"serial:{known}",)


class AssetAnnounced(Fact):
    """The device as it is known since it was announced."""

    service: ClassVar[str] = "fulfillment"
    topic: ClassVar[str] = "fulfillment.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("serial", "serial:"),)

    serial: str
    sku: str
    state: AssetState
    announced_at: Instant
