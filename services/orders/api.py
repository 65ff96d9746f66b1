"""Orders over HTTP: what is asked of an order, and what is read of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from contracts.messages import catalog, changes, orders
from services.http.asking.commands import Command, State, add_command
from services.http.asking.door import Door, Taken
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity
from services.orders import queries
from services.orders.reads_api import add_reads, add_waiting, tell_customer, tell_order
from services.orders.resources import CustomerResource, OrderResource, VariantResource, variant_of
from services.orders.search_api import add_search

_ORDER: Final = {"order_id": "{order_id}"}
_CUSTOMER: Final = {"customer_id": "{customer_id}"}


async def _order_exists(door: Door, caller: Caller, data: Mapping[str, Any]) -> bool:
    found = await queries.find_order(door.reads, str(data["order_id"]))
    return found is not None and caller.sees(found.source)


async def _order_state(door: Door, caller: Caller, taken: Taken) -> State | None:
    found = await queries.find_order(door.reads, taken.request.subject)
    if found is None or not caller.sees(found.source):
        return None
    told = await tell_order(door, found)
    return State("order", told, told.version, f"/orders/{told.order_id}")


async def _customer_exists(door: Door, caller: Caller, data: Mapping[str, Any]) -> bool:
    del caller
    return await queries.find_customer(door.reads, str(data["customer_id"]).strip(), 1) is not None


async def _customer_state(door: Door, caller: Caller, taken: Taken) -> State | None:
    del caller
    told = await tell_customer(door, taken.request.subject.removeprefix("customer:"))
    return None if told is None else State("customer", told, told.version, f"/customers/{told.customer_id}")


async def _variant_state(door: Door, caller: Caller, taken: Taken) -> State | None:
    del caller
    sku = taken.request.subject.removeprefix("sku:")
    found = await queries.find_variant(door.reads, sku)
    return None if found is None else State("variant", variant_of(sku, found), found.version, f"/catalog/{sku}")


async def owned(door: Door, caller: Caller, order_ids: Sequence[str]) -> frozenset[str]:
    """Which of these orders this caller sees."""
    return await queries.find_of_sources(door.reads, order_ids, caller.sources)


def _about_order(model: type[Any], path: str, scope: str, summary: str, **more: Any) -> Command:
    return Command(
        model=model,
        method="POST",
        path=f"/orders/{{order_id}}/{path}",
        scope=scope,
        summary=summary,
        state=_order_state,
        filled=_ORDER,
        exists=_order_exists,
        told=("order", OrderResource),
        **more,
    )


COMMANDS: Final = (
    Command(
        model=orders.OrderSubmitted,
        method="POST",
        path="/orders",
        scope="orders:write",
        summary="Place an order, as a whole or not at all",
        state=_order_state,
        actor=None,
        made=("order_id", "o-"),
        own_id="order_id",
        creates=True,
        told=("order", OrderResource),
    ),
    _about_order(orders.OrderConfirmationRequested, "confirmation", "orders:write", "Confirm an order"),
    _about_order(
        changes.OrderAmendmentRequested, "amendments", "orders:write", "Change an order's items or data", versioned=True
    ),
    _about_order(changes.OrderCancellationRequested, "cancellation", "orders:write", "Cancel an order"),
    _about_order(changes.ShortCloseRequested, "short-close", "orders:write", "Give up units that have no device"),
    _about_order(changes.PayerChangeRequested, "payer", "orders:payer", "Let another billing group or customer pay"),
    _about_order(changes.HoldReleaseRequested, "holds/release", "orders:holds", "Release a hold at a price"),
    _about_order(changes.HoldRejectionRequested, "holds/rejection", "orders:holds", "Reject the price of a hold"),
    _about_order(orders.NoteSubmitted, "notes", "orders:write", "Write a note about an order", actor="author"),
    Command(
        model=orders.NoteSubmitted,
        method="POST",
        path="/customers/{customer_id}/notes",
        scope="customers:write",
        summary="Write a note about a customer",
        state=_customer_state,
        filled=_CUSTOMER,
        actor="author",
        exists=_customer_exists,
        missing=None,
        name="NoteSubmittedOfCustomer",
        told=("customer", CustomerResource),
    ),
    Command(
        model=orders.CustomerGroupChangeRequested,
        method="PUT",
        path="/customers/{customer_id}/group",
        scope="customers:write",
        summary="Set or remove the billing group of a customer's orders from now on",
        state=_customer_state,
        filled=_CUSTOMER,
        told=("customer", CustomerResource),
    ),
    Command(
        model=catalog.VariantSubmitted,
        method="PUT",
        path="/catalog/{sku}",
        scope="catalog:write",
        summary="Create or replace a variant with all its prices",
        state=_variant_state,
        filled={"sku": "{sku}"},
        actor=None,
        told=("variant", VariantResource),
    ),
)
"""Every request of orders, as a route."""


def routes(door: Door, identity: Identity) -> APIRouter:
    """Orders' routes."""
    router = APIRouter(tags=["orders"], default_response_class=Response)
    for command in COMMANDS:
        add_command(router, command, door, identity)
    add_search(router, door, identity)
    add_reads(router, door, identity)
    add_waiting(router, door, identity)
    return router
