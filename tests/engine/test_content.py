"""A content stays the same while the contracts grow: optional fields come, fields change their places."""

import json
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, create_model

from contracts.messages.orders import OrderSubmitted
from contracts.registry import MESSAGES
from contracts.wire.message import Body, Kind
from services.engine.core.content import content_of, digest_of, fields_of_content

EXAMPLES = Path("contracts/examples")
REQUESTS = tuple(model for model in MESSAGES.values() if model.kind is Kind.REQUEST)
LATER: dict[str, tuple[Any, Any]] = {
    "later_flag": (bool, False),
    "later_text": (str | None, None),
    "later_choice": (str, "as before"),
    "later_list": (tuple[int, ...], ()),
}


def sample(model: type[Body]) -> dict[str, Any]:
    data = json.loads((EXAMPLES / f"{model.type_name()}.json").read_text("utf-8"))["data"]
    assert isinstance(data, dict)
    return data


def read(model: type[BaseModel], data: dict[str, Any]) -> BaseModel:
    return model.model_validate_json(json.dumps(data))


@cache
def grown(model: type[BaseModel], first: bool) -> type[BaseModel]:
    """The model as a later version has it: at each level with fields more, before or behind its own."""
    own = {name: (_grown(field.annotation, first), field) for name, field in model.model_fields.items()}
    fields: dict[str, Any] = {**LATER, **own} if first else {**own, **LATER}
    return create_model(model.__name__, __config__=model.model_config, **fields)


def _grown(annotation: Any, first: bool) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return grown(annotation, first)
    inner = get_args(annotation)
    if not any(isinstance(each, type) and issubclass(each, BaseModel) for each in inner):
        return annotation
    made = tuple(each if each in (..., type(None)) else _grown(each, first) for each in inner)
    return tuple.__class_getitem__(made) if get_origin(annotation) is tuple else made[0] | None


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("model", REQUESTS, ids=lambda model: model.__name__)
def test_no_request_gets_another_content_by_optional_fields_that_a_later_version_adds(
    model: type[Body], first: bool
) -> None:
    data = sample(model)
    later = read(grown(model, first), data)
    assert set(LATER) <= set(type(later).model_fields)
    assert content_of(later) == content_of(read(model, data))
    assert fields_of_content(later) == fields_of_content(read(model, data))


@pytest.mark.parametrize("model", REQUESTS, ids=lambda model: model.__name__)
def test_a_later_field_that_is_filled_in_is_another_content(model: type[Body]) -> None:
    data = sample(model)
    later = grown(model, True)
    assert content_of(read(later, {**data, "later_flag": True})) != content_of(read(later, data))
    assert content_of(read(later, {**data, "later_choice": "as new"})) != content_of(read(later, data))


@given(st.data())
def test_a_default_spelled_out_is_the_same_content_and_none_is_absent(choice: st.DataObject) -> None:
    model = choice.draw(st.sampled_from(REQUESTS))
    data = sample(model)
    optional = {name: field for name, field in model.model_fields.items() if not field.is_required()}
    at_default = {name: data[name] for name in data if name not in optional}
    spelled = dict(at_default)
    for name in choice.draw(st.sets(st.sampled_from(sorted(optional)))) if optional else ():
        default = optional[name].get_default(call_default_factory=True)
        spelled[name] = list(default) if isinstance(default, tuple) else default
    try:
        short = read(model, at_default)
    except ValueError:
        return  # one of the optional fields must be there for another's sake
    assert content_of(read(model, spelled)) == content_of(short)


def test_a_default_deep_inside_is_the_same_content() -> None:
    short = sample(OrderSubmitted)
    short["items"][0].pop("quoted_price", None)
    short["customer"].pop("phone", None)
    spelled = json.loads(json.dumps(short))
    spelled["items"][0]["quoted_price"] = None
    spelled["customer"]["phone"] = None
    assert content_of(read(OrderSubmitted, spelled)) == content_of(read(OrderSubmitted, short))


def test_the_order_of_a_list_counts() -> None:
    data = sample(OrderSubmitted)
    data["items"] = [{"sku": "A", "months": 12, "quantity": 1}, {"sku": "B", "months": 12, "quantity": 1}]
    turned = {**data, "items": data["items"][::-1]}
    assert content_of(read(OrderSubmitted, data)) != content_of(read(OrderSubmitted, turned))


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists)))
def test_of_data_that_breaks_a_rule_the_order_of_names_does_not_count(data: dict[str, Any]) -> None:
    turned = dict(reversed(tuple(data.items())))
    assert digest_of(turned) == digest_of(data)
    assert digest_of({**data, "one more": 1}) != digest_of(data) or "one more" in data


def test_data_of_lone_surrogates_and_huge_numbers_has_a_content() -> None:
    assert digest_of({"a": "\ud800", "b": 10**400, "c": float("inf")}) != digest_of({"a": "\ud801"})


class Said(BaseModel):
    value: Any


@given(
    st.recursive(
        st.booleans() | st.integers() | st.text(st.characters(codec=None)),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_the_content_of_a_body_is_that_of_its_data_whichever_writer_wrote_it(value: Any) -> None:
    assert content_of(Said(value=value)) == digest_of({"value": value})
    assert fields_of_content(Said(value=value)) == {"value": digest_of(value)}


@pytest.mark.parametrize("text", ["plain", 'quoted "\\/"', "\x00\b\t\n\f\r\x1f", "\x7f", "Müller", "\u2028", "😀"])
def test_every_kind_of_character_is_written_alike(text: str) -> None:
    assert content_of(Said(value={text: [text]})) == digest_of({"value": {text: [text]}})


@pytest.mark.parametrize("model", MESSAGES.values(), ids=lambda model: model.__name__)
def test_no_message_has_a_fraction_for_the_two_writers_differ_there(model: type[Body]) -> None:
    assert '"type": "number"' not in json.dumps(model.model_json_schema())
