"""A child that the kernel ends when its parent ends, however that ends."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

PR_SET_PDEATHSIG: Final = 1


def die_with_parent(number: int = signal.SIGKILL) -> Callable[[], None]:
    """For a child, between fork and exec: the kernel is to send it the signal when its parent ends.

    Elsewhere than on Linux it does nothing.
    """
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
    parent = os.getpid()

    def before_exec() -> None:
        if prctl is None:
            return
        prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(1)

    return before_exec


def end_with(parent: int, number: int = signal.SIGKILL) -> None:
    """For a child that runs Python already: the kernel is to send it the signal when ``parent`` ends."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(1)
