"""JSON Schemas of the messages, made from the models: what a sender may send, and what a reader may rely on.

The two differ. A request's schema says what is read: a field that may be left out may also be ``null``. The schema of
what our services say describes what is written: a field without a value is left out, never ``null``, and every other
one is always there, defaults included.
"""

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from contracts.wire.message import Body, Kind

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _OfMessages(GenerateJsonSchema):
    """pydantic's generator, but without titles that repeat the name and without ``default: null``."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the overridden signature
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        if self.mode == "serialization":
            return self.generate_inner(schema["schema"])
        return super().nullable_schema(schema)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        found = super().default_schema(schema)
        if self.mode == "serialization" or "default" not in found:
            return found
        default = found.pop("default")  # its ``null`` is as good as none (``contracts.wire.loose``)
        return {"anyOf": [found, {"type": "null"}], "default": default}

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,  # noqa: FBT001 - the overridden signature
    ) -> bool:
        if self.mode == "serialization":
            inner = field["schema"]
            return not (inner["type"] == "default" and inner.get("default", ...) is None)
        return super().field_is_required(field, total)


def said(kind: Kind) -> bool:
    """Whether our services write this kind of message; requests are written by others."""
    return kind is not Kind.REQUEST


def schema_of(model: type[Body]) -> Mapping[str, Any]:
    """The schema of a message's ``data``. Its kind and its topic belong to it: moving a type breaks its readers. They
    stand in ``$comment``, the one keyword of remarks that a strict validator lets pass.
    """
    made = model.model_json_schema(
        mode="serialization" if said(model.kind) else "validation", schema_generator=_OfMessages
    )
    head = {"$schema": DIALECT, "title": model.type_name(), "$comment": f"{model.kind.value} on {model.topic}"}
    whole = {**head, **{name: value for name, value in made.items() if name != "title"}}
    definitions = {name: named(part, name) for name, part in made.get("$defs", {}).items()}
    return {**named(whole, model.__name__), **({"$defs": definitions} if definitions else {})}


def place_of(schema: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The kind and the topic that a schema of ours names, also one of a release that had keywords for them."""
    kind, on, topic = str(schema.get("$comment", "")).partition(" on ")
    return (kind, topic) if on else (schema.get("x-kind"), schema.get("x-topic"))


def named(schema: Mapping[str, Any], owner: str) -> dict[str, Any]:
    """The schema with a title for every list of words in its fields: generators name their types by it."""
    fields = schema.get("properties")
    if fields is None:
        return dict(schema)
    return {**schema, "properties": {name: _titled(part, owner + _camel(name)) for name, part in fields.items()}}


def _titled(schema: Mapping[str, Any], title: str) -> dict[str, Any]:
    found = dict(schema)
    if "enum" in found:
        found = {"title": title, **{name: value for name, value in found.items() if name != "title"}}
    if "anyOf" in found:
        found["anyOf"] = [_titled(way, title) for way in found["anyOf"]]
    if isinstance(found.get("items"), dict):
        found["items"] = _titled(found["items"], title)
    return found


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
