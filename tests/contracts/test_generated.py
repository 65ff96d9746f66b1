"""What is generated is fresh, says what the models say, and is noticed when it does not."""

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from contracts import VERSION
from contracts.messages.orders import NoteSubmitted, OrderPlaced
from contracts.registry import MESSAGES
from contracts.tools import generate
from contracts.tools.asyncapi import DEAD_LETTER_HEADERS
from contracts.tools.generate import EXAMPLES, FOLDER, SCHEMAS
from contracts.topics import TOPICS
from services.engine.core.message import Origin
from services.engine.core.outbox import dead_letter
from services.engine.core.reading import Reject

PLACED = OrderPlaced.type_name()
NOTE = NoteSubmitted.type_name()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The generated files and examples in a folder of their own, to be spoiled."""
    for kind in (EXAMPLES, SCHEMAS):
        shutil.copytree(FOLDER / kind, tmp_path / kind)
    shutil.copyfile(FOLDER / "asyncapi.json", tmp_path / "asyncapi.json")
    return tmp_path


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "asyncapi.json").read_text("utf-8"))
    return found


def changed(path: Path, change: dict[str, Any]) -> None:
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")


def test_nothing_that_is_generated_is_stale() -> None:
    assert generate.stale() == ()


def test_nothing_breaks_the_released_schemas() -> None:
    assert [f"{name}: {change}" for name, change in generate.against_release() if change.breaks] == []


def test_the_check_passes_and_writes_nothing(copy: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*")}

    assert generate.main(["--check"], copy) == 0
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*")} == before


@pytest.mark.parametrize("spoiled", [f"{SCHEMAS}/{PLACED}.json", "asyncapi.json"])
def test_a_generated_file_that_was_edited_by_hand_fails_the_check(
    copy: Path, spoiled: str, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(copy / spoiled, {"title": "Something else"})

    assert generate.main(["--check"], copy) == 1
    assert f"{spoiled} is stale: run python -m contracts.tools.generate" in capsys.readouterr().err


def test_a_generated_file_that_is_missing_fails_the_check(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / SCHEMAS / f"{NOTE}.json").unlink()

    assert generate.main(["--check"], copy) == 1
    assert f"{NOTE}.json is missing" in capsys.readouterr().err


def test_a_schema_of_no_message_fails_the_check_and_is_removed_by_generating(copy: Path) -> None:
    left_over = copy / SCHEMAS / "leaseline.orders.OrderTeleported.v1.json"
    left_over.write_text("{}")
    assert generate.main(["--check"], copy) == 1

    assert generate.main([], copy) == 0

    assert not left_over.exists()
    assert generate.main(["--check"], copy) == 0


def test_a_message_without_an_example_fails_the_check_with_what_to_write(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / EXAMPLES / f"{NOTE}.json").unlink()

    assert generate.main(["--check"], copy) == 1
    assert f"{NOTE} has no example: write one to contracts/examples/{NOTE}.json" in capsys.readouterr().err


def test_a_change_that_breaks_the_release_fails_the_check_and_cannot_be_released(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    released = copy / SCHEMAS / "released" / f"{NOTE}.json"
    old = json.loads(released.read_text("utf-8"))
    old["properties"]["urgency"] = {"type": "string"}
    released.write_text(json.dumps(old), "utf-8")

    assert generate.main(["--check"], copy) == 1
    assert f"{NOTE}: urgency: removed" in capsys.readouterr().err
    assert generate.main(["--release"], copy) == 1
    assert json.loads(released.read_text("utf-8")) == old


def test_a_release_that_cannot_be_judged_fails_the_check_and_names_the_type(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    released = copy / SCHEMAS / "released" / f"{NOTE}.json"
    old = json.loads(released.read_text("utf-8"))
    old["properties"]["urgency"] = old["properties"]["text"] = {"type": "string", "contentEncoding": "base64"}
    released.write_text(json.dumps(old), "utf-8")

    assert generate.main(["--check"], copy) == 1
    assert f"{NOTE}: no rule says what a change of" in capsys.readouterr().err


def test_a_released_message_that_is_gone_fails_the_check(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = "leaseline.orders.OrderSung.v1"
    (copy / SCHEMAS / "released" / f"{gone}.json").write_text("{}", "utf-8")

    assert generate.main(["--check"], copy) == 1
    assert f"{gone}: the message: removed" in capsys.readouterr().err


def test_a_release_keeps_todays_schemas_and_examples(copy: Path) -> None:
    for kind in (EXAMPLES, SCHEMAS):
        shutil.rmtree(copy / kind / "released")

    assert generate.main(["--release"], copy) == 0

    for kind in (EXAMPLES, SCHEMAS):
        for name in MESSAGES:
            assert (copy / kind / "released" / f"{name}.json").read_bytes() == (
                copy / kind / f"{name}.json"
            ).read_bytes()


def test_every_topic_is_a_channel_with_exactly_the_messages_that_it_carries() -> None:
    channels = document()["channels"]

    assert set(channels) == {topic.name for topic in TOPICS}
    for topic in TOPICS:
        named = set(channels[topic.name]["messages"]) - {"DeadLetter"}
        assert named == {message.type_name() for message in topic.messages}


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    whole = document()

    def references(value: Any) -> list[str]:
        if isinstance(value, list):
            return [found for inner in value for found in references(inner)]
        if not isinstance(value, dict):
            return []
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for inner in value.values() for found in references(inner)]

    found = references(whole)
    assert len(found) > len(MESSAGES)
    for reference in found:
        if reference.startswith("#/"):
            place = whole
            for step in reference.removeprefix("#/").split("/"):
                place = place[step]
        else:
            assert (FOLDER / reference).exists(), reference


def test_the_document_names_the_headers_that_a_dead_letter_really_has() -> None:
    class Unreadable:
        topic, partition, offset, timestamp = "orders.requests", 3, 41, 1_715_677_200_000
        key, value, headers = b"RETRO-1001", b"not json", ()

    origin = Origin("orders.requests", 0, 3, 41, 1_715_677_200_000)

    letter = dead_letter("orders", 3, Unreadable(), origin, Reject("not_json", "expected value"))

    assert {name for name, _ in letter.headers} == set(DEAD_LETTER_HEADERS)
    assert letter.topic in {topic.name for topic in TOPICS}


def test_the_document_carries_the_version_of_the_project() -> None:
    project = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text("utf-8"))["project"]

    assert document()["info"]["version"] == VERSION == project["version"]
