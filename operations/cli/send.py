"""`leaseline send FILE`: publishes one request, and prints the answer if somebody waits for it."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from operations.cli.options import Data, Json
from operations.cli.topics import addresses
from operations.jobs.sending import request_in
from operations.jobs.sending import send as sent
from operations.terminal.screen import Screen


def send(
    file: Annotated[
        Path, typer.Argument(help="A CloudEvent in JSON, as in contracts/examples; - reads it from the input.")
    ],
    wait: Annotated[bool, typer.Option("--wait", help="Print what the services say to it.")] = False,
    patience: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for the first answer.")] = 30.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Check a request, publish it on its topic, and print the answer; exit status 1 if it is refused."""
    request = request_in(sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes())
    answers = asyncio.run(sent(addresses(data).kafka, request, patience if wait else None))
    screen = Screen(json=json)
    screen.say(f"Sent to {request.topic}.")
    if request.ignored:
        typer.echo(f"Nobody knows, and so ignores: {', '.join(request.ignored)}.", err=True)
    if json and wait:
        screen.data(answers)
    for said in answers:
        for line in told(said):
            screen.say(line)
    raise typer.Exit(1 if any(said["type"].split(".")[2].endswith("Refused") for said in answers) else 0)


def told(said: Mapping[str, Any]) -> list[str]:
    """A line for the answer, and one for each reason if it says no."""
    name, data = said["type"].split(".")[2], said["data"]
    refusals = [*data.get("refusals", ()), *(each for each in data.get("serials", ()) if isinstance(each, dict))]
    lines = [f"{name}  {said.get('subject', '')}".rstrip()]
    for each in refusals:
        where = each.get("serial") or each.get("field") or ""
        lines.append(f"  {where}: {each.get('code', '')}. {each.get('what_to_do', '')}".replace("  : ", "  "))
    return lines
