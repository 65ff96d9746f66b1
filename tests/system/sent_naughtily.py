"""What no honest caller sends, in every place of every operation of the document."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from deploy.local.places import PROJECT
from tests.system import shop
from tests.system.naughty import NO_JSON, ODD_JSON, ODD_VALUES, STRINGS
from tests.system.raw_http import quoted, status_of, with_parameters

AT_ONCE: Final = 8
JSON: Final = (b"Content-Type", b"application/json")
SOON: Final = (b"Prefer", b"respond-async")
DOCUMENT: Final = json.loads((PROJECT / "contracts/openapi.json").read_text("utf-8"))
HEADERS: Final = (
    "Idempotency-Key", "If-Match", "If-None-Match", "Prefer", "Occurred-At", "Accept", "Accept-Encoding",
    "Authorization", "Content-Type", "Content-Encoding", "Transfer-Encoding", "Expect", "Range", "Cookie", "Host",
    "X-Forwarded-For", "traceparent",
)  # fmt: skip
Sent = tuple[str, Callable[[int], Awaitable[int]]]
"""What is sent, for a person, and how it is sent to a port."""
numbers = iter(range(10**9))


def sent(what: str, method: str, target: bytes, *headers: tuple[bytes, bytes], body: bytes = b"") -> Sent:
    return f"{method} {target[:80]!r} {what[:80]}", lambda port: status_of(port, method, target, headers, body)


def operations(method: str | None = None) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for each, operation in methods.items():
            if method in (None, each):
                yield path, each.upper(), operation


def address(path: str, part: str = "N-1") -> bytes:
    """The path with this text in the place of each of its parts."""
    return b"".join(quoted(part) if each.startswith("{") else each.encode() for each in split(path))


def split(path: str) -> list[str]:
    return path.replace("{", "\n{").replace("}", "}\n").split("\n")


def key() -> tuple[bytes, bytes]:
    return b"Idempotency-Key", b"n-%d" % next(numbers)


def bodies() -> Iterator[Sent]:
    """Every body to every operation that reads one."""
    for path, method, operation in operations():
        if "application/json" not in operation.get("requestBody", {}).get("content", {}):
            continue
        for body in (*NO_JSON, *ODD_JSON):
            yield sent(str(body), method, address(path), JSON, SOON, key(), (b"If-Match", b'"1"'), body=body)


def fields() -> Iterator[Sent]:
    """Every odd value and every string in the place of every field of every example."""
    for path, method, operation in operations():
        example = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        if example is None:
            continue
        target = with_parameters(address(path), {"unknown": "wait"}) if b"%" in address(path) else address(path)
        values = [*ODD_VALUES, *(json.dumps(each).encode() for each in STRINGS[: len(STRINGS) // 2])]
        for number, (name, body) in enumerate((name, value) for name in example for value in values):
            whole = {**example, name: f"<{number}>"}
            text = json.dumps(whole).encode().replace(f'"<{number}>"'.encode(), body)
            yield sent(f"{name} {body!r}", method, target, JSON, SOON, key(), (b"If-Match", b'"1"'), body=text)


def addresses() -> Iterator[Sent]:
    """Every string as a part of every address, and as the value of every parameter."""
    for path, method, operation in operations():
        if "{" in path:
            for text in STRINGS:
                yield sent(text, method, address(path, text), JSON, SOON, key(), body=b"{}" if method != "GET" else b"")
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query" and method == "GET":
                for text in STRINGS:
                    yield sent(text, method, with_parameters(address(path), {parameter["name"]: text}))


def headers() -> Iterator[Sent]:
    """Every string in every header, as bytes: a header is not text."""
    order = json.dumps(shop.order_data("N-9")).encode()
    for name in HEADERS:
        for text in STRINGS:
            header = name.encode(), text.encode()
            yield sent(name, "GET", b"/invoices/N-1", header)
            yield sent(name, "POST", b"/orders/N-1/amendments", JSON, SOON, header, body=b"{}")
            yield sent(name, "POST", b"/orders", *(() if name == "Prefer" else (SOON,)), header, body=order)


async def failures(port: int, some: Iterable[Sent]) -> list[str]:
    """What was answered with a 5xx, or sent elsewhere."""
    gate, found = asyncio.Semaphore(AT_ONCE), list[str]()

    async def one(what: str, send: Callable[[int], Awaitable[int]]) -> None:
        async with gate:
            status = await send(port)
        if status >= 500 or 300 <= status < 400:
            found.append(f"{status}: {what}")

    await asyncio.gather(*(one(*each) for each in some))
    return found


def some_of(every: int) -> Iterator[tuple[str, Iterable[Sent]]]:
    """One of so many of each kind, by the kind's name."""
    for kind in (bodies, fields, addresses, headers):
        yield kind.__name__, (each for number, each in enumerate(kind()) if number % every == 0)
