"""The issuer of tokens that an installation trusts (OpenID Connect), as its settings name it."""

import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from contracts.values.immutable import Immutable
from services.engine.runtime.settings import chosen

ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
"""What a token may be signed with at all: by a private key. A secret that two sides share proves nothing here."""
_HERE: Final = ("127.0.0.1", "::1", "localhost")


class Issuer(Immutable):
    """``address`` is the claim ``iss``, ``audiences`` are what ``aud`` may be, ``algorithms`` what counts as signed.
    ``keys`` is where its keys are; None: where its own description says. The claims are by which names it tells who
    asks, what is allowed and which shop it is.
    """

    address: str
    audiences: tuple[str, ...]
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    keys: str | None = None
    scopes_claim: str = "scope"
    source_claim: str = "leaseline_source"
    actor_claim: str = "sub"

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Issuer | None":
        """None: no issuer is named. Raises SystemExit with what is missing or wrong."""
        address = environment.get("LEASELINE_OIDC_ISSUER", "").strip()
        if not address:
            return None
        audiences = tuple(_parts(environment.get("LEASELINE_OIDC_AUDIENCE", "")))
        if not audiences:
            raise SystemExit(
                "LEASELINE_OIDC_AUDIENCE is not set: say for whom the issuer's tokens are made, or every token of it "
                "would open this door"
            )
        chosen("LEASELINE_OIDC_ISSUER", "", address_of_issuer, _ADDRESS_MEANT, environment)
        keys = chosen("LEASELINE_OIDC_KEYS", "", _address_or_none, _ADDRESS_MEANT, environment)
        algorithms = chosen(
            "LEASELINE_OIDC_ALGORITHMS", "RS256,ES256", _algorithms, f"use {', '.join(ALGORITHMS)}", environment
        )

        def claim(name: str, default: str) -> str:
            return environment.get(name, "").strip() or default

        return cls(
            address=address,
            audiences=audiences,
            algorithms=algorithms,
            keys=keys,
            scopes_claim=claim("LEASELINE_OIDC_SCOPES_CLAIM", "scope"),
            source_claim=claim("LEASELINE_OIDC_SOURCE_CLAIM", "leaseline_source"),
            actor_claim=claim("LEASELINE_OIDC_ACTOR_CLAIM", "sub"),
        )


_ADDRESS_MEANT: Final = "give an address that begins with https:// (http:// only on this machine)"


def address_of_issuer(text: str) -> str:
    """An address from which keys may be taken. Raises ValueError for one that anybody on the way could answer."""
    parts = urlsplit(text)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
    if not safe or not parts.hostname or parts.username or parts.fragment:
        raise ValueError(text)
    return text


def _address_or_none(text: str) -> str | None:
    return address_of_issuer(text) if text else None


def _algorithms(text: str) -> tuple[str, ...]:
    found = tuple(_parts(text))
    if not found or not set(found) <= set(ALGORITHMS):
        raise ValueError(text)
    return found


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
