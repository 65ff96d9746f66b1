"""The settings of a service's process, from the environment, all with the prefix ``LEASELINE_``."""

import os
import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from contracts.values.immutable import Immutable

T = TypeVar("T")
MOST_LANES: Final = 1024
MOST_LINES: Final = 1_000_000
PREFIX_MEANT: Final = "use 1 to 40 of the characters A-Z a-z 0-9 _ -"
_PREFIX: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
FORMS: Final = ("json", "console")
LEVELS: Final = ("debug", "info", "warning", "error")


def chosen(
    name: str, default: str, read: Callable[[str], T], meant: str, environment: Mapping[str, str] = os.environ
) -> T:
    """What a setting says, or the default if it is absent or blank. ``read`` raises ValueError, KeyError or OSError for
    what cannot be one.

    Raises SystemExit with the setting and ``meant``, which says what may stand there: a wrong setting is never taken
    for its default.
    """
    text = environment.get(name, "").strip() or default
    try:
        return read(text)
    except (KeyError, ValueError, OSError):
        raise SystemExit(f"{name} is {text!r}: {meant}") from None


def yes_or_no(name: str, environment: Mapping[str, str] = os.environ) -> bool:
    """A setting that is off unless it says yes. Raises SystemExit for anything but yes and no."""
    return chosen(name, "no", one_of(("yes", "no")), "say yes or no", environment) == "yes"


def one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    """Reads one of these words, however they are capitalised."""
    return lambda text: {word: word for word in words}[text.lower()]


def between(least: float, most: float, number: Callable[[str], T]) -> Callable[[str], T]:
    """Reads a number from ``least`` to ``most``."""

    def read(text: str) -> T:
        if not least <= float(text) <= most:
            raise ValueError(text)
        return number(text)

    return read


def database_prefix(text: str) -> str:
    """How the names of databases and groups begin: what MongoDB and Kafka both take. Raises ValueError."""
    if _PREFIX.fullmatch(text) is None:
        raise ValueError(text)
    return text


def _all_or_number(text: str) -> int | None:
    return None if text.lower() == "all" else between(0, MOST_LINES, int)(text)


def _port_or_none(text: str) -> int | None:
    return None if text.lower() == "none" else between(0, 65_535, int)(text)


class Settings(Immutable):
    """Where the servers are and how the process behaves.

    ``lanes`` is one number for the whole installation, fixed at the first start. ``databases`` is the prefix of the
    services' database names. ``tick_seconds`` 0: the worker does not tick (somebody else says what time it is).
    ``session_seconds``: after so long without a sign of life the group gives a worker's lanes to another one.
    ``logged_a_minute``: lines about refusals, waiting requests and senseless records at most; None: all of them.
    ``health_port``: where it tells its health and figures; 0: any free port; None: nowhere.
    ``start_seconds``: so long a start waits for servers that do not answer.
    """

    kafka: str
    mongo: str
    lanes: int = 16
    databases: str = "leaseline"
    logs: str = "json"
    log_level: str = "info"
    tick_seconds: float = 60.0
    session_seconds: float = 10.0
    logged_a_minute: int | None = None
    start_seconds: float = 300.0
    health_port: int | None = None

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Raises SystemExit with what is missing or wrong."""
        try:
            kafka, mongo = environment["LEASELINE_KAFKA"], environment["LEASELINE_MONGO"]
        except KeyError as missing:
            raise SystemExit(
                f"{missing.args[0]} is not set: give the servers' addresses (LEASELINE_KAFKA=host:port, "
                f"LEASELINE_MONGO=mongodb://...), or run: leaseline up"
            ) from None

        def read(name: str, default: str, how: Callable[[str], T], meant: str) -> T:
            return chosen(f"LEASELINE_{name}", default, how, meant, environment)

        return cls(
            kafka=kafka,
            mongo=mongo,
            lanes=read("LANES", "16", between(1, MOST_LANES, int), f"give a whole number from 1 to {MOST_LANES}"),
            databases=read("DATABASES", "leaseline", database_prefix, PREFIX_MEANT),
            logs=read("LOGS", "json", one_of(FORMS), f"use {' or '.join(FORMS)}"),
            log_level=read("LOG_LEVEL", "info", one_of(LEVELS), f"use {' or '.join(LEVELS)}"),
            tick_seconds=read("TICK_SECONDS", "60", between(0, 3600, float), "give seconds from 0 (never) to 3600"),
            session_seconds=read("SESSION_SECONDS", "10", between(1, 300, float), "give seconds from 1 to 300"),
            logged_a_minute=read("LOGGED_A_MINUTE", "all", _all_or_number, f"say all or give 0 to {MOST_LINES}"),
            health_port=read("HEALTH_PORT", "none", _port_or_none, "give a port, 0 to 65535, or none"),
            start_seconds=read("START_SECONDS", "300", between(0, 86_400, float), "give seconds from 0 to 86400"),
        )
