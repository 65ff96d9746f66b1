"""The settings of an HTTP process, beside those of every process."""

import os
from collections.abc import Mapping

from contracts.values.immutable import Immutable
from services.engine.runtime.settings import Settings, between, chosen, yes_or_no
from services.http.bounds import Bounds
from services.http.callers.issuer import Issuer


class HttpSettings(Immutable):
    """Where it listens, and whether its doors are locked. ``engine``: where the servers are, and the installation.
    ``issuer``: whose tokens open them; None: only keys do.
    """

    engine: Settings
    host: str = "127.0.0.1"
    port: int = 8080
    open: bool = False
    bounds: Bounds = Bounds()
    issuer: Issuer | None = None

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "HttpSettings":
        """Raises SystemExit with what is missing or wrong."""
        return cls(
            engine=Settings.read(environment),
            host=environment.get("LEASELINE_HTTP_HOST", "").strip() or "127.0.0.1",
            port=chosen("LEASELINE_HTTP_PORT", "8080", between(0, 65535, int), "give a port, 0 to 65535", environment),
            open=yes_or_no("LEASELINE_HTTP_OPEN", environment),
            bounds=Bounds.read(environment),
            issuer=Issuer.read(environment),
        )
