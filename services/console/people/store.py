"""People, sessions and log-in links, in a database of the console: `<prefix>_console`.

What lets somebody in (a session's cookie, a link) is kept as its digest only.
"""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from pwdlib import PasswordHash
from pymongo.asynchronous.database import AsyncDatabase

from services.console.people.person import LINK_ENDS, SESSION_ENDS, Person, Session

Document = dict[str, Any]
PASSWORDS: Final = PasswordHash.recommended()
_NOBODY: Final = PASSWORDS.hash("nobody has this one, and it takes as long to find that out")
NOTED_EVERY: Final = 60.0
"""Seconds: when a session was seen last is true to so many."""


def database_of(prefix: str) -> str:
    """The name of the console's database."""
    return f"{prefix}_console"


class People:
    """The people of an installation, and who of them is here."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._people, self._sessions, self._links = database["people"], database["sessions"], database["links"]

    async def prepare(self) -> None:
        """Makes the indexes by which MongoDB forgets what has ended."""
        await self._sessions.create_index("began", expireAfterSeconds=int(SESSION_ENDS.total_seconds()))
        await self._sessions.create_index("person")
        await self._links.create_index("made", expireAfterSeconds=int(LINK_ENDS.total_seconds()))

    async def keep(self, person: Person) -> None:
        """Adds a person, or replaces the one of this name."""
        document = {"shown": person.shown, "roles": list(person.roles), "disabled": person.disabled}
        if person.password is not None:
            document["password"] = person.password
        await self._people.replace_one({"_id": {"$eq": person.name}}, document, upsert=True)
        if person.disabled:
            await self._sessions.delete_many({"person": {"$eq": person.name}})

    async def find(self, name: str) -> Person | None:
        """The person of this name."""
        found = await self._people.find_one({"_id": {"$eq": name}})
        return None if found is None else _person(found)

    async def every(self) -> Sequence[Person]:
        """All of them, by name."""
        return [_person(each) async for each in self._people.find().sort("_id", 1)]

    async def prove(self, name: str, password: str) -> Person | None:
        """The person, if the password is theirs. It takes as long if there is no such person."""
        person = await self.find(name)
        kept = _NOBODY if person is None or person.password is None else person.password
        right = await asyncio.to_thread(PASSWORDS.verify, password[:1_000], kept)
        return person if right and person is not None and person.password and not person.disabled else None

    async def make_link(self, name: str, now: datetime) -> str:
        """A secret that lets this person in once, within 15 minutes."""
        secret = secrets.token_urlsafe(24)
        await self._links.insert_one({"_id": _digest(secret), "person": name, "made": now})
        return secret

    async def use_link(self, secret: str, now: datetime) -> Person | None:
        """Whom it lets in; it is used up. None: it is none, was used, or is too old."""
        found = await self._links.find_one_and_delete(
            {"_id": {"$eq": _digest(secret)}, "made": {"$gt": now - LINK_ENDS}}
        )
        person = None if found is None else await self.find(found["person"])
        return None if person is None or person.disabled else person

    async def begin(self, person: Person, now: datetime) -> str:
        """What the browser holds from now on."""
        secret = secrets.token_urlsafe(32)
        await self._sessions.insert_one({"_id": _digest(secret), "person": person.name, "began": now, "seen": now})
        return secret

    async def session(self, secret: str, now: datetime) -> Session | None:
        """The session, if it still counts; it was seen now."""
        found = await self._sessions.find_one({"_id": {"$eq": _digest(secret)}})
        person = None if found is None else await self.find(found["person"])
        if found is None or person is None:
            return None
        session = Session(found["_id"], person, found["began"], found["seen"])
        if not session.live(now):
            await self.end(session.key)
            return None
        if (now - session.seen).total_seconds() > NOTED_EVERY:
            await self._sessions.update_one({"_id": session.key}, {"$set": {"seen": now}})
        return session

    async def end(self, key: str) -> None:
        """Ends a session."""
        await self._sessions.delete_one({"_id": {"$eq": key}})


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _person(found: Document) -> Person:
    return Person(found["_id"], found["shown"], tuple(found["roles"]), found.get("password"), found["disabled"])
