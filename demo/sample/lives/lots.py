"""What happens to which subscription. Most are left alone; no two things happen to one, but a return after its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from demo.sample import shopify
from demo.sample.hashes import Lots, chance
from demo.sample.lives.devices import Device

NOON_OF_THE_END: Final = datetime(2018, 12, 1, 12, tzinfo=UTC)
"""The last tick: contracts whose ``ends_before`` is not after this day end by date."""
BILLED_TWICE: Final = date(2018, 5, 31)
"""A contract that began by then had two contract months in the first bills."""
BILLED: Final = date(2018, 6, 30)
"""A contract that began by then is in the first bills."""


class Lot(StrEnum):
    """What happens to a subscription."""

    CORRECTED = "corrected"
    """The serial was mistyped."""
    REPLACED = "replaced"
    """The customer gets another device."""
    REVERSED = "reversed"
    """The scan was wrong; nothing is scanned instead."""
    RESCANNED = "rescanned"
    """The scan was wrong, and the device is scanned once more."""
    REVERSED_LATE = "reversed late"
    """The scan was wrong, which is seen when the first month is billed."""
    CANCELLED = "cancelled"
    """The subscription is cancelled, at once or for a later day."""
    CANCELLED_LATE = "cancelled late"
    """It was cancelled in its first month, which is heard of when its second is billed."""
    EXTENDED = "extended"
    """The contract goes on; asked for in its last month."""
    EXTENDED_LATE = "extended late"
    """The contract goes on; asked for when it had ended by date."""
    TRACKED = "tracked"
    """The parcel is known some days after the scan."""
    TRACKED_EARLY = "tracked early"
    """The parcel is known before the scan."""
    NONE = "none"
    """Nothing; those whose time comes end by date."""


SHARES: Final = (
    (Lot.CORRECTED, 50),
    (Lot.RESCANNED, 25),
    (Lot.REVERSED, 25),
    (Lot.REPLACED, 100),
    (Lot.CANCELLED, 400),
    (Lot.TRACKED, 400),
    (Lot.TRACKED_EARLY, 20),
)
"""So many subscriptions of each lot that asks nothing of the contract's dates."""
NUMBERED: Final = (Lot.CORRECTED, Lot.RESCANNED, Lot.REVERSED, Lot.REVERSED_LATE, Lot.TRACKED_EARLY)
"""Lots whose requests name the subscription: after them the serial leads nowhere, or not yet."""
CANCELLED_LATE: Final = 40
REVERSED_LATE: Final = 40
EXTENDED: Final = 120
EXTENDED_LATE: Final = 30
RETURNED_PER_MILLE: Final = 600
"""Of the devices whose contract is over so many come back."""


@dataclass(frozen=True, slots=True)
class Life:
    """A device and what happens to its subscription."""

    device: Device
    lot: Lot

    @property
    def key(self) -> str:
        """Unique over the sample: what the messages about it are named by."""
        return self.device.serial

    @property
    def expires(self) -> bool:
        """Whether the contract ends by date, unless something happens before."""
        return self.device.ends_before <= NOON_OF_THE_END.date()

    @property
    def comes_back(self) -> bool:
        """Whether the device is returned in the end, if its contract is over then."""
        return chance(RETURNED_PER_MILLE, "comes back", self.key)


def lives(devices: Sequence[Device], calm: frozenset[str]) -> tuple[Life, ...]:
    """Every device with its lot. Only those of ``calm`` orders get one: nothing else happens to these."""
    free = [d for d in devices if d.order_id in calm and d.scan.order.source != shopify.SOURCE]
    lots = Lots(d.serial for d in free)
    of: dict[str, Lot] = {}

    def give(lot: Lot, among: list[Device], count: int) -> None:
        of.update(dict.fromkeys(lots.draw((d.serial for d in among), count, lot), lot))

    expiring = [d for d in free if Life(d, Lot.NONE).expires]
    give(Lot.EXTENDED, expiring, EXTENDED)
    give(Lot.EXTENDED_LATE, expiring, EXTENDED_LATE)
    lasting = [d for d in free if not Life(d, Lot.NONE).expires]
    numbered = [d for d in lasting if d.number is not None]
    give(Lot.CANCELLED_LATE, [d for d in lasting if d.start <= BILLED_TWICE], CANCELLED_LATE)
    give(Lot.REVERSED_LATE, [d for d in numbered if d.start <= BILLED], REVERSED_LATE)
    for lot, count in SHARES:
        give(lot, numbered if lot in NUMBERED else lasting, count)
    return tuple(Life(d, of.get(d.serial, Lot.NONE)) for d in devices)
