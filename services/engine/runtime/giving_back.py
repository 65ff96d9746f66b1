"""Memory that a load has left behind, given back to the machine once nothing comes.

A batch makes some 100,000 objects and frees them; the allocator keeps their pages for the next one
(``docs/decisions/0038``).
"""

import ctypes
import gc
from typing import Final

M_ARENA_MAX: Final = -8
"""The C library's own number of the setting."""


def keep_one_arena() -> None:
    """Has all threads of this process take memory from one heap, if called before there are any. The database's client
    works on several, and each would keep a heap of its own, which is not given back. Does nothing where it knows no
    way; what the environment says (``MALLOC_ARENA_MAX``) is overruled.
    """
    option = getattr(ctypes.CDLL(None), "mallopt", None)
    if option is not None:
        option(M_ARENA_MAX, 1)


def give_back() -> None:
    """Collects what stands in cycles and has the C library return free pages. Does nothing where it knows no way."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
