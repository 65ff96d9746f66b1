"""Roles are sets of scopes of the HTTP API: the API refuses, the page explains."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

_READS: Final = frozenset({"orders:read", "subscriptions:read", "billing:read"})
_CLERK: Final = _READS | {
    "orders:write", "orders:holds", "orders:payer", "customers:write", "scans:write", "subscriptions:write",
    "subscriptions:reverse",
}  # fmt: skip
_WAREHOUSE: Final = frozenset({"orders:read", "subscriptions:read", "scans:write", "devices:write"})
_FINANCE: Final = _READS | {"billing:write", "billing:run"}
_OPERATIONS: Final = _CLERK | _FINANCE | {"devices:write", "catalog:write", "imports:write", "events:read"}

ROLES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "viewer": _READS,
        "clerk": _CLERK,
        "warehouse": _WAREHOUSE,
        "finance": _FINANCE,
        "operations": _OPERATIONS,
        "admin": _OPERATIONS,
    }
)
"""Each role with what it may do; ``admin`` manages people besides."""


def scopes_of(roles: Iterable[str]) -> frozenset[str]:
    """Everything that one of the roles allows; a role that this version does not know allows nothing."""
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))
