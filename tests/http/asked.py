"""A small application with a route under a scope, around which a test puts what it wants: nobody else answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx2 as httpx
from fastapi import Depends, FastAPI, Request
from starlette.responses import JSONResponse, Response

from services.http.asking.body import read_bytes
from services.http.bounded import Bounded
from services.http.bounds import Bounds, page_of
from services.http.callers.api_keys import ApiKeys
from services.http.callers.bearer import Bearer, Tokens
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity, needs
from services.http.callers.issued import IssuedKey
from services.http.callers.key import digest
from services.http.callers.limiting import Limiter
from services.http.telling.problem import Problem
from tests.http.test_api_keys import Fake
from tests.http.test_issued import NOW

USUAL = Bounds()


def bearer(keys: dict[str, IssuedKey], bounds: Bounds = USUAL, tokens: Tokens | None = None) -> Bearer:
    """Knows these keys by their texts."""
    store = Fake(**{digest(text): key for text, key in keys.items()})
    return Bearer(ApiKeys(store, lambda: NOW, lambda _: None), tokens, Limiter(bounds))


def application(identity: Identity, bounds: Bounds = USUAL) -> FastAPI:
    """`GET /who`, `POST /body`, `GET /page`, each for `orders:read`."""
    app = FastAPI()
    reader = Depends(needs(identity, "orders:read"))

    @app.exception_handler(Problem)
    async def problem(_request: Request, error: Problem) -> Response:
        return error.response()

    @app.get("/who")
    async def who(caller: Annotated[Caller, reader]) -> Response:
        return JSONResponse({"owner": caller.owner})

    @app.post("/body")
    async def body(request: Request, _caller: Annotated[Caller, reader]) -> Response:
        return JSONResponse({"bytes": len(await read_bytes(request))})

    @app.get("/page")
    async def page(request: Request, _caller: Annotated[Caller, reader], limit: int | None = None) -> Response:
        return JSONResponse({"rows": page_of(request, limit)})

    app.add_middleware(Bounded, bounds=bounds)
    return app


@asynccontextmanager
async def asking(app: FastAPI, key: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it, with this key."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://leaseline.test", headers=headers) as client:
        yield client
