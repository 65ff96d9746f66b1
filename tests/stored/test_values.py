"""No model of the wire stands in a document, at any depth: what is kept is a struct, and structs in it."""

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import BaseModel

from contracts.messages.order import Hold
from services.billing.service import billing
from services.engine.core.document import Document
from services.fulfillment.service import fulfillment
from services.orders.service import orders
from tests.lists import below

KINDS = {
    f"{service.name}.{collection.name}": collection.kind
    for service in (orders(), fulfillment(), billing())
    for collection in service.collections
}
VALUES = sorted((kind for kind in below(Document) if kind.__module__.startswith("services.")), key=str)


def models_in(hint: Any) -> Iterator[type[BaseModel]]:
    """The models in a field's type, whatever they stand in."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for inner in get_args(hint):
        yield from models_in(inner)


@pytest.mark.parametrize("name", KINDS)
def test_what_is_stored_is_a_document(name: str) -> None:
    assert issubclass(KINDS[name], Document)


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_no_field_holds_a_model(kind: type[Document]) -> None:
    assert {name: list(models_in(hint)) for name, hint in get_type_hints(kind).items() if any(models_in(hint))} == {}


def test_a_model_is_found_wherever_it_stands() -> None:
    for hint in (Hold, Hold | None, tuple[Hold, ...], dict[str, tuple[Hold | None, ...]]):
        assert list(models_in(hint)) == [Hold]
    assert not list(models_in(tuple[str, ...]))


def test_customers_addresses_and_holds_are_among_what_is_looked_at() -> None:
    names = {kind.__name__ for kind in VALUES}
    assert {
        "PlacedOrder",
        "Customer",
        "Address",
        "Group",
        "Hold",
        "Terms",
        "KeptInvoice",
        "Counts",
        "Processed",
    } <= names
