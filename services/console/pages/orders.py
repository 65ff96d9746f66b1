"""Orders: search, filters, counts. All of it stands in the address, so back and a link restore it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.console.asking.problem import Problem
from services.console.pages.frame import Frame

FILTERS: Final = (
    "text",
    "status",
    "customer_type",
    "created_from",
    "created_to",
    "hold",
    "group",
    "term",
    "channel",
    "test",
)


def routes(frame: Frame) -> APIRouter:
    """The list, and the way to it."""
    router = APIRouter()

    @router.get("/")
    async def home() -> Response:
        return RedirectResponse("/orders", 303)

    @router.get("/orders")
    async def listed(request: Request) -> Response:
        visit = await frame.visit(request)
        wanted = {name: request.query_params.get(name, "").strip() for name in FILTERS}
        cursor = request.query_params.get("cursor", "")
        problem: Problem | None = None
        page: dict[str, Any] = {"items": []}
        try:
            page = await visit.api.get("/orders", **parameters(wanted), cursor=cursor, counts="true", limit=50)
        except Problem as refused:
            problem = refused
        values = {
            "wanted": wanted,
            "rows": page["items"],
            "counts": page.get("counts") or {},
            "next": _link(wanted, cursor=page["next"]) if page.get("next") else None,
            "first": _link(wanted) if cursor else None,
            "looked_back_to": page.get("looked_back_to"),
            "problem": problem,
            "with_status": lambda status: _link({**wanted, "status": status}),
            "without": lambda name: _link({**wanted, name: ""}),
            "filtered": [name for name in FILTERS if wanted[name]],
        }
        return frame.page(visit, "orders.html.j2", values, 200 if problem is None else problem.status)

    return router


def parameters(wanted: Mapping[str, str]) -> Mapping[str, str]:
    """What the API is asked: days become moments (UTC), the last day is whole."""
    found = {name: value for name, value in wanted.items() if not name.startswith("created_")}
    if wanted["created_from"]:
        found["created_from"] = _moment(wanted["created_from"], 0)
    if wanted["created_to"]:
        found["created_before"] = _moment(wanted["created_to"], 1)
    return found


def _moment(text: str, later: int) -> str:
    try:
        return (date.fromisoformat(text) + timedelta(days=later)).isoformat() + "T00:00:00Z"
    except (ValueError, OverflowError):
        return text  # the API says what is wrong with it


def _link(wanted: Mapping[str, str], **more: str) -> str:
    asked = urlencode({name: value for name, value in {**wanted, **more}.items() if value})
    return f"/orders?{asked}" if asked else "/orders"
