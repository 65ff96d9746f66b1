"""What an invariant is to the books."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """``checked`` is a query for one number: how many ``counted`` were looked at. Each of ``offences`` is a query for
    what breaks the rule: a key, by which an offender is known again at a second look, and a sentence without personal
    data. ``disagreements`` are such queries, too: between services, which agree only when all have read everything.
    """

    number: int
    sentence: str
    counted: str
    checked: str
    offences: tuple[str, ...]
    disagreements: tuple[str, ...] = ()
