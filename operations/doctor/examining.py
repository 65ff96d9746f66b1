"""All checks one after the other: one that fails becomes a finding of its own, and hides no other one."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from typing import Final

from aiokafka.errors import KafkaError
from pymongo.errors import OperationFailure, PyMongoError

from installation.errors import InstallationError
from operations.doctor.check import Check
from operations.doctor.checks import CHECKS
from operations.doctor.finding import Finding, Level, Room, Unexaminable
from operations.doctor.ground import Ground, ground
from operations.doctor.report import Examined, Report
from operations.doctor.transactions import told
from services.engine.core.failing import where
from services.engine.core.faults import Stop

ONE: Final = 20.0
"""Seconds that one check may take."""


async def examined(
    on: Ground,
    rooms: Collection[Room] = tuple(Room),
    tell: Callable[[str, str], None] = lambda _number, _what: None,
    checks: Sequence[Check] = CHECKS,
) -> Report:
    """Examines these rooms; ``tell`` hears what is tried. Never raises for what is wrong, or does not answer."""
    until = time.monotonic() + on.limits.within
    done: list[Examined] = []
    mine = [check for check in checks if check.room in rooms]
    async with ground(on):
        for number, check in enumerate(mine, 1):
            tell(f"{number} of {len(mine)}", f": whether {check.holds}")
            found = await _found(check, on, min(ONE, until - time.monotonic()))
            done.append(Examined(check.room, check.name, check.holds, tuple(found)))
    return Report(tuple(done))


async def _found(check: Check, on: Ground, limit: float) -> Sequence[Finding]:
    if limit <= 0:
        over = f"{on.limits.within:g} s were over"
        return [_unexamined(check, Unexaminable(over, "give it longer: --within SECONDS"))]
    try:
        async with asyncio.timeout(limit):
            found = await check.examine(on)
    except Exception as error:  # noqa: BLE001 - whatever a server answers, the other checks are made
        return [_unexamined(check, error)]
    return found or [Finding(check.name, Level.OK, check.holds)]


def _unexamined(check: Check, error: Exception) -> Finding:
    do = error.do if isinstance(error, Unexaminable) else "mend that, then run: leaseline doctor"
    return Finding(
        f"{check.name}.unexamined",
        Level.WARNING,
        f"could not be examined: whether {check.holds}, because {because(error)}",
        "nobody knows whether it is so",
        do,
        examined=False,
    )


def because(error: Exception) -> str:
    """Why, without the text of an error that may quote a customer or an address with its password."""
    match error:
        case InstallationError() | Unexaminable() | Stop():
            return str(error).rstrip(".")
        case OperationFailure():
            return f"MongoDB says: {told(error)}"
        case PyMongoError():
            return f"MongoDB does not answer ({type(error).__name__})"
        case KafkaError():
            return f"Kafka says: {type(error).__name__}"
        case TimeoutError():
            return "no answer came in time"
        case _:
            return f"of {type(error).__name__} at {where(error)}: a defect, tell us"
