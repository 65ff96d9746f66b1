"""Fulfillment over HTTP: scans, what is asked of subscriptions and devices, and what is read of them.

A subscription is ``/subscriptions/<order>/<number>``, as its id reads. What can be asked of one can be asked by the
serial of its device, too: a scanner knows nothing else. A serial may have a slash: its routes take paths.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from contracts.messages import assets, fulfillment, life
from contracts.messages.subscription import State as SubscriptionState
from contracts.values.refusals import Code
from contracts.values.serials import normalised
from contracts.wire import message
from services.engine.core.answer import answer_id
from services.fulfillment import queries
from services.fulfillment.documents.request import number_in
from services.fulfillment.queries import FoundSubscription, Wanted
from services.fulfillment.resources import (
    DeviceResource,
    ScannedResource,
    SubscriptionLife,
    SubscriptionResource,
    WaitingScans,
    device_of,
    life_of,
    scanned_of,
    subscription_of,
    waiting_of,
)
from services.http.asking.commands import Command, State, add_command
from services.http.asking.door import Door, Taken
from services.http.asking.intake import read_body
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity, needs
from services.http.telling.listing import ListPage, Paging, page_response, resource_response
from services.http.telling.problem import Fault, fault

SUBSCRIPTION: Final = "/subscriptions/{order_id}/{number}"
DEVICE: Final = "/devices/{serial:path}"
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


class SubscriptionFilters(Paging):
    """Which subscriptions; all that is said must be so."""

    order: Annotated[str | None, Field(max_length=64, description="The id of their order.")] = None
    payer: Annotated[
        str | None, Field(max_length=80, description="Who pays for their last months: group:<id> or customer:<id>.")
    ] = None
    state: Annotated[SubscriptionState | None, Field(description="Their state.")] = None
    serial: Annotated[str | None, Field(max_length=256, description="A device that they have or had.")] = None


def routes(door: Door, identity: Identity) -> APIRouter:
    """Fulfillment's routes."""
    router = APIRouter(tags=["fulfillment"], default_response_class=Response)
    for command in COMMANDS:
        add_command(router, command, door, identity)
    reader = needs(identity, "subscriptions:read")
    scope = {"x-scope": "subscriptions:read"}

    @router.get(
        "/subscriptions",
        summary="Subscriptions",
        openapi_extra=scope,
        responses={200: {"model": ListPage[SubscriptionResource]}},
    )
    async def subscriptions(
        request: Request, filters: Annotated[SubscriptionFilters, Query()], _caller: Annotated[Caller, Depends(reader)]
    ) -> Response:
        """By order and number. A page may have fewer than were asked for, and still a `next`."""
        serial = None if filters.serial is None else normalised(filters.serial)
        if filters.serial is not None and serial is None:
            raise fault(Fault.PARAMETER_INVALID, "serial: this is no serial", parameter="serial")
        after = filters.after("subscriptions", str, int)
        place = None if after is None else (str(after[0]), int(after[1]))
        wanted = Wanted(filters.order, filters.payer, filters.state, serial)
        found, behind = await queries.list_subscriptions(door.reads, wanted, place, filters.rows(request))
        return page_response("subscriptions", filters, list(map(subscription_of, found)), behind)

    @router.get(
        SUBSCRIPTION,
        summary="A subscription as it stands, with its history",
        openapi_extra=scope,
        responses={200: {"model": SubscriptionLife}},
    )
    async def subscription(order_id: str, number: str, _caller: Annotated[Caller, Depends(reader)]) -> Response:
        """Its contract, its device, who pays, and who did what and why."""
        known = number.isascii() and number.isdigit() and len(number) <= 6
        found = await queries.find_subscription(door.reads, order_id, int(number)) if known else None
        if found is None:
            raise fault(Fault.NOT_FOUND, "there is no such subscription")
        return resource_response(life_of(found, *await queries.find_history(door.reads, found)))

    @router.get(
        "/orders/{order_id}/scans",
        summary="Scans and requests that wait for an order",
        openapi_extra=scope,
        responses={200: {"model": WaitingScans}},
    )
    async def scans(order_id: str, _caller: Annotated[Caller, Depends(reader)]) -> Response:
        """Those that wait for the order itself, for the release of a hold, or for a confirmation."""
        ledger = await queries.find_waiting(door.reads, order_id)
        if ledger is None:
            raise fault(Fault.NOT_FOUND, "fulfillment knows nothing of this order")
        return resource_response(waiting_of(order_id, ledger))

    @router.get(
        DEVICE,
        summary="A device with its life",
        openapi_extra=scope,
        responses={200: {"model": DeviceResource}},
    )
    async def device(serial: str, _caller: Annotated[Caller, Depends(reader)]) -> Response:
        """Its state and variant, who has it, and what became of it when, over all orders."""
        known = normalised(serial)
        asset = None if known is None else await queries.find_device(door.reads, known)
        if known is None or asset is None:
            raise fault(Fault.NOT_FOUND, "no dock announced this device, and no scan of it was accepted")
        return resource_response(device_of(known, asset), asset.following - 1)

    return router
