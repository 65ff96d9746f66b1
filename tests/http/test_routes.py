"""What the three sides offer: every request of the contracts, each route under a scope, nothing twice."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from contracts.topics import TOPICS
from contracts.wire.message import Kind
from services.billing import api as billing
from services.billing.settings import Defaults
from services.fulfillment import api as fulfillment
from services.http.asking.commands import Command
from services.http.callers.identity import Open
from services.http.callers.scopes import SCOPES
from services.http.telling.parameters import known_to
from services.orders import api as orders

COMMANDS: tuple[Command, ...] = (*orders.COMMANDS, *fulfillment.COMMANDS, *billing.commands(Defaults()))
REQUESTS = {
    each.model.type_name(): each.model for topic in TOPICS for each in topic.carries if each.model.kind is Kind.REQUEST
}
DOOR: Any = None  # a route opens it when it is asked, and none is asked here


def routers() -> Iterator[APIRouter]:
    yield orders.routes(DOOR, Open())
    yield fulfillment.routes(DOOR, Open())
    yield billing.routes(DOOR, Open(), defaults=Defaults(), papers=None)


ROUTES = [route for router in routers() for route in router.routes if isinstance(route, APIRoute)]


def test_every_request_of_the_contracts_has_a_route() -> None:
    assert {command.model.type_name() for command in COMMANDS} == set(REQUESTS)


def test_no_two_routes_have_one_address_or_one_name() -> None:
    addresses = [(method, route.path) for route in ROUTES for method in route.methods or ()]
    assert len(addresses) == len(set(addresses))
    names = [command.name or command.model.__name__ for command in COMMANDS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.methods} {route.path}")
def test_every_route_names_its_scope(route: APIRoute) -> None:
    assert (route.openapi_extra or {})["x-scope"] in SCOPES


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name or command.model.__name__)
def test_the_address_fills_in_fields_that_the_request_has(command: Command) -> None:
    fields = command.model.model_fields
    assert set(command.filled) <= set(fields)
    assert command.actor is None or command.actor in fields
    parameters = {part.partition(":")[0] for part in command.path.replace("}", "{").split("{")[1::2]}
    assert {name for text in command.filled.values() for name in text.replace("}", "{").split("{")[1::2]} == parameters


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name or command.model.__name__)
def test_who_asks_is_told_wherever_the_contract_has_a_place_for_it(command: Command) -> None:
    named = {"actor", "author"} & set(command.model.model_fields)
    assert named == ({command.actor} if command.actor else set())


def test_the_parameters_of_a_list_are_known_one_by_one() -> None:
    (route,) = [route for route in ROUTES if route.path == "/subscriptions"]
    assert known_to(route.dependant) == {"limit", "cursor", "order", "payer", "state", "serial"}
