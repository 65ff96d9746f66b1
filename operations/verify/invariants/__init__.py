"""The seven invariants of ``docs/domain.md`` section 4, one file each, in the words of the books."""

from typing import Final

from operations.verify.invariants.accounts import ACCOUNTS
from operations.verify.invariants.answers import ANSWERS
from operations.verify.invariants.cancelled import CANCELLED
from operations.verify.invariants.neighbours import NEIGHBOURS
from operations.verify.invariants.repeats import REPEATS
from operations.verify.invariants.rule import Rule
from operations.verify.invariants.serials import SERIALS
from operations.verify.invariants.units import UNITS

INVARIANTS: Final[tuple[Rule, ...]] = (CANCELLED, SERIALS, UNITS, ANSWERS, REPEATS, ACCOUNTS, NEIGHBOURS)
"""In the order of their numbers, 1 to 7."""
