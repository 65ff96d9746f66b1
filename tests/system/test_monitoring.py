"""Every figure that alerts and dashboard ask for is told by real processes, under the labels that are asked for."""

import socket
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import httpx2 as httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from contracts.messages.orders import OrderSubmitted
from deploy.local.processes import started
from tests.deploy.test_monitoring import questions
from tests.system import shop
from tests.system.http_doors import Doors
from tests.system.installation import Installation, until

ADDED: Final = frozenset({"instance", "job"})
"""Labels that Prometheus puts to each figure by itself."""
WATCH: Final = "services.{}"
PORT: Final = "LEASELINE_HEALTH_PORT"


@pytest.fixture
def doors(installation: Installation, tmp_path: Path) -> Iterator[Doors]:
    made = Doors(installation, tmp_path)
    yield made
    made.stop()


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


async def figures_at(port: str) -> dict[str, frozenset[str]]:
    """The labels of each figure that a process tells."""
    async with httpx.AsyncClient() as client:
        try:
            text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
        except httpx.TransportError:
            return {}
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] |= frozenset(sample.labels)
    return found


async def test_what_alerts_and_dashboard_ask_for_is_told(
    installation: Installation, doors: Doors, tmp_path: Path
) -> None:
    at_orders, at_doors = free_port(), free_port()
    services = installation.start("orders", LEASELINE_TICK_SECONDS="1", **{PORT: at_orders})
    services.until_ready()
    senseless = replace(shop.variant(), value=b"no message")
    refused = shop.sent(OrderSubmitted, "m-1", {**shop.order_data("M-1"), "currency": "none"})
    await installation.feed([senseless, refused, shop.variant()])
    at_watch = free_port()
    watching = {**installation.environment, PORT: at_watch}
    watch = started(installation.addresses, tmp_path / "watch", services=("watch",), environment=watching, module=WATCH)
    doors.made += watch.processes
    client = await doors.open("operations.serving", **{PORT: at_doors})
    assert (await client.get(f"/catalog/{shop.SKU}")).status_code in (200, 404)

    found: dict[str, frozenset[str]] = {}

    async def all_told() -> bool:
        found.update(await figures_at(at_orders))
        found.update(await figures_at(at_doors))
        found.update(await figures_at(at_watch))
        return not missing(found)

    await until(all_told, lambda: f"figures that nobody tells: {missing(found)}", 40)
    assert found["leaseline_server_away"] == {"service", "server"}
    assert "leaseline_nothing_total" not in found


def missing(found: Mapping[str, frozenset[str]]) -> list[str]:
    """What is asked for and not told, or by labels that it has not."""
    lacking: list[str] = []
    for figures, by in questions():
        lacking += [name for name in figures if name not in found]
        told = frozenset().union(*(found.get(name, frozenset()) for name in figures), ADDED)
        strange = by - told
        for name, selected in figures.items():
            strange |= selected - found.get(name, frozenset()) - ADDED
        lacking += [f"{sorted(figures)} by {label}" for label in sorted(strange)]
    return sorted(set(lacking))
