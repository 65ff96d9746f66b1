"""The seven invariants of ``domain.md`` section 4, one file each, in the words of the books."""

from typing import Final

from deploy.verify.invariants.accounts import ACCOUNTS
from deploy.verify.invariants.answers import ANSWERS
from deploy.verify.invariants.cancelled import CANCELLED
from deploy.verify.invariants.neighbours import NEIGHBOURS
from deploy.verify.invariants.repeats import REPEATS
from deploy.verify.invariants.rule import Rule
from deploy.verify.invariants.serials import SERIALS
from deploy.verify.invariants.units import UNITS

INVARIANTS: Final[tuple[Rule, ...]] = (CANCELLED, SERIALS, UNITS, ANSWERS, REPEATS, ACCOUNTS, NEIGHBOURS)
"""In the order of their numbers, 1 to 7."""
