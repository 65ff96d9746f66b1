"""Partitions whose batches failed for a reason outside of any message: counted each by itself.

One that always fails is taken alone and after the others, so that it costs no other lane anything; a lane that goes
on says nothing about another one, so it forgets its own failures only.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from services.engine.core.record import Place, Record

LONGEST_WAIT = 5.0
"""Seconds that a lane waits at most before a batch that failed is tried again."""


class Setbacks:
    """How often in a row the batches of each partition failed."""

    def __init__(self) -> None:
        self._times: Counter[Place] = Counter()

    def apart(self, todo: Sequence[Record]) -> Iterable[Sequence[Record]]:
        """What to take together: every partition that failed is by itself, the one that failed least comes first: it
        may have failed only because it was taken with another.
        """
        if not self._times:
            return [todo] if todo else []
        failed: dict[Place, list[Record]] = {}
        others: list[Record] = []
        for record in todo:
            place = (record.topic, record.partition)
            (failed.setdefault(place, []) if self._times[place] else others).append(record)
        by_times = [failed[place] for place in sorted(failed, key=lambda place: self._times[place])]
        return [part for part in (others, *by_times) if part]

    def count(self, records: Iterable[Record]) -> tuple[Place, int]:
        """A batch of these failed: the partition that failed most often by now, and how often."""
        places = {(record.topic, record.partition) for record in records}
        self._times.update(places)
        return max(((place, self._times[place]) for place in sorted(places)), key=lambda found: found[1])

    def forget(self, records: Iterable[Record]) -> None:
        """These are saved: their partitions go on."""
        if self._times:
            for record in records:
                self._times.pop((record.topic, record.partition), None)


def wait_after(times: int) -> float:
    """Seconds to wait after so many failures."""
    return float(min(LONGEST_WAIT, 0.05 * 2**times))
