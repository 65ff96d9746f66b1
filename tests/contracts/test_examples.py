"""Every message has a golden example: it reads as it is meant, it is written as it reads, in either mode."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest

from contracts.registry import MESSAGES
from contracts.tools.generate import EXAMPLES, FOLDER, RELEASED, SCHEMAS, example_of
from contracts.wire.encoding import encoded
from contracts.wire.message import Kind
from tests.contracts.wire import binary, structured, understood

RELEASED_EXAMPLES = sorted((FOLDER / EXAMPLES / RELEASED).glob("*.json"))


def without_empty(value: Any) -> Iterator[str]:
    """The paths of all nulls in a document."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from (f"{name}.{path}" for path in without_empty(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from without_empty(inner)
    elif value is None:
        yield "null"


def lost(old: Any, new: Any, path: str = "data") -> Iterator[str]:
    """The paths of everything in an older document that a newer one does not say just so; additions are no loss."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name, value in old.items():
            yield from lost(value, new.get(name), f"{path}.{name}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (value, other) in enumerate(zip(old, new, strict=True)):
            yield from lost(value, other, f"{path}.{number}")
    elif old != new:
        yield path


def test_every_message_has_an_example_and_every_example_a_message() -> None:
    assert {path.stem for path in (FOLDER / EXAMPLES).glob("*.json")} == set(MESSAGES)


@pytest.mark.parametrize("name", MESSAGES)
def test_an_example_reads_without_a_refusal_and_without_an_unknown_field(name: str) -> None:
    found = understood(structured(example_of(name)))

    assert found.refusals == ()
    assert found.unknown == 0
    assert type(found.body) is MESSAGES[name]
    assert found.time is not None


@pytest.mark.parametrize("name", MESSAGES)
def test_what_was_read_from_an_example_is_written_as_the_same_bytes(name: str) -> None:
    example = example_of(name)
    found = understood(structured(example))
    assert found.body is not None
    assert found.time is not None
    cause = (example["causationsource"], example["causationid"]) if "causationid" in example else None

    written = encoded(found.body, id=found.id, source=found.source, time=found.time, cause=cause)

    assert written == json.dumps(example, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize("name", MESSAGES)
def test_an_example_in_binary_mode_reads_as_the_same_message(name: str) -> None:
    example = example_of(name)

    assert understood(*binary(example)) == understood(structured(example))


@pytest.mark.parametrize("name", MESSAGES)
def test_an_example_satisfies_the_schema_of_its_type(name: str) -> None:
    example = example_of(name)
    schema = json.loads((FOLDER / SCHEMAS / f"{name}.json").read_text("utf-8"))

    fastjsonschema.validate(schema, example["data"])

    for field in schema["required"]:
        with pytest.raises(fastjsonschema.JsonSchemaException):
            fastjsonschema.validate(schema, {k: v for k, v in example["data"].items() if k != field})


@pytest.mark.parametrize("name", [n for n, m in MESSAGES.items() if m.kind is not Kind.REQUEST])
def test_what_we_say_never_carries_null(name: str) -> None:
    assert list(without_empty(example_of(name))) == []


@pytest.mark.parametrize("name", [n for n, m in MESSAGES.items() if m.kind in (Kind.FACT, Kind.ANSWER, Kind.NOTICE)])
def test_what_is_said_names_its_cause(name: str) -> None:
    assert {"causationsource", "causationid"} <= set(example_of(name))


@pytest.mark.parametrize("path", RELEASED_EXAMPLES, ids=lambda path: path.stem)
def test_what_was_released_once_is_still_read_and_loses_nothing(path: Path) -> None:
    example: Mapping[str, Any] = json.loads(path.read_text("utf-8"))

    found = understood(structured(example))

    assert found.refusals == ()
    assert found.unknown == 0
    assert found.body is not None
    rewritten = json.loads(found.body.model_dump_json(exclude_none=True))
    assert list(lost(example["data"], rewritten)) == []


def test_released_examples_are_there() -> None:
    assert RELEASED_EXAMPLES, "python -m contracts.tools.generate --release keeps them"
