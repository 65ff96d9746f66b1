"""What the operating notes tell of is there, and all of it is told: the log's lines, dead letters, commands."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from typer.main import get_command

from operations.cli import app
from services.engine.core.incident import Incident

ROOT: Final = Path(__file__).resolve().parents[2]
NOTES: Final = (ROOT / "docs/operations.md").read_text("utf-8")
BOOKS: Final = tuple(sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]))
_LOGGED: Final = re.compile(r'\.(?:debug|info|warning|error)\(\s*"([a-z]+\.[a-z_]+)"')
_EVENT: Final = re.compile(r"^\| `([a-z]+\.[a-z_]+)` \|", re.MULTILINE)
_REJECTED: Final = re.compile(r'(?:Reject|Senseless|Unreadable|_no)\((?:Code\.[A-Z_]+, )?"([a-z_]+)"')
_NAMED: Final = re.compile(r"`leaseline ([a-z-]+)(?: ([a-z][a-z-]*)\b)?")


def sections(text: str) -> Mapping[int, str]:
    parts = re.split(r"^## (\d+)\.", text, flags=re.MULTILINE)
    return {int(number): part for number, part in zip(parts[1::2], parts[2::2], strict=True)}


def logged() -> set[str]:
    found = set(get_args(Incident.__annotations__["event"]))
    for path in sorted((ROOT / "services").rglob("*.py")):
        found |= set(_LOGGED.findall(path.read_text("utf-8")))
    return found


def commands() -> Iterator[tuple[str, str | None]]:
    """Every command with the one below it, if there is any."""
    every: Any = get_command(app)
    for name, command in every.commands.items():
        yield name, None
        for inner in getattr(command, "commands", {}):
            yield name, inner


def test_every_line_of_the_log_is_told_and_no_other() -> None:
    assert set(_EVENT.findall(sections(NOTES)[5])) == logged()


def test_every_reason_of_a_dead_letter_is_told() -> None:
    reasons = {"false_origin", "cannot_be_decided", "cannot_be_stored"}
    for room in ("services/engine", "contracts/wire"):
        for path in sorted((ROOT / room).rglob("*.py")):
            reasons |= set(_REJECTED.findall(path.read_text("utf-8")))
    told = set(re.findall(r"`([a-z_]+)`", sections(NOTES)[5]))
    assert reasons - told == set()


def test_every_command_is_told() -> None:
    table = sections(NOTES)[10]
    missing = [(name, inner) for name, inner in commands() if f"{name} {inner}" not in table and inner is not None]
    assert [name for name, _ in commands() if f"leaseline {name}" not in table] == []
    assert [pair for pair in missing if f"`{pair[1]}`" not in table] == []


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: str(path.name))
def test_every_command_that_a_document_names_is_there(path: Path) -> None:
    there = set(commands())
    groups = {name for name, inner in there if inner is not None}
    found = {(name, inner or None) for name, inner in _NAMED.findall(path.read_text("utf-8"))}
    assert {(name, inner if name in groups else None) for name, inner in found} <= there
