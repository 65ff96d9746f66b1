"""What is read of fulfillment over HTTP: subscriptions, the units of an order, devices, what waits."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from contracts.messages.subscription import State
from contracts.values.serials import normalised
from services.fulfillment import queries
from services.fulfillment.queries import Wanted
from services.fulfillment.resources import (
    DeviceResource,
    SubscriptionLife,
    SubscriptionResource,
    UnitResource,
    WaitingScans,
    device_of,
    life_of,
    subscription_of,
    unit_of,
    waiting_of,
)
from services.http.asking.door import Door
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity, needs
from services.http.telling.listing import ListPage, Paging, page_response, resource_response
from services.http.telling.problem import Fault, fault

SUBSCRIPTION: Final = "/subscriptions/{order_id}/{number}"
DEVICE: Final = "/devices/{serial:path}"
UNKNOWN_ORDER: Final = (
    "fulfillment knows no such order; one that was placed a moment ago is on its way to it, so ask again in a second"
)


class SubscriptionFilters(Paging):
    """Which subscriptions; all that is said must be so."""

    order: Annotated[str | None, Field(max_length=64, description="The id of their order.")] = None
    payer: Annotated[
        str | None, Field(max_length=80, description="Who pays for their last months: group:<id> or customer:<id>.")
    ] = None
    state: Annotated[State | None, Field(description="Their state.")] = None
    serial: Annotated[str | None, Field(max_length=256, description="A device that they have or had.")] = None


class UnitFilters(Paging):
    """Which units of the order; all that is said must be so."""

    item: Annotated[str | None, Field(max_length=64, description="The id of their item.")] = None
    state: Annotated[State | None, Field(description="The state of their subscription.")] = None


class ParkedFilters(Paging):
    """All that will be refused if nothing comes."""


def add_parked(router: APIRouter, door: Door, identity: Identity) -> None:
    """Adds the list of what waits and is no fault."""
    reader = needs(identity, "subscriptions:read")

    @router.get(
        "/parked/fulfillment",
        summary="Scans and requests that wait for their order, its confirmation or their subscription",
        openapi_extra={"x-scope": "subscriptions:read"},
        responses={200: {"model": ListPage[WaitingScans]}},
    )
    async def parked_scans(
        request: Request, filters: Annotated[ParkedFilters, Query()], _caller: Annotated[Caller, Depends(reader)]
    ) -> Response:
        """By order id. What waits for an order on hold waits with it, and is told with that order."""
        after = filters.after("parked scans", str)
        behind_id = "" if after is None else str(after[0])
        found, behind = await queries.list_waiting(door.reads, door.lanes, behind_id, filters.rows(request))
        told = [waiting_of(order_id, ledger) for order_id, ledger in found]
        return page_response("parked scans", filters, told, None if behind is None else (behind,))


def add_reads(router: APIRouter, door: Door, identity: Identity) -> None:
    """Adds their routes."""
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
        "/orders/{order_id}/units",
        summary="The units of an order that have a device",
        openapi_extra=scope,
        responses={200: {"model": ListPage[UnitResource]}},
    )
    async def units(
        order_id: str,
        request: Request,
        filters: Annotated[UnitFilters, Query()],
        _caller: Annotated[Caller, Depends(reader)],
    ) -> Response:
        """Each with its serial, its subscription and its parcel, in the order of their numbers.

        A scan, a correction or a shipment that was answered stands here at once; in `GET /orders/{order_id}` it stands
        as soon as orders was told of it. A unit without a device is counted at the items of the order.
        """
        of = f"units of {order_id}"
        after = filters.after(of, int)
        if await queries.find_ledger(door.reads, order_id) is None:
            raise fault(Fault.NOT_FOUND, UNKNOWN_ORDER)
        place = None if after is None else (order_id, int(after[0]))
        wanted = Wanted(order_id, state=filters.state, item_id=filters.item)
        found, behind = await queries.list_subscriptions(door.reads, wanted, place, filters.rows(request))
        return page_response(of, filters, list(map(unit_of, found)), None if behind is None else (behind[1],))

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
