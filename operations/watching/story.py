"""A story on a terminal: a line for each record below what it follows from, the time between, long gaps folded."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from contracts.values.immutable import Immutable
from contracts.values.timestamp import time_of_day
from operations.terminal.counts import counted
from operations.terminal.screen import Screen, Styled
from operations.watching.line import COLOURS, SIGNS
from services.watch.queries import Story
from services.watch.rules.tree import Follows, Step, plant

LONG: Final = timedelta(hours=1)
"""Between two records that stand one below the other: so much is folded to a line of its own."""
DEEPEST: Final = 12
"""Steps of a chain that are set in; what is deeper stands in one column, with its depth."""


class StoryLine(Immutable):
    """One line: ``gap`` is what is folded before it, ``branch`` the signs of the tree, ``told`` what stands behind."""

    step: Step
    gap: timedelta | None
    branch: str

    @property
    def clock(self) -> str:
        """The broker's time of day."""
        return time_of_day(self.step.told.at)

    @property
    def delay(self) -> str:
        """How long after its cause."""
        return "" if self.step.after is None else f"+{span(self.step.after)}"


def lines_of(steps: Sequence[Step]) -> Iterator[StoryLine]:
    """A line for each step."""
    last = _last_ones(steps)
    before: dict[int | None, Step] = {}
    for number, step in enumerate(steps):
        earlier = before.get(step.above) or (None if step.above is None else steps[step.above])
        gap = None if earlier is None else step.told.at - earlier.told.at
        before[step.above] = step
        yield StoryLine(step, gap if gap is not None and gap >= LONG else None, _branch(number, steps, last))


def _last_ones(steps: Sequence[Step]) -> frozenset[int]:
    found: dict[int | None, int] = {}
    for number, step in enumerate(steps):
        found[step.above] = number
    return frozenset(found.values())


def _branch(number: int, steps: Sequence[Step], last: frozenset[int]) -> str:
    step = steps[number]
    if step.above is None:
        return ""
    if step.depth > DEEPEST:
        return "│ " * (DEEPEST - 1) + f"└ {step.depth}: "
    signs = ["└ " if number in last else "├ "]
    above: int | None = step.above
    while above is not None and steps[above].above is not None:
        signs.append("  " if above in last else "│ ")
        above = steps[above].above
    return "".join(reversed(signs))


def span(time: timedelta) -> str:
    """``12 ms``, ``3.4 s``, ``5 min``, ``7 h``, ``43 days``."""
    seconds = time.total_seconds()
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 48 * 3600 else f"{time.days:,} days"


def remark(step: Step) -> str:
    """What must be known of a step's cause, if it does not stand above."""
    cause = " ".join(step.told.cause or ())
    match step.follows:
        case Follows.ELSEWHERE:
            return f"because of {cause}, which is not in the index"
        case Follows.CIRCLE:
            return f"because of {cause}, which it names in a circle: somebody forged it"
        case Follows.AGAIN:
            return "the same message once more"
        case Follows.NOTHING | Follows.HERE:
            return ""


def show_story(story: Story, screen: Screen, now: datetime, how_far: str) -> None:
    """Prints it; ``how_far`` says what the index can know."""
    steps = plant(story.rows)
    kind, name = (story.wanted.kind, story.wanted.name) if story.wanted else ("", story.text)
    screen.say((f"{kind.capitalize()} {name}", "bold"), f": {counted(len(steps), 'record')}", _when(steps, now))
    screen.say("")
    day = ""
    for line in lines_of(steps):
        if line.gap is not None:
            screen.say((f"              ⋮ {span(line.gap)}", "dim"))
        today = f"{line.step.told.at:%Y-%m-%d}"
        if today != day:
            day = today
            screen.say((today, "dim"))
        screen.say(*_parts(line))
    screen.say("")
    if any(step.follows is Follows.ELSEWHERE for step in steps):
        screen.say("What is not in the index was said before the oldest record that it keeps, or was not read yet.")
    if story.more:
        screen.say(
            f"There are more records than these {len(steps):,}, the earliest: --limit N shows more, --since 2026-01-31 "
            "begins later."
        )
    if story.others:
        others = ", ".join(f"`leaseline story {each.kind}:{each.name}`" for each in story.others)
        screen.say(f"Also called so: {others}.")
    screen.say((how_far, "dim"))


def _parts(line: StoryLine) -> Sequence[Styled]:
    told = line.step.told
    behind = [f"by {told.by}" if told.by else "", told.code, remark(line.step)]
    return [
        (f"{line.clock} {line.delay:>9} ", "dim"),
        (line.branch, "dim"),
        (f"{SIGNS[told.fate]} {told.type or '(unreadable)'}", COLOURS[told.fate]),
        f"  {told.words}",
        ("".join(f"  {each}" for each in behind if each), "dim"),
    ]


def _when(steps: Sequence[Step], now: datetime) -> str:
    if not steps:
        return ""
    first, last = (pick(step.told.at for step in steps) for pick in (min, max))
    return f" from {first:%Y-%m-%d %H:%M:%S} UTC on, the last one {span(now - last)} ago"
