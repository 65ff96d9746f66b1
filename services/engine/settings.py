"""The settings of a service's process, from the environment, all with the prefix ``LEASELINE_``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the servers are and how the process behaves.

    ``lanes`` is one number for the whole installation, fixed at the first start. ``databases`` is the prefix of the
    services' database names. ``tick_seconds`` 0: the worker does not tick (somebody else says what time it is).
    ``session_seconds``: after so long without a sign of life the group gives a worker's lanes to another one.
    """

    kafka: str
    mongo: str
    lanes: int = 16
    databases: str = "leaseline"
    logs: str = "json"
    log_level: str = "info"
    tick_seconds: float = 60.0
    session_seconds: float = 10.0

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Raises SystemExit with what is missing or wrong."""
        try:
            return cls(
                kafka=environment["LEASELINE_KAFKA"],
                mongo=environment["LEASELINE_MONGO"],
                lanes=int(environment.get("LEASELINE_LANES", "16")),
                databases=environment.get("LEASELINE_DATABASES", "leaseline"),
                logs=environment.get("LEASELINE_LOGS", "json"),
                log_level=environment.get("LEASELINE_LOG_LEVEL", "info"),
                tick_seconds=float(environment.get("LEASELINE_TICK_SECONDS", "60")),
                session_seconds=float(environment.get("LEASELINE_SESSION_SECONDS", "10")),
            )
        except KeyError as missing:
            raise SystemExit(
                f"{missing.args[0]} is not set: give the servers' addresses (LEASELINE_KAFKA=host:port, "
                f"LEASELINE_MONGO=mongodb://...), or run: leaseline up"
            ) from None
        except ValueError as wrong:
            raise SystemExit(f"a LEASELINE_ setting is not a number: {wrong}") from None
