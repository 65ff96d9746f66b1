"""The tests' own entry point of the command that grows an installation, with places where it dies.

``python -m tests.system.grow_entry DATABASES LANES``; ``LEASELINE_TEST_KILL=forwarded:2`` kills the process the second
time that it reaches that step.
"""

import asyncio
import sys

from installation.addresses import named
from installation.growing import Grow
from tests.system.entry import FailPoints

PATIENCE = 120.0
"""Seconds to wait until everything is heard."""


def main(databases: str, lanes: int) -> None:
    """Grows it."""
    addresses = named()
    assert addresses is not None
    points = FailPoints()
    asyncio.run(Grow(addresses.kafka, addresses.mongo, databases, at=points.at).to(lanes, PATIENCE))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
