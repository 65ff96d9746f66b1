"""One device by its serial: what is known of it over all orders. One document for each serial makes it unique.

Whoever assigns a serial, sets a device's state or its SKU writes its document, so two lanes that want something of the
same device conflict in the database. Real and test orders share the devices.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final, Literal

from contracts.messages.assets import AssetState
from contracts.messages.subscription import Condition
from contracts.values.serials import normalised
from services.engine.core.document import Document, replace, replace_by
from services.engine.core.service import Ref, UnitOfWork

HISTORY_KEPT: Final = 1000
"""Rows that are kept of a device; far more than one sees in its life, and a bound for its document."""
MARKS_KEPT: Final = 200
"""The same of what persons said about it."""

Withheld = Literal["in_repair", "lost", "stolen", "sold", "damaged", "incomplete"]
"""Why nobody may have a device: a person said so, or it came back so."""


class Assignment(Document):
    """A row of a device's history: to which subscription (order and running number) it was assigned, from when, and
    the label as read. With a ``state`` it was not assigned: that is what it came to be at that subscription then.

    ``raw_serial`` is absent when it reads like the serial itself.
    """

    order_id: str
    number: int
    since: datetime
    raw_serial: str | None = None
    state: AssetState | None = None


class Mark(Document):
    """What a person said of a device: another ``sku``, or the ``state``, the one that counted from then on."""

    since: datetime
    actor: str | None = None
    reason: str | None = None
    sku: str | None = None
    state: AssetState | None = None


class Asset(Document):
    """A device. ``sku`` is its variant by announcement, correction or first accepted scan. ``history`` is only ever
    appended to.

    The holder is the last entry of ``history`` while the device is in use. ``state`` is what contracts made of it;
    ``withheld`` stands beside it until a person releases the device. ``test``: a test order was the last to have it, so
    it is left out of counts. ``announced_at``: a dock said that it had arrived. ``version`` counts the facts about it;
    0 of one that was announced before they were counted, and then one was said.
    """

    sku: str
    state: AssetState
    history: tuple[Assignment, ...] = ()
    test: bool = False
    announced_at: datetime | None = None
    withheld: Withheld | None = None
    marks: tuple[Mark, ...] = ()
    version: int = 0

    @property
    def holder(self) -> Assignment | None:
        """The subscription that it is active in; None when it is in none."""
        return self.history[-1] if self.state == "in_use" and self.history else None

    @property
    def last_order(self) -> str | None:
        """The order that had it last."""
        return self.history[-1].order_id if self.history else None

    @property
    def shown(self) -> AssetState:
        """Its state as people see it: what withholds it counts before what contracts made of it."""
        match self.withheld:
            case None:
                return self.state
            case "damaged" | "incomplete":
                return "unavailable"
            case "in_repair" | "lost" | "stolen" | "sold":
                return self.withheld

    @property
    def never_in_a_contract(self) -> bool:
        """Whether no scan of it stands. Those that were reversed, or corrected to another serial, were never made."""
        last = {(row.order_id, row.number): row.state for row in self.history}
        return all(state == "available" for state in last.values())

    @property
    def unproven(self) -> bool:
        """Whether nothing is known of it but scans that count as never made. Its variant, too, is as open as before
        them, or it could never be what it really is.
        """
        return (
            self.announced_at is None
            and self.withheld is None
            and not self.marks
            and bool(self.history)
            and self.never_in_a_contract
        )

    @property
    def following(self) -> int:
        """The version of the next fact about it."""
        return max(self.version, int(self.announced_at is not None)) + 1

    def last_had_by(self, order_id: str, number: int) -> bool:
        """Whether this subscription is the last that had it, so that its end or reversal concerns the device."""
        return bool(self.history) and (self.history[-1].order_id, self.history[-1].number) == (order_id, number)

    def become(
        self, state: AssetState, order_id: str, number: int, at: datetime, condition: Condition | None = None
    ) -> "Asset":
        """The device in another state since then, at this subscription. ``condition`` is that in which it came back, if
        it did: with a bad one it is withheld.
        """
        row = Assignment(order_id=order_id, number=number, since=at, state=None if state == "in_use" else state)
        withheld = condition if condition in ("damaged", "incomplete") else self.withheld
        return replace(self, state=state, withheld=withheld, history=_append(self, row))

    def with_mark(self, mark: Mark, **changes: object) -> "Asset":
        """The device once a person said this of it, under the next version."""
        marks = (*self.marks[1 - MARKS_KEPT :], mark)
        return replace_by(replace(self, marks=marks, version=self.following), changes)


AssetOf = Callable[[str], Asset | None]
"""The device of a normalised serial as it is now."""


def assets_in(work: UnitOfWork) -> AssetOf:
    """The devices as the decisions before left them."""
    return lambda serial: work.get(Asset, serial)


def refs_of(serials: Iterable[str]) -> Iterator[Ref]:
    """The devices of serials as they were sent; those that are no serials have none."""
    return ((Asset, serial) for serial in map(normalised, serials) if serial is not None)


def assign(asset: Asset | None, sku: str, to: Assignment, *, test: bool) -> Asset:
    """The device once it was assigned; ``asset`` None: it was never seen before, and is of this SKU from now on."""
    if asset is None:
        return Asset(sku=sku, state="in_use", history=(to,), test=test)
    return replace(asset, sku=sku, state="in_use", history=_append(asset, to), test=test)


def announce(asset: Asset | None, sku: str, at: datetime) -> Asset:
    """A device that arrived at a dock and waits for a customer; ``asset`` is there if it was in no contract yet."""
    if asset is None:
        return Asset(sku=sku, state="available", announced_at=at, version=1)
    return replace(asset, sku=sku, state="available", test=False, announced_at=at, version=asset.following)


def _append(asset: Asset, row: Assignment) -> tuple[Assignment, ...]:
    return (*asset.history[1 - HISTORY_KEPT :], row)
