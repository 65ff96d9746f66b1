"""Generators find a name for everything in our documents, and strict validators find nothing that they do not know.

What a generator (Modelina) and a strict validator (ajv) ask of a document is asked here without them: an object or a
list of words without a title becomes an ``AnonymousSchema_42``, an unknown keyword stops the compiler.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from contracts.registry import MESSAGES
from contracts.tools.generate import FOLDER, SCHEMAS
from contracts.tools.parts import Parts
from contracts.wire.message import Kind

STRINGS, NUMBERS = {"minLength", "maxLength", "pattern"}, {"minimum", "maximum", "exclusiveMinimum"}
OBJECTS, LISTS = {"properties", "required", "additionalProperties"}, {"items", "minItems", "maxItems", "uniqueItems"}
ANY = {"$schema", "$comment", "$ref", "$defs", "title", "description", "type", "enum", "const", "anyOf", "default",
       "format", "examples"}  # fmt: skip
FORMATS = {"date", "date-time", "int64", "binary"}
"""Those that common validators know, and that hold for everything that is read."""


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "asyncapi.json").read_text("utf-8"))
    return found


def schemas_in(schema: Any) -> Iterator[dict[str, Any]]:
    """The schema and every one inside it."""
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", ())]
    inner += [schema[name] for name in ("items", "additionalProperties") if isinstance(schema.get(name), dict)]
    for each in inner:
        yield from schemas_in(each)


def all_of_the_document() -> Iterator[dict[str, Any]]:
    components = document()["components"]
    for schema in components["schemas"].values():
        yield from schemas_in(schema)
    for message in components["messages"].values():
        yield from schemas_in(message["payload"])
        yield from schemas_in(message.get("headers", {}))


def must_be_named(schema: dict[str, Any]) -> bool:
    return "properties" in schema or "enum" in schema or schema.get("type") == "object"


def test_everything_of_the_document_that_becomes_a_type_has_a_name_of_its_own() -> None:
    by_title: dict[str, Any] = {}
    for schema in all_of_the_document():
        if must_be_named(schema):
            assert schema.get("title"), schema
            assert by_title.setdefault(schema["title"], schema) == schema, schema["title"]

    assert {"OrderSubmitted", "OrderSubmittedEvent", "Customer", "OrderStatus", "Refusal", "DeadLetterHeaders"} <= set(
        by_title
    )
    assert {f"{service}RequestRefused" for service in ("Orders", "Fulfillment", "Billing")} <= set(by_title)


def test_the_document_stands_alone_and_names_its_version() -> None:
    whole = document()

    assert whole["asyncapi"] == "3.1.0"
    assert "./schemas" not in json.dumps(whole)


def test_a_shared_part_stands_in_the_document_once() -> None:
    bodies = [json.dumps(schema) for schema in document()["components"]["schemas"].values() if "properties" in schema]

    assert len(bodies) == len(set(bodies))


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_everything_of_a_schema_that_becomes_a_type_has_a_title(name: str) -> None:
    schema = json.loads((FOLDER / SCHEMAS / f"{name}.json").read_text("utf-8"))

    titles: dict[str, Any] = {}
    for each in schemas_in(schema):
        if must_be_named(each):
            assert each.get("title"), each
            assert titles.setdefault(each["title"], each) == each


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_strict_validator_knows_every_keyword_and_format(name: str) -> None:
    schema = json.loads((FOLDER / SCHEMAS / f"{name}.json").read_text("utf-8"))

    for each in schemas_in(schema):
        assert set(each) <= ANY | STRINGS | NUMBERS | OBJECTS | LISTS
        assert each.get("format") in {None, *FORMATS}
        for kind, keywords in (("string", STRINGS), ("integer", NUMBERS), ("object", OBJECTS), ("array", LISTS)):
            assert not keywords & set(each) or each.get("type") == kind
        assert set(each.get("required", ())) <= set(each.get("properties", {}))


def test_the_kind_and_the_topic_stand_in_a_remark() -> None:
    for name, model in MESSAGES.items():
        schema = json.loads((FOLDER / SCHEMAS / f"{name}.json").read_text("utf-8"))
        assert schema["$comment"] == f"{model.kind.value} on {model.topic}"


def test_whatever_may_be_left_out_of_a_request_may_be_null() -> None:
    for name, model in MESSAGES.items():
        if model.kind is not Kind.REQUEST:
            continue
        schema = json.loads((FOLDER / SCHEMAS / f"{name}.json").read_text("utf-8"))
        for each in schemas_in(schema):
            for field in set(each.get("properties", {})) - set(each.get("required", ())):
                assert {"type": "null"} in each["properties"][field].get("anyOf", ()), (name, field)


def test_two_parts_of_one_name_stop_the_generator() -> None:
    models = list(MESSAGES.values())[:2]
    defs = ({"Part": {"type": "object", "properties": {name: {}}}} for name in "ab")
    schemas = {
        model: {"type": "object", "properties": {}, "$defs": part} for model, part in zip(models, defs, strict=True)
    }

    with pytest.raises(ValueError, match="two parts are called Part"):
        Parts(schemas)
