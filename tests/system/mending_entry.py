"""The command line with places where it dies: ``LEASELINE_TEST_KILL=sent:3`` kills it the third time that it has sent a
letter and not recorded it, ``LEASELINE_TEST_INTERRUPT=recorded:2`` presses Ctrl+C.
"""

import os
import signal
from collections import Counter
from functools import partial

from operations import cli
from operations.cli import dead
from operations.mending import opening

_SIGNALS = {"LEASELINE_TEST_KILL": signal.SIGKILL, "LEASELINE_TEST_INTERRUPT": signal.SIGINT}
_reached: Counter[str] = Counter()


def at(step: str) -> None:
    """The command has reached this step."""
    _reached[step] += 1
    for name, number in _SIGNALS.items():
        if os.environ.get(name) == f"{step}:{_reached[step]}":
            os.kill(os.getpid(), number)


if __name__ == "__main__":
    setattr(dead, "opened", partial(opening.opened, at=at))  # noqa: B010 - mypy takes no other function in its place
    cli.main()
