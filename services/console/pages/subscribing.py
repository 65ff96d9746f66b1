"""Create Subscription: devices are assigned to units of an item, one serial after the other."""

from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.console.asking.api import Json, path
from services.console.asking.fields import form_of
from services.console.asking.problem import Problem, Reason
from services.console.pages.frame import Frame, Visit
from services.console.pages.order import open_units
from services.console.people.entry import now


def routes(frame: Frame) -> APIRouter:
    """The form beside an item, and what Create does."""
    router = APIRouter()

    async def shown(
        visit: Visit, order: Json, item: Json, form: dict[str, str], problem: Problem | None = None
    ) -> Response:
        values = {
            "order": order,
            "item": item,
            "open": open_units(item),
            "form": {"start_date": now().date().isoformat(), "carrier": "", "tracking_number": "", "serial": ""} | form,
            "created": visit.request.query_params.get("created", ""),
            "request_id": str(uuid4()),
            "problem": problem,
        }
        return frame.page(visit, "create_subscription.html.j2", values, 200 if problem is None else problem.status)

    async def found(visit: Visit, order_id: str, item_id: str) -> tuple[Json, Json]:
        order = await visit.api.get(path("orders", order_id))
        for item in order["items"]:
            if item["item_id"] == item_id:
                return order, item
        raise Problem(404, "There is no such item", "item_unknown", [_gone(item_id)])

    @router.get("/orders/{order_id}/items/{item_id}/subscription")
    async def opened(request: Request, order_id: str, item_id: str) -> Response:
        visit = await frame.visit(request)
        try:
            order, item = await found(visit, order_id, item_id)
        except Problem as refused:
            return frame.page(visit, "problem.html.j2", {"problem": refused}, refused.status)
        return await shown(visit, order, item, {})

    @router.post("/orders/{order_id}/items/{item_id}/subscription")
    async def create(request: Request, order_id: str, item_id: str) -> Response:
        visit = await frame.visit(request)
        form = await form_of(request)
        serial = form.get("serial", "").strip()
        body: Json = {"item_id": item_id, "serials": [serial] if serial else []}
        body |= {
            name: form[name].strip()
            for name in ("start_date", "carrier", "tracking_number")
            if form.get(name, "").strip()
        }
        try:
            order, item = await found(visit, order_id, item_id)
            key = form.get("request_id", "") or str(uuid4())
            try:
                await visit.api.send("POST", path("orders", order_id, "scans"), body, key)
            except Problem as refused:
                return await shown(visit, order, item, form, refused)
        except Problem as refused:
            return frame.page(visit, "problem.html.j2", {"problem": refused}, refused.status)
        if open_units(item) > 1 and form.get("do") != "done":
            again = path("orders", order_id, "items", item_id, "subscription")
            return RedirectResponse(f"{again}?created={quote(serial)}", 303)
        return RedirectResponse(f"{path('orders', order_id)}?done=created", 303)

    return router


def _gone(item_id: str) -> Reason:
    return Reason("item_unknown", f"the order has no item {item_id}", "open the order and choose one of its items")
