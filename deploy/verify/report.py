"""What was found, as values, and as a person sees it."""

from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.markup import escape
from rich.table import Table


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

    @property
    def holds(self) -> bool:
        """Whether none is broken."""
        return all(each.state is not State.BROKEN for each in self.invariants)

    @property
    def summary(self) -> str:
        """``7 of 7 hold``; ``6 of 6 hold, 1 nothing yet``."""
        states = [each.state for each in self.invariants]
        nothing = states.count(State.NOTHING_YET)
        line = f"{states.count(State.HOLDS)} of {len(states) - nothing} hold"
        return f"{line}, {nothing} nothing yet" if nothing else line


_COLOURS = {State.HOLDS: "green", State.BROKEN: "bold red", State.NOTHING_YET: "yellow"}


def show(report: Report, console: Console) -> None:
    """Prints the report: a line for each invariant, its offenders, what waits, and the summary last."""
    table = Table(title="The seven invariants", title_justify="left")
    table.add_column("", justify="right")
    table.add_column("what must hold, always")
    table.add_column("checked", justify="right")
    table.add_column("", no_wrap=True)
    for each in report.invariants:
        state = f"[{_COLOURS[each.state]}]{each.state}[/]"
        table.add_row(str(each.number), each.sentence, f"{each.checked:,} {each.counted}", state)
    console.print(table)
    for each in report.invariants:
        for offender in each.offenders:
            console.print(f"[red]{each.number}[/] {escape(offender)}")
        if each.broken > len(each.offenders):
            console.print(f"[red]{each.number}[/] ... {each.broken:,} in all")
    for waiting in report.waits:
        names = ", ".join(waiting.examples) + (", ..." if waiting.count > len(waiting.examples) > 0 else "")
        console.print(f"[yellow]{waiting.count:,}[/] {escape(waiting.what)}" + (f": {escape(names)}" if names else ""))
    for counted in report.counts:
        console.print(f"{counted.count:,} {escape(counted.what)}")
    if report.moving:
        console.print(f"[yellow]{report.moving:,}[/] things changed while looked at; look again when it is quiet.")
    if not report.whole:
        console.print("The event topics have lost their beginnings: only what they still hold was compared.")
    console.print(f"[{'bold green' if report.holds else 'bold red'}]{report.summary}[/]")
