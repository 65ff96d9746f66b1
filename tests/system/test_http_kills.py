"""An HTTP process is killed at each step of a request: whatever the caller does then, it happens exactly once."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.system import shop
from tests.system.entry import KILL
from tests.system.http_doors import Doors
from tests.system.installation import Installation, until
from tests.system.read_back import Said, said

STEPS = ("stored", "sent", "answered")


@pytest.fixture
def doors(installation: Installation, tmp_path: Path) -> Iterator[Doors]:
    made = Doors(installation, tmp_path)
    yield made
    made.stop()


async def facts(installation: Installation, key: str) -> Sequence[Said]:
    return [each for each in await said(installation.addresses.kafka) if each.cause == ("http:anybody", key)]


async def a_catalog_and_services(installation: Installation) -> None:
    services = installation.start()
    await installation.feed([shop.variant()])
    services.until_ready()
    await installation.until_quiet(services.processes)


async def test_a_caller_who_asks_again_gets_the_one_answer(installation: Installation, doors: Doors) -> None:
    await a_catalog_and_services(installation)
    body = {**shop.order_data("H-1"), "order_id": None}
    for step in STEPS:
        headers = {"Idempotency-Key": f"kill-{step}"}
        dying = await doors.open(**{KILL: f"{step}:1"})
        with pytest.raises(httpx.TransportError):
            await dying.post("/orders", json=body, headers=headers)
        living = await doors.open()
        answers = [await living.post("/orders", json=body, headers=headers) for _ in range(2)]
        assert {each.status_code for each in answers} == {200}, step  # 201 went to nobody
        assert len({each.json()["order"]["order_id"] for each in answers}) == 1
        found = await facts(installation, headers["Idempotency-Key"])
        assert [each.type for each in found].count("OrderPlaced") == 1, step
        assert {each.type for each in found} <= {"OrderPlaced", "RequestRepeated"}
    placed = [each for each in await said(installation.addresses.kafka) if each.type == "OrderPlaced"]
    assert len({each.data["order"]["order_id"] for each in placed}) == len(STEPS)  # no second made-up id


async def test_a_caller_who_never_asks_again_has_asked_once(installation: Installation, doors: Doors) -> None:
    await a_catalog_and_services(installation)
    for step in STEPS:
        dying = await doors.open(**{KILL: f"{step}:1"})
        with pytest.raises(httpx.TransportError):
            await dying.post("/orders", json=shop.order_data(f"H-{step}"), headers={"Idempotency-Key": step})
        living = await doors.open()

        async def there(client: httpx.AsyncClient = living, order_id: str = f"H-{step}") -> bool:
            return (await client.get(f"/orders/{order_id}")).status_code == 200

        await until(there, "the order of a caller who went away")
        assert [each.type for each in await facts(installation, step)].count("OrderPlaced") == 1


async def test_while_no_lane_decides_it_is_accepted_and_told_later(installation: Installation, doors: Doors) -> None:
    await a_catalog_and_services(installation)
    installation.stop()
    client = await doors.open()
    accepted = await client.post("/orders", json=shop.order_data("H-3"), headers={"Prefer": "wait=1"})
    assert (accepted.status_code, accepted.json()["outcome"]["state"]) == (202, "pending")
    address = accepted.headers["location"]
    installation.start()
    told = await client.get(address, headers={"Prefer": "wait=30"})
    assert (told.status_code, told.json()["outcome"]["state"]) == (200, "done")
    other = await client.get("/requests/orders-0123456789abcdef01234567")
    assert other.status_code == 404


async def test_several_processes_are_asked_the_same_at_once_and_it_is_done_once(
    installation: Installation, doors: Doors
) -> None:
    await a_catalog_and_services(installation)
    clients = [await doors.open() for _ in range(2)]
    body, headers = shop.order_data("H-4"), {"Idempotency-Key": "at-once"}
    answers = await asyncio.gather(
        *(client.post("/orders", json=body, headers=headers) for client in clients for _ in range(5))
    )
    assert sorted(each.status_code for each in answers) == [200] * 9 + [201]
    assert [each.type for each in await facts(installation, "at-once")].count("OrderPlaced") == 1
    other = await clients[0].post("/orders", json={**body, "channel": "phone"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
