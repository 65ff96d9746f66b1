"""The waves one after another, each answered before the next, with live progress and a time for each."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from demo.feeding import Feed
from demo.quiet import Quiet
from demo.sample.outbound import Awaited, Wave
from demo.watching import Watch
from deploy.local.processes import Services
from installation.errors import InstallationError
from operations.terminal.screen import Line, Screen

SILENCE = 60.0
"""Seconds without any progress after which something is wrong."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One wave as it went: records sent and heard, and how long until every answer was there."""

    name: str
    sent: int
    heard: int
    seconds: float


async def fed(
    waves: Sequence[Wave], feed: Feed, watch: Watch, quiet: Quiet, services: Services, screen: Screen
) -> tuple[Stage, ...]:
    """Sends every wave; returns when all of it is answered and billed. Raises ``InstallationError`` on silence."""
    stages = []
    with screen.line() as line:
        for wave in waves:
            show = partial(_show, line, wave.name, watch)
            stages.append(await _fed(wave, feed, watch, quiet, services, show))
    return tuple(stages)


async def _fed(
    wave: Wave, feed: Feed, watch: Watch, quiet: Quiet, services: Services, show: Callable[[int], None]
) -> Stage:
    begun, heard, dead = time.monotonic(), watch.progress.records, watch.progress.dead_letters
    sending = asyncio.create_task(feed.send(wave.records))
    left: list[Awaited] = list(wave.awaited)
    last, silent_since = -1, time.monotonic()
    while True:
        await asyncio.sleep(0.1)
        services.check()
        watch.check()
        left = watch.missing(left)
        unbilled = watch.progress.active - watch.progress.billed
        unread = dead + wave.dead_letters - watch.progress.dead_letters
        show(len(left) + max(0, unread))
        if sending.done():
            sending.result()
            if not left and unread <= 0 and unbilled == 0:
                if wave.quiet:
                    await quiet.reached()
                break
        if watch.progress.records != last:
            last, silent_since = watch.progress.records, time.monotonic()
        elif time.monotonic() - silent_since > SILENCE:
            raise InstallationError(
                f"Nothing was said for {SILENCE:.0f} s in the wave '{wave.name}', and {len(left)} answers are missing, "
                f"the first: {left[:3]}; {unread} dead letters; {unbilled} subscriptions not billed."
            )
    return Stage(wave.name, len(wave.records), watch.progress.records - heard, time.monotonic() - begun)


def _show(line: Line, wave: str, watch: Watch, left: int) -> None:
    """The most telling first: what does not fit on the line is left out."""
    progress = watch.progress
    line.tell(
        (wave, "bold"),
        (f"  {left:,} in flight", "yellow"),
        f"  {progress.placed:,} orders",
        f"  {progress.active:,} active",
        f"  {_rate(watch):,.0f}/s",
        f"  {progress.lines:,} invoice lines",
    )


_marks: dict[int, list[tuple[float, int]]] = {}


def _rate(watch: Watch) -> float:
    marks = _marks.setdefault(id(watch), [])
    marks.append((time.monotonic(), watch.progress.records))
    del marks[:-10]
    (began, first), (now, last) = marks[0], marks[-1]
    return (last - first) / (now - began) if now > began else 0.0
