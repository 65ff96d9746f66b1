"""Orders over HTTP: what is asked of an order, and what is read of it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from contracts.messages import changes, orders
from services.http.caller import Caller
from services.http.commands import Command, State, add_command
from services.http.door import Door, Taken
from services.http.identity import Identity, needs
from services.http.problem import Fault, fault
from services.orders import queries
from services.orders.resources import OrderResource, order_of

_ORDER: Final = {"order_id": "order_id"}


async def _order_exists(door: Door, caller: Caller, data: Mapping[str, Any]) -> bool:
    found = await queries.find_order(door.reads, str(data["order_id"]))
    return found is not None and caller.sees(found.source)


async def _order_state(door: Door, caller: Caller, taken: Taken) -> State | None:
    found = await queries.find_order(door.reads, taken.request.subject)
    if found is None or not caller.sees(found.source):
        return None
    return State("order", order_of(found), found.order.version, f"/orders/{found.order.order_id}")


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
)
"""Every request about orders, as a route."""


def routes(door: Door, identity: Identity) -> APIRouter:
    """Orders' routes."""
    router = APIRouter(tags=["orders"])
    for command in COMMANDS:
        add_command(router, command, door, identity)

    @router.get(
        "/orders/{order_id}",
        summary="An order as it stands",
        openapi_extra={"x-scope": "orders:read"},
        responses={200: {"model": OrderResource}},
        response_class=Response,
    )
    async def order(order_id: str, caller: Annotated[Caller, Depends(needs(identity, "orders:read"))]) -> Response:
        """Its customer, items with their progress, money, subscriptions and holds. The header ETag has its version."""
        found = await queries.find_order(door.reads, order_id)
        if found is None or not caller.sees(found.source):
            raise fault(Fault.NOT_FOUND, "there is no such order")
        body = order_of(found).model_dump_json(exclude_none=True)
        return Response(body, headers={"ETag": f'"{found.order.version}"'}, media_type="application/json")

    return router
