"""Two who send at once: the same file, or the same orders in two files. Each order is placed once, each sender told."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.system import shop
from tests.system.http_doors import Doors
from tests.system.installation import Installation, until
from tests.system.read_back import said

ORDERS = 1_200
KIND = {"kind": "orders"}


@pytest.fixture
def doors(installation: Installation, tmp_path: Path) -> Iterator[Doors]:
    made = Doors(installation, tmp_path)
    yield made
    made.stop()


def file(units: int) -> bytes:
    return b"".join(json.dumps(shop.order_data(f"C-{number:04}", units)).encode() + b"\n" for number in range(ORDERS))


def headers(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key, "Content-Type": "application/x-ndjson"}


async def placed(installation: Installation) -> Counter[str]:
    everything = await said(installation.addresses.kafka)
    return Counter(each.data["order"]["order_id"] for each in everything if each.type == "OrderPlaced")


async def a_shop(installation: Installation, doors: Doors) -> tuple[httpx.AsyncClient, httpx.AsyncClient]:
    services = installation.start()
    await installation.feed([shop.variant()])
    services.until_ready()
    await installation.until_quiet(services.processes)
    return await doors.open(), await doors.open()


async def test_the_newer_sender_of_a_file_goes_on_and_the_older_one_is_told(
    installation: Installation, doors: Doors
) -> None:
    first, second = await a_shop(installation, doors)
    content, goes_on = file(1), asyncio.Event()

    async def halting() -> AsyncIterator[bytes]:
        yield content[: len(content) // 2]
        await goes_on.wait()
        yield content[len(content) // 2 :]

    older = asyncio.create_task(
        first.post("/imports", params=KIND, content=halting(), headers=headers("f"), timeout=90)
    )

    async def half() -> bool:
        jobs = (await second.get("/imports")).json()["items"]
        return bool(jobs) and jobs[0]["counts"]["lines"] > 0

    await until(half, "half of the file")
    newer = await second.post("/imports", params=KIND, content=content, headers=headers("f"), timeout=90)
    assert (newer.status_code, newer.json()["state"], newer.json()["counts"]["lines"]) == (200, "done", ORDERS)
    goes_on.set()
    taken_over = await older
    assert (taken_over.status_code, taken_over.json()["code"]) == (409, "import_taken_over")
    assert taken_over.json()["instance"] == newer.json()["address"]
    assert (await first.get(newer.json()["address"])).json()["state"] == "done"
    assert await placed(installation) == Counter(f"C-{number:04}" for number in range(ORDERS))


async def test_of_two_files_with_the_same_orders_each_order_is_placed_from_one_of_them(
    installation: Installation, doors: Doors
) -> None:
    first, second = await a_shop(installation, doors)
    answers = await asyncio.gather(
        first.post("/imports", params=KIND, content=file(1), headers=headers("one"), timeout=90),
        second.post("/imports", params=KIND, content=file(2), headers=headers("two"), timeout=90),
    )
    assert [each.status_code for each in answers] == [200, 200]
    counts = [each.json()["counts"] for each in answers]
    assert [each["accepted"] + each["refused"] for each in counts] == [ORDERS, ORDERS]
    assert sum(each["accepted"] for each in counts) == ORDERS
    refused = max(answers, key=lambda each: each.json()["counts"]["refused"]).json()["address"]
    (reason,) = (await first.get(f"{refused}/results?state=refused&limit=1")).json()["items"][0]["reasons"]
    assert (reason["code"], reason["detail"] != "") == ("order_conflict", True)
    assert await placed(installation) == Counter(f"C-{number:04}" for number in range(ORDERS))
