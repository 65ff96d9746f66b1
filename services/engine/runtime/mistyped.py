"""Settings that nobody reads: a mistyped one would be taken for its default in silence."""

import os
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final

PREFIX: Final = "LEASELINE_"
NAMES: Final = frozenset(
    [
        "ANNOUNCED_ONLY",
        "API",
        "API_KEY",
        "BEHIND_ORDER_DAYS",
        "BILLING_DAY",
        "CHANGES_WAITING",
        "CONFIRMATION_REQUIRED",
        "CONSOLE_API",
        "CONSOLE_HOST",
        "CONSOLE_KEY_FILE",
        "CONSOLE_PORT",
        "CONSOLE_URL",
        "DATABASES",
        "DEFAULT_TERM",
        "HEALTH_PORT",
        "HTTP_BODY_BYTES",
        "HTTP_HOST",
        "HTTP_IN_FLIGHT",
        "HTTP_JSON_DEPTH",
        "HTTP_OPEN",
        "HTTP_PAGE",
        "HTTP_PORT",
        "HTTP_QUERY_SECONDS",
        "HTTP_RATE",
        "HTTP_UNDECIDED",
        "HTTP_WAITING",
        "ISSUER",
        "ISSUER_ADDRESS",
        "ISSUER_VAT_ID",
        "KAFKA",
        "KAFKA_PORT",
        "LANES",
        "LOGGED_A_MINUTE",
        "LOGS",
        "LOG_LEVEL",
        "MONGO",
        "MONGO_PORT",
        "NOTES",
        "NOTES_SUBMITTED",
        "OIDC_ACTOR_CLAIM",
        "OIDC_ALGORITHMS",
        "OIDC_AUDIENCE",
        "OIDC_ISSUER",
        "OIDC_KEYS",
        "OIDC_SCOPES_CLAIM",
        "OIDC_SOURCE_CLAIM",
        "ORDER_ITEMS",
        "ORDER_UNITS",
        "PARKED_BYTES",
        "PARKED_CHARACTERS",
        "PARKED_HOURS",
        "PARKED_REQUESTS",
        "PARKED_SERIALS",
        "PROPOSED_AGAIN_MINUTES",
        "REFUSALS_KEPT_HOURS",
        "SCAN_SERIALS",
        "SERIAL_PATTERN",
        "SERVERS_START_SECONDS",
        "SESSION_SECONDS",
        "START_AHEAD_DAYS",
        "START_BACK_DAYS",
        "START_SECONDS",
        "TICK_AHEAD_SECONDS",
        "TICK_MOVES_SECONDS",
        "TICK_SECONDS",
        "UNKNOWN_SKU_MINUTES",
        "WATCH_DAYS",
        "ZONE",
    ]
)
"""Every setting of an installation, services and command line alike: one environment is meant for all of them."""
_OF_TESTS: Final = "TEST_"


def mistyped(environment: Mapping[str, str] = os.environ) -> Sequence[str]:
    """A sentence for each variable that begins as a setting does and is none, with the nearest setting."""
    return [
        f"{PREFIX}{name} is no setting and is ignored{_near(name)}"
        for name in sorted(each.removeprefix(PREFIX) for each in environment if each.startswith(PREFIX))
        if name not in NAMES and not name.startswith(_OF_TESTS)
    ]


def _near(name: str) -> str:
    near = get_close_matches(name.upper(), NAMES, n=1, cutoff=0.6)
    return f": did you mean {PREFIX}{near[0]}?" if near else "; docs/settings.md lists them all"
