"""What was examined and found, for people, for programs and for cron."""

from collections.abc import Iterator
from typing import Final

from contracts.values.immutable import Immutable
from operations.doctor.finding import Finding, Level, Room
from operations.terminal.counts import counted
from operations.terminal.form import Form
from operations.terminal.screen import Screen
from operations.terminal.sheet import Sheet, columns
from operations.terminal.signs import visible

ALL_RIGHT, SOMETHING_WRONG, UNKNOWN = 0, 1, 2
"""Exit statuses: 1 also for a warning, if asked for; 2: nothing is known to be wrong, and not everything is known."""
_COLOURS: Final = {Level.OK: "green", Level.NOTE: "cyan", Level.WARNING: "yellow", Level.WRONG: "bold red"}
_TITLES: Final = {Room.KAFKA: "Kafka", Room.MONGODB: "MongoDB", Room.INSTALLATION: "The installation"}


class Examined(Immutable):
    """One check and what it found; a single finding of level ok, if that was nothing."""

    room: Room
    check: str
    holds: str
    findings: tuple[Finding, ...]


class Report(Immutable):
    """All checks that were made, in their order."""

    checks: tuple[Examined, ...]

    @property
    def findings(self) -> Iterator[Finding]:
        """Everything that was found, what is all right included."""
        return (finding for each in self.checks for finding in each.findings)

    def count(self, level: Level) -> int:
        """So many of this level; what could not be examined is of none."""
        return sum(each.level is level for each in self.findings if each.examined)

    @property
    def unexamined(self) -> int:
        """So many checks could not be made."""
        return sum(not each.examined for each in self.findings)

    def status(self, *, strict: bool = False) -> int:
        """The exit status. What is wrong goes before what could not be examined."""
        if self.count(Level.WRONG) or (strict and self.count(Level.WARNING)):
            return SOMETHING_WRONG
        return UNKNOWN if self.unexamined else ALL_RIGHT

    @property
    def summary(self) -> str:
        """``All right: 18 checks``; ``2 wrong, 1 warning; 3 could not be examined``."""
        parts = [
            f"{count} {name}" if name == "wrong" else counted(count, name)
            for level, name in ((Level.WRONG, "wrong"), (Level.WARNING, "warning"), (Level.NOTE, "note"))
            if (count := self.count(level))
        ]
        wrong = ", ".join(parts)
        if self.unexamined:
            return f"{wrong or 'Nothing found'}; {self.unexamined} of {len(self.checks)} could not be examined"
        if not self.count(Level.WRONG) and not self.count(Level.WARNING):
            return f"All right: {counted(len(self.checks), 'check')}" + (f", {wrong}" if wrong else "")
        return wrong


def show(report: Report, screen: Screen, *, strict: bool = False) -> None:
    """Prints it: a line for what is all right, a paragraph for each finding, the summary last."""
    if screen.form is Form.JSON:
        screen.data(data(report, strict=strict))
        return
    if screen.form is Form.PLAIN:
        sheet = Sheet(columns("level", "finding", "what", "why", "do"))
        for each in report.findings:
            sheet.add(_level(each), each.name, each.what, each.why, each.do)
        screen.show(sheet)
    else:
        _show_rooms(report, screen)
    screen.say((report.summary, "bold green" if report.status(strict=strict) == ALL_RIGHT else "bold red"))


def data(report: Report, *, strict: bool = False) -> dict[str, object]:
    """The same for a program; every field of a finding stands there, also where it is blank."""
    return {
        "status": report.status(strict=strict),
        "summary": report.summary,
        "findings": [
            {
                "room": each.room,
                "check": each.check,
                "finding": finding.name,
                "level": finding.level,
                "examined": finding.examined,
                "what": finding.what,
                "why": finding.why,
                "do": finding.do,
            }
            for each in report.checks
            for finding in each.findings
        ],
    }


def _level(finding: Finding) -> str:
    return finding.level.value if finding.examined else "unknown"


def _show_rooms(report: Report, screen: Screen) -> None:
    for room, title in _TITLES.items():
        mine = [each for each in report.checks if each.room is room]
        if mine:
            screen.say((title, "bold"))
        for finding in (finding for each in mine for finding in each.findings):
            level = _level(finding)
            colour = _COLOURS[finding.level]
            screen.say(
                (f"  {level:8}", colour),
                f"{finding.name}: " if finding.level is not Level.OK else "",
                visible(finding.what),
            )
            if finding.why:
                screen.say(("          why  ", "dim"), visible(finding.why))
            if finding.do:
                screen.say(("          do   ", "dim"), visible(finding.do))
