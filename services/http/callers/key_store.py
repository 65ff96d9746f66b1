"""The API keys of an installation, in a database of the HTTP side: `<prefix>_http`, collection `keys`.

The command line makes, lists and revokes them; HTTP processes read them, and note when one was used.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo import ASCENDING
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from services.http.callers.issued import IssuedKey, NotGranted, check_grant

KEYS: Final = "keys"
SLOTS: Final = (1, 2)
"""Places of an owner: two keys are live at most, the one in use and the one that follows it."""
NOTED_EVERY: Final = timedelta(minutes=1)
_PLAIN: Final = ("name", "owner", "actor", "created", "expires", "source", "test", "last_used", "revoked")

Document = dict[str, Any]


def database_of(prefix: str) -> str:
    """The name of the database, beside those of the services."""
    return f"{prefix}_http"


class KeyStore:
    """Keys by their digests. A digest says nothing about its key."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._keys: AsyncCollection[Document] = database[KEYS]

    async def prepare(self) -> None:
        """Makes the index that gives an owner no more live keys than there are slots."""
        await self._keys.create_index(
            [("owner", ASCENDING), ("slot", ASCENDING)],
            unique=True,
            name="live",
            partialFilterExpression={"slot": {"$exists": True}},
        )

    async def add(self, digest: str, key: IssuedKey, now: datetime) -> None:
        """Keeps a new key. Raises ``NotGranted`` if it may not be like this, or its owner has two live ones."""
        check_grant(key)
        await self.prepare()
        await self._only_of_a_kind(key)
        await self._keys.update_many(
            {"owner": {"$eq": key.owner}, "slot": {"$exists": True}, "expires": {"$lte": now}}, {"$unset": {"slot": ""}}
        )
        document = {"_id": digest, **{name: getattr(key, name) for name in _PLAIN}, "scopes": list(key.scopes)}
        for slot in SLOTS:
            try:
                await self._keys.insert_one({**document, "slot": slot})
            except DuplicateKeyError:
                continue
            return
        raise NotGranted(f"{key.owner} has two live keys, and no more are allowed: revoke one (leaseline keys revoke).")

    async def _only_of_a_kind(self, key: IssuedKey) -> None:
        # An owner that is bound to no source sends as itself. If a shop had the same name, each would see the other's.
        if key.source is None:
            other = await self._keys.find_one({"source": {"$eq": key.owner}, "owner": {"$ne": key.owner}})
        else:
            other = await self._keys.find_one({"owner": {"$eq": key.source, "$ne": key.owner}, "source": None})
        if other is not None:
            shared = key.owner if key.source is None else key.source
            raise NotGranted(f"{shared} would be an owner and somebody else's source: choose another name for one.")

    async def find(self, digest: str) -> IssuedKey | None:
        """The key of this digest, whatever its state."""
        found = await self._keys.find_one({"_id": {"$eq": digest}})
        return None if found is None else _issued(found)

    async def every(self, owner: str | None = None) -> Sequence[IssuedKey]:
        """All keys, or those of an owner: by owner, the newest first. Revoked ones stay."""
        which: Document = {} if owner is None else {"owner": {"$eq": owner}}
        return [_issued(each) async for each in self._keys.find(which).sort([("owner", 1), ("created", -1)])]

    async def any_live(self, now: datetime) -> bool:
        """Whether any key opens anything."""
        return await self._keys.find_one({"revoked": None, "expires": {"$gt": now}}, {"_id": 1}) is not None

    async def revoke(self, name: str, now: datetime) -> IssuedKey | None:
        """The key of this name, which opens nothing any more (processes see it within 30 s); None: there is none."""
        await self._keys.update_one({"name": {"$eq": name}, "revoked": None}, {"$set": {"revoked": now}})
        found = await self._keys.find_one_and_update({"name": {"$eq": name}}, {"$unset": {"slot": ""}})
        return None if found is None else _issued(found)

    async def note_use(self, digest: str, now: datetime) -> None:
        """Notes when it was used last, at most once a minute however many processes see it."""
        before = {"$not": {"$gt": now - NOTED_EVERY}}
        await self._keys.update_one({"_id": {"$eq": digest}, "last_used": before}, {"$set": {"last_used": now}})


def _issued(found: Document) -> IssuedKey:
    return IssuedKey(**{name: found[name] for name in _PLAIN}, scopes=tuple(found["scopes"]))
