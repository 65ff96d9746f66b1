"""The person who looks at the dead letters: what a bad release could not decide goes back to where it came from."""

from services.engine.core.record import Place
from tests.engine.memory.log import MemoryLog, MemoryRecord
from tests.engine.simulation.outside import Outside

A_BUG = "ArithmeticError"
"""What a bad release raises; once it is mended, what it could not decide can be."""


def about(letter: MemoryRecord) -> dict[str, str]:
    """What a dead letter's headers say, without their prefix."""
    return {
        name.removeprefix("leaseline-"): (content or b"").decode()
        for name, content in letter.headers
        if name.startswith("leaseline-")
    }


class Operator:
    """Replays each letter once, to its origin topic and partition."""

    def __init__(self, log: MemoryLog, services: tuple[str, ...], outside: Outside) -> None:
        self._log = log
        self._topics = {f"{name}.dead-letters" for name in services}
        self._read: dict[Place, int] = {}
        self._done: set[tuple[str, str, str, str]] = set()
        self._outside = outside

    def replay(self) -> None:
        """Looks at what is new."""
        for place in [place for place in self._log.places() if place[0] in self._topics]:
            for letter in self._log.read(place, self._read.get(place, 0), 1000):
                self._read[place] = letter.offset + 1
                self._replay(place[0], letter)

    def _replay(self, topic: str, letter: MemoryRecord) -> None:
        said = about(letter)
        known = (topic, said["topic"], said["partition"], said["offset"])
        if (said["reason"], said["detail"]) != ("cannot_be_decided", A_BUG) or known in self._done:
            return
        self._done.add(known)
        place = (said["topic"], int(said["partition"]))
        headers = tuple((name, content) for name, content in letter.headers if not name.startswith("leaseline-"))
        offset = self._log.append(place, letter.key, letter.value, headers)
        self._outside.replayed(place, int(said["offset"]), offset)
