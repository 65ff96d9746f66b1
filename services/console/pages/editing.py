"""Edit: the order form on an order that is there. Only what was touched is asked for, with the version it has."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from contracts.values.immutable import Immutable
from services.console.asking.api import Json, path
from services.console.asking.fields import MOST_OF_EDITED_ORDER, form_of
from services.console.asking.problem import AWAY, Problem
from services.console.pages import order_changes, order_form
from services.console.pages.catalog import Catalogs
from services.console.pages.frame import Frame, Visit
from services.console.pages.order_view import form_values


class Shown(Immutable):
    """The form as a page shows it."""

    form: Mapping[str, str]
    problem: Problem | None = None
    wrong: Mapping[str, str] = {}
    crossed: Sequence[order_changes.Crossed] = ()
    told: str = ""


def routes(frame: Frame, catalogs: Catalogs) -> APIRouter:
    """The form, and what its buttons do."""
    router = APIRouter()

    async def page(visit: Visit, order: Json, shown: Shown) -> Response:
        catalog = await catalogs.now(visit.api, shown.problem)
        placed = {item["item_id"]: item for item in order["items"]}
        values = form_values(shown.form, catalog, placed) | {
            "order": order,
            "problem": shown.problem,
            "wrong": shown.wrong,
            "crossed": shown.crossed,
            "told": shown.told,
            "request_id": str(uuid4()),
        }
        good = shown.problem is None and not shown.wrong and not shown.crossed
        return frame.page(visit, "edit_order.html.j2", values, 200 if good else 422)

    @router.get("/orders/{order_id}/edit")
    async def opened(request: Request, order_id: str) -> Response:
        visit = await frame.visit(request)
        try:
            order = await visit.api.get(path("orders", order_id))
            return await page(visit, order, Shown(order_changes.begun(order)))
        except Problem as refused:
            return frame.page(visit, "problem.html.j2", {"problem": refused}, refused.status)

    @router.post("/orders/{order_id}/edit")
    async def sent(request: Request, order_id: str) -> Response:
        visit = await frame.visit(request)
        form = await form_of(request, MOST_OF_EDITED_ORDER)
        do = form.pop("do", "save")
        try:
            order = await visit.api.get(path("orders", order_id))
            if do != "save":
                wrong = order_form.missing(form) if do == "add" else {}
                return await page(visit, order, Shown(order_form.changed(form, do), wrong=wrong))
            return await save(visit, order, form)
        except Problem as refused:
            if refused.code == AWAY:
                return await page(visit, {"order_id": order_id, "items": []}, Shown(form, refused))
            return frame.page(visit, "problem.html.j2", {"problem": refused}, refused.status)

    async def save(visit: Visit, order: Json, form: dict[str, str]) -> Response:
        if form.get("version") != str(order["version"]):
            crossed = order_changes.crossed(form, order)
            form = order_changes.merged(form, order)
            if crossed:
                return await page(visit, order, Shown(form, crossed=crossed))
        body = order_changes.amendment(form)
        here = path("orders", order["order_id"])
        if not body:
            return await page(visit, order, Shown(form, told="Nothing was changed, so nothing is saved."))
        body["reason"] = form.get("reason", "").strip() or None
        body = {name: part for name, part in body.items() if part is not None}
        key = form.get("request_id") or str(uuid4())
        version = {"If-Match": f'"{form["version"]}"'}
        try:
            decided = await visit.api.send("POST", f"{here}/amendments", body, key, version)
        except Problem as refused:
            if refused.status == 412:
                newest = await visit.api.get(here)
                crossed = order_changes.crossed(form, newest)
                return await page(visit, newest, Shown(order_changes.merged(form, newest), refused, crossed=crossed))
            return await page(visit, order, Shown(form, order_changes.at_fields(refused, body, form)))
        return RedirectResponse(f"{here}?{'done' if decided else 'asked'}=changed", 303)

    return router
