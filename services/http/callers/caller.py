"""Who asks: the one value that identity becomes, whatever it was proved by."""

from typing import Final

from contracts.values.immutable import Immutable
from services.engine.core.answer import HTTP
from services.http.callers.scopes import WHOLE


class Caller(Immutable):
    """``owner`` holds the key or the token; ``actor`` is who stands in the history; ``scopes`` is what it may do.

    ``source``: it reads and writes only what came from this shop; None: it may see everything that its scopes allow.
    ``name`` is what limits are counted by: the key's name, or the token's subject. ``test``: it submits test orders
    only.
    """

    owner: str
    actor: str
    scopes: frozenset[str]
    source: str | None = None
    name: str = ""
    test: bool = False

    @property
    def sender(self) -> str:
        """The CloudEvents source of its requests: ids are counted by owner, so that a new key breaks no repeat."""
        return f"{HTTP}{self.source or self.owner}"

    def may(self, scope: str) -> bool:
        """Whether it may do what this scope stands for; one that is bound to a source never what belongs to all."""
        return scope in self.scopes and (self.source is None or scope not in WHOLE)

    def sees(self, source: str) -> bool:
        """Whether what came from this source is its own: over HTTP or over Kafka, a shop is one shop."""
        return self.source is None or source in self.sources

    @property
    def sources(self) -> tuple[str, ...]:
        """Under which names it sends, over Kafka and over HTTP; none if it is bound to no source."""
        return () if self.source is None else (self.source, f"{HTTP}{self.source}")


TOKENS: Final = "oidc:"
"""How the owner of what was asked with a token begins: no owner of a key has the name of a token's subject."""
ANYBODY: Final = "anybody"
"""Owner and actor where nothing is locked (``LEASELINE_HTTP_OPEN=yes``)."""
