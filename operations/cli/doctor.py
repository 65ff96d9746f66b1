"""`leaseline doctor`: tries what an installation stands on, and says what is wrong, why it matters, and what to do."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from installation.errors import MendableError
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.doctor.addressed import strengthened, weak_address
from operations.doctor.examining import examined
from operations.doctor.finding import Room
from operations.doctor.ground import Ground
from operations.doctor.limits import Limits
from operations.doctor.report import UNKNOWN, Report, show
from operations.terminal.screen import Screen
from operations.terminal.signs import visible_lines

DEFAULTS = Limits()
Only = Annotated[
    list[Room] | None, typer.Option(help="Examine this alone; may be given twice.", show_default="all three")
]


def doctor(
    only: Only = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit status 1 for a warning, too.")] = False,
    unread_seconds: Annotated[float, typer.Option(min=0, help="Age of the oldest unread record.")] = DEFAULTS.unread,
    parked_hours: Annotated[float, typer.Option(min=0, help="Age of the oldest request that waits.")] = (
        DEFAULTS.parked / 3600
    ),
    change_minutes: Annotated[float, typer.Option(min=0, help="Age of the oldest open change.")] = DEFAULTS.change / 60,
    clock_minutes: Annotated[float, typer.Option(min=0, help="Since the waiting clock moved.")] = DEFAULTS.clock / 60,
    unanswered_minutes: Annotated[float, typer.Option(min=0, help="Age of a request over HTTP without an answer.")] = (
        DEFAULTS.unanswered / 60
    ),
    skew_seconds: Annotated[float, typer.Option(min=0, help="Between two clocks.")] = DEFAULTS.skew,
    retention_days: Annotated[float, typer.Option(min=0, help="How long topics keep records at least.")] = (
        DEFAULTS.retention_days
    ),
    dead_hours: Annotated[
        float, typer.Option(min=0, help="Dead letters of so many hours are told.")
    ] = DEFAULTS.dead_hours,
    records: Annotated[int, typer.Option(min=0, help="The last records that are looked at.")] = DEFAULTS.records,
    within: Annotated[float, typer.Option(min=1, help="Seconds that all of it may take.")] = DEFAULTS.within,
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Try what the installation stands on: exit status 0, 1 if something is wrong, 2 if it could not be examined.

    It writes nothing into the installation's topics and documents: what must be written to be tried is written into a
    topic and a database of its own, which are gone afterwards.
    """
    limits = Limits(
        unread=unread_seconds,
        parked=parked_hours * 3600,
        change=change_minutes * 60,
        clock=clock_minutes * 60,
        unanswered=unanswered_minutes * 60,
        skew=skew_seconds,
        retention_days=retention_days,
        dead_hours=dead_hours,
        records=records,
        within=within,
    )
    try:
        on = _ground(databases, data, limits)
    except MendableError as trouble:  # nothing could be examined: 1 would say that something is wrong with it
        typer.echo(visible_lines(str(trouble)), err=True)
        raise typer.Exit(UNKNOWN) from trouble
    screen = Screen(json=json)
    with screen.line() as line:
        try:
            report = asyncio.run(_examined(on, tuple(only or Room), line.tell))
        except asyncio.CancelledError:  # SIGTERM
            raise KeyboardInterrupt from None
    show(report, screen, strict=strict)
    raise typer.Exit(report.status(strict=strict))


def _ground(databases: str, data: Path | None, limits: Limits) -> Ground:
    if (weak := weak_address()) is not None:
        at = strengthened(weak, data)
        return Ground(at.kafka, at.mongo, databases, limits, address=weak)
    at = addresses(data)
    return Ground(at.kafka, at.mongo, databases, limits)


async def _examined(on: Ground, rooms: tuple[Room, ...], tell: Callable[[str, str], None]) -> Report:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)  # as Ctrl-C: what was made is removed
    return await examined(on, rooms, tell)
