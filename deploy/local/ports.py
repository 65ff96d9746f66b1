"""Loopback ports: free ones, and those that were asked for."""

import errno
import socket
from typing import Final

from deploy.local.trouble import PortTaken

LOOPBACK: Final = "127.0.0.1"
"""The servers listen here and nowhere else: they know no passwords."""


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def free(count: int) -> tuple[int, ...]:
    """So many different ports that are free now; held together, so that none is named twice."""
    held = [socket.socket() for _ in range(count)]
    try:
        for each in held:
            each.bind((LOOPBACK, 0))
        return tuple(each.getsockname()[1] for each in held)
    finally:
        for each in held:
            each.close()


def claim(asked: int | None, last: int | None, server: str) -> int:
    """The port for a server: the one asked for, else the one it had last time, else any free one.

    Raises PortTaken if the one asked for is in use; a remembered one that is in use is given up.
    """
    if asked is not None:
        if not is_free(asked):
            raise PortTaken(
                f"Port {asked} on {LOOPBACK}, asked for {server}, is in use by another program. "
                "Name another port, or none to have a free one chosen."
            )
        return asked
    if last is not None and is_free(last):
        return last
    return free(1)[0]
