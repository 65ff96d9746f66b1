"""A shop without Kafka lives on the feed: it sees everything once it has read on, whoever decides meanwhile."""

import json
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
