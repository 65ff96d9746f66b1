"""Who may do what over HTTP: each route with no key, a wrong one, one without its scope, and one of another shop."""

import json
from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest

from services.engine.adapters.mongo_client import connect
from services.http.callers.key import make_key
from services.http.callers.scopes import ANY_KEY, SCOPES, WHOLE
from tests.system import shop
from tests.system.http_keys import THERE, Locked, locked
from tests.system.installation import Installation

ORDER = THERE["order_id"]


@pytest.fixture
async def api(installation: Installation) -> AsyncIterator[Locked]:
    """The API of an installation in which a shop's order has a device, and everything is decided."""
    services = installation.start()
    await installation.feed([shop.variant()])
    services.until_ready()
    await installation.until_quiet(services.processes)
    await installation.feed([shop.order(ORDER), shop.scan(ORDER, THERE["serial"])])
    await installation.until_quiet(services.processes)
    async with locked(installation) as found:
        yield found


async def test_every_route_is_closed_but_to_whom_it_is_meant_for(api: Locked) -> None:
    offered = api.offered()
    assert {"GET /orders/{order_id}", "POST /orders"} <= {f"{each.method} {each.path}" for each in offered}
    everything = await api.key("office")
    stranger = await api.key("stranger", source="another-shop")
    wrong = make_key(test=False)
    told: dict[str, list[str]] = {}
    for each in offered:
        name = f"{each.method} {each.path}"
        answers = {
            "no key": (await api.ask(each, None)).status_code,
            "a wrong key": (await api.ask(each, wrong)).status_code,
        }
        expected = {"no key": 401, "a wrong key": 401}
        if each.scope != ANY_KEY:
            others = await api.key(f"without-{offered.index(each)}", *sorted(SCOPES.keys() - {each.scope}))
            answers["without its scope"] = (await api.ask(each, others)).status_code
            expected["without its scope"] = 403
        right = await api.ask(each, everything)
        assert right.status_code not in (401, 403), name
        foreign = await api.ask(each, stranger)
        assert ORDER not in foreign.text, name
        if each.scope in WHOLE:
            answers["of another shop"], expected["of another shop"] = foreign.status_code, 403
        elif "order_id" in each.names:
            assert right.status_code != 404, f"{name}: {right.text}"
            headers = {"If-Match": '"1"', "Content-Type": "application/json"}
            foreign = await api.request(
                each.method, each.address(THERE), stranger, content=each.body(), headers=headers
            )
            answers["of another shop"], expected["of another shop"] = foreign.status_code, 404
        if answers != expected:
            told[name] = [f"{who}: {answers[who]}" for who in answers if answers[who] != expected[who]]
    assert told == {}


async def test_a_shop_sees_its_own_whichever_way_it_came_and_a_stranger_changes_nothing(api: Locked) -> None:
    own = await api.key("clock-shop", source=shop.SOURCE)
    assert (await api.request("GET", f"/orders/{ORDER}", own)).status_code == 200
    mine = await api.request("POST", "/orders", own, json=shop.order_data("K-2"))
    assert (mine.status_code, mine.json()["order"]["source"]) == (201, f"http:{shop.SOURCE}")
    assert (await api.request("GET", "/orders/K-2", own)).status_code == 200
    stranger = await api.key("stranger", source="another-shop")
    assert (await api.request("GET", "/orders/K-2", stranger)).status_code == 404
    assert (await api.request("GET", mine.json()["outcome"]["request"], own)).status_code == 200
    assert (await api.request("GET", mine.json()["outcome"]["request"], stranger)).status_code == 404

    for query in ("", "?text=ada", f"?text={ORDER}%40example.example", f"?source={shop.SOURCE}"):
        found = [await api.request("GET", f"/orders{query}", key) for key in (own, stranger)]
        assert [ORDER in answer.text for answer in found] == [True, False], query
    counts = [(await api.request("GET", "/orders?counts=true", key)).json()["counts"] for key in (own, stranger)]
    assert [sum(each["number"] for each in by_status.values()) for by_status in counts] == [2, 0]
    theirs = await api.request(
        "GET", f"/events?cursor=begin&subject={ORDER}&timeout=30", own
    )  # as soon as there is one
    assert ORDER in theirs.text
    nobodys = await api.request("GET", f"/events?cursor=begin&subject={ORDER}&timeout=2", stranger)
    assert (nobodys.status_code, nobodys.json()) == (200, [])

    for address in (f"/orders/{ORDER}/cancellation", f"/orders/{ORDER}/cancellation?unknown=wait"):
        answer = await api.request("POST", address, stranger, json={"reason": "no"})
        assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")
    missing = await api.request("POST", "/orders/K-9/cancellation?unknown=wait", stranger, json={"reason": "no"})
    assert missing.status_code == 404  # whoever places it later might be somebody else
    taken = await api.request("POST", "/orders", stranger, json=shop.order_data(ORDER, units=5))
    assert taken.status_code == 409
    assert "example.example" not in taken.text
    assert (await api.request("GET", f"/orders/{ORDER}", own)).json()["status"] != "cancelled"


