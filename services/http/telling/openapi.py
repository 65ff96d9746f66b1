"""The document of the API (OpenAPI 3.1), made from the routes, the contracts and their golden examples."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

import contracts
from contracts.tools.schema import schema_of
from contracts.wire.message import Body
from services.http.asking.outcome import Outcome
from services.http.callers.scopes import SCOPES
from services.http.telling.problem import PROBLEM, TITLES, ProblemDocument

EXAMPLES: Final = Path(contracts.__file__).parent / "examples"
SCHEMAS: Final = "#/components/schemas/"
_HOISTED: Final = "x-schemas"
"""Where an operation lays down the schemas that it names, until the document is made."""

_WITHIN: Final = re.compile(r'"#/\$defs/([A-Za-z0-9_]+)"')

_PART: Final = re.compile(r"\{([a-z_]+)(?::[a-z]+)?\}")

Json = dict[str, Any]

KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The message's id: the same again is the same request, and gets the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
_PREFER: Final = {
    "name": "Prefer",
    "in": "header",
    "description": "`wait=n`: seconds to wait for the answer, 0 to 30 (5 if not said); `respond-async`: none.",
    "schema": {"type": "string"},
}
_OCCURRED: Final = {
    "name": "Occurred-At",
    "in": "header",
    "description": "When it happened, if that was not now: a scanner that was offline. RFC 3339.",
    # No format: some generators leave out every operation that has a header of a time.
    "schema": {"type": "string", "examples": ["2026-03-02T09:00:00Z"]},
}
_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of what was seen; or `expected_version` in the body.",
    "schema": {"type": "string"},
}
_UNKNOWN: Final = {
    "name": "unknown",
    "in": "query",
    "description": "`wait`: what it is about need not be there yet; the request waits for it.",
    "schema": {"type": "string", "enum": ["refuse", "wait"], "default": "refuse"},
}


def operation(
    model: type[Body],
    *,
    name: str,
    scope: str,
    left_out: frozenset[str],
    optional: frozenset[str],
    key_required: bool,
    versioned: bool,
    looked_up: bool,
    creates: bool,
    told: tuple[str, type[BaseModel]] | None,
) -> Json:
    """What the document says of a route that asks for something, which is called ``name`` there. ``left_out``: fields
    that the address or the key says; ``optional``: those that are made up.
    """
    schemas: Json = {}
    body = _hoisted(schema_of(model), schemas)
    body["properties"] = {name: each for name, each in body.get("properties", {}).items() if name not in left_out}
    body["required"] = [each for each in body.get("required", ()) if each not in left_out | optional]
    said = {key: value for key, value in body.items() if key not in ("$schema", "$comment", "x-kind", "x-topic")}
    schemas[f"{name}Body"] = {**said, "title": f"{name}Body"}
    example = json.loads((EXAMPLES / f"{model.type_name()}.json").read_text("utf-8"))["data"]
    example = {key: value for key, value in example.items() if key not in left_out}
    parts = {"outcome": _model(Outcome, schemas)}
    if told is not None:
        parts[told[0]] = _model(told[1], schemas)
    schemas[f"{name}Answer"] = {
        "title": f"{name}Answer",
        "type": "object",
        "required": ["outcome"],
        "properties": parts,
    }
    content = {"application/json": {"schema": {"$ref": f"{SCHEMAS}{name}Answer"}}}
    parameters = [{**KEY, "required": key_required}, _PREFER, _OCCURRED]
    parameters += [_IF_MATCH] if versioned else []
    parameters += [_UNKNOWN] if looked_up else []
    responses: Json = {
        "200": {"description": "Done, or done before: the state that came of it.", "content": content},
        "202": {
            "description": "Accepted: its outcome is told at the address in Location.",
            "headers": {"Location": {"schema": {"type": "string"}}},
            "content": content,
        },
    }
    if creates:
        responses["201"] = {"description": "Made: the state that came of it.", "content": content}
    for status in (*((404,) if looked_up else ()), *((412, 428) if versioned else ()), 400, 409, 413, 415, 422):
        responses[str(status)] = _problem(schemas)
    return {
        "x-scope": scope,
        "x-request": model.type_name(),
        _HOISTED: schemas,
        "parameters": parameters,
        "requestBody": {
            "required": bool(body["required"]),
            "content": {"application/json": {"schema": {"$ref": f"{SCHEMAS}{name}Body"}, "example": example}},
        },
        "responses": responses,
    }


def name_operation(route: APIRoute) -> str:
    """How an operation that reads is called in the document, and by clients that are made of it: by its function."""
    return "Read" + "".join(part.capitalize() for part in route.name.split("_"))


def document(app: FastAPI) -> Json:
    """The whole document, the same for the same routes. Raises ValueError for a name that means two things."""
    found: Json = get_openapi(
        title="Leaseline",
        version="1",
        openapi_version="3.1.0",
        description="Orders become subscriptions and billing accounts. Every request is answered once, however often "
        "it is sent: `Idempotency-Key` names it. What went wrong is told by RFC 9457, with a code and what to do.",
        routes=app.routes,
    )
    components = found.setdefault("components", {})
    schemas: Json = components.setdefault("schemas", {})
    named: set[str] = set()
    for path, _method, each in _operations(found):
        if each["operationId"] in named:
            raise ValueError(f"two operations are called {each['operationId']}: name one's function otherwise")
        named.add(each["operationId"])
        for name, schema in each.pop(_HOISTED, {}).items():
            if schemas.setdefault(name, schema) != schema:
                raise ValueError(f"two schemas are called {name}")
        _name_parts(path, each)
        _document_problems(path, each, schemas)
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    components["schemas"] = dict(sorted(schemas.items()))
    components["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key (`leaseline keys make`) or an OpenID Connect token.\n\n"
            + "\n".join(f"- `{name}`: {what}" for name, what in SCOPES.items()),
        }
    }
    found["x-codes"] = {
        code.value: {"status": status, "title": title} for code, (status, title, _, _) in TITLES.items()
    }
    return found


def _document_problems(path: str, each: Json, schemas: Json) -> None:
    """What may go wrong with an operation, beside what its route says itself."""
    scope = each.get("x-scope", "")
    responses = each["responses"]
    # What FastAPI says of a wrong parameter is not what we answer.
    responses.pop("422", None) if "x-request" not in each else None
    if each.get("parameters") and "422" not in responses:
        responses["422"] = _problem(schemas)
    if each.get("parameters"):
        responses.setdefault("400", _problem(schemas))
    if "{" in path:
        responses.setdefault("404", _problem(schemas))
    if scope != "none":
        each["security"] = [{"key": []}]
        for status in ("401", "403", "429", "503"):
            responses.setdefault(status, _problem(schemas))
    if "requestBody" in each:
        for status in ("413", "415"):
            responses.setdefault(status, _problem(schemas))
    if len(responses.get("200", {}).get("content", ())) > 1:
        responses.setdefault("406", _problem(schemas))
    for status, answer in responses.items():
        if status >= "400":
            responses[status] = {**_problem(schemas), "description": answer["description"]}
    each["responses"] = dict(sorted(responses.items()))


def _name_parts(path: str, each: Json) -> None:
    """The parts of an address are parameters, too; FastAPI knows those that a route's function takes."""
    there = {found["name"] for found in each.get("parameters", ()) if found["in"] == "path"}
    for name in _PART.findall(path):
        if name not in there:
            part = {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            each.setdefault("parameters", []).append(part)


def text(found: Mapping[str, Any]) -> str:
    """The document as it is checked in."""
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _operations(found: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in found["paths"].items():
        for method, each in methods.items():
            yield path, method, each


def _problem(schemas: Json) -> Json:
    return {
        "description": "A problem (RFC 9457).",
        "content": {PROBLEM: {"schema": _model(ProblemDocument, schemas)}},
    }


def _model(model: type[BaseModel], schemas: Json) -> Json:
    """A reference to the schema of a model of ours, which is laid down with what it names."""
    found = _schema(model)
    schemas.update(found.get("$defs", {}))
    schemas[model.__name__] = {name: each for name, each in found.items() if name != "$defs"}
    return {"$ref": SCHEMAS + model.__name__}


@cache
def _schema(model: type[BaseModel]) -> Json:
    """Made once: a process begins with all its routes."""
    made = model.model_json_schema(mode="serialization", ref_template=SCHEMAS + "{model}")
    found: Json = jsonable_encoder(made, exclude_none=True)  # as FastAPI lays down those of its own routes
    return found


def _hoisted(schema: Mapping[str, Any], schemas: Json) -> Json:
    """A contract's schema whose definitions are the document's. What is read admits more than what is told: a value has
    a schema of its own for each, and its name and title say so: generators call their classes by titles.
    """
    found: Json = json.loads(_WITHIN.sub(rf'"{SCHEMAS}\1Input"', json.dumps(schema)))
    for name, each in found.pop("$defs", {}).items():
        schemas[f"{name}Input"] = {**each, "title": f"{name}Input"}
    return found
