"""`leaseline status`: how the installation stands, on one screen."""

import asyncio

from operations.cli.options import Data, Databases, Json
from operations.cli.topics import addresses
from operations.doctor.unread import told
from operations.status.standing import Standing, standing
from operations.terminal.counts import counted
from operations.terminal.form import Form
from operations.terminal.screen import Screen
from operations.terminal.sheet import Column, Sheet

COLUMNS = (
    Column("service"),
    *(Column(title, number=True) for title in ("workers", "lanes", "unread", "oldest")),
    *(Column(title, number=True) for title in ("parked", "dead letters", "unanswered")),
)


def status(databases: Databases = "leaseline", data: Data = None, json: Json = False) -> None:
    """How the installation stands: workers, lanes, what is unread, parked, held, open and dead, in numbers."""
    at = addresses(data)
    screen = Screen(json=json)
    with screen.working("Looking ..."):
        found = asyncio.run(standing(at.kafka, at.mongo, databases))
    if screen.form is Form.JSON:
        screen.data(_data(found))
    else:
        _show(found, screen)


def _show(found: Standing, screen: Screen) -> None:
    sheet = Sheet(COLUMNS)
    for each in found.services:
        sheet.add(
            each.service,
            each.workers,
            f"{each.owned} of {found.lanes}",
            each.unread,
            None if each.oldest is None else told(each.oldest),
            each.parked,
            each.dead,
            each.unanswered,
            style="" if each.owned == found.lanes else "yellow",
        )
    screen.show(sheet)
    screen.say(f"{counted(found.held, 'order')} on hold, {counted(found.changes, 'change')} open.")


def _data(found: Standing) -> dict[str, object]:
    return {
        "lanes": found.lanes,
        "held": found.held,
        "changes": found.changes,
        "services": [
            {
                name: getattr(each, name)
                for name in ("service", "workers", "owned", "unread", "oldest", "parked", "dead")
            }
            | {"unanswered": each.unanswered}
            for each in found.services
        ],
    }
