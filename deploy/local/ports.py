"""Loopback ports: free ones, and those that were asked for."""

import errno
import socket
from contextlib import ExitStack
from typing import Final

from deploy.local.errors import PortTaken

LOOPBACK: Final = "127.0.0.1"
"""The servers listen here and nowhere else: they know no passwords."""


class Holding(ExitStack):
    """Ports that are held for servers until these listen there: bound and not listened on.

    A server may bind such a port beside us (both say SO_REUSEADDR); to nobody else the kernel gives it, neither as any
    free port nor as the near end of a connection. One that is only looked up may be gone when the server comes.
    """

    def free(self) -> int:
        """Some port that was free."""
        port = self._hold(0)
        assert port is not None
        return port

    def claim(self, asked: int | None, last: int | None, server: str) -> int:
        """The port for a server: the one asked for, else the one it had last time, else any free one.

        Raises PortTaken if the one asked for is in use; a remembered one that is in use is given up.
        """
        if asked is not None:
            if self._hold(asked) is None:
                raise PortTaken(
                    f"Port {asked} on {LOOPBACK}, asked for {server}, is in use by another program. "
                    "Name another port, or none to have a free one chosen."
                )
            return asked
        if last is not None and self._hold(last) is not None:
            return last
        return self.free()

    def _hold(self, port: int) -> int | None:
        """This port, 0 for any; None: somebody has it."""
        holder = self.enter_context(socket.socket())
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return None
            raise
        return int(holder.getsockname()[1])
