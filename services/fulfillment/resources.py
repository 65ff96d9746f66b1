"""What of fulfillment is told over HTTP: subscriptions with what happened to them, devices, scans that wait."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from heapq import merge
from typing import Any, Literal

from pydantic import BaseModel, Field

from contracts.messages.assets import AssetState
from contracts.messages.subscription import State, Subscription
from services.fulfillment.documents.asset import Asset, Assignment, Mark
from services.fulfillment.documents.ledger import Ledger, Line, Row
from services.fulfillment.documents.request import Parked, Scan
from services.fulfillment.queries import FoundSubscription
from services.fulfillment.rules.subscription import subscription_id, to_contract


class Happened(BaseModel):
    """Something that happened to a subscription. By the clock: nobody is the actor."""

    kind: str = Field(description="The name of its fact, as in SubscriptionExtended.")
    at: datetime
    actor: str | None = None
    reason: str | None = Field(default=None, description="Its first 500 characters.")


class SubscriptionResource(Subscription):
    """A subscription as it stands: as its facts carry it, with the devices that it had before."""

    replaced: tuple[str, ...] = Field(default=(), description="The serials of earlier devices, the newest last.")
    item_removed: bool = Field(default=False, description="A reversed one, whose item is no longer in the order.")


class SubscriptionLife(SubscriptionResource):
    """The same with what happened to it."""

    history: tuple[Happened, ...] = Field(description="The oldest first.")
    history_left_out: int = Field(default=0, description="How many parts of older history are not read.")


class SubscriptionRow(BaseModel):
    """A subscription in one line."""

    subscription_id: str
    item_id: str
    serial: str
    state: State


class UnitResource(SubscriptionRow):
    """A unit of an order: its device, its subscription, and the parcel in which it came."""

    number: int = Field(description="Counts the order's subscriptions from 1.")
    label: str = Field(description="The serial as it was read from the device's label.")
    start_date: date
    carrier: str | None = None
    tracking_number: str | None = None
    replaced: tuple[str, ...] = Field(default=(), description="The serials of earlier devices, the newest last.")


class ScannedResource(BaseModel):
    """The subscriptions that came of a scan, by number."""

    subscriptions: tuple[SubscriptionRow, ...]


class DeviceRow(BaseModel):
    """Something that became of a device: by a subscription, or because a person said so."""

    since: datetime
    became: AssetState | None = Field(default=None, description="The state that counted from then on.")
    subscription_id: str | None = None
    label: str | None = Field(default=None, description="The label as it was read, where it reads otherwise.")
    sku: str | None = Field(default=None, description="The variant that a person said it is.")
    actor: str | None = None
    reason: str | None = None


class DeviceResource(BaseModel):
    """A device by its serial, over all orders."""

    serial: str
    sku: str
    state: AssetState
    by_contracts: AssetState = Field(description="Its state by its contracts alone; a person may withhold it beside.")
    withheld: Literal["in_repair", "lost", "stolen", "sold", "damaged", "incomplete"] | None = None
    holder: str | None = Field(default=None, description="The subscription that it is active in.")
    announced_at: datetime | None = None
    test: bool = Field(description="A test order had it last; it is left out of counts.")
    version: int
    life: tuple[DeviceRow, ...] = Field(description="The oldest first; at most 1,200 rows are kept.")


class WaitingScan(BaseModel):
    """A scan, or what is asked of a subscription, that waits for its order, a release or a confirmation."""

    request: str = Field(description="The name of its type.")
    source: str
    id: str
    time: datetime
    serials: tuple[str, ...] = ()


class WaitingScans(BaseModel):
    """What waits in fulfillment for one order."""

    order_id: str
    waits_for: Literal["order", "release", "confirmation"] | None = None
    waiting: tuple[WaitingScan, ...]


def subscription_of(found: FoundSubscription) -> SubscriptionResource:
    """The resource of a subscription that was found."""
    return SubscriptionResource.model_construct(**_fields(found))


def life_of(found: FoundSubscription, rows: Iterable[Row], left_out: int) -> SubscriptionLife:
    """The same with its history."""
    history = tuple(Happened(kind=row.kind, at=row.at, actor=row.actor, reason=row.reason) for row in rows)
    return SubscriptionLife.model_construct(**_fields(found), history=history, history_left_out=left_out)


def _fields(found: FoundSubscription) -> dict[str, Any]:
    entry, ledger = found.entry, found.ledger
    line = next((line for line in ledger.lines if line.item_id == entry.item_id), None)
    known = line or _removed(entry.item_id)
    told = to_contract(found.order_id, found.number, entry, known, ledger.terms[entry.terms])
    fields = {name: getattr(told, name) for name in type(told).model_fields}
    if line is None:  # its price went with its item; none is guessed
        fields["prices"] = tuple(each.to_contract() for each in entry.prices or ())
    return {**fields, "replaced": entry.replaced or (), "item_removed": line is None}


def _removed(item_id: str) -> Line:
    return Line(item_id=item_id, sku="", product_name="", variant_name="", months=0, unit_price=0, units=0)


def unit_of(found: FoundSubscription) -> UnitResource:
    """One unit of an order."""
    entry = found.entry
    return UnitResource(
        subscription_id=subscription_id(found.order_id, found.number),
        number=found.number,
        item_id=entry.item_id,
        serial=entry.serial,
        label=entry.raw_serial or entry.serial,
        state=entry.state,
        start_date=entry.start_date,
        carrier=entry.carrier,
        tracking_number=entry.tracking_number,
        replaced=entry.replaced or (),
    )


def scanned_of(found: Sequence[FoundSubscription]) -> ScannedResource:
    """What came of a scan."""
    return ScannedResource(
        subscriptions=tuple(
            SubscriptionRow(
                subscription_id=subscription_id(each.order_id, each.number),
                item_id=each.entry.item_id,
                serial=each.entry.serial,
                state=each.entry.state,
            )
            for each in sorted(found, key=lambda each: each.number)
        )
    )


def device_of(serial: str, asset: Asset) -> DeviceResource:
    """The resource of a device."""
    holder = asset.holder
    return DeviceResource(
        serial=serial,
        sku=asset.sku,
        state=asset.shown,
        by_contracts=asset.state,
        withheld=asset.withheld,
        holder=None if holder is None else subscription_id(holder.order_id, holder.number),
        announced_at=asset.announced_at,
        test=asset.test,
        version=asset.following - 1,
        life=tuple(merge(map(_assigned, asset.history), map(_marked, asset.marks), key=lambda row: row.since)),
    )


def _assigned(row: Assignment) -> DeviceRow:
    return DeviceRow(
        since=row.since,
        became=row.state or "in_use",
        subscription_id=subscription_id(row.order_id, row.number),
        label=row.raw_serial,
    )


def _marked(mark: Mark) -> DeviceRow:
    return DeviceRow(since=mark.since, became=mark.state, sku=mark.sku, actor=mark.actor, reason=mark.reason)


def waiting_of(order_id: str, ledger: Ledger) -> WaitingScans:
    """What waits for an order."""
    return WaitingScans(order_id=order_id, waits_for=ledger.awaits(), waiting=tuple(map(_waiting, ledger.parked)))


def _waiting(parked: Parked) -> WaitingScan:
    request = parked.request
    if isinstance(request, Scan):
        return WaitingScan(
            request="ItemFulfillmentRequested",
            source=request.source,
            id=request.id,
            time=request.time,
            serials=request.serials,
        )
    name = request.request.split(".")[-2]
    return WaitingScan(request=name, source=request.source, id=request.id, time=request.time)
