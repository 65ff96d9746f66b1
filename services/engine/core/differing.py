"""What of a list or a mapping is written when a part of it changed: its elements by path, not all of it.

A list that grows by one, message by message, would else be written as often as it has elements. Paths are MongoDB's:
``lines.3`` is the fourth element of the field ``lines``, ``rows.7`` what the key ``7`` leads to.
"""

from collections.abc import Mapping
from typing import Any, Final

from services.engine.core.document import Stored, stored_value

WHOLE: Final = 8
"""Elements below which a list or mapping is written whole: to tell its parts apart would cost more."""


def differing(name: str, old: object, new: object) -> Stored | None:
    """The paths of a field and what is stored there from now on. None: the whole field is written, because it is small,
    something was taken out of it, most of it changed, or it is neither a list nor a mapping whose keys can stand in a
    path.
    """
    if not isinstance(new, tuple | dict) or len(new) < WHOLE:
        return None
    if isinstance(old, tuple) and isinstance(new, tuple) and 0 < len(old) <= len(new):
        changed = [place for place, (was, now) in enumerate(zip(old, new, strict=False)) if not _same(was, now)]
        changed += range(len(old), len(new))
        return {f"{name}.{place}": stored_value(new[place]) for place in changed} if _few(changed, new) else None
    if isinstance(old, dict) and isinstance(new, dict) and old and old.keys() <= new.keys():
        keys = [key for key, now in new.items() if key not in old or not _same(old[key], now)]
        if _few(keys, new) and all(isinstance(key, str) and key.isalnum() for key in keys):
            return {f"{name}.{key}": stored_value(new[key]) for key in keys}
    return None


def with_paths(stored: Stored, fields: Stored) -> dict[str, Any]:
    """What is stored once these were set, as MongoDB sets them."""
    after = dict(stored)
    copied: set[str] = set()
    for path, value in fields.items():
        name, _, inner = path.partition(".")
        if not inner:
            after[name] = value
            continue
        if name not in copied:
            copied.add(name)
            after[name] = dict(after[name]) if isinstance(after[name], Mapping) else list(after[name])
        within = after[name]
        if isinstance(within, dict):
            within[inner] = value
        elif int(inner) == len(within):
            within.append(value)
        else:
            within[int(inner)] = value
    for name in copied:
        if isinstance(stored[name], tuple):
            after[name] = tuple(after[name])
    return after


def _same(was: object, now: object) -> bool:
    """What a decision did not touch is the very object that was read: most compare by identity."""
    return was is now or was == now


def _few(changed: list[Any], new: tuple[Any, ...] | dict[Any, Any]) -> bool:
    return 2 * len(changed) <= len(new)
