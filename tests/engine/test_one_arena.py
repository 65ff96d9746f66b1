"""The C library's heaps of a process with threads, counted by the library itself."""

import subprocess
import sys

import pytest

COUNTED = """
import ctypes, threading
from services.engine.runtime.giving_back import keep_one_arena
libc = ctypes.CDLL(None)
if {kept}:
    keep_one_arena()
all_are_there = threading.Barrier(4)
def take():
    all_are_there.wait()
    libc.malloc(1000)
    all_are_there.wait()
threads = [threading.Thread(target=take) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other C libraries count otherwise")
def test_threads_take_memory_from_one_heap() -> None:
    def heaps(*, kept: bool) -> int:
        program = COUNTED.format(kept=kept)
        told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
        return told.stdout.count("<heap nr=")

    assert heaps(kept=True) == 1
    assert heaps(kept=False) > 1
