"""Serial numbers: the SKU and a running number, one for each unit, none given twice."""

from collections import defaultdict

from demo.sample.hashes import chance


class Serials:
    """Gives out serials, each SKU's from ``first`` on. The same SKUs asked for in the same order: the same serials."""

    def __init__(self, first: int = 1) -> None:
        self._next: defaultdict[str, int] = defaultdict(lambda: first)

    def take(self, sku: str, count: int = 1) -> tuple[str, ...]:
        """The next serials of a SKU, in normal form."""
        first = self._next[sku]
        self._next[sku] += count
        return tuple(f"{sku}-{number:06d}" for number in range(first, first + count))


def as_scanned(serial: str) -> str:
    """The serial as the scanner reads it: some in lower case and with blanks, which is the same serial."""
    return f" {serial.lower().replace('-', ' -', 1)} " if chance(10, "raw form", serial) else serial
