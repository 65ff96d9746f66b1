"""What waits is listed page by page, and a hold is released by an ordinary request with actor and reason."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.messages.changes import OrderAmendmentRequested
from contracts.messages.orders import NoteSubmitted, OrderSubmitted
from tests.system import shop
from tests.system.http_doors import Doors
from tests.system.installation import Installation
from tests.system.mended import heard
from tests.system.test_mending_kills import WHO, leaseline


@pytest.fixture
def doors(installation: Installation, tmp_path: Path) -> Iterator[Doors]:
    made = Doors(installation, tmp_path)
    yield made
    made.stop()


async def test_what_waits_is_listed_and_a_hold_is_released(installation: Installation, doors: Doors) -> None:
    quoted = {
        **shop.order_data("h-1"),
        "items": [{"sku": shop.SKU, "months": 12, "quantity": 1, "quoted_price": {"amount": 700, "currency": "EUR"}}],
    }
    unknown = {**shop.order_data("v-1"), "items": [{"sku": "NOBODY-HAS-IT", "months": 12, "quantity": 1}]}
    note = {"order_id": "n-1", "text": "hello", "author": "Ada"}
    more = {
        "order_id": "c-1",
        "actor": "Ada",
        "reason": "one more",
        "items": {"add": [{"sku": shop.SKU, "months": 12, "quantity": 1}]},
    }
    both = installation.start("orders", "fulfillment")
    both.until_ready()
    await installation.feed([shop.variant(), shop.order("c-1"), shop.sent(OrderSubmitted, "h", quoted)])
    await installation.until_quiet(both.processes)
    await installation.feed([shop.scan("s-1", "S1"), shop.scan("h-1", "S2")])
    await installation.until_quiet(both.processes)
    both.stop()
    orders = installation.start("orders")  # nobody decides the change
    orders.until_ready()
    await installation.feed(
        [
            shop.sent(NoteSubmitted, "note", note),
            shop.sent(OrderSubmitted, "v", unknown),
            shop.sent(OrderAmendmentRequested, "amend", more),
            shop.sent(OrderAmendmentRequested, "amend-again", {**more, "reason": "and another"}),
        ]
    )
    await installation.until_quiet(orders.processes)

    parked = json.loads(leaseline(installation, "parked", "list", "--json").stdout)
    assert [(each["order_id"], each["service"], each["waits_for"]) for each in parked] == [
        ("h-1", "fulfillment", "release"),
        ("n-1", "orders", "order"),
        ("s-1", "fulfillment", "order"),
        ("v-1", "orders", "variant"),
    ]
    first = json.loads(leaseline(installation, "parked", "list", "--json", "--limit", "2").stdout)
    rest = json.loads(leaseline(installation, "parked", "list", "--json", "--after", "n-1").stdout)
    assert first + rest == parked
    changes = json.loads(leaseline(installation, "changes", "list", "--json").stdout)
    assert [(each["id"], each["state"]) for each in changes] == [
        ("amend", "open, change 1"),
        ("amend-again", "waits behind it"),
    ]
    client = await doors.open("operations.serving")
    told = (await client.get("/parked/orders?limit=1")).json()
    assert [(each["order_id"], each["requests"][0]["id"]) for each in told["items"]] == [("n-1", "note")]
    told = (await client.get(f"/parked/orders?limit=1&cursor={told['next']}")).json()
    assert [(each["order_id"], each["submissions"][0]["id"]) for each in told["items"]] == [("v-1", "v")]
    (scan,) = (await client.get("/parked/fulfillment")).json()["items"]
    assert scan["order_id"] == "s-1"
    (line,) = (await client.get("/changes")).json()["items"]
    assert (line["order_id"], line["open"]["id"], line["open"]["number"]) == ("c-1", "amend", 1)
    assert [each["id"] for each in line["waiting"]] == ["amend-again"]
    (held,) = json.loads(leaseline(installation, "holds", "list", "--json").stdout)
    assert (held["order_id"], held["hold"], held["expected"], held["found"]) == ("h-1", "price_mismatch", 900, 700)
    released = leaseline(installation, "holds", "release", "h-1", "--price", "quoted", *WHO)
    assert (released.returncode, "HoldReleased" in released.stdout) == (0, True), released.stderr
    refused = leaseline(installation, "holds", "reject", "h-1", *WHO)
    assert refused.returncode == 1
    assert leaseline(installation, "holds", "list").stdout.strip() == "Nothing waits."
    assert (await heard(installation.addresses.kafka)).dead == {}
