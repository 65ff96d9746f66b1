"""Spans of real processes, as a collector gets them; and a collector that is away."""

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.system import shop
from tests.system.collector import Collector, collecting
from tests.system.http_doors import Doors
from tests.system.installation import Installation, until
from tests.system.test_http_events import SPAN, TRACE

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
PLACED = {"Idempotency-Key": "order", "traceparent": f"00-{TRACE}-{SPAN}-01", "Prefer": "wait=30"}


@pytest.fixture
def doors(installation: Installation, tmp_path: Path) -> Iterator[Doors]:
    made = Doors(installation, tmp_path)
    yield made
    made.stop()


async def placed(installation: Installation, doors: Doors, **environment: str) -> httpx.Response:
    """An order that came over HTTP with a trace, decided in orders and heard of in fulfillment."""
    services = installation.start("orders", "fulfillment", **environment)
    await installation.feed([shop.variant()])
    services.until_ready()
    await installation.until_quiet(services.processes)
    client = await doors.open("operations.serving", **environment)
    answer = await client.post("/orders", json=shop.order_data("T-1"), headers=PLACED)
    await installation.until_quiet(services.processes)
    return answer


async def test_a_request_is_seen_through_its_http_process_and_both_services(
    installation: Installation, doors: Doors
) -> None:
    with collecting() as collector:
        answer = await placed(installation, doors, **{ENDPOINT: collector.address})
        assert answer.status_code == 201, answer.text
        wanted = {
            ("leaseline-http", "POST /orders"),
            ("leaseline-orders", "decide OrderSubmitted"),
            ("leaseline-fulfillment", "decide OrderPlaced"),
        }

        async def all_came() -> bool:
            return wanted <= collector.of_trace(TRACE).keys()

        await until(all_came, lambda: f"spans; these came: {sorted(collector.of_trace(TRACE))}", 30)
        in_order(collector)


def in_order(collector: Collector) -> None:
    """Each span lies in the one before; the batch names the message that it decided."""
    spans = collector.of_trace(TRACE)
    door = spans["leaseline-http", "POST /orders"]
    submitted = spans["leaseline-orders", "decide OrderSubmitted"]
    heard = spans["leaseline-fulfillment", "decide OrderPlaced"]
    above = [span.parent_span_id.hex() for span in (door, submitted, heard)]
    assert above == [SPAN, door.span_id.hex(), submitted.span_id.hex()]
    batches = {span.span_id: span for _, span in collector.came if span.name == "batch orders"}
    batch = batches[submitted.links[0].span_id]
    assert (TRACE, door.span_id) in {(link.trace_id.hex(), link.span_id) for link in batch.links}
    assert batch.start_time_unix_nano == submitted.start_time_unix_nano < batch.end_time_unix_nano
    told = {attribute.key for _, span in collector.came for attribute in span.attributes}
    assert {"http.route", "messaging.kafka.offset", "leaseline.lanes"} <= told
    assert "Ada" not in str(collector.came)


@pytest.mark.parametrize("answers", ["503", "nothing", "nobody"])
async def test_a_collector_that_is_away_holds_up_nobody(installation: Installation, doors: Doors, answers: str) -> None:
    with collecting(503) as refusing, socket.create_server(("127.0.0.1", 0)) as silent:
        address = {
            "503": refusing.address,
            "nothing": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "nobody": "http://127.0.0.1:1",
        }[answers]
        answer = await placed(installation, doors, **{ENDPOINT: address, "OTEL_EXPORTER_OTLP_TIMEOUT": "2"})
        assert answer.status_code == 201, answer.text
        (services,) = installation._running
        services.stop()
        assert {process.popen.returncode for process in services.processes} == {0}
