"""An API key as it is kept: who holds it, what it may do, until when. The key itself is nowhere."""

import re
from datetime import datetime
from typing import Final, Literal

from contracts.values.immutable import Immutable
from contracts.values.text import is_blank, tidy
from services.engine.core.answer import HTTP
from services.http.callers.caller import TOKENS, Caller
from services.http.callers.scopes import SCOPES, WHOLE

_OWNER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SOURCE: Final = re.compile(r"[!-~]{1,200}")
LONGEST_ACTOR: Final = 200

KeyState = Literal["live", "expired", "revoked"]


class NotGranted(ValueError):
    """A key cannot be made like this; the sentence says why, and what would do."""


class IssuedKey(Immutable):
    """``name`` is how people call it. All moments are UTC; ``last_used`` is true to a minute."""

    name: str
    owner: str
    actor: str
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime
    source: str | None = None
    test: bool = False
    last_used: datetime | None = None
    revoked: datetime | None = None

    def state(self, now: datetime) -> KeyState:
        """Whether it opens anything."""
        if self.revoked is not None:
            return "revoked"
        return "live" if now < self.expires else "expired"

    def caller(self) -> Caller:
        """Who asks with it. A scope that this version does not know allows nothing."""
        scopes = frozenset(self.scopes) & SCOPES.keys()
        return Caller(self.owner, self.actor, scopes, self.source, self.name, self.test)


def check_grant(key: IssuedKey) -> None:
    """Raises ``NotGranted`` if no key may be like this."""
    if _OWNER.fullmatch(key.owner) is None:
        raise NotGranted(
            f"{key.owner[:70]!r} cannot be an owner: use 1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first. "
            "It names a system, never a person: it stands in what is kept of each request."
        )
    if is_blank(key.actor) or len(key.actor) > LONGEST_ACTOR or tidy(key.actor) != key.actor:
        raise NotGranted(f"An actor is a name in one line of at most {LONGEST_ACTOR} characters.")
    if key.source is not None and not is_source(key.source):
        raise NotGranted(
            f"{key.source[:70]!r} cannot be a source: use 1 to 200 visible characters of ASCII, and none that begins "
            f"with {HTTP} or {TOKENS}"
        )
    unknown = sorted(set(key.scopes) - SCOPES.keys())
    if unknown or not key.scopes:
        raise NotGranted(f"There is no scope {unknown[0]!r}." if unknown else "A key without a scope opens nothing.")
    wide = sorted(WHOLE & set(key.scopes))
    if key.source is not None and wide:
        raise NotGranted(
            f"A key that is bound to a source cannot have {', '.join(wide)}: that belongs to no shop alone. "
            "Make two keys, or leave --source out."
        )


def is_source(text: str) -> bool:
    """Whether a caller can be bound to this source: one that no owner's requests have."""
    ours = text.startswith((HTTP, TOKENS)) and not text.startswith("http://")
    return _SOURCE.fullmatch(text) is not None and not ours
