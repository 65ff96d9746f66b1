"""Subscriptions: the list, and one of them with its life."""

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.console.asking.api import path
from services.console.asking.problem import Problem
from services.console.pages.frame import Frame

FILTERS: Final = ("order", "payer", "state", "serial")


def routes(frame: Frame) -> APIRouter:
    """The two pages."""
    router = APIRouter()

    @router.get("/subscriptions")
    async def listed(request: Request) -> Response:
        visit = await frame.visit(request)
        wanted = {name: request.query_params.get(name, "").strip() for name in FILTERS}
        problem: Problem | None = None
        page: dict[str, Any] = {"items": []}
        try:
            page = await visit.api.get("/subscriptions", **wanted, cursor=request.query_params.get("cursor", ""))
        except Problem as refused:
            problem = refused
        asked = {name: value for name, value in wanted.items() if value}
        following = f"/subscriptions?{urlencode({**asked, 'cursor': page['next']})}" if page.get("next") else None
        values = {"wanted": wanted, "rows": page["items"], "next": following, "problem": problem}
        return frame.page(visit, "subscriptions.html.j2", values, 200 if problem is None else problem.status)

    @router.get("/subscriptions/{order_id}/{number}")
    async def one(request: Request, order_id: str, number: str) -> Response:
        visit = await frame.visit(request)
        try:
            found = await visit.api.get(path("subscriptions", order_id, number))
        except Problem as refused:
            return frame.page(visit, "problem.html.j2", {"problem": refused}, refused.status)
        return frame.page(visit, "subscription.html.j2", {"subscription": found})

    return router
