"""A person who may log in, and a session: somebody who did."""

import re
from datetime import datetime, timedelta
from typing import Final

from contracts.values.immutable import Immutable
from services.console.people.roles import ROLES, scopes_of

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
SESSION_ENDS: Final = timedelta(hours=12)
"""After log-in, however busy somebody is."""
IDLE_ENDS: Final = timedelta(hours=2)
"""After the last page that was asked for."""
LINK_ENDS: Final = timedelta(minutes=15)
SHORTEST_PASSWORD: Final = 12


class NotAllowed(ValueError):
    """Somebody cannot be a person like this; the sentence says why, and what would do."""


class Person(Immutable):
    """``name`` is what is typed at log-in; ``shown`` stands in the history of what they ask for."""

    name: str
    shown: str
    roles: tuple[str, ...]
    password: str | None = None
    """Its hash; None: only links let this person in."""
    disabled: bool = False

    @property
    def scopes(self) -> frozenset[str]:
        """What they may do over HTTP."""
        return scopes_of(self.roles)


class Session(Immutable):
    """Somebody who is logged in. ``key`` is the digest of what the browser holds. Moments are UTC."""

    key: str
    person: Person
    began: datetime
    seen: datetime

    def live(self, now: datetime) -> bool:
        """Whether it still counts."""
        return now < self.began + SESSION_ENDS and now < self.seen + IDLE_ENDS and not self.person.disabled


def check_person(name: str, shown: str, roles: tuple[str, ...]) -> None:
    """Raises ``NotAllowed``."""
    if _NAME.fullmatch(name) is None:
        raise NotAllowed(f"{name[:70]!r} cannot be a name: use 1 to 64 of a-z 0-9 . _ @ -, a letter or digit first.")
    if not shown.strip() or len(shown) > 100 or not shown.isprintable():
        raise NotAllowed("The name that others see is one line of 1 to 100 characters.")
    unknown = sorted(set(roles) - ROLES.keys())
    if unknown or not roles:
        what = f"There is no role {unknown[0]!r}" if unknown else "A person without a role may do nothing"
        raise NotAllowed(f"{what}: give one or more of {', '.join(ROLES)}.")


def check_password(password: str) -> None:
    """Raises ``NotAllowed`` for one that is too short. Nothing else is demanded: length is what counts."""
    if len(password) < SHORTEST_PASSWORD or len(password) > 1_000:
        raise NotAllowed(f"A password has at least {SHORTEST_PASSWORD} characters; a sentence is a good one.")
