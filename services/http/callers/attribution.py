"""What a caller that is bound to a source may not read: what cannot be told to have come from there.

Orders are known by who submitted them, and the catalog is for all. Most of the rest has scopes that nobody has who is
bound (``scopes.WHOLE``); customers are read under one that a shop needs, and belong to several
(``docs/decisions/0094``).
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from services.http.callers.caller import Caller
from services.http.callers.identity import ASKS, Identity, needs
from services.http.telling.problem import Fault, fault


def needs_unbound(identity: Identity, scope: str) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency of a route: a caller with this scope who is bound to no source; for another one it is as if there
    were nothing. Raises ValueError for a scope that is none.
    """
    who = needs(identity, scope)

    async def caller(request: Request) -> Caller:
        found = await who(request)
        if found.source is not None:
            raise fault(Fault.NOT_FOUND, "who is bound to a source sees the orders that came from it, and no customers")
        return found

    setattr(caller, ASKS, scope)
    return caller
