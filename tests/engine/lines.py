"""What the engine logs while a test does something, at every level: the simulator silences it for the whole process."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from structlog.testing import capture_logs


@contextmanager
def lines() -> Iterator[list[structlog.typing.EventDict]]:
    """The lines that are logged inside."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(0))
    try:
        with capture_logs() as found:
            yield found
    finally:
        structlog.configure(wrapper_class=before)
