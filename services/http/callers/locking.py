"""The locks of a process: what its settings say that callers are known by."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import structlog
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from services.http.callers.api_keys import ApiKeys
from services.http.callers.bearer import Bearer
from services.http.callers.identity import Identity, Open
from services.http.callers.key_fetching import IssuerKeys
from services.http.callers.key_store import KeyStore, database_of
from services.http.callers.limiting import Limiter
from services.http.callers.tokens import IssuedTokens
from services.http.settings import HttpSettings


class Locks:
    """``identity`` proves who asks: by keys, and by tokens if an issuer is named; nothing if all is open."""

    def __init__(self, settings: HttpSettings, client: AsyncMongoClient[dict[str, Any]]) -> None:
        self._log = structlog.get_logger("http")
        self._store = KeyStore(client[database_of(settings.engine.databases)])
        self._keys = ApiKeys(self._store, _now, self._not_noted)
        self._issuer = None if settings.issuer is None else IssuerKeys(settings.issuer, self._issuer_away)
        self._refreshing: asyncio.Task[None] | None = None
        tokens = None
        if settings.issuer is not None and self._issuer is not None:
            tokens = IssuedTokens(settings.issuer, self._issuer)
        self._open = settings.open
        self.identity: Identity = Open() if settings.open else Bearer(self._keys, tokens, Limiter(settings.bounds))

    async def start(self) -> None:
        """Fetches the issuer's keys from now on; says so if nothing opens these doors at all."""
        if self._issuer is not None:
            self._refreshing = asyncio.create_task(self._issuer.run())
        elif not self._open and not await self._store.any_live(_now()):
            self._log.warning("http.no_keys", reason="no key opens anything: make one with leaseline keys make")

    async def close(self) -> None:
        """Ends what was started."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)
        await self._keys.close()

    def _not_noted(self, error: Exception) -> None:
        assert isinstance(error, PyMongoError)
        self._log.warning("key.use_not_noted", reason=type(error).__name__)

    def _issuer_away(self, error: Exception) -> None:
        self._log.warning("issuer.away", reason=f"{type(error).__name__}: {error}"[:300])


def _now() -> datetime:
    return datetime.now(UTC)
