"""Who asks, by the header `Authorization: Bearer`: an API key, or a token of the issuer that the settings name."""

from typing import Final, Protocol

from starlette.requests import Request

from services.http.bounded import at_the_end
from services.http.callers.api_keys import ApiKeys
from services.http.callers.caller import Caller
from services.http.callers.delegation import on_behalf
from services.http.callers.key import looks_like_key
from services.http.callers.limiting import Limiter
from services.http.telling.problem import Fault, Problem, fault

LONGEST: Final = 8_192
"""Characters of a token; nobody makes longer ones, and none is decoded."""
_ASK: Final = {"WWW-Authenticate": "Bearer"}
_WRONG: Final = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class Tokens(Protocol):
    """Knows tokens of an issuer."""

    async def find(self, token: str) -> Caller | None:
        """Who holds this token; None: it is none of the issuer's, or is good no more. Raises ``Problem`` (503)."""


class Bearer:
    """The identity of a process whose doors are locked: it proves who asks, and counts."""

    def __init__(self, keys: ApiKeys, tokens: Tokens | None, limiter: Limiter) -> None:
        """Without ``tokens`` no issuer is named, and only keys open anything."""
        self._keys = keys
        self._tokens = tokens
        self._limiter = limiter

    async def identify(self, request: Request) -> Caller:
        """Raises ``Problem``: 401 without a valid key or token, 429 if it asks too often, 403 if it speaks for others
        and may not.
        """
        caller = await self._find(_credential(request))
        if caller is None:
            raise wrong_key()
        caller = on_behalf(request, caller)
        at_the_end(request, await self._limiter.enter(caller.name))
        return caller

    async def _find(self, credential: str) -> Caller | None:
        if looks_like_key(credential):
            return await self._keys.find(credential)
        return None if self._tokens is None else await self._tokens.find(credential)


def wrong_key() -> Problem:
    """401, without a word about what was wrong with it."""
    return fault(Fault.KEY_INVALID, headers=_WRONG)


def _credential(request: Request) -> str:
    found = request.headers.getlist("authorization")
    if not found:
        raise fault(Fault.KEY_MISSING, headers=_ASK)
    scheme, _, credential = found[0].strip().partition(" ")
    if scheme.lower() != "bearer" or not credential.strip():
        raise fault(Fault.KEY_MISSING, "Authorization is not Bearer", headers=_ASK)
    if len(found) > 1 or len(credential) > LONGEST:
        raise wrong_key()
    return credential.strip()
