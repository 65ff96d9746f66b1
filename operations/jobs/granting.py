"""API keys are made, listed and revoked; and the key of this machine, with which `leaseline up` is tried out."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from installation.errors import mongo_answers
from services.engine.adapters.mongo_client import connect
from services.http.callers.issued import IssuedKey
from services.http.callers.key import digest, is_key, make_key, name_of
from services.http.callers.key_store import KeyStore, database_of
from services.http.callers.scopes import SCOPES

MACHINE: Final = "this-machine"
"""Owner of the key that `leaseline up` makes."""
DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key that somebody asks for. ``days``: so long it lives."""

    owner: str
    actor: str
    scopes: tuple[str, ...]
    source: str | None = None
    test: bool = False
    days: int = DAYS


@dataclass(frozen=True, slots=True)
class Granted:
    """A key that was just made: the only moment at which its text is known."""

    text: str
    key: IssuedKey


class Keys:
    """The keys of one installation; ``opened_keys`` makes one."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store

    async def grant(self, wanted: Wanted) -> Granted:
        """Makes a key. Raises ``NotGranted`` with the reason."""
        text, now = make_key(test=wanted.test), _now()
        kept = digest(text)
        key = IssuedKey(
            name=name_of(kept),
            owner=wanted.owner,
            actor=wanted.actor,
            scopes=tuple(sorted(set(wanted.scopes))),
            created=now,
            expires=now + timedelta(days=wanted.days),
            source=wanted.source,
            test=wanted.test,
        )
        await self._store.add(kept, key, now)
        return Granted(text, key)

    async def every(self, owner: str | None = None) -> Sequence[IssuedKey]:
        """All keys, or those of an owner."""
        return await self._store.every(owner)

    async def revoke(self, name: str) -> IssuedKey | None:
        """The key of this name, which opens nothing any more; None: there is none."""
        return await self._store.revoke(name, _now())

    async def of_this_machine(self, held: str) -> str:
        """What this machine holds, if that opens the installation with every scope; else a new key. What it had before
        is revoked then.
        """
        found = await self._store.find(digest(held)) if is_key(held) else None
        if found is not None and found.state(_now()) == "live" and set(found.scopes) == SCOPES.keys():
            return held
        for key in await self._store.every(MACHINE):
            if key.revoked is None:
                await self._store.revoke(key.name, _now())
        return (await self.grant(Wanted(MACHINE, MACHINE, tuple(SCOPES)))).text


@asynccontextmanager
async def opened_keys(mongo: str, databases: str) -> AsyncIterator[Keys]:
    """The keys of an installation. Raises ``InstallationError`` if MongoDB does not answer."""
    with mongo_answers():
        async with connect(mongo) as client:
            yield Keys(KeyStore(client[database_of(databases)]))


def key_of_this_machine(mongo: str, databases: str, data: Path) -> tuple[str, Path]:
    """A key with every scope, and the file in which it is kept for its user alone (mode 0600): in the folder of the
    servers' data, one for each installation on them. Raises ``InstallationError`` if MongoDB does not answer.
    """
    file = data / f"key-{databases}"
    held = file.read_text("ascii", "replace").strip() if file.exists() else ""
    text = asyncio.run(_of_this_machine(mongo, databases, held))
    if text != held or file.stat().st_mode & 0o077:
        _write_private(file, text)
    return text, file


async def _of_this_machine(mongo: str, databases: str, held: str) -> str:
    async with opened_keys(mongo, databases) as keys:
        return await keys.of_this_machine(held)


def _write_private(file: Path, text: str) -> None:
    # Made anew beside its place: an older file may be readable by others, and somebody may have it open.
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as output:
        output.write(f"{text}\n")
    part.replace(file)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
