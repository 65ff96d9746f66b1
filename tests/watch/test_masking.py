"""Personal data are tagged, and masked by their tags."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from contracts.registry import MESSAGES
from contracts.tools.schema import schema_of
from contracts.values.personal import tag_of
from contracts.wire.problems import model_in
from services.watch.masking.mask import MASK, mask
from services.watch.masking.shown import LONGEST, shown
from tests.watch.consumed import Consumed, consumed, example

SUSPICIOUS = (
    "name", "mail", "phone", "street", "city", "region", "postal", "address", "country", "text", "note", "reason",
    "actor", "author", "person", "contact", "body", "detail", "vat", "registration", "tracking", "company", "birth",
)  # fmt: skip
NOT_PERSONAL = {
    "product_name": "of goods",
    "variant_name": "of goods",
    "country": "a country alone names nobody, and what tax depends on must be seen",
    "customer_country": "as country",
    "detail": "of a refusal: names what was found, never more of the content than that",
    "DeadLetterReplayed.address": "a place in the log",
    "DeadLetterDiscarded.address": "a place in the log",
    "Issuer.name": "we ourselves",
    "Issuer.address": "we ourselves",
    "Issuer.vat_id": "we ourselves",
}


def models() -> Iterator[type[BaseModel]]:
    found: dict[type[BaseModel], None] = {}

    def walk(model: type[BaseModel]) -> None:
        if model in found:
            return
        found[model] = None
        for field in model.model_fields.values():
            inner = model_in(field.annotation)
            if inner is not None:
                walk(inner)

    for message in MESSAGES.values():
        walk(message)
    yield from found


@pytest.mark.parametrize("model", list(models()), ids=lambda model: model.__name__)
def test_what_looks_like_personal_data_is_tagged_or_it_is_said_why_not(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        if not re.search(r"\bstr\b", str(field.annotation)) or not any(word in name for word in SUSPICIOUS):
            continue
        excused = name in NOT_PERSONAL or f"{model.__name__}.{name}" in NOT_PERSONAL
        assert (tag_of(field) is not None) != excused, f"{model.__name__}.{name}: tag it, or say here why not"


def secrets(model: type[BaseModel], data: Any) -> Iterator[str]:
    """Every personal text of an example, by its tags."""
    for name, value in data.items():
        field = model.model_fields[name]
        tag, inner = tag_of(field), model_in(field.annotation)
        if tag is not None and not tag.only_address and isinstance(value, str):
            yield value
        elif inner is not None:
            for each in value if isinstance(value, list) else [value]:
                yield from secrets(inner, each)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_nothing_personal_of_an_example_is_shown_masked_and_all_of_it_unmasked(name: str) -> None:
    document, model = example(name), MESSAGES[name]
    record = consumed(document, model.topic)
    masked = json.dumps(shown(record).message, ensure_ascii=False)

    for secret in secrets(model, document["data"]):
        assert secret == "" or json.dumps(secret, ensure_ascii=False) not in masked
    for known in ("Okafor", "Ada.", "Fishamble", "555 01", "Quay Street", "Second floor"):
        assert known not in masked
    assert shown(record, unmasked=True).message == document


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_mask_takes_nothing_away_but_values(name: str) -> None:
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shape(each) for key, each in value.items()}
        return [shape(each) for each in value] if isinstance(value, list) else None

    data = example(name)["data"]
    assert shape(mask(MESSAGES[name], data)) == shape(data)


def test_a_schema_shows_what_is_personal() -> None:
    definitions = schema_of(MESSAGES["leaseline.orders.OrderSubmitted.v1"])["$defs"]

    assert definitions["Customer"]["properties"]["email"]["$comment"] == "personal"
    assert "$comment" not in definitions["Customer"]["properties"]["type"]
    assert definitions["Note"]["properties"]["author"]["$comment"] == "personal"
    confirmed = schema_of(MESSAGES["leaseline.orders.OrderConfirmed.v1"])
    assert confirmed["properties"]["actor"]["$comment"] == "personal where it is an e-mail address"


def test_ids_amounts_and_names_of_goods_stay_to_be_seen() -> None:
    message = shown(consumed(example("leaseline.orders.OrderPlaced.v1"), "orders.events")).message

    assert message is not None
    order = message["data"]["order"]
    assert order["order_id"] == "RETRO-1001"
    assert order["customer"]["id"] == "crunchy-armchair"
    assert order["customer"]["email"] == MASK
    assert order["items"][0]["product_name"] == "Armchair"
    assert order["billing_address"]["country"] == "IE"
    assert order["billing_address"]["city"] == MASK


def test_what_nobody_foresaw_is_masked() -> None:
    document = example("leaseline.orders.OrderSubmitted.v1")
    document["data"] |= {"nickname": "Ada the Great", "currency": ["Ada"], "channel": {"who": "Ada"}}
    document["data"]["customer"]["maiden_name"] = "Ada Byron"
    document["data"]["shipping_address"] = "Ada, 23 Fishamble Street"
    document["nickname"] = "Ada"

    message = shown(consumed(document, "orders.requests")).message

    assert "Ada" not in json.dumps(message)


def test_what_is_refused_of_a_request_is_masked_and_its_neighbours_are_not() -> None:
    document = example("leaseline.orders.OrderSubmitted.v1")
    document["data"]["order_id"] = document["subject"] = "Ada Okafor"
    document["data"]["items"][0]["sku"] = "ada@crunchy.example"

    message = shown(consumed(document, "orders.requests")).message

    assert message is not None
    assert "Okafor" not in json.dumps(message)
    assert message["data"]["items"][0]["sku"] == MASK
    assert message["data"]["items"][1]["sku"] != MASK


def test_dead_letters_and_what_cannot_be_read_are_masked_whole() -> None:
    letter = Consumed(
        "orders.dead-letters",
        b'{"name":"Ada Okafor"',
        (("leaseline-reason", b"not_json"), ("leaseline-detail", b"Ada"), ("x-sender", b"Ada")),
    )

    for record in (letter, letter._replace(topic="orders.requests")):
        masked, bare = shown(record), shown(record, unmasked=True)
        assert masked.message is None
        assert "Ada" not in repr(masked)
        assert masked.headers["leaseline-reason"] == "not_json"
        assert bare.text == '{"name":"Ada Okafor"'
        assert bare.headers["x-sender"] == "Ada"


def test_a_body_is_cut_at_4_kb_with_that_said() -> None:
    record = Consumed("orders.requests", b"x" * (LONGEST + 1_000_000))

    assert shown(record, unmasked=True).text.endswith("… and 1,000,000 bytes more")
    assert len(shown(record, unmasked=True).text) < LONGEST + 50
