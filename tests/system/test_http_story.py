"""The whole story over HTTP and nothing else: catalog, order, scan, subscription, return, billing run, invoice."""

import csv
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from pypdf import PdfReader

from tests.system import shop
from tests.system.http_doors import Doors
from tests.system.installation import Installation, until

ALL = "operations.serving"
NOW = datetime.now(UTC)
THEN = NOW - timedelta(days=75)
"""When it all happened: a contract month and its billing day have passed since."""
PERIOD = f"{(NOW.replace(day=1) - timedelta(days=1)):%Y-%m}"


@pytest.fixture
def doors(installation: Installation, tmp_path: Path) -> Iterator[Doors]:
    made = Doors(installation, tmp_path)
    yield made
    made.stop()


class Teller:
    """One caller: every request under a key of its own, at a time that it says."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.asked = 0

    async def ask(self, method: str, path: str, body: Mapping[str, Any], days: int = 0, **more: str) -> httpx.Response:
        self.asked += 1
        headers = {"Idempotency-Key": f"k-{self.asked}", "Occurred-At": f"{THEN + timedelta(days=days):%FT%TZ}"}
        headers |= {"Prefer": "wait=30", **more}
        return await self.client.request(method, path, json=dict(body), headers=headers)

    async def told(self, method: str, path: str, body: Mapping[str, Any], days: int = 0) -> Any:
        answer = await self.ask(method, path, body, days)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def read(self, path: str) -> Any:
        answer = await self.client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()


@pytest.fixture
async def teller(installation: Installation, doors: Doors) -> Teller:
    services = installation.start()
    services.until_ready()
    return Teller(await doors.open(ALL))


PRICES = [{"months": 12, "currency": "EUR", "amount": 900}]
VARIANT = {"product_name": "Clock", "variant_name": "Brass", "prices": PRICES}


async def scanned(teller: Teller, order_id: str, *serials: str) -> Any:
    """An order of as many units, all of them with a device."""
    await teller.told("PUT", f"/catalog/{shop.SKU}", VARIANT)
    body = shop.order_data(order_id, len(serials))
    body["customer"] |= {"type": "business", "company_name": "Engines Ltd"}
    placed = await teller.told("POST", "/orders", body)
    assert placed["order"]["status"] == "pending"
    confirmed = await teller.told("POST", f"/orders/{order_id}/confirmation", {})
    assert confirmed["order"]["status"] == "confirmed"
    body = {"sku": shop.SKU, "serials": list(serials)}
    answer = await teller.ask("POST", f"/orders/{order_id}/scans", body)
    assert answer.status_code == 200, answer.text
    return answer.json()["scanned"]["subscriptions"]


async def test_from_the_catalog_to_the_invoice(teller: Teller) -> None:
    made = await scanned(teller, "S-1", "sn-1", "sn-2")
    assert [(each["subscription_id"], each["serial"]) for each in made] == [("S-1/1", "SN-1"), ("S-1/2", "SN-2")]

    async def heard() -> bool:
        return bool((await teller.read("/orders/S-1"))["status"] == "fulfilled")

    await until(heard, "orders to hear of the scan that fulfillment answered")
    order = await teller.read("/orders/S-1")
    assert [(each["kind"], each["actor"]) for each in order["history"]] == [("OrderConfirmed", "anybody")]
    searched = await teller.read("/orders?text=Engines%20clo&customer_type=business&counts=true")
    assert [each["order_id"] for each in searched["items"]] == ["S-1"]
    assert searched["counts"]["fulfilled"] == {"number": 1, "more": False}
    assert (await teller.read("/orders?text=nobody"))["items"] == []
    assert order["source"] == "http:anybody"
    assert (await teller.read("/catalog"))["items"][0]["prices"] == PRICES
    customer = order["customer"]["id"]
    known = await teller.read(f"/customers/{customer}")
    assert [each["order_id"] for each in known["orders"]] == ["S-1"]

    parcel = {"carrier": "Snail & Sons", "tracking_number": "SNAIL-1"}
    await teller.told("POST", "/devices/sn-1/shipment", parcel, days=1)
    await every_unit(teller, order["units"])
    extended = await teller.ask("POST", "/subscriptions/S-1/1/cancellation", {"reason_code": "other"}, days=40)
    assert extended.json()["subscription"]["cancelled_on"] == f"{THEN + timedelta(days=40):%F}"
    back = await teller.told("POST", "/devices/SN-1/return", {"condition": "good", "reason": "moved"}, days=50)
    assert back["subscription"]["condition"] == "good"
    life = await teller.read("/subscriptions/S-1/1")
    assert [each["kind"] for each in life["history"]] == ["ShipmentTracked", "SubscriptionCancelled", "AssetReturned"]
    assert (life["history"][-1]["actor"], life["history"][-1]["reason"]) == ("anybody", "moved")
    device = await teller.read("/devices/sn-1")
    assert (device["state"], [each["became"] for each in device["life"]]) == (
        "returned",
        ["in_use", "ended", "returned"],
    )
    by_serial = await teller.read("/subscriptions?serial=SN-2")
    assert [each["subscription_id"] for each in by_serial["items"]] == ["S-1/2"]

    foreseen = (await teller.read(f"/billing-runs/{PERIOD}/preview?as_of={NOW:%F}"))["items"]
    run = await teller.ask("POST", "/billing-runs", {"period": PERIOD, "as_of": f"{NOW:%F}"}, days=75)
    assert run.status_code == 201, run.text
    (only,) = run.json()["billing_run"]["runs"]
    assert (only["done"], only["counts"]["invoices"]) == (True, 1)
    assert await teller.read(f"/billing-runs/{PERIOD}") == run.json()["billing_run"]
    (account,) = (await teller.read("/accounts"))["items"]
    assert await teller.read(f"/accounts/{account['account_id']}") == account
    (invoice,) = (await teller.read(f"/invoices?account={account['account_id']}&period={PERIOD}"))["items"]
    shown = ("payer", "account_id", "currency", "test", "lines", "charges", "credited", "total")
    assert foreseen == [{name: invoice[name] for name in shown}]
    again = (await teller.read(f"/billing-runs/{PERIOD}/preview"))["items"]
    assert [each.get("skipped") for each in again] in ([], ["repeated"])
    await every_form(teller.client, invoice)


async def every_unit(teller: Teller, address: str) -> None:
    """Each with device, subscription and parcel, as soon as the request for it was answered; page by page."""
    first = await teller.read(f"{address}?limit=1")
    assert [(each["number"], each["serial"], each["label"]) for each in first["items"]] == [(1, "SN-1", "sn-1")]
    assert (first["items"][0]["tracking_number"], first["items"][0]["subscription_id"]) == ("SNAIL-1", "S-1/1")
    rest = await teller.read(f"{address}?limit=1&cursor={first['next']}")
    assert ([each["serial"] for each in rest["items"]], "next" in rest) == (["SN-2"], False)
    assert (await teller.read(f"{address}?state=ended"))["items"] == []
    assert len((await teller.read(f"{address}?item=1"))["items"]) == 2
    assert (await teller.read(f"{address}?item=other"))["items"] == []
    again = await teller.read("/orders/S-1")
    assert [each["serial"] for each in again["subscriptions"]] == ["SN-1", "SN-2"]
    unknown = await teller.client.get("/orders/NONE/units")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


async def every_form(client: httpx.AsyncClient, invoice: Mapping[str, Any]) -> None:
    """JSON, a page, paper and a file say the same."""
    address = f"/invoices/{invoice['number']}"
    assert (await client.get(address)).json() == invoice
    lines = (await client.get(f"{address}/lines")).json()["items"]
    assert sum(each["amount"] for each in lines) == invoice["total"] == 900 * len(lines)
    page = await client.get(address, headers={"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert invoice["number"] in page.text
    paper = await client.get(f"{address}.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert invoice["number"] in PdfReader(BytesIO(paper.content)).pages[0].extract_text()
    file = await client.get(address, headers={"Accept": "text/csv"})
    assert [int(row["amount_minor"]) for row in csv.DictReader(StringIO(file.text))] == [
        each["amount"] for each in lines
    ]
    none = await client.get(address, headers={"Accept": "image/png"})
    assert (none.status_code, none.json()["code"]) == (406, "not_acceptable")


async def test_what_is_not_there_is_404_and_stored_nowhere(teller: Teller) -> None:
    scan = {"sku": shop.SKU, "serials": ["SN-9"]}
    asked: tuple[tuple[str, str, dict[str, Any], str], ...] = (
        ("POST", "/orders/NONE/scans", scan, "order_not_found"),
        ("POST", "/orders/NONE/confirmation", {}, "order_not_found"),
        ("POST", "/subscriptions/NONE/1/reversal", {"reason": "slip"}, "subscription_unknown"),
        ("POST", "/devices/NONE/return", {"condition": "good"}, "serial_unknown"),
        ("PUT", "/devices/NONE/state", {"state": "lost", "reason": "gone"}, "asset_unknown"),
        ("POST", "/customers/NONE/notes", {"text": "hm"}, "not_found"),
    )
    for method, path, body, code in asked:
        answer = await teller.ask(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (404, code), path
        assert "instance" not in answer.json(), path
        assert "?unknown=wait" in answer.json()["what_to_do"], path
        assert "Put the box" not in answer.text, path  # nothing was waited for
    parked = await teller.ask("POST", "/orders/NONE/scans?unknown=wait", scan)
    assert (parked.status_code, parked.json()["outcome"]["waits_for"]) == (202, "order")
    waiting = await teller.read("/orders/NONE/scans")
    assert [each["serials"] for each in waiting["waiting"]] == [["SN-9"]]
    for path in ("/orders/NONE", "/subscriptions/NONE/1", "/devices/NONE", "/accounts/NONE", "/invoices/NONE",
                 "/groups/NONE", "/customers/NONE", "/customers/NONE/billing", "/catalog/NONE",
                 "/billing-runs/2018-01"):  # fmt: skip
        answer = await teller.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


async def test_a_problem_names_what_stands_and_what_to_send(teller: Teller) -> None:
    await scanned(teller, "S-3", "SN-1")
    change = {"contact": {"phone": "+353 1 555 0199"}}
    stale = await teller.ask("POST", "/orders/S-3/amendments", change, 0, **{"If-Match": '"99"'})
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"3"')
    assert "99, but the order stands at 3" in stale.json()["detail"]
    assert 'send If-Match: "3"' in stale.json()["what_to_do"]
    inside = await teller.ask("POST", "/orders/S-3/amendments", {**change, "expected_version": 98})
    assert (inside.status_code, '"expected_version": 3' in inside.json()["what_to_do"]) == (409, True)
    for tag in ("*", 'W/"3"', '"2", "3"', "3"):
        unclear = await teller.ask("POST", "/orders/S-3/amendments", change, 0, **{"If-Match": tag})
        assert (unclear.status_code, 'If-Match: "3"' in unclear.json()["what_to_do"]) == (412, True), tag
    assert (await teller.ask("POST", "/orders/S-3/amendments", change, 0, **{"If-Match": '"3"'})).status_code == 200
    no_item = await teller.ask("POST", "/orders/S-3/scans", {"item_id": "zzz", "serials": ["SN-2"]})
    assert (no_item.status_code, no_item.json()["detail"]) == (409, "the order has no item zzz")
    unnamed = await teller.client.post("/orders", json={**shop.order_data("S-4"), "order_id": None})
    assert (unnamed.status_code, "order_id in the body" in unnamed.json()["what_to_do"]) == (400, True)
    for path in ("/orders", "/subscriptions", "/events"):
        nowhere = (await teller.client.get(f"{path}?cursor=abc")).json()
        assert nowhere["detail"].startswith("the cursor "), path
        assert nowhere["errors"][0]["parameter"] == "cursor"


async def test_every_other_request_over_http(teller: Teller) -> None:
    await scanned(teller, "S-2", "SN-1", "SN-2")
    sub = "/subscriptions/S-2/1"
    ends = (await teller.read(sub))["ends_before"]
    early = await teller.ask("POST", f"{sub}/extensions", {"ends_before": ends, "months": 12})
    assert (early.status_code, early.json()["code"]) == (409, "extension_too_early")
    await teller.told("POST", f"{sub}/cancellation", {"reason_code": "other", "on": f"{NOW + timedelta(days=30):%F}"})
    withdrawn = await teller.told("POST", f"{sub}/cancellation/withdrawal", {"reason": "a slip"})
    assert "cancelled_on" not in withdrawn["subscription"]
    corrected = await teller.told("POST", f"{sub}/serial-correction", {"new_serial": "SN-3"})
    assert corrected["subscription"]["serial"] == "SN-3"
    replaced = await teller.told("POST", "/devices/SN-3/replacement", {"new_serial": "SN-4", "reason": "broken"})
    assert (replaced["subscription"]["serial"], replaced["subscription"]["replaced"]) == ("SN-4", ["SN-3"])
    await teller.told("POST", "/devices/SN-3/return", {"condition": "damaged"})
    taken_back = await teller.told("POST", "/devices/SN-3/return/withdrawal", {"reason": "another one"})
    assert taken_back["subscription"]["subscription_id"] == "S-2/1"
    reversed_ = await teller.told("POST", "/subscriptions/S-2/2/reversal", {"reason": "wrong box"})
    assert reversed_["subscription"]["state"] == "reversed"
    short = await teller.told("POST", "/orders/S-2/short-close", {"reason": "enough"})
    assert short["order"]["status"] == "fulfilled"

    arrived = await teller.told("POST", "/devices/SN-7/arrival", {"sku": "CLOK"})
    assert arrived["device"]["state"] == "available"
    assert (await teller.told("PUT", "/devices/SN-7/sku", {"sku": shop.SKU, "reason": "typo"}))["device"][
        "sku"
    ] == shop.SKU
    lost = await teller.told("PUT", "/devices/SN-7/state", {"state": "lost", "reason": "not on the shelf"})
    assert (lost["device"]["state"], lost["device"]["life"][-1]["reason"]) == ("lost", "not on the shelf")

    customer = (await teller.read("/orders/S-2"))["customer"]["id"]
    await teller.told("POST", "/orders/S-2/notes", {"text": "rang twice"})
    noted = await teller.told("POST", f"/customers/{customer}/notes", {"text": "prefers mornings"})
    assert [each["text"] for each in noted["customer"]["notes"]] == ["prefers mornings"]
    assert [each["text"] for each in (await teller.read("/orders/S-2"))["notes"]] == ["rang twice"]
    group = await teller.told("PUT", f"/customers/{customer}/group", {"group": {"id": "acme", "name": "Acme"}})
    assert group["customer"]["group"] == {"id": "acme", "name": "Acme"}
    settings = await teller.told("PATCH", "/groups/acme", {"billing_day": 7})
    assert (settings["payer"]["billing_day"], settings["payer"]["default_term_own"]) == (7, False)
    assert [each["payer"] for each in (await teller.read("/groups"))["items"]] == ["group:acme"]
    await teller.told("PATCH", f"/customers/{customer}/billing", {"name": "A. Byron"})
    assert (await teller.read(f"/customers/{customer}/billing"))["own_name"] == "A. Byron"
    moved = await teller.told("POST", "/orders/S-2/payer", {"group": {"id": "acme"}, "reason": "the firm pays"})
    assert moved["order"]["payer"] == "group:acme"
    of_group = await teller.read("/subscriptions?payer=group:acme&state=active&limit=1")
    assert [each["subscription_id"] for each in of_group["items"]] == ["S-2/1"]
