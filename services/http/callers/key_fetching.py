"""The keys of an issuer as a process has them: refreshed in the background, kept while the issuer is away."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from http.client import HTTPException
from typing import IO, Any, Final
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, build_opener

from services.http.callers.issuer import Issuer, address_of_issuer
from services.http.callers.token_keys import TokenKey, read_keys

REFRESHED: Final = 300.0
"""Seconds between two fetches in the background."""
TRIED_AGAIN: Final = 30.0
"""Seconds between two fetches at least, whatever asks for them: an unknown key, or none known yet."""
WITHIN: Final = 5.0
LARGEST: Final = 1_000_000
DESCRIPTION: Final = "/.well-known/openid-configuration"

Fetch = Callable[[str], bytes]
"""Gets what is at an address. Raises OSError or ValueError."""


class IssuerKeys:
    """The keys of one issuer."""

    def __init__(
        self,
        issuer: Issuer,
        failed: Callable[[Exception], None],
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``failed`` is told of each fetch that gave nothing."""
        self._issuer = issuer
        self._failed = failed
        self._fetch = get if fetch is None else fetch
        self._clock = clock
        self._sleep = sleep
        self._keys: Mapping[str, TokenKey] = {}
        self._tried = float("-inf")
        self._fetching = asyncio.Lock()

    @property
    def known(self) -> bool:
        """Whether there is any key: without one nobody can say whether a token is good."""
        return bool(self._keys)

    async def find(self, id: str) -> TokenKey | None:  # noqa: A002  the key's own word
        """The key of this id. An unknown one is asked for at most every 30 s, so that no flood of tokens reaches the
        issuer.
        """
        if id not in self._keys:
            await self._refresh()
        return self._keys.get(id)

    async def run(self) -> None:
        """Refreshes for ever, until it is cancelled."""
        while True:
            await self._refresh()
            await self._sleep(REFRESHED if self._keys else TRIED_AGAIN)

    async def _refresh(self) -> None:
        async with self._fetching:
            if self._clock() - self._tried < TRIED_AGAIN:
                return
            self._tried = self._clock()
            try:
                self._keys = await asyncio.to_thread(self._fetched)
            except (OSError, HTTPException, ValueError) as error:
                self._failed(error)

    def _fetched(self) -> Mapping[str, TokenKey]:
        return read_keys(self._fetch(self._issuer.keys or self._described()))

    def _described(self) -> str:
        found: Any = json.loads(self._fetch(self._issuer.address.rstrip("/") + DESCRIPTION))
        if not isinstance(found, dict) or found.get("issuer") != self._issuer.address:
            raise ValueError(f"it does not describe {self._issuer.address}")
        return address_of_issuer(str(found.get("jwks_uri", "")))


class _Nowhere(HTTPRedirectHandler):
    """Follows nothing: the address of the keys is the settings' or the issuer's own word."""

    def redirect_request(self, *_args: object, **_named: object) -> None:
        return None


def get(address: str) -> bytes:
    """What is at this address, within 5 s, at most 1 MB. Raises OSError or ValueError."""
    try:
        answer: IO[bytes]
        with build_opener(_Nowhere).open(address_of_issuer(address), timeout=WITHIN) as answer:
            found = answer.read(LARGEST + 1)
    except URLError as error:
        raise OSError(f"{address}: {error.reason}") from None
    if len(found) > LARGEST:
        raise ValueError(f"more than {LARGEST:,} bytes at {address}")
    return found
