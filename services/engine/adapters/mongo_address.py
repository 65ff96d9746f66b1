"""What an address of MongoDB may not ask for: to read or write by less than a majority.

All that is said stands on what was saved: a write that one member alone has seen may be taken back by a fail-over after
its records are out, and a read from a secondary may be old (``docs/architecture.md`` rule 2).
"""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl, urlsplit

NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "readpreference": ("primary",),
    "w": ("majority",),
    "readconcernlevel": ("majority",),
    "journal": ("true",),
    "j": ("true",),
    "fsync": ("true", "false"),
}
"""Options of the address, in small letters, and what they may say: what the services ask for anyway."""
_WITHOUT: Final = ("readpreferencetags", "maxstalenessseconds", "slaveok", "safe")
"""Options that mean something for weaker reads and writes only."""


def weakness(uri: str) -> str | None:
    """The sentence that refuses an address, or None. Nothing else of the address is told: it may hold a password."""
    for name, value in weaknesses(uri):
        return (
            f"LEASELINE_MONGO asks for {name}={value}: the services read from the primary and write by a majority, "
            f"with less an order that was confirmed could be lost. Leave {name} out of the address"
        )
    return None


def weaknesses(uri: str) -> Sequence[tuple[str, str]]:
    """The options that refuse it, with what they say."""
    return [pair for pair in parse_qsl(urlsplit(uri).query, keep_blank_values=True) if _is_weak(*pair)]


def without_weakness(uri: str) -> str:
    """The address without these: for who examines it."""
    before, mark, options = uri.partition("?")
    kept = [each for each in options.split("&") if not weaknesses(f"?{each}")]
    return f"{before}{mark}{'&'.join(kept)}"


def _is_weak(name: str, value: str) -> bool:
    allowed = NAMED.get(name.lower())
    return (allowed is not None and value.lower() not in allowed) or name.lower() in _WITHOUT
