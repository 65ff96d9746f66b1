"""A running worker while its installation grows: requests and ticks wait, what services say is heard to the end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from services.engine.core.failing import where
from services.engine.core.faults import Doubt, Stop
from services.engine.core.growing import Growing
from services.engine.runtime.worker import Worker

EVERY: Final = 2.0
"""Seconds between two looks."""


async def keep_looking(agree: Callable[[], Awaitable[Growing | None]], worker: Worker, seconds: float = EVERY) -> None:
    """Looks whether the installation grows until it is cancelled, or the worker must stop. ``agree`` raises ``Stop``
    when the worker counts other lanes than the installation: one that grew between two looks is noticed, too.
    """
    while not await _looked(agree, worker):
        await asyncio.sleep(seconds)


async def _looked(agree: Callable[[], Awaitable[Growing | None]], worker: Worker) -> bool:
    """Whether the worker must stop; it was told so."""
    try:
        found = await agree()
        worker.lane_manager.hold(on=found is not None)
        if found is not None:
            await worker.settle()
    except Doubt:  # it goes on as it is: who grows the installation waits for what it still reads, or fences it off
        return False
    except Stop as stop:
        worker.lane_manager.stop(stop)
    except Exception as error:  # noqa: BLE001 - a defect of our own: stop rather than read on while lanes move
        worker.lane_manager.stop(Stop(f"whether the installation grows cannot be known: {where(error)}."))
    return worker.lane_manager.stopped is not None
