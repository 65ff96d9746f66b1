"""Fulfillment over HTTP: scans, and what is asked of subscriptions and devices. What is read is in ``reads_api.py``.

A subscription is ``/subscriptions/<order>/<number>``, as its id reads. What can be asked of one can be asked by the
serial of its device, too: a scanner knows nothing else. A serial may have a slash: its routes take paths.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from contracts.messages import assets, fulfillment, life
from contracts.values.refusals import Code
from contracts.values.serials import normalised
from contracts.wire import message
from services.engine.core.answer import answer_id
from services.fulfillment import queries
from services.fulfillment.documents.request import number_in
from services.fulfillment.queries import FoundSubscription
from services.fulfillment.reads_api import DEVICE, SUBSCRIPTION, add_parked, add_reads
from services.fulfillment.resources import (
    DeviceResource,
    ScannedResource,
    SubscriptionLife,
    device_of,
    life_of,
    scanned_of,
)
from services.http.asking.commands import Command, State, add_command
from services.http.asking.door import Door, Taken
from services.http.asking.intake import read_body
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity

MOST_MADE: Final = 500
"""Subscriptions that one scan makes at most."""


def _asked(taken: Taken) -> Mapping[str, Any]:
    return read_body(taken.request.record.value or b"")


async def _order_exists(door: Door, caller: Caller, data: Mapping[str, Any]) -> bool:
    del caller
    return await queries.find_ledger(door.reads, str(data["order_id"]).strip()) is not None


async def _subscription_exists(door: Door, caller: Caller, data: Mapping[str, Any]) -> bool:
    del caller
    return await _named(door, data) is not None


async def _device_exists(door: Door, caller: Caller, data: Mapping[str, Any]) -> bool:
    del caller
    serial = normalised(str(data["serial"]))
    return serial is not None and await queries.find_device(door.reads, serial) is not None


async def _named(door: Door, data: Mapping[str, Any]) -> FoundSubscription | None:
    """The subscription that a request named, or that has (or had last) the device it named."""
    if data.get("subscription_id") is not None:
        named = str(data["subscription_id"]).strip()
        return await queries.find_subscription(door.reads, named.rpartition("/")[0], number_in(named))
    serial = normalised(str(data["serial"]))
    asset = None if serial is None else await queries.find_device(door.reads, serial)
    if asset is None or not asset.history:
        return None
    last = asset.history[-1]
    return await queries.find_subscription(door.reads, last.order_id, last.number)


async def _scanned(door: Door, caller: Caller, taken: Taken) -> State | None:
    del caller
    request, answer = taken.request, taken.answer
    who = request.answer
    if answer is not None and answer.first_source is not None and answer.first_id is not None:
        who = answer_id(answer.first_source, answer.first_id)  # it stood already: what that one made
    made = await queries.find_by_request(door.reads, request.subject, bytes.fromhex(who), MOST_MADE)
    return State("scanned", scanned_of(made))


async def _lived(door: Door, caller: Caller, taken: Taken) -> State | None:
    del caller
    found = await _named(door, _asked(taken))
    if found is None:
        return None
    rows, left_out = await queries.find_history(door.reads, found)
    told = life_of(found, rows, left_out)
    return State("subscription", told, address=f"/subscriptions/{told.subscription_id}")


async def _registered(door: Door, caller: Caller, taken: Taken) -> State | None:
    del caller
    serial = taken.request.subject.removeprefix("serial:")
    asset = await queries.find_device(door.reads, serial)
    return None if asset is None else State("device", device_of(serial, asset), asset.following - 1)


def _of_life(model: type[message.Request], path: str, scope: str, summary: str) -> Iterator[Command]:
    """Asked of a subscription by its id, or by its device."""
    name = model.__name__
    yield Command(
        model=model,
        method="POST",
        path=f"{SUBSCRIPTION}/{path}",
        scope=scope,
        summary=summary,
        state=_lived,
        told=("subscription", SubscriptionLife),
        filled={"subscription_id": "{order_id}/{number}"},
        exists=_subscription_exists,
        missing=Code.SUBSCRIPTION_UNKNOWN,
    )
    yield Command(
        model=model,
        method="POST",
        path=f"{DEVICE}/{path}",
        scope=scope,
        summary=f"{summary}, named by its device",
        state=_lived,
        told=("subscription", SubscriptionLife),
        filled={"serial": "{serial}"},
        exists=_subscription_exists,
        missing=Code.SERIAL_UNKNOWN,
        name=f"{name}BySerial",
    )


def _of_device(model: type[message.Request], method: str, path: str, scope: str, summary: str, **more: Any) -> Command:
    return Command(
        model=model,
        method=method,
        path=f"{DEVICE}/{path}",
        scope=scope,
        summary=summary,
        state=_registered,
        told=("device", DeviceResource),
        filled={"serial": "{serial}"},
        missing=Code.ASSET_UNKNOWN,
        **more,
    )


COMMANDS: Final = (
    Command(
        model=fulfillment.ItemFulfillmentRequested,
        method="POST",
        path="/orders/{order_id}/scans",
        scope="scans:write",
        summary="Assign devices to units of an item",
        state=_scanned,
        told=("scanned", ScannedResource),
        filled={"order_id": "{order_id}"},
        actor=None,
        exists=_order_exists,
    ),
    *_of_life(life.ShipmentSubmitted, "shipment", "scans:write", "Tell the parcel of a subscription"),
    *_of_life(life.ReturnSubmitted, "return", "scans:write", "Record that the device of a subscription came back"),
    *_of_life(
        life.ReturnWithdrawalRequested, "return/withdrawal", "subscriptions:write", "Take back the return of a device"
    ),
    *_of_life(life.SubscriptionCancellationRequested, "cancellation", "subscriptions:write", "Cancel a subscription"),
    *_of_life(
        life.CancellationWithdrawalRequested,
        "cancellation/withdrawal",
        "subscriptions:write",
        "Take back the cancellation of a subscription",
    ),
    *_of_life(life.ExtensionRequested, "extensions", "subscriptions:write", "Extend a subscription"),
    *_of_life(
        life.SerialCorrectionRequested,
        "serial-correction",
        "subscriptions:write",
        "Correct the mistyped serial of a subscription",
    ),
    *_of_life(life.ReplacementRequested, "replacement", "subscriptions:write", "Replace the device of a subscription"),
    *_of_life(life.ReversalRequested, "reversal", "subscriptions:reverse", "Take back the scan of a subscription"),
    _of_device(assets.AssetReceived, "POST", "arrival", "scans:write", "Announce a device that arrived"),
    _of_device(
        assets.AssetCorrectionRequested,
        "PUT",
        "sku",
        "devices:write",
        "Correct the variant of a device",
        exists=_device_exists,
    ),
    _of_device(
        assets.AssetStateRequested,
        "PUT",
        "state",
        "devices:write",
        "Withhold or release a device",
        exists=_device_exists,
    ),
)
"""Every request of fulfillment, as a route."""


def routes(door: Door, identity: Identity) -> APIRouter:
    """Fulfillment's routes."""
    router = APIRouter(tags=["fulfillment"], default_response_class=Response)
    for command in COMMANDS:
        add_command(router, command, door, identity)
    add_reads(router, door, identity)
    add_parked(router, door, identity)
    return router
