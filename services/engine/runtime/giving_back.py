"""Memory that a load has left behind, given back to the machine once nothing comes.

A batch makes some 100,000 objects and frees them; the allocator keeps their pages for the next one
(``docs/decisions/0038``).
"""

import ctypes
import gc


def give_back() -> None:
    """Collects what stands in cycles and has the C library return free pages. Does nothing where it knows no way."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
