"""Ctrl-C for a child of the tests, also where the tests themselves were started with it ignored (``make test &``)."""

import signal


def listening_to_ctrl_c() -> None:
    """For a child, between fork and exec."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
