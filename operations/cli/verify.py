"""`leaseline verify`: the seven invariants of a running installation, counted from its topics and databases; `--repair`
asks the services to mend what they can count anew.
"""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.repairing import Outcome, Repair, looked
from operations.repairing.plan import Difference
from operations.terminal.counts import counted
from operations.terminal.screen import Screen
from operations.terminal.sheet import Sheet, columns
from operations.verify import verified
from operations.verify.report import show

Patience = Annotated[float, typer.Option(min=0, help="Seconds to wait until all that was said is decided.")]
Repairs = Annotated[bool, typer.Option("--repair", help="Ask the services to mend what they can count anew.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="With --repair: say what would be asked, and ask nothing.")]
Actor = Annotated[str | None, typer.Option(help="With --repair: who asks for it.")]
Reason = Annotated[str | None, typer.Option(help="With --repair: why.")]


def verify(
    databases: Databases = "leaseline",
    patience: Patience = 30.0,
    data: Data = None,
    json: Json = False,
    repair: Repairs = False,
    dry_run: DryRun = False,
    actor: Actor = None,
    reason: Reason = None,
) -> None:
    """Check the seven invariants; exit status 1 if any is broken. With --repair, mend what can be counted anew."""
    if not repair and (dry_run or actor or reason):
        raise typer.BadParameter("--dry-run, --actor and --reason belong to --repair.")
    if repair and not dry_run and not (actor and reason):
        raise typer.BadParameter("A repair needs --actor and --reason: both stand in what the service says of it.")
    at = addresses(data)
    screen = Screen(json=json)
    if not repair:
        with screen.working("Checking the invariants ..."):
            report = asyncio.run(verified(at.kafka, at.mongo, databases, patience=patience))
        show(report, screen)
        raise typer.Exit(0 if report.holds else 1)
    with screen.working("Looking for differences ..."):
        _, found = asyncio.run(looked(at.kafka, at.mongo, databases, patience=patience))
    if dry_run or not found:
        _tell(screen, found, None)
        raise typer.Exit(1 if found else 0)
    with screen.working("Asking for repairs ..."):
        outcomes = asyncio.run(Repair(actor or "", reason or "").ask(at.kafka, found))
    _tell(screen, found, outcomes)
    left = any(each.payer is None for each in found) or not all(each.done for each in outcomes)
    raise typer.Exit(1 if left else 0)


def _tell(screen: Screen, found: Sequence[Difference], outcomes: Sequence[Outcome] | None) -> None:
    """A row for each difference: what stands and should stand, and how it is, or would be, mended."""
    became = {each.payer: each.answer for each in outcomes or ()}
    asks = "would be counted anew" if outcomes is None else ""
    sheet = Sheet(columns("difference", "what is done"), none="Nothing is to be repaired.")
    for each in found:
        by = each.otherwise if each.payer is None else f"{each.payer}: {became.get(each.payer, asks)}"
        sheet.add(each.sentence, by)
    screen.show(sheet)
    if found and outcomes is None:
        payers = {each.payer for each in found if each.payer is not None}
        screen.say(f"Nothing was asked. {counted(len(payers), 'payer')} would be asked to be counted anew.")
