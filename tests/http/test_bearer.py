"""What the header Authorization may say, and what is answered to whom."""

import asyncio
from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest

from services.http.bounds import Bounds
from services.http.callers.identity import Open
from services.http.callers.issued import IssuedKey
from services.http.callers.issuer import Issuer
from services.http.callers.key import make_key
from services.http.callers.key_fetching import IssuerKeys
from services.http.callers.tokens import IssuedTokens
from tests.http.asked import application, asking, bearer
from tests.http.issuer import AUDIENCE, LocalIssuer
from tests.http.test_issued import NOW, Like

KEY, WRITER, UNKNOWN = (make_key(test=False) for _ in range(3))
WRONG: dict[str, str] = {
    "one that nobody made": UNKNOWN,
    "cut off": KEY[:-1],
    "with one character more": KEY + "a",
    "two of them": f"{KEY} {KEY}",
    "with a comma": f"{KEY},",
    "a token": "a.b.c",
    "much": "x" * 9_000,
    "only its beginning": "ll_live_",
    "an operator": '{"$ne": null}',
}
KEYS: dict[str, IssuedKey] = {KEY: Like().key, WRITER: Like(scopes=("orders:write",)).key}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with asking(application(bearer(KEYS))) as found:
        yield found


async def test_a_key_in_the_header_is_its_holders(client: httpx.AsyncClient) -> None:
    for text in (f"Bearer {KEY}", f"bearer {KEY}", f"BEARER   {KEY} "):
        answer = await client.get("/who", headers={"Authorization": text})
        assert (answer.status_code, answer.json()) == (200, {"owner": "office"}), text


@pytest.mark.parametrize("text", [None, "", "Bearer", "Bearer ", "Basic {key}", "{key}", "Token {key}"])
async def test_no_key_is_told_as_such(client: httpx.AsyncClient, text: str | None) -> None:
    answer = await client.get("/who", headers={} if text is None else {"Authorization": text.format(key=KEY)})
    assert (answer.status_code, answer.json()["code"]) == (401, "key_missing")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_one_hears_nothing_about_why(client: httpx.AsyncClient, name: str) -> None:
    text = WRONG[name]
    answer = await client.get("/who", headers={"Authorization": f"Bearer {text}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "key_invalid")
    assert text not in answer.text
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_two_headers_are_none(client: httpx.AsyncClient) -> None:
    headers = [("Authorization", f"Bearer {KEY}"), ("Authorization", f"Bearer {WRITER}")]
    assert (await client.get("/who", headers=headers)).status_code == 401


async def test_a_key_in_the_address_opens_nothing(client: httpx.AsyncClient) -> None:
    for name in ("access_token", "key", "api_key", "authorization"):
        assert (await client.get("/who", params={name: KEY})).status_code == 401


async def test_a_missing_scope_is_named(client: httpx.AsyncClient) -> None:
    answer = await client.get("/who", headers={"Authorization": f"Bearer {WRITER}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert "orders:read" in answer.json()["detail"]


async def test_no_cache_keeps_an_answer(client: httpx.AsyncClient) -> None:
    for headers in ({}, {"Authorization": f"Bearer {KEY}"}):
        answer = await client.get("/who", headers=headers)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_token_opens_nothing_where_no_issuer_is_named_and_does_where_one_is() -> None:
    with LocalIssuer() as local:
        issuer = Issuer(local.address, (AUDIENCE,))
        tokens = IssuedTokens(issuer, IssuerKeys(issuer, lambda _: None))
        for known, status in ((None, 401), (tokens, 200)):
            async with asking(application(bearer(KEYS, tokens=known)), local.token()) as client:
                assert (await client.get("/who")).status_code == status


async def test_open_doors_ask_for_nothing() -> None:
    async with asking(application(Open())) as client:
        assert (await client.get("/who")).json() == {"owner": "anybody"}


async def test_who_asks_too_often_is_told_when_to_come_again_and_nobody_else_is() -> None:
    other = make_key(test=False)
    keys = {KEY: Like().key, other: IssuedKey("key-2", "other", "Bo", ("orders:read",), NOW, Like().expires)}
    async with asking(application(bearer(keys, Bounds(rate=3)))) as client:
        mine, its = ({"Authorization": f"Bearer {text}"} for text in (KEY, other))
        statuses = [(await client.get("/who", headers=mine)).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        answer = await client.get("/who", headers=mine)
        assert answer.json()["code"] == "too_many_requests"
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert (await client.get("/who", headers=its)).status_code == 200


async def test_who_asks_too_much_at_a_time_is_told_so_until_something_is_over() -> None:
    going, over = asyncio.Event(), asyncio.Event()
    async with asking(application(bearer(KEYS, Bounds(in_flight=2))), KEY) as client:

        async def slow() -> AsyncIterator[bytes]:
            going.set()
            await over.wait()
            yield b"{}"

        async def begun() -> asyncio.Task[httpx.Response]:
            going.clear()
            task = asyncio.create_task(client.post("/body", content=slow()))
            await going.wait()
            return task

        open_ = [await begun(), await begun()]
        third = await client.get("/who")
        assert (third.status_code, third.headers["retry-after"]) == (429, "1")
        open_[0].cancel()  # its caller has gone
        await asyncio.gather(open_[0], return_exceptions=True)
        assert (await client.get("/who")).status_code == 200
        over.set()
        assert (await open_[1]).status_code == 200
        assert [(await client.get("/who")).status_code for _ in range(3)] == [200] * 3


async def test_what_is_refused_is_over_too() -> None:
    async with asking(application(bearer(KEYS, Bounds(in_flight=1))), WRITER) as client:
        assert [(await client.get("/who")).status_code for _ in range(3)] == [403] * 3
