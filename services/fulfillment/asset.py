"""One device by its serial: what is known of it over all orders. One document for each serial makes it unique.

Whoever assigns a serial writes its document, so two lanes that want the same device conflict in the database.
Real and test orders share the devices.
"""

from datetime import datetime
from typing import Final

from contracts.assets import AssetState
from services.engine.kept import Kept, revised

HISTORY_KEPT: Final = 1000
"""Rows that are kept of a device; far more than one sees in its life, and a bound for its document."""


class Assignment(Kept):
    """A row of a device's history: to which subscription (order and running number) it was assigned, from when, and
    the label as read. With a ``state`` it was not assigned: that is what it came to be at that subscription then.

    ``raw_serial`` is absent when it reads like the serial itself.
    """

    order_id: str
    number: int
    since: datetime
    raw_serial: str | None = None
    state: AssetState | None = None


class Asset(Kept):
    """A device. ``sku`` is its variant by announcement or first accepted scan. ``history`` is only ever appended to.

    The holder is the last entry of ``history`` while the device is in use. ``test``: a test order was the last to
    have it, so it is left out of counts. ``announced_at``: a dock said that it had arrived.
    """

    sku: str
    state: AssetState
    history: tuple[Assignment, ...] = ()
    test: bool = False
    announced_at: datetime | None = None

    @property
    def holder(self) -> Assignment | None:
        """The subscription that it is active in; None when it is in none."""
        return self.history[-1] if self.state == "in_use" and self.history else None

    @property
    def last_order(self) -> str | None:
        """The order that had it last."""
        return self.history[-1].order_id if self.history else None

    @property
    def unproven(self) -> bool:
        """Whether nothing is known of it but scans that were reversed, or corrected to another serial. They count as
        never made: its variant, too, is as open as before them, or it could never be what it really is.
        """
        last = {(row.order_id, row.number): row.state for row in self.history}
        return self.announced_at is None and bool(last) and all(state == "available" for state in last.values())

    def last_had_by(self, order_id: str, number: int) -> bool:
        """Whether this subscription is the last that had it, so that its end or reversal concerns the device."""
        return bool(self.history) and (self.history[-1].order_id, self.history[-1].number) == (order_id, number)

    def became(self, state: AssetState, order_id: str, number: int, at: datetime) -> "Asset":
        """The device in another state since then, at this subscription."""
        row = Assignment(order_id=order_id, number=number, since=at, state=None if state == "in_use" else state)
        return revised(self, state=state, history=_appended(self, row))


def assigned(asset: Asset | None, sku: str, to: Assignment, *, test: bool) -> Asset:
    """The device once it was assigned; ``asset`` None: it was never seen before, and is of this SKU from now on."""
    announced = None if asset is None else asset.announced_at
    return Asset(sku=sku, state="in_use", history=_appended(asset, to), test=test, announced_at=announced)


def announced(asset: Asset | None, sku: str, at: datetime) -> Asset:
    """A device that arrived at a dock and waits for a customer; ``asset`` is there if it is unproven."""
    return Asset(sku=sku, state="available", history=() if asset is None else asset.history, announced_at=at)


def _appended(asset: Asset | None, row: Assignment) -> tuple[Assignment, ...]:
    return (row,) if asset is None else (*asset.history[1 - HISTORY_KEPT :], row)
