"""The tests' own entry point of an HTTP process: ``python -m tests.system.http_entry orders``.

``LEASELINE_TEST_KILL=stored:1`` kills it the first time that a request has reached that step (stored, sent, answered).
What nobody answered is looked at again after a second, not after thirty.
"""

import sys
from datetime import timedelta
from importlib import import_module

from services.http import process
from services.http.asking import sending
from tests.system.entry import FailPoints

AGAIN = timedelta(seconds=1)


def main(name: str) -> None:
    """Serves, as the service's own entry point does."""
    sending.AGAIN_AFTER = AGAIN  # type: ignore[misc]  # final for everybody else
    sending.LOOKED_EVERY = 0.3  # type: ignore[misc]
    process.main((import_module(f"services.{name}.http").SIDE,), FailPoints().at)


if __name__ == "__main__":
    main(sys.argv[1])
