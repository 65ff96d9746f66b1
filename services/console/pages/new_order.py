"""New Order: one page, by keyboard, also without JavaScript. Every button sends the whole form, so nothing is lost."""

import json
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.console.asking.api import Api, path
from services.console.asking.fields import MOST_OF_NEW_ORDER, form_of
from services.console.asking.problem import Problem
from services.console.pages import order_form
from services.console.pages.catalog import Catalogs
from services.console.pages.frame import Frame, Visit
from services.console.pages.order_view import form_values
from services.console.people.entry import now

_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BEGINS: Final = {
    "customer.type": "individual",
    "billing_address.country": "DE",
    "currency": "EUR",
    "adding.months": "12",
    "adding.quantity": "1",
}


def new_order_id() -> str:
    """Made when the form opens: saving it twice is a repeat."""
    return f"W{now():%y%m%d}-" + "".join(secrets.choice(_SIGNS) for _ in range(6))


def routes(frame: Frame, catalogs: Catalogs) -> APIRouter:
    """The form, and what its buttons do."""
    router = APIRouter()

    async def shown(
        visit: Visit, form: Mapping[str, str], problem: Problem | None = None, wrong: Mapping[str, str] | None = None
    ) -> Response:
        try:
            catalog = await catalogs.now(visit.api, problem)
        except Problem as refused:
            return frame.page(visit, "problem.html.j2", {"problem": refused}, refused.status)
        values = form_values(form, catalog, {}) | {"problem": problem, "wrong": wrong or {}}
        return frame.page(visit, "new_order.html.j2", values, 200 if problem is None and not wrong else 422)

    @router.get("/orders/new")
    async def opened(request: Request) -> Response:
        visit = await frame.visit(request)
        return await shown(visit, {**BEGINS, "order_id": new_order_id()})

    @router.post("/orders/new")
    async def sent(request: Request) -> Response:
        visit = await frame.visit(request)
        form = await form_of(request, MOST_OF_NEW_ORDER)
        do = form.pop("do", "save")
        if do not in ("save", "confirm"):
            wrong = order_form.missing(form) if do == "add" else {}
            return await shown(visit, order_form.changed(form, do), wrong=wrong)
        try:
            return await _save(visit.api, form, confirmed=do == "confirm")
        except Problem as refused:
            return await shown(visit, form, refused)

    async def _save(api: Api, form: Mapping[str, str], *, confirmed: bool) -> Response:
        body = order_form.body(form) | {"confirmed": confirmed}
        seal = sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
        order_id = str(body["order_id"])
        decided = await api.send("POST", "/orders", body, f"{order_id}/{seal}")
        return RedirectResponse(f"{path('orders', order_id)}?{'done' if decided else 'asked'}=placed", 303)

    return router
