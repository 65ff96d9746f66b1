"""Who may do what: every route names a scope, and gets a caller who has it."""

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from starlette.requests import Request

from services.http.callers.caller import ANYBODY, Caller
from services.http.callers.scopes import ANY_KEY, SCOPES, WHOLE
from services.http.telling.parameters import check_parameters
from services.http.telling.problem import Fault, fault

ASKS: Final = "asks_for"
"""Attribute of a dependency that asks for a scope: the scope. ``scoped.check_scopes`` looks for it on every route."""


class Identity(Protocol):
    """Proves who asks."""

    async def identify(self, request: Request) -> Caller:
        """Raises ``Problem`` if it cannot be proved."""


class Open:
    """Nothing is proved: everybody may do everything (``LEASELINE_HTTP_OPEN=yes``, for a machine of one's own)."""

    async def identify(self, request: Request) -> Caller:
        """Anybody."""
        del request
        return Caller(ANYBODY, ANYBODY, frozenset(SCOPES), name=ANYBODY)


def known(identity: Identity) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency of a route that any caller may use who can be named."""

    async def caller(request: Request) -> Caller:
        found: Caller | None = getattr(request.state, "caller", None)
        if found is None:
            found = request.state.caller = await identity.identify(request)
            check_parameters(request)
        return found

    setattr(caller, ASKS, ANY_KEY)
    return caller


def needs(identity: Identity, scope: str) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency of a route: the caller, if it has this scope. Raises ValueError for a scope that is none."""
    if scope not in SCOPES:
        raise ValueError(f"there is no scope {scope}")
    who = known(identity)

    async def caller(request: Request) -> Caller:
        found = await who(request)
        if not found.may(scope):
            bound = ", which none has that is bound to a source" if found.source is not None and scope in WHOLE else ""
            raise fault(Fault.SCOPE_MISSING, f"it needs {scope}{bound}")
        return found

    setattr(caller, ASKS, scope)
    return caller
