"""The law of compatibility: each kind of change that breaks somebody is noticed, and none that breaks nobody."""

from typing import Any

import pytest

from contracts.registry import MESSAGES
from contracts.tools.compatibility import Change, changes
from contracts.tools.schema import schema_of

TEXT = {"type": "string"}
MAYBE_TEXT = {"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}]}
Schema = dict[str, Any]


def schema(kind: str, required: tuple[str, ...] = (), **fields: Any) -> Schema:
    found = {"x-kind": kind, "x-topic": "orders.requests", "type": "object", "properties": fields}
    return found | ({"required": list(required)} if required else {})


def judged(kind: str, old: Any, new: Any) -> tuple[Change, ...]:
    """What becomes of a message whose one optional field changed from the one schema to the other."""
    return changes(schema(kind, note=old), schema(kind, note=new))


NARROWED: list[tuple[str, Any, Any]] = [
    ("another type", {"type": "integer"}, TEXT),
    ("a number made whole", {"type": "number"}, {"type": "integer"}),
    ("any value made text", {}, TEXT),
    ("null no longer read", MAYBE_TEXT, {"type": "string", "maxLength": 9}),
    ("a value less", {"enum": ["a", "b"], "type": "string"}, {"enum": ["a"], "type": "string"}),
    ("a list of values where anything went", TEXT, {"enum": ["a"], "type": "string"}),
    ("one constant where anything went", TEXT, {"const": "a", "type": "string"}),
    ("one constant of several values", {"enum": ["a", "b"], "type": "string"}, {"const": "a", "type": "string"}),
    ("a new pattern", TEXT, {"type": "string", "pattern": "^a"}),
    ("another pattern", {"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "^b"}),
    ("a format", TEXT, {"type": "string", "format": "date"}),
    ("a maximum length", TEXT, {"type": "string", "maxLength": 200}),
    ("a smaller maximum length", {"type": "string", "maxLength": 200}, {"type": "string", "maxLength": 199}),
    ("a smaller length inside of maybe", MAYBE_TEXT, {"anyOf": [{"type": "string", "maxLength": 8}, {"type": "null"}]}),
    ("a minimum length", TEXT, {"type": "string", "minLength": 1}),
    ("a smaller maximum", {"type": "integer", "maximum": 500}, {"type": "integer", "maximum": 499}),
    ("a greater minimum", {"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 2}),
    ("an exclusive bound", {"type": "integer"}, {"type": "integer", "exclusiveMaximum": 3}),
    ("only multiples", {"type": "integer"}, {"type": "integer", "multipleOf": 5}),
    ("fewer entries", {"type": "array", "items": TEXT}, {"type": "array", "items": TEXT, "maxItems": 10}),
    ("at least one entry", {"type": "array", "items": TEXT}, {"type": "array", "items": TEXT, "minItems": 1}),
    ("no entry twice", {"type": "array", "items": TEXT}, {"type": "array", "items": TEXT, "uniqueItems": True}),
    ("narrower entries", {"type": "array", "items": TEXT}, {"type": "array", "items": {"type": "integer"}}),
    ("unknown fields refused", {"type": "object"}, {"type": "object", "additionalProperties": False}),
    ("named values made of one type", {"type": "object"}, {"type": "object", "additionalProperties": TEXT}),
]
HARMLESS: list[tuple[str, Any, Any]] = [
    ("the same", TEXT, TEXT),
    ("another description", {"type": "string", "description": "old"}, {"type": "string", "description": "new"}),
    ("null read too", {"type": "string", "maxLength": 9}, MAYBE_TEXT),
    ("a whole number made any", {"type": "integer"}, {"type": "number"}),
    ("a value more", {"enum": ["a"], "type": "string"}, {"enum": ["a", "b"], "type": "string"}),
    ("any text where values were listed", {"enum": ["a"], "type": "string"}, TEXT),
    ("no pattern any more", {"type": "string", "pattern": "^a"}, TEXT),
    ("a longer text", {"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 10}),
    ("unknown fields no longer refused", {"type": "object", "additionalProperties": False}, {"type": "object"}),
    ("named values of any type", {"type": "object", "additionalProperties": TEXT}, {"type": "object"}),
    ("no bound any more", {"type": "integer", "maximum": 9, "minimum": 1}, {"type": "integer"}),
    ("a default where there was none", TEXT, {"type": "string", "default": "a"}),
]


def named(cases: list[tuple[str, Any, Any]]) -> Any:
    return pytest.mark.parametrize(("old", "new"), [case[1:] for case in cases], ids=[case[0] for case in cases])


@pytest.mark.parametrize("kind", ["request", "fact"])
@named(NARROWED)
def test_what_is_narrowed_breaks_whoever_wrote_the_older_one(old: Any, new: Any, kind: str) -> None:
    found = judged(kind, old, new)

    assert any(change.breaks and change.what.startswith("narrowed") for change in found), found


@named(HARMLESS)
def test_a_request_may_become_wider(old: Any, new: Any) -> None:
    assert judged("request", old, new) == ()


@named(HARMLESS)
def test_what_we_say_may_become_wider_but_breaks_nobody(old: Any, new: Any) -> None:
    assert not any(change.breaks for change in judged("fact", old, new))


def test_a_new_value_in_what_we_say_is_reported_because_readers_come_first() -> None:
    (change,) = judged("fact", {"enum": ["a"], "type": "string"}, {"enum": ["a", "b"], "type": "string"})

    assert not change.breaks
    assert str(change) == "note: widened: may hold what it never held before, so deploy readers first"


def test_a_field_that_became_something_else_is_reported_as_breaking_only() -> None:
    assert judged("fact", TEXT, {"type": "integer"}) == (Change("note", "narrowed: type string became integer"),)


@pytest.mark.parametrize("kind", ["request", "fact", "answer", "notice", "internal"])
def test_a_field_that_is_removed_breaks(kind: str) -> None:
    assert changes(schema(kind, note=TEXT, other=TEXT), schema(kind, other=TEXT)) == (Change("note", "removed"),)


@pytest.mark.parametrize("kind", ["request", "fact"])
def test_a_field_that_is_renamed_breaks_and_the_new_name_is_guessed(kind: str) -> None:
    found = changes(
        schema(kind, note={"type": "string", "maxLength": 40}),
        schema(kind, amount={"type": "integer"}, remark={"type": "string", "maxLength": 40}),
    )

    assert found == (Change("note", "removed, or renamed to remark"),)


@pytest.mark.parametrize("kind", ["request", "fact"])
def test_a_new_required_field_breaks_because_older_messages_lack_it(kind: str) -> None:
    assert changes(schema(kind), schema(kind, ("note",), note=TEXT)) == (Change("note", "newly required"),)


@pytest.mark.parametrize("kind", ["request", "fact"])
def test_a_field_that_was_optional_and_becomes_required_breaks(kind: str) -> None:
    old, new = schema(kind, note=TEXT), schema(kind, ("note",), note=TEXT)

    assert changes(old, new) == (Change("note", "newly required"),)


def test_a_new_field_that_we_always_write_is_harmless_when_older_messages_have_a_default_for_it() -> None:
    assert changes(schema("fact"), schema("fact", ("late",), late={"type": "boolean", "default": False})) == ()


@pytest.mark.parametrize("kind", ["request", "fact"])
def test_a_new_optional_field_is_harmless(kind: str) -> None:
    assert changes(schema(kind), schema(kind, note=TEXT)) == ()


def test_a_field_that_we_always_wrote_and_may_now_leave_out_breaks_its_readers() -> None:
    old, new = schema("fact", ("note",), note=TEXT), schema("fact", note=TEXT)

    assert changes(old, new) == (Change("note", "no longer always there: readers rely on it"),)


def test_a_field_that_senders_had_to_fill_in_and_may_now_leave_out_breaks_nobody() -> None:
    assert changes(schema("request", ("note",), note=TEXT), schema("request", note=TEXT)) == ()


@pytest.mark.parametrize("new", [{"type": "string", "default": "b"}, TEXT], ids=["another", "none"])
def test_another_default_breaks_because_older_messages_would_mean_something_else(new: Any) -> None:
    found = judged("request", {"type": "string", "default": "a"}, new)

    assert [change.what.split(":")[1] for change in found] == [" messages without the field would mean something else"]


@pytest.mark.parametrize(("mark", "other"), [("x-topic", "orders.events"), ("x-kind", "fact")])
def test_a_message_that_moves_or_becomes_another_kind_breaks(mark: str, other: str) -> None:
    old = schema("request", note=TEXT)

    assert [change.breaks for change in changes(old, old | {mark: other})] == [True]


def test_changes_are_found_inside_of_parts_and_lists_and_named_by_their_path() -> None:
    def with_item(item: Schema) -> Schema:
        whole = schema("request", items={"type": "array", "items": {"$ref": "#/$defs/Item"}})
        return whole | {"$defs": {"Item": {"type": "object", "properties": item}}}

    found = changes(with_item({"sku": TEXT, "months": TEXT}), with_item({"sku": {"type": "integer"}}))

    assert {str(change) for change in found} == {
        "items[].sku: narrowed: type string became integer",
        "items[].months: removed",
    }


@pytest.mark.parametrize("kind", ["request", "fact"])
def test_changes_are_found_inside_of_values_by_name_although_both_refer_to_the_same_part(kind: str) -> None:
    def with_counts(part: Schema) -> Schema:
        whole = schema(kind, counts={"type": "object", "additionalProperties": {"$ref": "#/$defs/Count"}})
        return whole | {"$defs": {"Count": {"type": "object", "properties": part}}}

    found = changes(with_counts({"open": TEXT}), with_counts({"open": {"type": "integer"}}))

    assert [str(change) for change in found] == ["counts.*.open: narrowed: type string became integer"]


def test_parts_may_be_named_anew_as_long_as_they_are_alike() -> None:
    old = schema("fact", price={"$ref": "#/$defs/Money"}) | {"$defs": {"Money": TEXT}}
    new = schema("fact", price={"$ref": "#/$defs/Amount"}) | {"$defs": {"Amount": TEXT}}

    assert changes(old, new) == ()


def test_a_keyword_that_no_rule_judges_is_an_error_and_not_a_guess() -> None:
    for unknown in ({"type": "string", "contentEncoding": "base64"}, {"type": "array", "prefixItems": [TEXT]}):
        with pytest.raises(ValueError, match="no rule says what a change of"):
            judged("request", TEXT, unknown)


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_is_compatible_with_itself_and_not_without_its_first_field(name: str) -> None:
    whole = schema_of(MESSAGES[name])
    first = next(iter(whole["properties"]))
    less = {**whole, "properties": {k: v for k, v in whole["properties"].items() if k != first}}

    assert changes(whole, whole) == ()
    assert any(change.path == first and change.breaks for change in changes(whole, less))
