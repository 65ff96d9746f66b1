"""`leaseline watch`: every message of every topic in one line, as it comes and as it was."""

import os
import shutil
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from types import FrameType
from typing import Annotated

import typer

from installation.addresses import Addresses
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.cli.watch_index import app
from operations.terminal.form import Form, form_of
from operations.watching.audit import Audit
from operations.watching.history import Found
from operations.watching.line import Lines
from operations.watching.log import Log
from operations.watching.moments import MEANT, moment
from operations.watching.saying import Saying
from operations.watching.wanted import (
    Wanted,
    fates_named,
    near_code,
    serials_named,
    topics_named,
    types_named,
)
from operations.watching.watching import Asked, View, Watching

__all__ = ["app"]
LAST = 20
"""Lines of history where nothing else is asked for."""


def _since(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return moment(text, datetime.now(UTC))
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error)) from None


Many = list[str]


@app.callback(invoke_without_command=True)
def watch(
    context: typer.Context,
    type_: Annotated[Many, typer.Option("--type", help="Of these types, as OrderPlaced.")] = [],  # noqa: B006
    code: Annotated[Many, typer.Option(help="Refused with one of these codes, or dead for this reason.")] = [],  # noqa: B006
    order: Annotated[Many, typer.Option(help="About these orders.")] = [],  # noqa: B006
    serial: Annotated[Many, typer.Option(help="About these devices, however the serial is written.")] = [],  # noqa: B006
    customer: Annotated[Many, typer.Option(help="About these customers, by their ids.")] = [],  # noqa: B006
    group: Annotated[Many, typer.Option(help="About these billing groups.")] = [],  # noqa: B006
    source: Annotated[Many, typer.Option(help="Of these senders.")] = [],  # noqa: B006
    topic: Annotated[
        Many, typer.Option(help="Of these topics; orders: all of orders', dead-letters: all of these.")
    ] = [],  # noqa: B006
    fate: Annotated[Many, typer.Option(help="asked, said, refused, parked, repeated, dead or internal.")] = [],  # noqa: B006
    text: Annotated[str, typer.Option(help="With these words in what is shown.")] = "",
    since: Annotated[str | None, typer.Option(help=f"History from then on: {MEANT}.")] = None,
    last: Annotated[
        int | None,
        typer.Option(min=0, max=1_000_000, help="So many lines of history.", show_default="20 if nothing is asked"),
    ] = None,
    follow: Annotated[bool, typer.Option(help="Show what comes, until Ctrl-C.")] = True,
    clock: Annotated[bool, typer.Option("--clock", help="Also what each lane's clock says every minute.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Each message whole, personal data masked.")] = False,
    unmask: Annotated[
        bool, typer.Option("--unmask", help="Personal data, too; that is put on record with actor and reason.")
    ] = False,
    actor: Annotated[str | None, typer.Option(help="Who looks, with --unmask.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, with --unmask.")] = None,
    screen: Annotated[
        bool, typer.Option("--screen", help="A full screen: rates, lanes, what went wrong, the lines; opens records.")
    ] = False,
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Show every message of every topic in one line.

    Straight from Kafka: nothing else need run. Times are UTC. Filters count before limits; of several values one is
    enough, and every filter must hold.
    """
    if context.invoked_subcommand is not None:
        return
    wanted = Wanted(
        types=types_named(type_),
        codes=frozenset(code),
        orders=frozenset(order),
        serials=serials_named(serial),
        customers=frozenset(customer),
        groups=frozenset(group),
        sources=frozenset(source),
        topics=topics_named(topic),
        fates=fates_named(fate),
        text=text.lower(),
        clocks=clock,
    )
    begin = _since(since)
    if last is None and begin is None and wanted.everything:
        last = LAST
    who = _who(actor, reason, unmask=unmask)
    form = form_of(sys.stdout, json=json)
    saying = Saying()
    for hint in filter(None, map(near_code, code)):
        saying.say(hint)
    if form is Form.TERMINAL and wanted.leaves_clocks_out and follow:
        saying.say("The lanes' clocks are left out (--clock shows them). Ctrl-C ends.")
    asked = Asked(wanted, begin, last, follow)
    if screen:
        _on_a_screen(addresses(data), databases, asked, alone=not (json or unmask) and form is Form.TERMINAL)
        return
    log = Log(addresses(data).kafka)
    view = View(json=json, full=full or unmask, unmasked=unmask, leaves_out=form is Form.TERMINAL)
    coloured = form is Form.TERMINAL and not os.environ.get("NO_COLOR")
    lines = Lines(
        json=json, coloured=coloured, width=shutil.get_terminal_size().columns if form is Form.TERMINAL else 0
    )
    before = signal.signal(signal.SIGINT, partial(_interrupt, log))
    try:
        _run(log, asked, view, lines, saying, who)
    finally:
        signal.signal(signal.SIGINT, before)
        saying.clear()
        log.close()


def _on_a_screen(at: Addresses, databases: str, asked: Asked, *, alone: bool) -> None:
    if not alone:
        raise typer.BadParameter("--screen needs a terminal, and goes with neither --json nor --unmask.")
    from operations.watching.screen.app import WatchScreen  # noqa: PLC0415 - Textual takes a while to load
    from operations.watching.screen.feeding import Feeding  # noqa: PLC0415

    feeding = Feeding(at, databases, asked)
    WatchScreen(feeding.start, feeding.story, stop=feeding.stop).run()


def _interrupt(log: Log, _: int, __: FrameType | None) -> None:
    """The first Ctrl-C ends it at the next turn; a second one at once."""
    if log.interrupted:
        raise KeyboardInterrupt
    log.interrupted = True


def _who(actor: str | None, reason: str | None, *, unmask: bool) -> tuple[str, str] | None:
    if not unmask:
        return None
    if not (actor or "").strip() or not (reason or "").strip():
        raise typer.BadParameter("--unmask needs --actor and --reason: who looks at personal data, and why.")
    return str(actor).strip(), str(reason).strip()


def _run(log: Log, asked: Asked, view: View, lines: Lines, saying: Saying, who: tuple[str, str] | None) -> None:
    if who is None:
        with suppress(KeyboardInterrupt):  # how one stops watching
            Watching(log, view, lines, saying).run(asked)
        return
    audit = Audit(log, *who, asked.wanted.of_what(), asked.wanted.words())
    audit.begin()

    def seen(found: Found) -> None:
        audit.seen(f"{found.told.topic}/{found.told.partition}/{found.told.offset}")

    try:
        with suppress(KeyboardInterrupt):
            Watching(log, view, lines, saying, seen=seen).run(asked)
    finally:
        audit.end()
