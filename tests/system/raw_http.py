"""Requests byte by byte: what a well-behaved client would not send."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

ANSWERED_WITHIN: Final = 60.0
_HEXADECIMAL: Final = b"0123456789ABCDEF"


async def status_of(
    port: int,
    method: str,
    target: bytes,
    headers: Sequence[tuple[bytes, bytes]] = (),
    body: bytes = b"",
) -> int:
    """The status of the answer; 0 for a connection that the server ended without one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = [f"{method} ".encode() + target + b" HTTP/1.1", b"Host: leaseline.test", b"Connection: close"]
    head += [name + b": " + value for name, value in headers]
    if body or method != "GET":
        head.append(b"Content-Length: %d" % len(body))
    try:
        async with asyncio.timeout(ANSWERED_WITHIN):
            writer.write(b"\r\n".join([*head, b"", b""]) + body)
            try:
                await writer.drain()
                line = await reader.readline()
            except ConnectionError:
                return 0
        return int(line.split(b" ")[1]) if line else 0
    finally:
        writer.close()


def quoted(text: str) -> bytes:
    """The text as one part of an address, every byte of it by its number."""
    return b"".join(b"%" + bytes((_HEXADECIMAL[each >> 4], _HEXADECIMAL[each & 15])) for each in text.encode())


def with_parameters(path: bytes, parameters: Mapping[str, str]) -> bytes:
    """An address with its parameters."""
    return path + b"?" + b"&".join(name.encode() + b"=" + quoted(value) for name, value in parameters.items())
