"""An order: what it is, what it costs, what came of it, and what a clerk can do now. What cannot be done says why."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from contracts.values.immutable import Immutable
from services.console.asking.api import Json, path
from services.console.asking.fields import form_of
from services.console.asking.problem import Problem
from services.console.pages.frame import Frame, Visit

DONE: Final = {
    "placed": "The order is saved.",
    "confirmed": "The order is confirmed.",
    "cancelled": "The order is cancelled.",
    "note": "The note is saved.",
    "created": "The subscription is created.",
    "changed": "The changes are saved.",
}
"""What a page says after something was done."""


class Deed(Immutable):
    """Something that a clerk can do with an order. ``why_not``: a sentence; empty: it can be done."""

    words: str
    why_not: str = ""


def deeds(order: Json, may: bool) -> Mapping[str, Deed]:  # noqa: FBT001  the person's right, asked by the template
    """Confirm, edit, cancel: each with the reason where it cannot be (`docs/domain.md` section 3)."""
    status = order["status"]
    active = any(each["state"] == "active" for each in order["subscriptions"])
    closed = {"cancelled": "It is cancelled for good. Make a new order instead."}.get(status, "")
    not_allowed = "" if may else "Your roles let you read orders only. Ask an administrator for the role clerk."
    open_change = (
        "A change of it is not decided yet. Wait for it; this page shows the outcome."
        if order.get("open_change")
        else ""
    )
    confirm = closed or {
        "confirmed": "It is confirmed already.",
        "partial": "It is being fulfilled already.",
        "fulfilled": "It is fulfilled already.",
    }.get(status, "")
    if not confirm and order["holds"]:
        confirm = "A price is on hold. Release the hold, or reject it, first."
    cancel = closed
    if not cancel and (active or status in ("partial", "fulfilled")):
        cancel = "It has subscriptions. Cancel the individual subscriptions instead."
    edit = closed or {"fulfilled": "All units have a device. Change the subscriptions instead."}.get(status, "")
    return {
        "confirm": Deed("Confirm Order", not_allowed or confirm or open_change),
        "edit": Deed("Edit", not_allowed or edit or open_change),
        "cancel": Deed("Cancel Order", not_allowed or cancel or open_change),
    }


def open_units(item: Json) -> int:
    """Units without a device."""
    return int(item["quantity"]) - int(item["taken"]) - int(item["cancelled"])


def routes(frame: Frame) -> APIRouter:
    """The page, and what its buttons do."""
    router = APIRouter()

    async def shown(visit: Visit, order_id: str, problem: Problem | None = None) -> Response:
        try:
            order = await visit.api.get(path("orders", order_id))
            subscriptions: Sequence[Json] = []
            if visit.may("subscriptions:read") and order["subscriptions"]:
                subscriptions = await visit.api.every("/subscriptions", 200, order=order_id)
        except Problem as refused:
            if refused.status == 404 and visit.request.query_params.get("asked") == "placed":
                return frame.page(visit, "asked.html.j2", {"order_id": order_id}, 202)
            return frame.page(visit, "problem.html.j2", {"problem": refused}, refused.status)
        values: dict[str, Any] = {
            "order": order,
            "subscriptions": subscriptions,
            "deeds": deeds(order, visit.may("orders:write")),
            "open_units": open_units,
            "request_id": str(uuid4()),
            "done": DONE.get(visit.request.query_params.get("done", ""), ""),
            "problem": problem,
        }
        return frame.page(visit, "order.html.j2", values, 200 if problem is None else problem.status)

    @router.get("/orders/{order_id}")
    async def order(request: Request, order_id: str) -> Response:
        return await shown(await frame.visit(request), order_id)

    @router.get("/orders/{order_id}/version")
    async def version(request: Request, order_id: str) -> Response:
        """204: the page that asks is as new as it can be; 200: there is something newer to fetch."""
        visit = await frame.visit(request)
        try:
            found = await visit.api.get(path("orders", order_id))
        except Problem:
            return Response(status_code=204)
        same = str(found["version"]) == request.query_params.get("of")
        return Response(status_code=204 if same else 200, headers={} if same else {"HX-Trigger": "newer"})

    @router.post("/orders/{order_id}/confirmation")
    async def confirm(request: Request, order_id: str) -> Response:
        return await _asked(request, order_id, "confirmation", {}, "confirmed")

    @router.get("/orders/{order_id}/cancellation")
    async def before_cancelling(request: Request, order_id: str) -> Response:
        visit = await frame.visit(request)
        try:
            found = await visit.api.get(path("orders", order_id))
        except Problem as refused:
            return frame.page(visit, "problem.html.j2", {"problem": refused}, refused.status)
        return frame.page(visit, "cancel.html.j2", {"order": found, "request_id": str(uuid4()), "problem": None})

    @router.post("/orders/{order_id}/cancellation")
    async def cancel(request: Request, order_id: str) -> Response:
        reason = (await form_of(request)).get("reason", "").strip() or "no reason given"
        return await _asked(request, order_id, "cancellation", {"reason": reason}, "cancelled")

    @router.post("/orders/{order_id}/notes")
    async def write_note(request: Request, order_id: str) -> Response:
        text = (await form_of(request)).get("text", "")
        return await _asked(request, order_id, "notes", {"text": text}, "note")

    async def _asked(request: Request, order_id: str, what: str, body: Json, done: str) -> Response:
        visit = await frame.visit(request)
        key = (await form_of(request)).get("request_id") or str(uuid4())
        try:
            decided = await visit.api.send("POST", path("orders", order_id, what), body, key)
        except Problem as refused:
            return await shown(visit, order_id, refused)
        told = "done" if decided else "asked"
        return RedirectResponse(f"{path('orders', order_id)}?{told}={done}", 303)

    return router
