"""`leaseline dead list|show|replay|discard`: what could not be read, decided or stored, and what is done about it."""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from installation.errors import InstallationError
from operations.cli import dead_letters
from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.mending.asked import Asked, query_of
from operations.mending.editing import edited
from operations.mending.going import Progress, discard_all, previews, replay_all, whole
from operations.mending.opening import Mending, opened
from operations.mending.tables import group_sheet, letter_data, letter_sheet, preview_sheet, verdict_sheet
from operations.terminal.counts import counted
from operations.terminal.screen import Line, Screen
from services.mending.acts import By
from services.mending.found import Shelved
from services.mending.query import Query
from services.mending.replaying import Preview, Told

SHOWN: Final = 100
app = typer.Typer(no_args_is_help=True, help="Dead letters: what could not be read, decided or stored.")

Places = Annotated[
    list[str] | None,
    typer.Argument(help="Where they stand (orders.dead-letters/3/17), or stood first.", show_default=False),
]
Service = Annotated[
    list[str] | None, typer.Option(help="orders, fulfillment or billing; several times.", show_default="all")
]
Why = Annotated[str, typer.Option(help="The reason of the letter: unknown_type, cannot_be_decided ...")]
Type = Annotated[str, typer.Option("--type", help="The message's type: OrderSubmitted.")]
Since = Annotated[str, typer.Option(help="Dead since then: 2h, 3d, 2026-03-02, 2026-03-02T09:00.")]
Until = Annotated[str, typer.Option(help="Dead before then.")]
About = Annotated[str, typer.Option("--order", "--about", help="Whom it is about: an order id, serial:S, group:G ...")]
Text = Annotated[str, typer.Option(help="Stands somewhere in it.")]
State = Annotated[str, typer.Option(help="open, replayed, discarded or all.")]
Actor = Annotated[str, typer.Option(help="Who does it: kept on record.")]
Reason = Annotated[str, typer.Option(help="Why it is done: kept on record.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.callback()
def dead() -> None:
    """Dead letters: what could not be read, decided or stored."""


app.command("pass")(dead_letters.pass_by)


@app.command("list")
def list_(
    places: Places = None,
    service: Service = None,
    why: Why = "",
    type_: Type = "",
    since: Since = "",
    until: Until = "",
    about: About = "",
    text: Text = "",
    state: State = "open",
    groups: Annotated[bool, typer.Option("--groups", help="Only counts, by service, reason and type.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = SHOWN,
    before: Annotated[str, typer.Option(help="Only those before this place in the list: for the next page.")] = "",
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """List dead letters, newest last, and how many there are by reason and type."""
    query = query_of(Asked(places or (), service or (), why, type_, since, until, about, text, state))

    async def listed(mending: Mending) -> None:
        finding = await mending.shelf.find(query)
        screen = Screen(json=json)
        letters = list(finding.letters)
        if before:
            letters = letters[: next((n for n, each in enumerate(letters) if each.letter.place == before), 0)]
        if groups:
            screen.show(group_sheet(letters))
            return
        shown = letters[-limit:]
        screen.show(letter_sheet(shown))
        if len(letters) > len(shown):
            screen.say(f"{len(letters) - len(shown):,} more before these: --before {shown[0].letter.place}")
        if len(shown) > 1 and not json:
            screen.show(group_sheet(letters))
        if finding.left_out:
            screen.say(f"{finding.left_out:,} older ones are not listed: narrow it down.")
        if finding.strange:
            screen.say(f"{counted(finding.strange, 'record')} that no service wrote: somebody else writes there.")

    _run(data, databases, listed, names=())


@app.command()
def show(
    place: Annotated[str, typer.Argument(help="Where it stands, or stood first.")],
    unmask: Annotated[bool, typer.Option("--unmask", help="With what is personal in it.")] = False,
    actor: Annotated[str, typer.Option(help="Who looks at personal data: kept on record.")] = "",
    reason: Annotated[str, typer.Option(help="Why: kept on record.")] = "",
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Show a dead letter: why it is one, what is in it, what it holds up, what it would be now."""
    if unmask and not (actor and reason):
        raise InstallationError("Whoever looks at personal data says who and why: --actor and --reason.")

    async def shown(mending: Mending) -> None:
        (found,) = await _found(mending, query_of(Asked((place,), state="all")))
        preview = (await previews(mending, [found], Told(), lambda _progress: None))[0]
        if unmask:
            await _note_shown(mending, preview.shelved, By(actor=actor, reason=reason))
        screen = Screen(json=json)
        if json:
            screen.data(letter_data(preview, unmask=unmask))
            return
        screen.show(preview_sheet(preview, unmask=unmask))

    _run(data, databases, shown)


@app.command()
def replay(
    actor: Actor,
    reason: Reason,
    places: Places = None,
    service: Service = None,
    why: Why = "",
    type_: Type = "",
    since: Since = "",
    until: Until = "",
    about: About = "",
    text: Text = "",
    edit: Annotated[
        str | None,
        typer.Option(help="Send this instead: a file, or - to change it in $EDITOR. One letter only.", show_default=""),
    ] = None,
    behind_newer: Annotated[
        bool, typer.Option("--behind-newer", help="Also behind newer messages about the same.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Also those that were replayed or discarded.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also those that would do nothing, or be dead again.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what each would be.")] = False,
    rate: Annotated[float, typer.Option(min=0.1, max=10_000, help="At most so many a second.")] = 50.0,
    yes: Yes = False,
    databases: Databases = "leaseline",
    data: Data = None,
    json: Json = False,
) -> None:
    """Say what each dead letter would be now, ask, and send it again under its own name; stopped, it can be gone on
    with: what was sent is on record.
    """
    states = "all" if again else "open"
    query = query_of(Asked(places or (), service or (), why, type_, since, until, about, text, states))
    told, by = Told(behind_newer, again, anyway), _by(actor, reason)
    screen = Screen(json=json)

    async def replayed(mending: Mending) -> None:
        letters = await _found(mending, query)
        content = None
        if edit is not None:
            if len(letters) != 1:
                raise InstallationError(f"{len(letters)} letters are meant: one is edited at a time. Name its place.")
            letter = await whole(mending, letters[0])
            content = None if letter is None else edited(letter.letter, edit, os.environ.get("EDITOR", "vi"))
        with screen.line() as line:
            found = await previews(mending, letters, told, _teller(line), content)
        wanted = [each for each in found if not each.held_back]
        if json:
            screen.data([letter_data(each) for each in found])
        screen.say(_told(found))
        if not json:
            screen.show(verdict_sheet(found))
        if dry_run or not wanted:
            return
        if not yes and not typer.confirm(f"Send {counted(len(wanted), 'letter')} again?", err=True):
            screen.say("Nothing was sent.")
            return
        sent = 0
        try:
            with screen.line() as line:
                tell = _teller(line)

                def counting(progress: Progress) -> None:
                    nonlocal sent
                    sent = progress.done
                    tell(progress)

                sent = await replay_all(mending, wanted, by, rate, counting, content)
        finally:
            left = len(wanted) - sent
            screen.say(f"{counted(sent, 'letter')} sent again." + (f" {left:,} left: run it again." if left else ""))

    _run(data, databases, replayed)


@app.command()
def discard(
    actor: Actor,
    reason: Reason,
    places: Places = None,
    service: Service = None,
    why: Why = "",
    type_: Type = "",
    since: Since = "",
    until: Until = "",
    about: About = "",
    text: Text = "",
    yes: Yes = False,
    databases: Databases = "leaseline",
    data: Data = None,
) -> None:
    """Put on record that nobody will send these again. They are kept, and can be replayed when told (--again)."""
    query = query_of(Asked(places or (), service or (), why, type_, since, until, about, text))
    by = _by(actor, reason)
    screen = Screen()

    async def discarded(mending: Mending) -> None:
        letters = await _found(mending, query)
        screen.show(letter_sheet(letters[-SHOWN:]))
        if not yes and not typer.confirm(f"Discard {counted(len(letters), 'letter')}?", err=True):
            screen.say("Nothing was discarded.")
            return
        with screen.line() as line:
            done = await discard_all(mending, letters, by, _teller(line))
        screen.say(f"{counted(done, 'letter')} discarded.")

    _run(data, databases, discarded, names=())


def _run(
    data: Path | None,
    databases: str,
    do: Callable[[Mending], Awaitable[None]],
    names: Sequence[str] = ("orders", "fulfillment", "billing"),
) -> None:
    there = addresses(data)

    async def run() -> None:
        async with opened(there.kafka, there.mongo, databases, names=names) as mending:
            await do(mending)

    asyncio.run(run())


async def _found(mending: Mending, query: Query) -> Sequence[Shelved]:
    """The letters that are meant, in the order in which they first came. Raises ``InstallationError`` if there is none,
    or too many at once.
    """
    finding = await mending.shelf.find(query)
    if not finding.letters:
        raise InstallationError("No dead letter is so: `leaseline dead list --state all` shows every one.")
    if finding.left_out:
        raise InstallationError(f"{finding.left_out + len(finding.letters):,} letters are meant: narrow it down.")
    return sorted(finding.letters, key=lambda each: (each.letter.origin.timestamp, each.letter.address))


def _by(actor: str, reason: str) -> By:
    if not (actor.strip() and reason.strip()):
        raise InstallationError("Say who does it and why: --actor and --reason.")
    return By(actor=actor, reason=reason)


def _teller(line: Line) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        of = f" of {progress.of:,}" if progress.of else ""
        line.tell(f"{progress.done:,}{of} {progress.what}")

    return tell


def _told(found: Sequence[Preview]) -> str:
    """How many would be what, and how many are held back."""
    counts = Counter("not to be sent" if each.rehearsed is None else each.rehearsed.verdict.value for each in found)
    listed = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.most_common())
    held = sum(bool(each.held_back) for each in found)
    return f"Now they would be: {listed}." + (f" {held:,} held back." if held else "")


async def _note_shown(mending: Mending, shelved: Shelved, by: By) -> None:
    """Who looks at personal data is on record before it is shown."""
    await mending.replaying.note_shown(shelved, by)
