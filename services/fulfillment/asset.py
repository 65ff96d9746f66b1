"""One device by its serial: what is known of it over all orders. One document for each serial makes it unique.

Whoever assigns a serial writes its document, so two lanes that want the same device conflict in the database.
Real and test orders share the devices.
"""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

AssetState = Literal["available", "in_use", "ended", "returned", "unavailable"]
"""``ended``: its contract ended, its return is not recorded. ``unavailable``: it was replaced and did not come back."""
HISTORY_KEPT: Final = 1000
"""Assignments that are kept of a device; far more than one sees in its life, and a bound for its document."""


class Assignment(BaseModel):
    """That a device was assigned: to which subscription (order and running number), from when, and the label as read.

    ``raw_serial`` is absent when it reads like the serial itself.
    """

    model_config = ConfigDict(frozen=True)

    order_id: str
    number: int
    since: datetime
    raw_serial: str | None = None


class Asset(BaseModel):
    """A device. ``sku`` is its variant by announcement or first accepted scan; ``history`` is only ever appended to.

    The holder is the last entry of ``history`` while the device is in use. ``test``: a test order was the last to
    have it, so it is left out of counts.
    """

    model_config = ConfigDict(frozen=True)

    sku: str
    state: AssetState
    history: tuple[Assignment, ...] = ()
    test: bool = False

    @property
    def holder(self) -> Assignment | None:
        """The subscription that it is active in; None when it is in none."""
        return self.history[-1] if self.state == "in_use" and self.history else None

    @property
    def last_order(self) -> str | None:
        """The order that had it last."""
        return self.history[-1].order_id if self.history else None


def assigned(asset: Asset | None, sku: str, to: Assignment, *, test: bool) -> Asset:
    """The device once it was assigned; ``asset`` None: it was never seen before, and is of this SKU from now on."""
    history = () if asset is None else asset.history[1 - HISTORY_KEPT :]
    return Asset(sku=sku, state="in_use", history=(*history, to), test=test)
