"""Lanes: their number is the same everywhere, no growth was broken off, and each has an owner."""

from collections.abc import Mapping, Sequence
from typing import Final

from installation import SERVICES
from operations.doctor.finding import Finding, Level, Symptom, named
from operations.doctor.ground import Ground
from operations.doctor.looking import SETTLED, Group, Look
from operations.terminal.counts import counted
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.growing import MOVING, Growing

NEVER = Symptom(
    "lanes.never_started", Level.NOTE, "no service ever ran on these databases",
    "there is nothing to examine yet, or they have another name", "start the services; check LEASELINE_DATABASES",
)  # fmt: skip
DIFFERENT = Symptom(
    "lanes.different", Level.WRONG, "the services' databases have different numbers of lanes",
    "a subject has two homes: what one service says another one hears elsewhere",
    "restore the three databases to one moment, or run to its end: leaseline lanes grow --to NUMBER",
)  # fmt: skip
SETTING = Symptom(
    "lanes.setting", Level.WARNING, "`LEASELINE_LANES` is another number here than the stored one",
    "a service that is started with it stops at once",
    "set LEASELINE_LANES to the number that is named, or leave it out",
)  # fmt: skip
STRAY = Symptom(
    "lanes.checkpoint", Level.WRONG, "a checkpoint is one of another number of lanes, or of a lane that is none",
    "its lane cannot be acquired, or was decided under another number",
    "leaseline lanes grow --to NUMBER, if it was broken off; else restore the databases",
)  # fmt: skip
HELD_BACK = Symptom(
    "lanes.held", Level.WARNING, "the installation is being grown: requests are held back",
    "until it ends nothing that is asked is decided",
    "wait, or run again what was broken off: leaseline lanes grow --to NUMBER, or with --give-up",
)  # fmt: skip
MOVED = Symptom(
    "lanes.moving", Level.WRONG, "the installation is being grown: lanes are moved",
    "services do not start until it has ended", "run it again: leaseline lanes grow --to NUMBER",
)  # fmt: skip
NOBODY = Symptom(
    "owners.nobody", Level.WRONG, "no worker of a service is in its group",
    "nothing is decided", "start it: leaseline worker SERVICE, or the process that runs it",
)  # fmt: skip
WITHOUT = Symptom(
    "owners.lanes", Level.WRONG, "a lane has no owner, at two looks",
    "nothing of it is decided", "look at the logs of the workers; start them again one after the other",
)  # fmt: skip
SPLIT = Symptom(
    "owners.split", Level.WRONG, "a lane's partitions are split between workers, at two looks",
    "nobody decides it: workers of two versions read other topics, or other programs use the group",
    "stop all workers of the service, start one version",
)  # fmt: skip
RESTLESS = Symptom(
    "owners.restless", Level.WARNING, "a group rebalances, at two looks",
    "lanes stand while they change hands", "look at the workers' logs: one that comes and goes, or is too slow",
)  # fmt: skip
OF_NUMBER: Final = (NEVER, DIFFERENT, SETTING, STRAY, HELD_BACK, MOVED)
OF_OWNERS: Final = (NOBODY, WITHOUT, SPLIT, RESTLESS)


async def one_number(ground: Ground) -> Sequence[Finding]:
    """The number of lanes, wherever it stands."""
    notes = await ground.notes()
    found = different(await notes.fixed(), await notes.growing(), ground.environment.get("LEASELINE_LANES", "").strip())
    lanes = await ground.lanes()
    if lanes is not None:
        for service in SERVICES:
            found += stray(service, await notes.checkpoints(service), lanes)
    return found


def different(fixed: Mapping[str, int], growing: Growing | None, setting: str) -> list[Finding]:
    """What the databases and the setting say of it."""
    if not fixed:
        return [NEVER.found("no service ever ran on these databases")]
    found = []
    numbers = sorted(set(fixed.values()))
    if len(numbers) > 1:
        found.append(DIFFERENT.found(", ".join(f"{service} has {number}" for service, number in fixed.items())))
    if setting and setting != str(numbers[0]):
        found.append(SETTING.found(f"it says {setting[:20]}, the databases {numbers[0]}"))
    if growing is not None:
        way = f"from {growing.before} to {growing.after} lanes, or it was broken off"
        symptom = MOVED if growing.step == MOVING else HELD_BACK
        more = "" if symptom is MOVED else ", or with --give-up"
        found.append(
            symptom.found(f"it grows {way}", f"if no such command runs, run it again: {growing.command}{more}")
        )
    return found


def stray(service: str, checkpoints: Mapping[int, Checkpoint], lanes: int) -> list[Finding]:
    """Checkpoints that are none of so many lanes."""
    told = [
        f"{lane} (of {each.lanes or lanes})"
        for lane, each in sorted(checkpoints.items())
        if lane >= lanes or each.lanes not in (None, lanes)
    ]
    return [STRAY.found(f"{service} has {lanes} lanes, and checkpoints of lane {named(told)}")] if told else []


async def owned(ground: Ground) -> Sequence[Finding]:
    """Each lane has an owner."""
    lanes = await ground.lanes()
    return [] if lanes is None else unowned(*await ground.looks(), lanes)


def unowned(first: Look, second: Look, lanes: int) -> list[Finding]:
    """What nobody owned at either look."""
    found = []
    for service in SERVICES:
        was, now = first.groups[service], second.groups[service]
        if not now.members:
            found.append(NOBODY.found(f"{service} does not run: its group {now.name} has no member", _start(service)))
        elif now.state not in SETTLED:
            if was.state not in SETTLED:
                found.append(RESTLESS.found(f"the group of {service} is in {now.state}"))
        else:
            found += _of_lanes(service, was, now, lanes)
    return found


def _of_lanes(service: str, was: Group, now: Group, lanes: int) -> list[Finding]:
    found = []
    split = sorted(was.split & now.split)
    without = sorted(set(range(lanes)) - was.whole - now.whole - set(split))
    if without:
        which = named([str(lane) for lane in without])
        found.append(WITHOUT.found(f"{counted(len(without), 'lane')} of {service} without an owner: {which}"))
    if split:
        found.append(SPLIT.found(f"split lanes of {service}: {named([str(lane) for lane in split])}"))
    return found


def _start(service: str) -> str:
    return f"start it: leaseline worker {service}, or the process that runs it"
