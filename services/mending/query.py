"""Which dead letters are meant: every part that is given must hold."""

from typing import Final

from contracts.values.immutable import Immutable
from services.engine.core.letter import Letter
from services.mending.acts import SERVICES, State, state_of
from services.mending.found import Shelved

ABOUT: Final = ("order", "customer", "serial", "sku", "payer")


class Query(Immutable):
    """``services`` none: all. ``since`` and ``until`` are when it became a dead letter, milliseconds UTC. ``subject``
    is whom it is about (an order id, ``serial:<serial>``, ...). ``text`` stands anywhere in key or value, capitals or
    not. ``places`` are where it stood or where the letter stands. ``states`` none: all.
    """

    services: tuple[str, ...] = ()
    why: str = ""
    type: str = ""
    since: int | None = None
    until: int | None = None
    subject: str = ""
    text: str = ""
    places: tuple[str, ...] = ()
    states: tuple[State, ...] = ("open",)

    def reads(self, service: str) -> bool:
        """Whether letters of this service may be meant."""
        return not self.services or service in self.services

    def means(self, letter: Letter) -> bool:
        """Whether the letter is, whatever was done with it."""
        return (
            self.reads(letter.service)
            and self.why in ("", letter.why)
            and self.type.lower() in ("", letter.name.lower(), letter.type.lower())
            and (self.since is None or letter.at >= self.since)
            and (self.until is None or letter.at < self.until)
            and (not self.subject or self.subject in (letter.subject, *letter.subjects))
            and (not self.places or bool({letter.address, letter.place}.intersection(self.places)))
            and self._has_text(letter)
        )

    def shows(self, shelved: Shelved) -> bool:
        """Whether it is, by what was done with it."""
        return not self.states or state_of(shelved.done) in self.states

    def _has_text(self, letter: Letter) -> bool:
        if not self.text:
            return True
        wanted = self.text.lower()
        return any(wanted in (part or b"").decode("utf-8", "replace").lower() for part in (letter.key, letter.value))

    @property
    def meant(self) -> tuple[str, ...]:
        """The services whose letters are looked at."""
        return tuple(service for service in SERVICES if self.reads(service))
