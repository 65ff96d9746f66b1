"""What breaks those who built upon the document of the HTTP API, and what does not."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from contracts.tools.generate import FOLDER
from contracts.tools.openapi_changes import api_changes

Json = dict[str, Any]
DOCUMENT: Json = json.loads((FOLDER / "openapi.json").read_text("utf-8"))
PLACE, READ, LIST = ("/orders", "post"), ("/orders/{order_id}", "get"), ("/subscriptions", "get")


def of(document: Json, place: tuple[str, str]) -> Json:
    found: Json = document["paths"][place[0]][place[1]]
    return found


def named(document: Json, name: str) -> Json:
    found: Json = document["components"]["schemas"][name]
    return found


def parameter(document: Json, place: tuple[str, str], name: str) -> Json:
    (found,) = [each for each in of(document, place)["parameters"] if each["name"] == name]
    return dict(found)


def without_parameter(document: Json) -> None:
    operation = of(document, LIST)
    operation["parameters"] = [each for each in operation["parameters"] if each["name"] != "payer"]


def narrower_parameter(document: Json) -> None:
    operation = of(document, LIST)
    named_so = [each for each in operation["parameters"] if each["name"] == "payer"]
    named_so[0]["schema"] = {"type": "string", "enum": ["group:a"]}


def new_parameter(document: Json, *, required: bool) -> None:
    extra = {"name": "extra", "in": "query", "required": required, "schema": {"type": "string"}}
    of(document, LIST)["parameters"].append(extra)


def changed(document: Json, name: str, **keywords: Any) -> None:
    named(document, name).update(keywords)


BREAKS: dict[str, tuple[Callable[[Json], object], str]] = {
    "a path is gone": (lambda it: it["paths"].pop("/catalog"), "GET /catalog: the message: removed"),
    "a method is gone": (lambda it: it["paths"]["/catalog/{sku}"].pop("put"), "PUT /catalog/{}: the message: removed"),
    "a name is another": (
        lambda it: of(it, READ).update(operationId="TellOrder"),
        "GET /orders/{}: the message: its name changed from ReadOrder to TellOrder",
    ),
    "a scope is another": (
        lambda it: of(it, READ).update({"x-scope": "orders:write"}),
        "GET /orders/{}: the message: its scope changed from orders:read to orders:write",
    ),
    "a parameter is gone": (without_parameter, "GET /subscriptions: query payer: removed"),
    "a parameter is narrower": (narrower_parameter, "GET /subscriptions: query payer: narrowed"),
    "a parameter becomes required": (
        lambda it: new_parameter(it, required=True),
        "GET /subscriptions: query extra: newly required",
    ),
    "a field of a body becomes required": (
        lambda it: named(it, "OrderSubmittedBody")["required"].append("group"),
        "POST /orders: body group: newly required",
    ),
    "a field of a body is gone": (
        lambda it: named(it, "OrderSubmittedBody")["properties"].pop("notes"),
        "POST /orders: body notes: removed",
    ),
    "a field of a body is narrower, deep within": (
        lambda it: named(it, "NoteInput")["properties"]["text"].update(maxLength=3),
        "POST /orders: body notes[].text: narrowed: maxLength",
    ),
    "a form of a body is gone": (
        lambda it: of(it, ("/imports", "post"))["requestBody"]["content"].pop("text/csv"),
        "POST /imports: body text/csv: removed",
    ),
    "a body becomes required": (
        lambda it: of(it, ("/orders/{order_id}/confirmation", "post"))["requestBody"].update(required=True),
        "POST /orders/{}/confirmation: body: newly required",
    ),
    "a status of success is gone": (
        lambda it: of(it, PLACE)["responses"].pop("201"),
        "POST /orders: 201: removed",
    ),
    "a header of an answer is gone": (
        lambda it: of(it, PLACE)["responses"]["202"].pop("headers"),
        "POST /orders: 202 Location: removed",
    ),
    "a form of an answer is gone": (
        lambda it: of(it, READ)["responses"]["200"]["content"].clear(),
        "GET /orders/{}: 200 application/json: removed",
    ),
    "a field of an answer is gone": (
        lambda it: named(it, "OrderResource")["properties"].pop("status"),
        "GET /orders/{}: 200 status: removed",
    ),
    "a field of an answer may be missing": (
        lambda it: named(it, "OrderResource")["required"].remove("status"),
        "GET /orders/{}: 200 status: no longer always there",
    ),
}
HARMLESS: dict[str, Callable[[Json], object]] = {
    "nothing": lambda _: None,
    "a path more": lambda it: it["paths"].update({"/more": deepcopy(it["paths"]["/catalog"])}),
    "a parameter more": lambda it: new_parameter(it, required=False),
    "another problem": lambda it: of(it, READ)["responses"].pop("429"),
    "a part of an address is called otherwise": lambda it: it["paths"].update(
        {"/orders/{id}": it["paths"].pop("/orders/{order_id}")}
    ),
    "a field of an answer more": lambda it: named(it, "OrderResource")["properties"].update(more={"type": "string"}),
    "a field of a body more": lambda it: named(it, "OrderSubmittedBody")["properties"].update(more={"type": "string"}),
    "another sentence": lambda it: of(it, READ).update(summary="Another sentence"),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_break_is_noticed_and_named(what: str) -> None:
    new = deepcopy(DOCUMENT)
    change, expected = BREAKS[what]
    change(new)
    found = [f"{name}: {each}" for name, each in api_changes(DOCUMENT, new) if each.breaks]
    assert any(each.startswith(expected) for each in found), found


@pytest.mark.parametrize("what", HARMLESS)
def test_what_harms_nobody_is_no_break(what: str) -> None:
    new = deepcopy(DOCUMENT)
    HARMLESS[what](new)
    assert [each for each in api_changes(DOCUMENT, new) if each[1].breaks] == []


def test_what_an_answer_may_hold_besides_is_told_and_no_break() -> None:
    new = deepcopy(DOCUMENT)
    status = named(new, "OrderResource")["properties"]["status"]
    (named(new, status["$ref"].rpartition("/")[2]) if "$ref" in status else status)["enum"].append("lost")
    found = [each for name, each in api_changes(DOCUMENT, new) if name == "GET /orders/{}"]
    assert [(each.path, each.breaks) for each in found] == [("200 status", False)]


def test_a_keyword_that_no_rule_judges_is_told_with_its_operation() -> None:
    new = deepcopy(DOCUMENT)
    changed(new, "OrderResource", contentEncoding="base64")
    with pytest.raises(ValueError, match=r"^\w+ /.*contentEncoding.*teach"):
        api_changes(DOCUMENT, new)
