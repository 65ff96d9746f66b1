"""Log-in by password or by a link that works once, and log-out."""

import asyncio
from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from contracts.values.immutable import Immutable
from services.console.asking.fields import MOST_OF_EDITED_ORDER, Form, form_of
from services.console.pages.frame import Frame
from services.console.people.entry import now, safe_back

CARRIED: Final = "carried:"
"""How the fields of a form begin that waits for a log-in."""
SLOWER: Final = 0.5
"""Seconds that a wrong password costs."""
WRONG: Final = "This name and password do not belong together. Try again, or ask for a log-in link."
USED: Final = "This link was used already, or is older than 15 minutes. Make a new one: leaseline users link NAME."


class Asked(Immutable):
    """Somebody is asked to log in. ``carried``: the form that they sent while nobody was logged in any more."""

    back: str
    name: str = ""
    wrong: str = ""
    carried: Mapping[str, str] = {}


def ask(frame: Frame, request: Request, asked: Asked) -> Response:
    """The page to log in at."""
    values = {"back": asked.back, "name": asked.name, "wrong": asked.wrong, "carried": asked.carried}
    return frame.bare("login.html.j2", values | {"CARRIED": CARRIED}, request, 422 if asked.wrong else 200)


def routes(frame: Frame) -> APIRouter:
    """The pages of somebody who is not logged in."""
    router = APIRouter()

    def asked(request: Request, back: str, name: str = "", wrong: str = "", carried: Form | None = None) -> Response:
        return ask(frame, request, Asked(safe_back(back), name, wrong, carried or {}))

    @router.get("/login")
    async def login(request: Request) -> Response:
        return asked(request, request.query_params.get("back", "/orders"))

    @router.post("/login")
    async def enter(request: Request) -> Response:
        form = await form_of(request, MOST_OF_EDITED_ORDER)
        carried = {name.removeprefix(CARRIED): value for name, value in form.items() if name.startswith(CARRIED)}
        name, back = str(form.get("name", "")).strip().lower(), str(form.get("back", ""))
        person = await frame.entry.people.prove(name, str(form.get("password", "")))
        if person is None:
            await asyncio.sleep(SLOWER)
            return asked(request, back, name, WRONG, carried)
        if carried:
            values = {"to": safe_back(back), "carried": carried}
            return await frame.entry.let_in(person, frame.bare("carried.html.j2", values, request))
        return await frame.entry.let_in(person, RedirectResponse(safe_back(back), 303))

    @router.get("/login/{secret}")
    async def link(request: Request, secret: str) -> Response:
        # A page with a button: what looks at links ahead (mail scanners, previews) does not use one up.
        return frame.bare("link.html.j2", {"secret": secret}, request)

    @router.post("/login/{secret}")
    async def use(request: Request, secret: str) -> Response:
        person = await frame.entry.people.use_link(secret, now())
        if person is None:
            return asked(request, "/orders", wrong=USED)
        return await frame.entry.let_in(person, RedirectResponse("/orders", 303))

    @router.post("/logout")
    async def leave(request: Request) -> Response:
        return await frame.entry.let_out(request)

    return router
