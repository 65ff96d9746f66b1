"""Who may do what: every route names a scope, and gets a caller who has it."""

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from starlette.requests import Request

from services.http.caller import ANYBODY, Caller
from services.http.problem import Fault, fault

SCOPES: Final = {
    "orders:read": "Read orders, customers and the catalog.",
    "orders:write": "Submit, confirm, amend, close and cancel orders; write notes.",
    "orders:holds": "Decide about prices of orders on hold.",
    "orders:payer": "Move an order to another payer.",
    "catalog:write": "Submit variants and prices.",
    "customers:write": "Change a customer's settings.",
    "scans:write": "Assign devices to units; record shipments, arrivals and returns.",
    "subscriptions:read": "Read subscriptions and devices.",
    "subscriptions:write": "Cancel, extend, correct and replace.",
    "subscriptions:reverse": "Take a scan back.",
    "devices:write": "Correct devices and change their states.",
    "billing:read": "Read accounts, groups and invoices.",
    "billing:write": "Change a payer's settings.",
    "billing:run": "Start billing runs.",
    "events:read": "Read everything that is said.",
    "imports:write": "Send files of orders, variants, devices and scans.",
}
"""Every scope with what it allows."""


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
        return found

    return caller


def needs(identity: Identity, scope: str) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency of a route: the caller, if it has this scope. Raises ValueError for a scope that is none."""
    if scope not in SCOPES:
        raise ValueError(f"there is no scope {scope}")
    who = known(identity)

    async def caller(request: Request) -> Caller:
        found = await who(request)
        if not found.may(scope):
            raise fault(Fault.SCOPE_MISSING, f"it needs {scope}")
        return found

    return caller
