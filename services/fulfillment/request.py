"""A scan as it was asked, with all that is needed to decide and answer it later."""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from contracts.fulfillment import ItemFulfillmentRequested
from contracts.values import CivilDate
from services.engine.message import Cause, Message


class Scan(BaseModel):
    """A scan: which serials for which item, when by the device's clock, and which request must be answered.

    ``who`` is its identity in the ledger's memory. ``time`` is the message time, ``recorded`` the broker's.
    """

    model_config = ConfigDict(frozen=True)

    who: bytes
    source: str
    id: str
    address: str
    time: datetime
    recorded: datetime
    suspect: bool
    item_id: str | None = None
    sku: str | None = None
    serials: tuple[str, ...]
    start_date: CivilDate | None = None
    carrier: str | None = None
    tracking_number: str | None = None

    @property
    def cause(self) -> Cause:
        """The request, as the cause of what is said about it."""
        return Cause(self.source, self.id, self.address)

    def believed(self, placed_at: datetime | None, behind: timedelta) -> tuple[datetime, bool]:
        """The time that counts and whether the device's clock is suspect.

        A time more than ``behind`` before the order is a clock that says 1970: the broker's counts then.
        """
        if placed_at is not None and self.time < placed_at - behind:
            return self.recorded, True
        return self.time, self.suspect


class Parked(BaseModel):
    """A scan that waits. ``size`` in bytes; ``until`` in ms of the waiting clock, absent while its order is held."""

    model_config = ConfigDict(frozen=True)

    scan: Scan
    size: int
    until: int | None = None


def asked(message: Message, body: ItemFulfillmentRequested) -> Scan:
    """The scan that a message asks for."""
    return Scan(
        who=message.identity(),
        source=message.source,
        id=message.id,
        address=message.origin.address,
        time=message.time,
        recorded=message.recorded,
        suspect=message.clock_suspect,
        item_id=body.item_id,
        sku=body.sku,
        serials=body.serials,
        start_date=body.start_date,
        carrier=body.carrier,
        tracking_number=body.tracking_number,
    )
