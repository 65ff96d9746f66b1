"""Who asks with a token of the issuer: signed by one of its keys, for us, and not expired (RFC 7519, RFC 8725)."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, Protocol

import jwt

from contracts.values.text import is_blank, tidy
from services.http.callers.caller import TOKENS, Caller
from services.http.callers.issued import LONGEST_ACTOR, is_source
from services.http.callers.issuer import Issuer
from services.http.callers.scopes import SCOPES
from services.http.callers.token_keys import TokenKey
from services.http.telling.problem import Fault, fault

LEEWAY: Final = 30.0
"""Seconds that the clocks of the issuer and of this machine may differ by."""
REQUIRED: Final = ("iss", "aud", "exp", "sub")


class KeyRing(Protocol):
    """The issuer's keys."""

    @property
    def known(self) -> bool:
        """Whether there is any."""

    async def find(self, id: str) -> TokenKey | None:  # noqa: A002  the key's own word
        """The key of this id."""


class IssuedTokens:
    """The tokens of one issuer."""

    def __init__(self, issuer: Issuer, keys: KeyRing) -> None:
        self._issuer = issuer
        self._keys = keys

    async def find(self, token: str) -> Caller | None:
        """Who holds this token; None: it is not good. Raises ``Problem`` (503) while no key of the issuer is known."""
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            return None
        key_id, algorithm = header.get("kid"), header.get("alg")
        # The algorithm is one of the settings', never just what the token says; `crit` names what nobody here knows.
        if not isinstance(key_id, str) or algorithm not in self._issuer.algorithms or "crit" in header:
            return None
        key = await self._keys.find(key_id)
        if key is None and not self._keys.known:
            raise fault(Fault.UNAVAILABLE, "the issuer of tokens does not answer", headers={"Retry-After": "30"})
        if key is None or not key.fits(algorithm):
            return None
        try:
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                audience=self._issuer.audiences,
                issuer=self._issuer.address,
                leeway=LEEWAY,
                options={"require": list(REQUIRED)},
            )
        except jwt.PyJWTError:
            return None
        return caller_of(claims, self._issuer)


def caller_of(claims: Mapping[str, Any], issuer: Issuer) -> Caller | None:
    """Who stands in the claims; None if they cannot be read: a source that is no text must not open everything."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.strip():
        return None
    source = claims.get(issuer.source_claim)
    if source is not None and not (isinstance(source, str) and is_source(source)):
        return None
    actor = claims.get(issuer.actor_claim, subject)
    if not isinstance(actor, str) or is_blank(actor) or len(actor) > LONGEST_ACTOR:
        return None
    owner = _owner(issuer.address, subject)
    return Caller(owner, tidy(actor), _scopes(claims.get(issuer.scopes_claim)), source, owner)


def _scopes(claim: object) -> frozenset[str]:
    """Words with blanks between them (RFC 8693), or a list of words; what is no scope of ours is another's."""
    words = claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else []
    return frozenset(word for word in words if isinstance(word, str) and word in SCOPES)


def _owner(address: str, subject: str) -> str:
    """Stands for a subject wherever requests are kept and logged: some issuers call people by their e-mail."""
    return TOKENS + sha256(f"{address}\n{subject}".encode()).hexdigest()[:24]