async def test_actor_repeats_and_kind_of_order_are_the_keys(api: Locked) -> None:
    key = await api.key("office")
    answer = await api.request(
        "POST", f"/orders/{ORDER}/notes", key, json={"text": "Called.", "author": "somebody else", "note_id": "n1"}
    )
    assert answer.status_code in (200, 201), answer.text
    document = await _order_of(api)
    assert "somebody else" not in document
    assert "office" in document
    # A key of the other kind submits test orders only.
    key = await api.key("trying-out", source="trying", test=True)
    made = await api.request("POST", "/orders", key, json=shop.order_data("K-T"))
    assert (made.status_code, made.json()["order"]["test"]) == (201, True)
    for value in (False, "false", None, 0, {"$ne": True}):
        wrong = await api.request("POST", "/orders", key, json={**shop.order_data("K-T2"), "test": value})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "test_key")
    # Another key of the same owner repeats what the first one began.
    first, second = await api.key("till"), await api.key("till")
    begun = await api.request("POST", "/orders", first, json={**shop.order_data("x"), "order_id": None})
    again = await api.request("POST", "/orders", second, json={**shop.order_data("x"), "order_id": None})
    assert (begun.status_code, again.status_code) == (201, 200)
    assert again.headers["idempotent-replayed"] == "true"
    assert begun.json()["order"]["order_id"] == again.json()["order"]["order_id"]


async def test_a_bound_key_sends_a_file_of_its_orders_and_of_nothing_else(api: Locked) -> None:
    own, stranger = await api.key("clock-shop", source=shop.SOURCE), await api.key("stranger", source="another-shop")
    lines = [shop.order_data("K-F1"), {**shop.order_data("K-F2"), "source": "another-shop"}, shop.order_data(ORDER, 5)]
    content = "\n".join(map(json.dumps, lines)).encode()
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "file"}

    async def send(key: str, kind: str = "orders") -> httpx.Response:
        return await api.request("POST", f"/imports?kind={kind}", key, content=content, headers=headers)

    mine = await send(own)
    assert (mine.status_code, mine.json()["counts"]["accepted"], mine.json()["counts"]["refused"]) == (200, 2, 1)
    for order_id in ("K-F1", "K-F2"):
        found = [await api.request("GET", f"/orders/{order_id}", key) for key in (own, stranger)]
        assert [each.status_code for each in found] == [200, 404]
        assert found[0].json()["source"] == f"http:{shop.SOURCE}"
    theirs = await send(stranger)  # the same key and the same file: another job, and nothing of the first one's
    assert theirs.json()["id"] != mine.json()["id"]
    # An order's id is one for all shops: the very same order stands already, another one under its id is a conflict.
    assert (theirs.json()["counts"]["repeated"], theirs.json()["counts"]["refused"]) == (2, 1)
    assert (await api.request("GET", "/orders/K-F1", stranger)).status_code == 404
    results = await api.request("GET", f"{theirs.json()['address']}/results", stranger)
    assert "example.example" not in results.text
    for address in (mine.json()["address"], f"{mine.json()['address']}/results"):
        assert (await api.request("GET", address, own)).status_code == 200
        assert (await api.request("GET", address, stranger)).status_code == 404
    listed = (await api.request("GET", "/imports", stranger)).json()["items"]
    assert [each["id"] for each in listed] == [theirs.json()["id"]]
    for kind in ("catalog", "devices", "scans"):
        assert (await send(own, kind)).status_code == 403, kind
    trying = await api.key("trying-out", source="trying", test=True)
    tried = await api.request(
        "POST", "/imports?kind=orders", trying, headers=headers,
        content=json.dumps({**shop.order_data("K-F3"), "test": False}).encode(),
    )  # fmt: skip
    told = await api.request("GET", f"{tried.json()['address']}/results", trying)
    assert [each["code"] for each in told.json()["items"][0]["reasons"]] == ["test_key"]


async def _order_of(api: Locked) -> str:

    installation = api.installation
    async with connect(installation.addresses.mongo) as client:
        database = client[f"{installation.databases}_orders"]
        names = await database.list_collection_names()
        return "".join([str([each async for each in database[name].find()]) for name in names if name != "requests"])
