"""Dead letters over HTTP: listed, rehearsed, held back, seen with a reason, left, sent again, each on record."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system import shop
from tests.system.http_doors import Doors
from tests.system.installation import Installation
from tests.system.mended import heard, mending_of, shelved

ORDERS = "/dead-letters/orders"


@pytest.fixture
def doors(installation: Installation, tmp_path: Path) -> Iterator[Doors]:
    made = Doors(installation, tmp_path)
    yield made
    made.stop()


async def test_a_dead_letter_is_mended_over_http(installation: Installation, doors: Doors) -> None:
    bad = installation.start("orders", LEASELINE_TEST_RAISE="decide:w-1,w-2")
    bad.until_ready()
    await installation.feed([shop.variant(), shop.order("w-1"), shop.order("w-2")])
    await installation.until_quiet(bad.processes)
    bad.stop()
    good = installation.start("orders")
    good.until_ready()
    client = await doors.open("operations.serving")

    first = (await client.get(f"{ORDERS}?limit=1")).json()
    rest = (await client.get(f"{ORDERS}?limit=1&cursor={first['next']}")).json()
    found = {each["about"]: each for each in (*first["items"], *rest["items"])}
    assert set(found) == {"w-1", "w-2"}
    assert "next" not in rest
    assert (await client.get(f"{ORDERS}?about=w-1&why=cannot_be_decided&type=OrderSubmitted")).json()["items"] == [
        found["w-1"]
    ]
    assert (await client.get("/dead-letters/fulfillment")).json() == {"items": []}
    at = {name: "/dead-letters/" + each["place"].replace(".dead-letters", "") for name, each in found.items()}

    shown = await client.get(at["w-1"])
    assert shown.json()["now"] == {
        "verdict": "accepted",
        "said": ["OrderPlaced"],
        "codes": [],
        "reason": "",
        "detail": "",
    }
    assert "Byron" not in shown.text
    unsaid = await client.post(f"{at['w-1']}/content", json={"reason": " "})
    assert (unsaid.status_code, unsaid.json()["errors"][0]["pointer"]) == (422, "/reason")
    seen = await client.post(f"{at['w-1']}/content", json={"reason": "to see what is wrong"})
    assert "Byron" in seen.json()["value"]

    left = await client.post(f"{at['w-2']}/discard", json={"reason": "the shop sent it again"})
    assert left.json() == {"what": "discarded", "address": found["w-2"]["address"]}
    held = await client.post(f"{at['w-2']}/replay", json={"reason": "or not"})
    assert (held.status_code, held.json()["code"]) == (409, "held_back")
    assert "`again`" in held.json()["detail"]
    for name, body in (("w-1", {}), ("w-2", {"again": True})):
        sent = await client.post(f"{at[name]}/replay", json={"reason": "mended", **body})
        assert (sent.status_code, sent.json()["verdict"]) == (200, "accepted"), sent.text
    await installation.until_quiet(good.processes)
    twice = await client.post(f"{at['w-1']}/replay", json={"reason": "once more"})
    assert twice.status_code == 409
    assert (await client.get(f"{ORDERS}/0/999999")).status_code == 404
    assert (await client.get(f"{ORDERS}/99/0")).status_code == 404

    after = await heard(installation.addresses.kafka)
    assert [after.by_cause[shop.SOURCE, f"order-{name}"] for name in found] == [{"OrderPlaced": 1}] * 2
    async with mending_of(installation) as mending:
        done = {each.letter.subject: each.done for each in await shelved(mending, state="replayed")}
    assert [act.state for act in done["w-2"]] == ["discarded", "replayed"]
    assert [act.act.reason for act in done["w-1"]] == ["mended"]
    assert {act.act.actor for act in done["w-1"]} == {"anybody"}
