"""`leaseline import FILE`: a file of orders, variants, devices or scans over the HTTP API, with a bar and a table."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from operations.cli.options import Json
from operations.terminal.screen import Line, Screen
from operations.terminal.sheet import Cell, Column, Sheet
from services.http.imports.kind import KINDS
from services.http.imports.template import template

if TYPE_CHECKING:
    from operations.jobs.importing import Imported

BAR: Final = 24
SHOWN: Final = 200
"""Reasons that the table has; JSON has five times as many lines, the API all of them."""


class Kind(StrEnum):
    """What a file holds."""

    ORDERS = "orders"
    CATALOG = "catalog"
    DEVICES = "devices"
    SCANS = "scans"


File = Annotated[Path | None, typer.Argument(help="CSV with a header, or JSON lines; UTF-8.", show_default=False)]
What = Annotated[Kind | None, typer.Option("--kind", help="What is in it.", show_default=False)]
Template = Annotated[
    Kind | None, typer.Option("--template", help="Print a file to begin with, and end.", show_default=False)
]
At = Annotated[str, typer.Option("--at", envvar="LEASELINE_API", help="The address of the HTTP API.")]
Key = Annotated[
    str | None, typer.Option("--key", envvar="LEASELINE_API_KEY", help="The key that opens it.", show_default=False)
]
Name = Annotated[
    str | None,
    typer.Option("--name", help="The import's Idempotency-Key.", show_default="made of the file's content"),
]


def import_(
    file: File = None,
    kind: What = None,
    template_of: Template = None,
    at: At = "http://127.0.0.1:8080",
    key: Key = None,
    name: Name = None,
    json: Json = False,
) -> None:
    """Send a file over the HTTP API, and tell what was refused; exit status 1 if anything was. The same file again is
    not done twice.
    """
    if template_of is not None:
        sys.stdout.write(template(KINDS[template_of]))
        return
    if file is None or kind is None:
        raise typer.BadParameter("Name a file and its --kind; --template KIND prints one to begin with.")
    size = file.stat().st_size
    screen = Screen(json=json)
    with screen.line() as line:
        done = asyncio.run(_import(file, kind, at, key, name, lambda job, what: _progress(line, size, job, what)))
    if json:
        screen.data({"import": done.job, "lines": done.lines})
    else:
        _tell(screen, done)
    raise typer.Exit(1 if done.refused else 0)


async def _import(file: Path, kind: Kind, at: str, key: str | None, name: str | None, told: Any) -> "Imported":
    from operations.jobs.importing import Wanted, import_file, name_of  # noqa: PLC0415 - no other command asks over HTTP

    return await import_file(Wanted(file, kind, at, key, name or name_of(file, kind)), told)


def _progress(line: Line, size: int, job: Mapping[str, Any] | None, what: str) -> None:
    if job is None:
        line.tell(what)
        return
    share = 1.0 if not size or job["state"] == "done" else min(1.0, job["bytes"] / size)
    filled = round(share * BAR)
    line.tell(("━" * filled, "green"), ("━" * (BAR - filled), "dim"), f" {share:4.0%}", f"  {told(job['counts'])}")


def told(counts: Mapping[str, int]) -> str:
    """The counts as a sentence has them: those that are not 0."""
    parts = [f"{counts[name]:,} {name}" for name in counts if name != "lines" and counts[name]]
    return f"{counts['lines']:,} lines" + (f": {', '.join(parts)}" if parts else "")


def _tell(screen: Screen, done: "Imported") -> None:
    job = done.job
    screen.say(f"{told(job['counts'])}.")
    for each in job.get("ignored", ()):
        near = f" (perhaps {each['perhaps']} is meant)" if each.get("perhaps") else ""
        screen.say(f"Nobody knows, and so ignores: {each['name']}{near}.")
    if job["counts"]["waiting"]:
        screen.say(f"What waits is told line by line at {job['address']}/results?state=waiting.")
    if not done.refused:
        return
    titles = ("subject", "code", "where", "what to do")
    sheet = Sheet((Column("line", number=True), *map(Column, titles)))
    rows = [row for each in done.lines for row in reasons(each)]
    for row in rows[:SHOWN]:
        sheet.add(*row)
    screen.show(sheet)
    if len(rows) > SHOWN or done.refused > len(done.lines):
        screen.say(f"There is more: {job['address']}/results?state=refused has all of it.")


def reasons(line: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    """A row for each reason why a line was not accepted."""
    for each in line.get("reasons", ()):
        where = each.get("column") or each.get("pointer") or each.get("serial") or ""
        if each.get("character"):
            where = f"character {each['character']}"
        detail = f"{each['detail']}. " if each.get("detail") else ""
        yield line["line"], line.get("subject", ""), each["code"], where, f"{detail}{each['what_to_do']}"
