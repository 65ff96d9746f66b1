"""What is read of orders, customers and the catalog over HTTP. Lists of orders are in ``search_api.py``."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from services.http.asking.door import Door
from services.http.callers.attribution import needs_unbound
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity, needs
from services.http.telling.listing import ListPage, Paging, page_response, resource_response
from services.http.telling.problem import Fault, fault
from services.orders import queries
from services.orders.documents.note import KeptNote
from services.orders.queries import FoundOrder
from services.orders.resources import (
    AwaitedResource,
    ChangeLineResource,
    CustomerResource,
    NoteResource,
    OrderResource,
    VariantResource,
    awaited_of,
    change_line_of,
    customer_of,
    note_of,
    order_of,
    variant_of,
    why_waiting,
)

NOTES_SHOWN: Final = 20
ORDERS_SHOWN: Final = 100
_READ: Final = {"x-scope": "orders:read"}


async def tell_order(door: Door, found: FoundOrder) -> OrderResource:
    """The resource of an order, with what is kept beside it."""
    order = found.order
    notes: Sequence[KeptNote] = ()
    if order.notes:
        notes = await queries.find_newest_notes(door.reads, order.order_id, NOTES_SHOWN)
    line = await queries.find_change_line(door.reads, order.order_id) if order.changes else None
    return order_of(found, notes, line)


async def tell_customer(door: Door, customer_id: str) -> CustomerResource | None:
    """The resource of a customer; None: nobody ever heard of it."""
    found = await queries.find_customer(door.reads, customer_id, ORDERS_SHOWN)
    if found is None:
        return None
    subject = f"customer:{customer_id}"
    notes = await queries.find_newest_notes(door.reads, subject, NOTES_SHOWN) if found.record.notes else ()
    return customer_of(customer_id, found, notes)


class NoteFilters(Paging):
    """All notes."""


class VariantFilters(Paging):
    """All variants."""


class WaitingFilters(Paging):
    """All that wait."""


def add_waiting(router: APIRouter, door: Door, identity: Identity) -> None:
    """Adds the lists of what waits and is no fault."""
    unbound = needs_unbound(identity, "orders:read")

    @router.get(
        "/parked/orders",
        summary="Requests that wait for their order, or its SKUs",
        openapi_extra=_READ,
        responses={200: {"model": ListPage[AwaitedResource]}},
    )
    async def parked_orders(
        request: Request, filters: Annotated[WaitingFilters, Query()], _caller: Annotated[Caller, Depends(unbound)]
    ) -> Response:
        """By order id. They are decided when it comes, and refused when their time is over."""
        after = filters.after("parked orders", str)
        found, behind = await queries.list_awaited(
            door.reads, "" if after is None else str(after[0]), filters.rows(request)
        )
        told = [awaited_of(order_id, awaited) for order_id, awaited in found]
        return page_response("parked orders", filters, told, None if behind is None else (behind,))

    @router.get(
        "/changes",
        summary="Changes of orders that are not decided",
        openapi_extra=_READ,
        responses={200: {"model": ListPage[ChangeLineResource]}},
    )
    async def changes(
        request: Request, filters: Annotated[WaitingFilters, Query()], _caller: Annotated[Caller, Depends(unbound)]
    ) -> Response:
        """By order id: the one that fulfillment is asked about, and those behind it."""
        after = filters.after("changes", str)
        found, behind = await queries.list_change_lines(
            door.reads, "" if after is None else str(after[0]), filters.rows(request)
        )
        told = [change_line_of(order_id, line) for order_id, line in found]
        return page_response("changes", filters, told, None if behind is None else (behind,))


def add_reads(router: APIRouter, door: Door, identity: Identity) -> None:
    """Adds their routes."""
    reader, unbound = needs(identity, "orders:read"), needs_unbound(identity, "orders:read")

    async def find(order_id: str, caller: Caller) -> FoundOrder:
        found = await queries.find_order(door.reads, order_id)
        if found is not None and caller.sees(found.source):
            return found
        awaited = await queries.find_awaited(door.reads, order_id) if caller.source is None and found is None else None
        why = None if awaited is None else why_waiting(awaited)
        raise fault(Fault.NOT_FOUND, "there is no such order" + ("" if why is None else f" yet: {why}"))

    @router.get(
        "/orders/{order_id}",
        summary="An order as it stands",
        openapi_extra=_READ,
        responses={200: {"model": OrderResource}},
    )
    async def order(order_id: str, caller: Annotated[Caller, Depends(reader)]) -> Response:
        """Its customer, items with their progress, money, subscriptions, holds, notes, and the change that is open.

        The header ETag has its version.
        """
        told = await tell_order(door, await find(order_id, caller))
        return resource_response(told, told.version)

    @router.get(
        "/orders/{order_id}/notes",
        summary="The notes about an order",
        openapi_extra=_READ,
        responses={200: {"model": ListPage[NoteResource]}},
    )
    async def order_notes(
        order_id: str,
        request: Request,
        filters: Annotated[NoteFilters, Query()],
        caller: Annotated[Caller, Depends(reader)],
    ) -> Response:
        """In the order in which they were written."""
        await find(order_id, caller)
        return await tell_notes(order_id, filters, filters.rows(request))

    @router.get(
        "/customers/{customer_id}/notes",
        summary="The notes about a customer",
        openapi_extra=_READ,
        responses={200: {"model": ListPage[NoteResource]}},
    )
    async def customer_notes(
        customer_id: str,
        request: Request,
        filters: Annotated[NoteFilters, Query()],
        _caller: Annotated[Caller, Depends(unbound)],
    ) -> Response:
        """In the order in which they were written."""
        return await tell_notes(f"customer:{customer_id}", filters, filters.rows(request))

    async def tell_notes(subject: str, filters: NoteFilters, rows: int) -> Response:
        of = f"notes of {subject}"
        after = filters.after(of, int)
        found, behind = await queries.list_notes(door.reads, subject, 0 if after is None else int(after[0]), rows)
        return page_response(of, filters, list(map(note_of, found)), None if behind is None else (behind,))

    @router.get(
        "/customers/{customer_id}",
        summary="A customer",
        openapi_extra=_READ,
        responses={200: {"model": CustomerResource}},
    )
    async def customer(customer_id: str, _caller: Annotated[Caller, Depends(unbound)]) -> Response:
        """Who they are, their orders, their default billing group, the notes about them."""
        told = await tell_customer(door, customer_id)
        if told is None:
            raise fault(Fault.NOT_FOUND, "nobody of this id ever ordered, and nothing was set for them")
        return resource_response(told, told.version)

    @router.get(
        "/catalog", summary="The catalog", openapi_extra=_READ, responses={200: {"model": ListPage[VariantResource]}}
    )
    async def variants(
        request: Request, filters: Annotated[VariantFilters, Query()], _caller: Annotated[Caller, Depends(reader)]
    ) -> Response:
        """Every variant with all its prices, by SKU."""
        after = filters.after("catalog", str)
        found, behind = await queries.list_variants(
            door.reads, "" if after is None else str(after[0]), filters.rows(request)
        )
        told = [variant_of(sku, variant) for sku, variant in found]
        return page_response("catalog", filters, told, None if behind is None else (behind,))

    @router.get("/catalog/{sku}", summary="A variant", openapi_extra=_READ, responses={200: {"model": VariantResource}})
    async def variant(sku: str, _caller: Annotated[Caller, Depends(reader)]) -> Response:
        """Its names and all its prices."""
        found = await queries.find_variant(door.reads, sku)
        if found is None:
            raise fault(Fault.NOT_FOUND, "the catalog has no such SKU")
        return resource_response(variant_of(sku, found), found.version)
