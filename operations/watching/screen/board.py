"""What the screen counts of what it sees: rates by topic, the last refusals and dead letters, what it holds back."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import Final

from operations.watching.history import Found
from services.watch.telling.told import Fate

WINDOW: Final = 10
"""Seconds over which a rate is told."""
ROWS: Final = 500
"""Lines that stand there at most."""
WRONG: Final = 8
"""Refusals and dead letters that stand there."""
HELD: Final = 2_000
"""Lines that are held back while one looks at older ones; of more only the number is kept."""


class Board:
    """All counts of one screen. Times are seconds that only grow."""

    def __init__(self) -> None:
        self.totals: Counter[str] = Counter()
        self._seconds: dict[str, deque[tuple[int, int]]] = {}
        self.wrong: deque[Found] = deque(maxlen=WRONG)
        self.paused = False
        self.held: deque[Found] = deque(maxlen=HELD)
        self.held_back = 0

    def take(self, found: Sequence[Found], now: float) -> Sequence[Found]:
        """Counts what came, and gives what is to be shown now: nothing while it is paused. What came at minus infinity
        counts for no rate: it is history.
        """
        for topic, count in Counter(each.told.topic for each in found).items():
            self.totals[topic] += count
            seconds = self._seconds.setdefault(topic, deque())
            if now > float("-inf"):
                seconds.append((int(now), count))
        self.wrong.extend(each for each in found if each.told.fate in (Fate.REFUSED, Fate.DEAD))
        if self.paused:
            self.held.extend(found)
            self.held_back += len(found)
            return ()
        return found[-ROWS:]

    def go_on(self) -> Sequence[Found]:
        """Ends the pause, and gives the newest that were held back."""
        shown = tuple(self.held)[-ROWS:]
        self.held.clear()
        self.held_back, self.paused = 0, False
        return shown

    def rate(self, topic: str, now: float) -> float:
        """Records a second over the last ten."""
        seconds = self._seconds.get(topic)
        if seconds is None:
            return 0.0
        while seconds and seconds[0][0] <= int(now) - WINDOW:
            seconds.popleft()
        return sum(count for _, count in seconds) / WINDOW

    def topics(self) -> Iterable[str]:
        """Those of which anything was seen."""
        return self.totals
