"""`leaseline http`: the HTTP API of all three services, in this terminal; and as one more process of `leaseline up`."""

import asyncio
import os
import shlex
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

from deploy.local.ports import LOOPBACK, Holding
from deploy.local.processes import Services, running
from installation.addresses import Addresses
from installation.errors import InstallationError
from installation.lanes import agreed_lanes
from operations.cli.options import Data, Databases
from operations.cli.topics import addresses

MODULE: Final = "operations.serving"
PACKAGES: Final = ("fastapi", "uvicorn", "plutoprint")
"""What it needs beside a service's own packages."""
USUAL_PORT: Final = 8080
_JSON: Final = "-H 'Content-Type: application/json'"
HttpPort = Annotated[
    int | None,
    typer.Option(envvar="LEASELINE_HTTP_PORT", min=1, max=65535, show_default=f"{USUAL_PORT}, or any free one"),
]


@dataclass(frozen=True, slots=True)
class Served:
    """A process of the API that is ready, and its address."""

    services: Services
    address: str


def http(
    host: Annotated[str, typer.Option(envvar="LEASELINE_HTTP_HOST", help="The address it listens at.")] = LOOPBACK,
    port: Annotated[
        int, typer.Option(envvar="LEASELINE_HTTP_PORT", min=0, max=65535, help="0: any free one.")
    ] = USUAL_PORT,
    databases: Databases = "leaseline",
    data: Data = None,
) -> None:
    """Run one process of the HTTP API until Ctrl-C: any number may run side by side."""
    if not packages_there():
        raise InstallationError("The HTTP side's packages are not here: install leaseline[http,documents].")
    at = addresses(data)
    settings = {
        "LEASELINE_LANES": str(asyncio.run(agreed_lanes(at.mongo, databases, None))),
        "LEASELINE_DATABASES": databases,
        "LEASELINE_HTTP_HOST": host,
        "LEASELINE_HTTP_PORT": str(port),
        **at.as_environment(),
    }
    os.execve(sys.executable, [sys.executable, "-m", MODULE], {**os.environ, **settings})  # noqa: S606


def packages_there() -> bool:
    """Whether the packages of the HTTP side and of the papers are installed."""
    return all(find_spec(each) is not None for each in PACKAGES)


@dataclass(frozen=True, slots=True)
class Listener:
    """A process that listens: its name, what it runs, how people call it, the port that it usually has, and the
    settings with which it listens at a port.
    """

    name: str
    module: str
    title: str
    usual_port: int
    settings: Callable[[int], Mapping[str, str]]


def serve(stack: ExitStack, at: Addresses, logs: Path, environment: Mapping[str, str], port: int | None) -> Served:
    """Starts a process of the API, which ends with the stack. Raises ``InstallationError`` if it does not listen, or
    the port that was asked for is in use.
    """
    return start_listener(stack, at, logs, _api(environment), port)


def _api(environment: Mapping[str, str]) -> Listener:
    def settings(port: int) -> Mapping[str, str]:
        return {**environment, "LEASELINE_HTTP_HOST": LOOPBACK, "LEASELINE_HTTP_PORT": str(port)}

    return Listener("http", MODULE, "the HTTP API", USUAL_PORT, settings)


def start_listener(stack: ExitStack, at: Addresses, logs: Path, listener: Listener, port: int | None) -> Served:
    """Starts it, at the port that was asked for, its usual one, or any free one; it ends with the stack. Raises
    ``InstallationError``.
    """
    usual: int | None = listener.usual_port
    while True:
        with Holding() as ports:
            chosen = ports.claim(port, usual, listener.title)
            own = listener.settings(chosen)
            try:
                services = stack.enter_context(
                    running(at, logs, services=(listener.name,), environment=own, module=listener.module)
                )
            except InstallationError:
                if port is not None or usual is None:
                    raise
                usual = None  # another installation may have taken the usual port in this very moment
                continue
        return Served(services, f"http://{LOOPBACK}:{chosen}")


def curl_lines(address: str, key: Path) -> tuple[tuple[str, str], ...]:
    """(what it does, the line) for each: a variant, an order, what became of it. ``key`` is the file with the key."""
    curl = f'curl -H "Authorization: Bearer $(cat {shlex.quote(str(key))})"'
    variant = '{"product_name":"Chair","variant_name":"Red","prices":[{"months":12,"currency":"EUR","amount":900}]}'
    order = (
        '{"order_id":"CURL-1","currency":"EUR","items":[{"sku":"CHAIR","months":12,"quantity":1}],'
        '"customer":{"type":"individual","email":"ada@hello.example","first_name":"Ada"},'
        '"billing_address":{"street":"1 Main Street","city":"Berlin","postal_code":"10115","country":"DE"}}'
    )
    return (
        ("submit a variant", f"{curl} {_JSON} -H 'Idempotency-Key: c-1' -X PUT {address}/catalog/CHAIR -d '{variant}'"),
        ("place an order", f"{curl} {_JSON} {address}/orders -d '{order}'"),
        ("look at it", f"{curl} {address}/orders/CURL-1"),
    )
