"""Nothing that a request says becomes an operator of a query: where a value belongs, an object is refused."""

from typing import Any

import pytest

from contracts.wire.envelope import Opened, Senseless
from tests.contracts.operators import OPERATORS, REQUESTS, TEXTS, changed, data_of, operators_in, paths
from tests.contracts.wire import event, read, structured

PLACES = [(name, path) for name in REQUESTS for path in paths(data_of(name))]


def names_in(value: Any) -> set[str]:
    """Every name of a field in it."""
    if isinstance(value, dict):
        return set(value) | {name for each in value.values() for name in names_in(each)}
    return {name for each in value for name in names_in(each)} if isinstance(value, list | tuple) else set()


@pytest.mark.parametrize("name", REQUESTS)
def test_an_operator_in_any_field_of_a_request_is_refused_or_read_past(name: str) -> None:
    data = data_of(name)
    for path in paths(data):
        for operator in OPERATORS:
            found = read(structured(event(changed(data, path, operator), name)))
            assert isinstance(found, Opened), path
            if found.body is not None:
                said = found.body.model_dump(mode="json")
                assert not {each for each in names_in(said) if each.startswith("$")}, (path, operator)
                assert operators_in(said) == []


@pytest.mark.parametrize("attribute", ["id", "source", "type", "specversion"])
def test_an_operator_in_the_envelope_is_senseless(attribute: str) -> None:
    for name in REQUESTS:
        for operator in OPERATORS:
            found = read(structured({**event(data_of(name), name), attribute: operator}))
            assert isinstance(found, Senseless), (name, attribute, operator)


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_operator_in_the_time_is_no_time(operator: object) -> None:
    for name in REQUESTS:
        found = read(structured({**event(data_of(name), name), "time": operator}))
        assert isinstance(found, Opened)
        assert found.time is None
        assert found.time_wrong


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_looks_like_one_stays_a_text(text: str) -> None:
    for name, path in PLACES:
        found = read(structured(event(changed(data_of(name), path, text), name)))
        assert isinstance(found, Opened)
        if found.body is not None:
            assert not {each for each in names_in(found.body.model_dump(mode="json")) if each.startswith("$")}


def test_every_request_has_places_in_which_to_try() -> None:
    assert {name for name, _ in PLACES} == set(REQUESTS)


def test_an_operator_is_found_wherever_it_stands() -> None:
    for operator in OPERATORS:
        assert operators_in([{"filter": {"a": operator}}])
    assert operators_in({"filter": {"_id": {"$eq": "operator-mark"}, "b": {"$in": ["operator-mark", "x"]}}}) == []
