"""What one request may cost: bytes, depth, rows of a page; all of them settings."""

import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.http.bounds import Bounds
from services.http.callers.identity import Open
from tests.http.asked import application, asking

SMALL = Bounds(body=1_000, depth=8, page=20)


async def answered(body: bytes, bounds: Bounds = SMALL, encoding: str = "identity") -> tuple[int, str]:
    async with asking(application(Open(), bounds)) as client:
        answer = await client.post("/body", content=body, headers={"Content-Encoding": encoding})
        return answer.status_code, str(answer.json().get("code", answer.json().get("bytes")))


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


async def test_a_body_has_so_many_bytes_and_no_more() -> None:
    assert await answered(b" " * 1_000) == (200, "1000")
    assert await answered(b" " * 1_001) == (413, "body_too_large")


async def test_one_that_does_not_say_how_long_it_is_is_cut_off() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 100

    async with asking(application(Open(), SMALL)) as client:
        assert (await client.post("/body", content=endless())).status_code == 413
    assert sent <= 12


async def test_one_that_says_less_than_it_is_is_cut_off() -> None:
    async def long() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100

    async with asking(application(Open(), SMALL)) as client:
        answer = await client.post("/body", content=long(), headers={"Content-Length": "5"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "length", ["1001", "99999999999999999999999999", "00000000000000000000000000000000000000000000009999"]
)
async def test_one_that_says_that_it_is_longer_is_not_read(length: str) -> None:
    read = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal read
        read += 1
        yield b"{}"

    async with asking(application(Open(), SMALL)) as client:
        answer = await client.post("/body", content=counted(), headers={"Content-Length": length})
    assert (answer.status_code, read) == (413, 0)


async def test_a_body_is_nested_so_deep_and_no_deeper() -> None:
    assert (await answered(nested(8)))[0] == 200
    assert (await answered(b'{"a":' + b"[" * 7 + b"]" * 7 + b"}"))[0] == 200
    assert await answered(nested(9)) == (422, "body_too_deep")
    assert await answered(b'{"a":' + b"[" * 8 + b"1" + b"]" * 8 + b"}") == (422, "body_too_deep")
    assert await answered(b"[" * 400 + b"]" * 400) == (422, "body_too_deep")


async def test_braces_in_a_text_are_no_depth() -> None:
    assert (await answered(json.dumps({"note": "{[" * 100}).encode()))[0] == 200


async def test_many_things_beside_one_another_are_no_depth() -> None:
    assert (await answered(json.dumps([{}] * 100).encode()))[0] == 200


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
async def test_what_is_no_deeper_passes_whatever_it_is(data: object) -> None:
    body = json.dumps(data).encode()
    status, _ = await answered(body, Bounds(depth=100))
    assert status == 200


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate"])
async def test_what_is_compressed_is_not_opened(encoding: str) -> None:
    assert await answered(b"{}", encoding=encoding) == (415, "media_type_unknown")


@pytest.mark.parametrize(
    ("asked", "answer"), [("", (200, 20)), ("1", (200, 1)), ("20", (200, 20)), ("21", (422, None)), ("0", (422, None))]
)
async def test_a_page_has_so_many_rows_and_no_more(asked: str, answer: tuple[int, int | None]) -> None:
    async with asking(application(Open(), SMALL)) as client:
        found = await client.get("/page", params={"limit": asked} if asked else {})
    assert (found.status_code, found.json().get("rows")) == answer


def test_all_of_them_are_settings() -> None:
    names = ("BODY_BYTES", "JSON_DEPTH", "PAGE", "RATE", "IN_FLIGHT", "WAITING", "UNDECIDED")
    environment = {f"LEASELINE_HTTP_{name}": str(number) for number, name in enumerate(names, 2_000)}
    environment |= {"LEASELINE_HTTP_JSON_DEPTH": "9", "LEASELINE_HTTP_PAGE": "7", "LEASELINE_HTTP_QUERY_SECONDS": "0.5"}
    assert Bounds.read(environment) == Bounds(
        body=2_000, depth=9, page=7, query=0.5, rate=2_003, in_flight=2_004, waiting=2_005, undecided=2_006
    )
    assert Bounds.read({}) == Bounds()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BODY_BYTES", "400001"),
        ("JSON_DEPTH", "101"),
        ("PAGE", "0"),
        ("QUERY_SECONDS", "0"),
        ("RATE", "0"),
        ("IN_FLIGHT", "many"),
        ("WAITING", "-1"),
    ],
)
def test_a_wrong_one_stops_the_process(name: str, value: str) -> None:
    with pytest.raises(SystemExit, match=f"LEASELINE_HTTP_{name}"):
        Bounds.read({f"LEASELINE_HTTP_{name}": value})
