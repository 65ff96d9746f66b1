"""A file is sent, the process that reads it dies half-way, the file is sent again: each order exactly once."""

import asyncio
import csv
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from services.http.imports.kind import KINDS
from services.http.imports.template import template
from tests.system import shop
from tests.system.entry import KILL
from tests.system.http_doors import Doors
from tests.system.installation import Installation, until
from tests.system.read_back import said

ORDERS = 2_000
WRONG = range(100, ORDERS, 500)
"""Orders of seven months: refused when they are read."""
TAKEN, WAITING, GARBAGE = 7, 1_300, 650
"""An order whose id stands for another one; one of a SKU that nobody knows; a line that is none."""


@pytest.fixture
def doors(installation: Installation, tmp_path: Path) -> Iterator[Doors]:
    made = Doors(installation, tmp_path)
    yield made
    made.stop()


def orders() -> list[dict[str, Any]]:
    found = [shop.order_data(f"I-{number:04}") for number in range(ORDERS)]
    for number in WRONG:
        found[number]["items"][0]["months"] = 7
    found[WAITING]["items"][0]["sku"] = "UNHEARD-OF"
    return found


def file_of(form: str) -> tuple[bytes, int]:
    """The file, and the line of its first order."""
    if form == "application/x-ndjson":
        lines = [json.dumps(each) for each in orders()]
        lines[GARBAGE] = '{"order_id": "I-0650", '
        return "\n".join(lines).encode(), 1
    to = StringIO()
    flat = [flattened(each) for each in orders()]
    writer = csv.DictWriter(to, flat[0], delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    rows = to.getvalue().split("\n")
    rows[GARBAGE + 1] = rows[GARBAGE + 1].replace("I-0650", '"I-0650"x', 1)
    return "\n".join(rows).encode(), 2


def flattened(value: Any, path: str = "") -> dict[str, str]:
    parts = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else None
    if parts is None:
        return {path: str(value)}
    found: dict[str, str] = {}
    for name, each in parts:
        found |= flattened(each, f"{path}.{name}" if path else str(name))
    return found


async def results(client: httpx.AsyncClient, address: str, **filters: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get(f"{address}/results", params={"limit": "90", **filters, **cursor})).json()
        found += page["items"]
        if "next" not in page:
            return found
        cursor = {"cursor": page["next"]}


@pytest.mark.parametrize(
    ("form", "step"), [("text/csv", "sent:2"), ("application/x-ndjson", "stored:3"), ("text/csv", "answered:2")]
)
async def test_a_file_whose_reader_was_killed_is_sent_again_and_every_order_stands_once(
    installation: Installation, doors: Doors, form: str, step: str
) -> None:
    services = installation.start()
    await installation.feed([shop.variant(), shop.order(f"I-{TAKEN:04}", units=5)])
    services.until_ready()
    await installation.until_quiet(services.processes)
    file, first = file_of(form)
    asked: dict[str, Any] = {
        "params": {"kind": "orders"},
        "headers": {"Idempotency-Key": "spring", "Content-Type": form},
    }
    dying = await doors.open(**{KILL: step})
    with pytest.raises(httpx.TransportError):
        await dying.post("/imports", content=streamed(file), timeout=90, **asked)
    living = await doors.open()
    (before,) = (await living.get("/imports")).json()["items"]
    assert before["state"] in ("running", "broken")
    assert before["counts"]["lines"] == len(await results(living, before["address"])) > 0
    seen: set[tuple[str, int]] = set()
    sending = asyncio.create_task(living.post("/imports", content=streamed(file), timeout=90, **asked))
    while not sending.done():
        now = (await living.get(before["address"])).json()
        seen.add((now["state"], now["bytes"]))
        await asyncio.sleep(0.02)
    done = (await sending).json()
    assert len({read for state, read in seen if state == "running"}) > 1  # it could be watched
    assert done["state"] == "done", done
    assert (done["id"], done["bytes"]) == (before["id"], len(file))
    found = await results(living, done["address"])
    assert [each["line"] for each in found] == [first + number for number in range(ORDERS)]
    states = Counter(each["state"] for each in found)
    counts = done["counts"]
    assert states == Counter({name: count for name, count in counts.items() if name != "lines" and count})
    assert counts["lines"] == ORDERS
    assert (counts["refused"], counts["unreadable"], counts["waiting"]) == (len(WRONG) + 1, 1, 1)
    assert counts["repeated"] >= 450
    assert counts["accepted"] >= 450
    refused = {each["line"] - first: each for each in await results(living, done["address"], state="refused")}
    assert set(refused) == {*WRONG, TAKEN}
    assert {each["reasons"][0]["code"] for number, each in refused.items() if number in WRONG} == {
        "contract_length_invalid"
    }
    assert refused[WRONG[0]]["reasons"][0]["pointer"] == "/items/0/months"
    assert refused[WRONG[0]]["reasons"][0].get("column") == ("items.0.months" if form == "text/csv" else None)
    assert (refused[TAKEN]["reasons"][0]["code"], refused[TAKEN]["subject"]) == ("order_conflict", f"I-{TAKEN:04}")
    (garbage,) = await results(living, done["address"], state="unreadable")
    assert garbage["line"] - first == GARBAGE
    assert garbage["reasons"][0]["character"] > 1
    (waiting,) = await results(living, done["address"], state="waiting")
    assert (await living.get(waiting["request"])).json()["outcome"]["state"] == "waiting"
    placed = Counter(
        each.data["order"]["order_id"]
        for each in await said(installation.addresses.kafka)
        if each.type == "OrderPlaced"
    )
    missing = {*WRONG, WAITING, GARBAGE}
    assert placed == Counter(f"I-{number:04}" for number in range(ORDERS) if number not in missing)


async def test_what_else_is_told_of_imports(installation: Installation, doors: Doors) -> None:
    services = installation.start()
    services.until_ready()
    client = await doors.open()

    async def send(kind: str, content: str, key: str, **headers: str) -> httpx.Response:
        told = {"Idempotency-Key": key, "Content-Type": "text/csv", **headers}
        return await client.post("/imports", params={"kind": kind}, content=content.encode(), headers=told)

    catalog = await send("catalog", template(KINDS["catalog"]), "catalog")
    assert catalog.json()["counts"]["accepted"] == 1, catalog.text
    clock = template(KINDS["catalog"]).replace("CRUNCHY-ARMCHAIR", "RETRO-CLOCK")
    assert (await send("catalog", clock, "catalog-2")).json()["counts"]["accepted"] == 1
    orders = await send("orders", template(KINDS["orders"]), "orders")
    assert orders.json()["counts"]["accepted"] == 1, orders.text
    again = await send("orders", template(KINDS["orders"]), "orders")
    assert (again.json()["id"], again.json()["counts"]["repeated"]) == (orders.json()["id"], 1)
    changed = await send("orders", template(KINDS["orders"]).replace("Galway", "Cork"), "orders")
    (line,) = await results(client, changed.json()["address"])
    assert (line["state"], line["reasons"][0]["code"]) == ("refused", "idempotency_key_reused")
    other = await send("catalog", template(KINDS["catalog"]), "orders")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    nothing = await send("orders", "", "empty")
    assert (nothing.status_code, nothing.json()["code"]) == (422, "file_invalid")
    slip = await send("orders", "order_id,custmer.email\nA,b@example.example\n", "slip")
    assert slip.json()["ignored"] == [{"name": "custmer.email", "perhaps": "customer.email"}]
    packed = await send("orders", "x", "packed", **{"Content-Encoding": "gzip"})
    assert packed.status_code == 415
    assert (await send("orders", "x", "json", **{"Content-Type": "application/json"})).status_code == 415
    assert (await client.post("/imports", params={"kind": "orders"}, content=b"x")).status_code == 415
    newest = (await client.get("/imports")).json()["items"]
    assert [each["key"] for each in newest] == ["slip", "empty", "orders", "catalog-2", "catalog"]
    first = (await client.get("/imports", params={"limit": "2"})).json()
    then = (await client.get("/imports", params={"limit": "3", "cursor": first["next"]})).json()
    assert ([*first["items"], *then["items"]], "next" in then) == (newest, False)
    assert [each["state"] for each in newest[:2]] == ["done", "broken"]
    assert (await client.get("/imports/orders-0123456789abcdef01234567")).status_code == 404
    elsewhere = await send("devices", template(KINDS["devices"]), "devices")  # this process serves orders alone
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "parameter_invalid")


