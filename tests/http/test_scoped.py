"""A route that asks for no scope stops the start, not the secret."""

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from starlette.responses import Response
from starlette.routing import Mount, Route

from services.engine.core.faults import Stop
from services.http.callers.caller import Caller
from services.http.callers.identity import Open, known, needs
from services.http.callers.scoped import check_scopes

READ = {"x-scope": "orders:read"}
Reader = Annotated[Caller, Depends(needs(Open(), "orders:read"))]
Anybody = Annotated[Caller, Depends(known(Open()))]


def asking(_caller: Reader) -> Response:
    return Response()


def knowing(_caller: Anybody) -> Response:
    return Response()


def open_to_all() -> Response:
    return Response()


def refused(app: FastAPI) -> str:
    with pytest.raises(Stop) as stopped:
        check_scopes(app)
    return str(stopped.value)


def test_routes_that_ask_for_what_they_name_are_right_however_deep() -> None:
    inner, router = APIRouter(), APIRouter()
    inner.get("/orders/{id}", openapi_extra=READ)(asking)
    router.include_router(inner, prefix="/v1")
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(router)
    app.get("/requests/{id}", openapi_extra={"x-scope": "any key"})(knowing)
    app.get("/health/live", openapi_extra={"x-scope": "none"})(open_to_all)
    check_scopes(app)


@pytest.mark.parametrize("extra", [None, {}, {"x-scope": ""}, {"x-scope": "orders:reed"}, {"x-scope": None}])
def test_one_that_names_no_scope_is_named(extra: dict[str, str] | None) -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.get("/orders", openapi_extra=extra)(asking)
    assert "/orders names no scope" in refused(app)


def test_one_that_names_a_scope_and_does_not_ask_for_it() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.get("/a", openapi_extra=READ)(open_to_all)
    app.get("/b", openapi_extra=READ)(knowing)
    app.get("/c", openapi_extra={"x-scope": "orders:write"})(asking)
    app.get("/d", openapi_extra={"x-scope": "any key"})(open_to_all)
    assert [f"/{each} names" in refused(app) for each in "abcd"] == [True] * 4


def test_none_is_for_what_holds_nothing_of_an_installation() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.get("/orders", openapi_extra={"x-scope": "none"})(open_to_all)
    app.get("/healthy", openapi_extra={"x-scope": "none"})(open_to_all)
    assert refused(app).count("names the scope none") == 2


def test_a_forgotten_one_is_found_behind_a_prefix() -> None:
    router = APIRouter()
    router.get("/orders")(open_to_all)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(router, prefix="/v1")
    assert "/v1/orders" in refused(app)


@pytest.mark.parametrize("route", [Route("/plain", open_to_all), Mount("/files", FastAPI())])
def test_what_cannot_ask_is_refused(route: Route | Mount) -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.router.routes.append(route)
    assert "is no route that could" in refused(app)
