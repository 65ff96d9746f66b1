"""The HTTP sides of every service in the test's own process, under keys; and addresses for each of their routes."""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import httpx2 as httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from deploy.local.places import PROJECT
from installation import SERVICES
from operations.jobs.granting import Wanted, opened_keys
from services.http.app import build
from services.http.callers.scopes import NONE, SCOPES, WHOLE
from services.http.settings import HttpSettings
from services.http.side import Side
from tests.system.installation import Installation

_PARAMETER: Final = re.compile(r"{([a-z_]+)(?::[a-z]+)?}")
EXAMPLES: Final = PROJECT / "contracts/examples"
THERE: Final = {"order_id": "K-1", "sku": "CLOCK", "serial": "SN-K1"}
"""What stands for each parameter of an address: things that came from the shop of ``tests.system.shop``."""


@dataclass(frozen=True)
class Offered:
    """A route that is offered, with one of its methods."""

    method: str
    path: str
    scope: str
    request: str | None
    """The type of the message that it makes of its body."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(_PARAMETER.findall(self.path))

    def body(self) -> bytes:
        """The golden example of its request, about what is there; one without a request has none."""
        if self.request is None:
            return b""
        data = json.loads((EXAMPLES / f"{self.request}.json").read_text("utf-8"))["data"]
        return json.dumps({name: value for name, value in data.items() if name not in self.names}).encode()

    def address(self, there: Mapping[str, str]) -> str:
        """The path of something; what is not in ``there`` is something that is not there."""
        return _PARAMETER.sub(lambda found: there.get(found[1], "nothing"), self.path)


def sides() -> Iterator[Side]:
    """The side of every service that has one, and the watch room's."""
    for service in (*SERVICES, "watch"):
        if find_spec(f"services.{service}.http") is not None:
            module = import_module(f"services.{service}.http")
            yield module.SIDE if hasattr(module, "SIDE") else module.side()


class Locked:
    """The API of an installation, and keys of it."""

    def __init__(self, installation: Installation, app: FastAPI, client: httpx.AsyncClient) -> None:
        self.installation = installation
        self.app = app
        self.client = client

    def offered(self) -> list[Offered]:
        """Every route that asks for a key."""
        found = []
        for context in iter_route_contexts(self.app.routes):
            route = context.original_route
            if not isinstance(route, APIRoute):
                continue  # files of the documentation: ``check_scopes`` lets nothing else be without a scope
            extra = route.openapi_extra or {}
            scope = str(extra["x-scope"])
            if scope != NONE:
                asked = extra.get("x-request")
                found += [Offered(method, route.path, scope, asked) for method in sorted(route.methods or ())]
        return found

    async def key(self, owner: str, *scopes: str, source: str | None = None, test: bool = False) -> str:
        """A new key; every scope if none is named."""
        every = tuple(scope for scope in SCOPES if source is None or scope not in WHOLE)
        installation = self.installation
        async with opened_keys(installation.addresses.mongo, installation.databases) as keys:
            return (await keys.grant(Wanted(owner, owner, scopes or every, source, test))).text

    async def ask(self, offered: Offered, key: str | None, there: Mapping[str, str] = THERE) -> httpx.Response:
        """Asks a route about something that is there, with a body that no request has."""
        return await self.request(offered.method, offered.address(there), key, content=b"[]")

    async def request(self, method: str, path: str, key: str | None, **more: Any) -> httpx.Response:
        """One request; its answer is waited for as long as the server does."""
        headers = {"Idempotency-Key": "k", **more.pop("headers", {})}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        return await self.client.request(method, path, headers=headers, **more)


@asynccontextmanager
async def locked(installation: Installation, **environment: str) -> AsyncIterator[Locked]:
    """The API of an installation, started and stopped as in a process of its own."""
    settings = HttpSettings.read(
        {**installation.environment, **installation.addresses.as_environment(), "LEASELINE_HTTP_PORT": "0"}
        | environment
    )
    app = build(tuple(sides()), settings)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://leaseline.test", timeout=30) as client,
    ):
        yield Locked(installation, app, client)