async def test_who_goes_away_leaves_a_broken_import_and_what_was_decided(
    installation: Installation, doors: Doors
) -> None:
    services = installation.start()
    await installation.feed([shop.variant()])
    services.until_ready()
    client = await doors.open()
    file, _ = file_of("application/x-ndjson")

    async def half() -> AsyncIterator[bytes]:
        async for piece in streamed(file[: len(file) // 2]):
            yield piece
        raise ConnectionAbortedError

    headers = {"Idempotency-Key": "half", "Content-Type": "application/x-ndjson"}
    with pytest.raises((ConnectionAbortedError, httpx.TransportError)):
        await client.post("/imports", params={"kind": "orders"}, content=half(), headers=headers, timeout=90)

    async def broken() -> bool:
        (job,) = (await client.get("/imports")).json()["items"]
        return bool(job["state"] == "broken")

    await until(broken, "a broken import")
    (job,) = (await client.get("/imports")).json()["items"]
    assert job["code"] == "import_broken"
    assert "Idempotency-Key" in job["what_to_do"]
    assert job["counts"]["lines"] == len(await results(client, job["address"])) > 0


async def test_the_command_goes_on_when_the_process_that_reads_dies_and_tells_what_was_refused(
    installation: Installation, doors: Doors, tmp_path: Path
) -> None:
    services = installation.start()
    await installation.feed([shop.variant()])
    services.until_ready()
    file, _ = file_of("text/csv")
    (path := tmp_path / "orders.csv").write_bytes(file)
    dying = await doors.open(**{KILL: "answered:2"})
    address = str(dying.base_url).rstrip("/")
    command = await asyncio.create_subprocess_exec(
        sys.executable, *("-m", "operations", "import", path, "--kind", "orders", "--at", address, "--json"),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip

    async def dead() -> bool:
        return doors.made[0].popen.poll() is not None

    await until(dead, "the end of the process that reads")
    await doors.open(LEASELINE_HTTP_PORT=address.rpartition(":")[2])
    output, _ = await command.communicate()
    told = json.loads(output)
    assert told["import"]["state"] == "done"
    assert (told["import"]["counts"]["lines"], command.returncode) == (ORDERS, 1)
    assert {each["line"] - 2 for each in told["lines"]} == {*WRONG, GARBAGE}
    reasons = [each["reasons"][0] for each in told["lines"] if each["state"] == "refused"]
    assert {each["column"] for each in reasons} == {"items.0.months"}


async def streamed(content: bytes) -> AsyncIterator[bytes]:
    for begin in range(0, len(content), 30_000):
        yield content[begin : begin + 30_000]
