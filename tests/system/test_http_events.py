"""A shop without Kafka lives on the feed: it sees everything once it has read on, whoever decides meanwhile."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import httpx2 as httpx

from tests.system import shop
from tests.system.http_doors import Doors
from tests.system.installation import Installation
from tests.system.read_back import said


async def read_on(client: httpx.AsyncClient, cursor: str, **parameters: str) -> tuple[list[dict[str, str]], str]:
    """Everything behind the cursor, page by page."""
    found: list[dict[str, str]] = []
    while True:
        answer = await client.get("/events", params={"cursor": cursor, "limit": "3", "timeout": "0.5", **parameters})
        assert answer.status_code == 200, answer.text
        page, cursor = answer.json(), answer.headers["cursor"]
        if not page:
            return found, cursor
        found += page


TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def in_trace(events: Iterable[Mapping[str, str]], trace: str) -> set[tuple[str, str]]:
    """Who said what in this trace."""
    return {
        (event["source"].partition("/")[2], event["type"].split(".")[2])
        for event in events
        if event.get("traceparent", "")[3:35] == trace
    }


async def test_a_trace_is_seen_from_the_request_to_what_came_of_it_in_every_service(
    installation: Installation, tmp_path: Path
) -> None:
    doors = Doors(installation, tmp_path)
    services = installation.start()
    await installation.feed([shop.variant()])
    services.until_ready()
    await installation.until_quiet(services.processes)
    try:
        client = await doors.open("operations.serving")
        parked = f"00-{'b' * 32}-{SPAN}-01"
        scan = {"sku": shop.SKU, "serials": ["SN-1", "SN-2"]}
        headers = {"Idempotency-Key": "scan", "traceparent": parked, "Prefer": "respond-async"}
        answer = await client.post("/orders/T-1/scans?unknown=wait", json=scan, headers=headers)
        assert answer.status_code == 202, answer.text
        headers = {"Idempotency-Key": "order", "traceparent": f"00-{TRACE}-{SPAN}-01", "Prefer": "wait=30"}
        answer = await client.post("/orders", json=shop.order_data("T-1"), headers=headers)
        assert answer.status_code == 201, answer.text
        request = answer.json()["outcome"]["request"]
        await client.post(
            "/orders/T-1/confirmation", json={}, headers={"Idempotency-Key": "yes", "traceparent": "00-x"}
        )
        await installation.until_quiet(services.processes)

        told = (await client.get(request)).json()["outcome"]
        assert told["traceparent"] == f"00-{TRACE}-{SPAN}-01"
        events, _ = await read_on(client, "begin")
        assert ("orders", "OrderPlaced") in in_trace(events, TRACE)
        scanned = {("fulfillment", "SubscriptionCreated"), ("billing", "BillingAccountChanged")}
        assert scanned <= in_trace(events, "b" * 32)
        assert {"traceparent" in event for event in events if "OrderConfirmed" in event["type"]} == {False}
        spans = {event["traceparent"][36:52] for event in events if "traceparent" in event}
        assert SPAN not in spans
    finally:
        doors.stop()


async def test_a_reader_of_the_feed_gets_everything_that_was_said(installation: Installation, tmp_path: Path) -> None:
    doors = Doors(installation, tmp_path)
    services = installation.start()
    await installation.feed([shop.variant()])
    services.until_ready()
    await installation.until_quiet(services.processes)
    try:
        client = await doors.open()
        first, cursor = await read_on(client, "begin")
        await installation.feed([shop.order(f"E-{n}") for n in range(20)])
        await installation.feed([shop.scan("E-1", "SN-1", "SN-2")])
        await installation.until_quiet(services.processes)
        later, end = await read_on(client, cursor)
        events = await said(installation.addresses.kafka)
        assert {(e["source"], e["id"]) for e in (*first, *later)} == {(f"leaseline/{e.service}", e.id) for e in events}
        only, _ = await read_on(client, "begin", types="OrderPlaced,SubscriptionCreated", subject="E-1")
        assert sorted(e["type"].split(".")[2] for e in only) == ["OrderPlaced", *["SubscriptionCreated"] * 2]
        assert (await client.get("/events", params={"cursor": end, "types": "OrderPlaced"})).status_code == 400
        assert (await client.get("/events", params={"types": "OrderPlacd"})).status_code == 422
        wanted = client.get("/events", params={"cursor": end, "timeout": "30"})
        await installation.feed([shop.order("E-late")])
        assert json.loads((await wanted).text)[0]["subject"] == "E-late"
    finally:
        doors.stop()
