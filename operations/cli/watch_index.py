"""`leaseline watch status|rebuild`: the index behind stories, how far it has read, and how it is built anew."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.terminal.counts import counted
from operations.terminal.screen import Line, Screen
from operations.terminal.sheet import Sheet, columns
from operations.watching.index import Standing, rebuild, standing
from operations.watching.story import span
from services.watch.resources import how_far, index_of
from services.watch.settings import days_of

BAR: Final = 30
app = typer.Typer()


@app.command()
def status(databases: Databases = "leaseline", data: Data = None, json: Json = False) -> None:
    """Tell how far the index has read, what it holds and what it costs; exit status 1 if its service does not run."""
    at = addresses(data)
    screen = Screen(json=json)
    found = asyncio.run(standing(at, databases))
    if json:
        screen.data(_data(found))
    else:
        _show(found, screen)
    raise typer.Exit(0 if found.running else 1)


@app.command("rebuild")
def rebuild_(
    databases: Databases = "leaseline",
    lose_older: Annotated[
        bool, typer.Option("--lose-older", help="Also rows of records that Kafka no longer keeps.")
    ] = False,
    data: Data = None,
) -> None:
    """Throw the index away and build it anew from the topics; stories are in part meanwhile. It loses nothing else."""
    at = addresses(data)
    screen = Screen()
    with screen.line() as line:
        done = asyncio.run(
            rebuild(at, databases, days_of(), lose_older=lose_older, told=lambda read, all_: _tell(line, read, all_))
        )
    seconds = max(done.time.total_seconds(), 0.001)
    who = "the watch service" if done.by_service else "this command, for the watch service does not run"
    screen.say(
        f"{counted(done.records, 'record')} read anew in {span(done.time)}, {done.records / seconds:,.0f} a second, by "
        f"{who}."
    )


def _tell(line: Line, read: int, total: int) -> None:
    share = read / total if total else 1.0
    filled = round(BAR * share)
    line.tell(
        ("━" * filled, "green"), ("━" * (BAR - filled), "dim"), f" {share:4.0%}", f"  {read:,} of {total:,} records"
    )


def _data(found: Standing) -> dict[str, object]:
    return {
        **index_of(found.state, datetime.now(UTC)).model_dump(mode="json", exclude_none=True),
        "unread": dict(found.unread),
        "rows": found.rows,
        "bytes_stored": found.bytes_stored,
        "bytes_indexed": found.bytes_indexed,
        "oldest": None if found.oldest is None else found.oldest.isoformat(),
        "newest": None if found.newest is None else found.newest.isoformat(),
    }


def _show(found: Standing, screen: Screen) -> None:
    unread = sum(found.unread.values())
    screen.say(f"{how_far(found.state, datetime.now(UTC))}.")
    screen.say(f"Now {counted(unread, 'record')} {'is' if unread == 1 else 'are'} not read.")
    if found.state.lost:
        screen.say(f"{counted(found.state.lost, 'record')} were deleted by their age before they were read.")
    megabytes = f"{found.bytes_stored / 1e6:,.1f} MB and {found.bytes_indexed / 1e6:,.1f} MB of indexes"
    times = "" if found.oldest is None else f", from {found.oldest:%Y-%m-%d %H:%M} to {found.newest:%Y-%m-%d %H:%M} UTC"
    screen.say(f"{counted(found.rows, 'row')}{times}: {megabytes}.")
    sheet = Sheet(columns("topic", numbers=("unread",)), none="Nothing is unread.")
    for topic, count in found.unread.items():
        if count:
            sheet.add(topic, count)
    screen.show(sheet)
