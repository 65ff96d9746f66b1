"""People of the console are added, listed, disabled; a link lets one in once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.values.immutable import Immutable
from installation.errors import InstallationError, mongo_answers
from services.console.people.person import NotAllowed, Person, check_password, check_person
from services.console.people.store import PASSWORDS, People, database_of
from services.engine.adapters.mongo_client import connect
from services.engine.core.document import replace


class Wanted(Immutable):
    """A person that somebody adds or changes. ``password`` None: the one that they have, or none."""

    name: str
    shown: str
    roles: tuple[str, ...]
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """The people of one installation; ``opened_staff`` makes one."""

    people: People

    async def keep(self, wanted: Wanted) -> Person:
        """Adds a person, or changes the one of this name. Raises ``InstallationError`` for what cannot be one."""
        try:
            check_person(wanted.name, wanted.shown, wanted.roles)
            if wanted.password is not None:
                check_password(wanted.password)
        except NotAllowed as why:
            raise InstallationError(str(why)) from None
        there = await self.people.find(wanted.name)
        kept = None if there is None else there.password
        hashed = kept if wanted.password is None else PASSWORDS.hash(wanted.password)
        person = Person(wanted.name, wanted.shown, wanted.roles, hashed)
        await self.people.keep(person)
        return person

    async def every(self) -> Sequence[Person]:
        """All of them."""
        return await self.people.every()

    async def disable(self, name: str, *, disabled: bool) -> None:
        """They are logged out, and nothing lets them in; or it does again. Raises ``InstallationError``."""
        await self.people.keep(replace(await self._found(name), disabled=disabled))

    async def link(self, name: str) -> str:
        """A secret that lets this person in once. Raises ``InstallationError``."""
        person = await self._found(name)
        if person.disabled:
            raise InstallationError(f"{name} is disabled: leaseline users enable {name}.")
        return await self.people.make_link(name, datetime.now(UTC))

    async def _found(self, name: str) -> Person:
        person = await self.people.find(name)
        if person is None:
            raise InstallationError(
                f"There is no {name!r}: leaseline users list shows all, leaseline users add adds one."
            )
        return person


@asynccontextmanager
async def opened_staff(mongo: str, databases: str) -> AsyncIterator[Staff]:
    """The people of an installation. Raises ``InstallationError`` if MongoDB does not answer."""
    with mongo_answers():
        async with connect(mongo) as client:
            people = People(client[database_of(databases)])
            await people.prepare()
            yield Staff(people)
