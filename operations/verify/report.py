"""What was found, as values, and as a person sees it."""

import re
from dataclasses import asdict, dataclass
from enum import StrEnum

from operations.terminal.counts import counted
from operations.terminal.form import Form
from operations.terminal.screen import Screen
from operations.terminal.sheet import Column, Sheet
from operations.terminal.signs import visible


class State(StrEnum):
    """How an invariant stands."""

    HOLDS = "holds"
    BROKEN = "broken"
    NOTHING_YET = "nothing yet"


@dataclass(frozen=True, slots=True)
class Invariant:
    """One invariant: how many ``counted`` were ``checked``, how often it is ``broken``, and up to ten offenders, a
    sentence each.
    """

    number: int
    sentence: str
    checked: int
    counted: str
    broken: int = 0
    offenders: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """Broken if anything breaks it; with nothing to check it does not hold yet."""
        if self.broken:
            return State.BROKEN
        return State.HOLDS if self.checked else State.NOTHING_YET


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is on its way or waits for something else, which breaks nothing; ``examples`` are up to ten ids."""

    what: str
    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """A number worth knowing."""

    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Report:
    """The seven invariants and what else was seen.

    ``moving``: so many things looked wrong at one look only, or otherwise at the other: they were on their way.
    ``whole``: the event topics still have their beginnings.
    """

    invariants: tuple[Invariant, ...]
    waits: tuple[Waiting, ...] = ()
    counts: tuple[Counted, ...] = ()
    moving: int = 0
    whole: bool = True
    stands: tuple[str, ...] = ()
    """A sentence for each lane in which unread records do not move."""

    @property
    def holds(self) -> bool:
        """Whether none is broken and no lane stands."""
        return not self.stands and all(each.state is not State.BROKEN for each in self.invariants)

    @property
    def summary(self) -> str:
        """``7 of 7 hold``; ``6 of 6 hold, 1 nothing yet``."""
        states = [each.state for each in self.invariants]
        nothing = states.count(State.NOTHING_YET)
        line = f"{states.count(State.HOLDS)} of {len(states) - nothing} hold"
        line = f"{line}, {nothing} nothing yet" if nothing else line
        return f"{line}; {counted(len(self.stands), 'lane')} without progress" if self.stands else line


_COLOURS = {State.HOLDS: "", State.BROKEN: "bold red", State.NOTHING_YET: "yellow"}


def worded(what: str) -> str:
    """One of what is named in the plural: ``dead letter: no_subject``."""
    return re.sub(
        r"\b(record|repeat|duplicate|letter|request|order|scan|subscription|message)s\b", r"\1", what, count=1
    )


def show(report: Report, screen: Screen) -> None:
    """Prints the report: a line for each invariant, its offenders, what waits, and the summary last."""
    if screen.form is Form.JSON:
        screen.data(asdict(report) | {"summary": report.summary, "holds": report.holds})
        return
    heads = (
        Column("", number=True), Column("what must hold, always"), Column("checked", number=True), Column("state")
    )  # fmt: skip
    sheet = Sheet(heads, title="The seven invariants")
    for each in report.invariants:
        checked = f"{each.checked:,} {each.counted}"
        sheet.add(each.number, each.sentence, checked, each.state, style=_COLOURS[each.state])
    screen.show(sheet)
    for each in report.invariants:
        for offender in each.offenders:
            screen.say((f"{each.number}", "red"), f" {visible(offender)}")
        if each.broken > len(each.offenders):
            screen.say((f"{each.number}", "red"), f" ... {each.broken:,} in all")
    for stands in report.stands:
        screen.say((stands, "red"))
    for waiting in report.waits:
        names = ", ".join(map(visible, waiting.examples))
        more = ", ..." if waiting.count > len(waiting.examples) > 0 else ""
        what = worded(waiting.what) if waiting.count == 1 else waiting.what
        screen.say((f"{waiting.count:,}", "yellow"), f" {what}" + (f": {names}{more}" if names else ""))
    for count in report.counts:
        screen.say(counted(count.count, worded(count.what), count.what))
    if report.moving:
        things = counted(report.moving, "thing")
        screen.say((things, "yellow"), " changed while looked at; look again when it is quiet.")
    if not report.whole:
        screen.say("The event topics have lost their beginnings: only what they still hold was compared.")
    screen.say((report.summary, "bold green" if report.holds else "bold red"))
