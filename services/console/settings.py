"""The settings of a console's process."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from contracts.values.immutable import Immutable
from services.engine.runtime.settings import FORMS, LEVELS, PREFIX_MEANT, between, chosen, database_prefix, one_of

USUAL_PORT: Final = 8090
_ADDRESS_MEANT: Final = "give an address like https://console.example"


class ConsoleSettings(Immutable):
    """``api`` is where the HTTP API listens, ``key`` opens it on behalf of people. ``address`` is how browsers reach
    the console; None: where it listens. ``mongo`` holds people, sessions and drafts, in a database of its own.
    """

    api: str
    key: str
    mongo: str
    databases: str = "leaseline"
    host: str = "127.0.0.1"
    port: int = USUAL_PORT
    address: str | None = None
    logs: str = "json"
    log_level: str = "info"

    @property
    def public(self) -> str:
        """The address that stands in links: without a slash at its end."""
        return self.address or f"http://{self.host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether browsers come by TLS: then the cookie goes nowhere else."""
        return self.public.startswith("https://")

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "ConsoleSettings":
        """Raises SystemExit with what is missing or wrong."""
        mongo = environment.get("LEASELINE_MONGO", "").strip()
        if not mongo:
            raise SystemExit("LEASELINE_MONGO is not set: give MongoDB's address, or run: leaseline up")
        key = chosen(
            "LEASELINE_CONSOLE_KEY_FILE", "", _key_in, "name the file that holds the console's API key", environment
        )

        def address(name: str, default: str) -> str:
            return chosen(name, default, _address, _ADDRESS_MEANT, environment)

        public = environment.get("LEASELINE_CONSOLE_URL", "").strip()
        return cls(
            api=address("LEASELINE_CONSOLE_API", "http://127.0.0.1:8080"),
            key=key,
            mongo=mongo,
            databases=chosen("LEASELINE_DATABASES", "leaseline", database_prefix, PREFIX_MEANT, environment),
            host=environment.get("LEASELINE_CONSOLE_HOST", "").strip() or "127.0.0.1",
            port=chosen(
                "LEASELINE_CONSOLE_PORT",
                str(USUAL_PORT),
                between(1, 65_535, int),
                "give a port, 1 to 65535",
                environment,
            ),
            address=address("LEASELINE_CONSOLE_URL", "") if public else None,
            logs=chosen("LEASELINE_LOGS", "json", one_of(FORMS), f"use {' or '.join(FORMS)}", environment),
            log_level=chosen("LEASELINE_LOG_LEVEL", "info", one_of(LEVELS), f"use {' or '.join(LEVELS)}", environment),
        )


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(text)
    return text.rstrip("/")


def _key_in(text: str) -> str:
    key = Path(text).read_text("ascii").strip()
    if not key:
        raise ValueError(text)
    return key
