"""What is stored stays readable: an example of each kind, as the database had it, and what it meant then."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.stored.kinds import EXAMPLES, FORMS, at, meant, stored_of, through_bson, without
from tests.stored.write import main

HOW = "run python -m tests.stored.write, and look at what changed"
EACH = pytest.mark.parametrize("name", FORMS)


def example(name: str) -> dict[str, Any]:
    found = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def test_every_kind_has_an_example_and_none_is_left_over() -> None:
    assert {path.stem for path in EXAMPLES.iterdir()} == set(FORMS), HOW


@EACH
def test_an_example_has_every_field(name: str) -> None:
    assert FORMS[name].names <= set(example(name)["stored"]), HOW


@EACH
def test_a_document_of_before_means_what_it_meant(name: str) -> None:
    assert within(example(name)["means"], meant(FORMS[name], stored_of(example(name)))) == []


@EACH
def test_what_was_read_is_written_back_as_it_stood(name: str) -> None:
    form, stored = FORMS[name], stored_of(example(name))
    assert within(stored, through_bson(form.write(form.read(stored)))) == []


@EACH
def test_what_was_left_out_means_what_it_meant(name: str) -> None:
    """Fields that had their default were not stored: without each one that may be absent the rest reads the same."""
    form, found = FORMS[name], example(name)
    stored = stored_of(found)
    for path, default in found["defaults"].items():
        assert at(meant(form, without(stored, path)), path) == default, path


def within(before: Any, now: Any, path: str = "") -> list[str]:
    """Where what was there before is gone or another; what is new beside it does not count."""
    if isinstance(before, dict) and isinstance(now, dict):
        return [
            each
            for name, value in before.items()
            for each in (within(value, now[name], f"{path}.{name}") if name in now else [f"{path}.{name} is gone"])
        ]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [
            each
            for place, pair in enumerate(zip(before, now, strict=True))
            for each in within(*pair, f"{path}.{place}")
        ]
    return [] if before == now else [f"{path}: {before} was read as {now}"]


def test_the_comparison_notices_what_is_gone_and_what_is_another_and_no_addition() -> None:
    before = {"a": [{"b": 1, "c": 2}]}
    assert within(before, {"a": [{"b": 1, "c": 2, "new": 3}], "new": 4}) == []
    assert within(before, {"a": [{"b": 2}]}) == [".a.0.b: 1 was read as 2", ".a.0.c is gone"]
    assert within(before, {"a": []}) != []


def test_the_command_writes_what_is_missing_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([], tmp_path)
    assert len(capsys.readouterr().out.splitlines()) == len(FORMS)
    (tmp_path / "orders.orders.json").unlink()
    main([], tmp_path)
    assert capsys.readouterr().out == "orders.orders.json\n"
