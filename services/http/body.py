"""The bytes of a body, up to a bound: more is refused before it is held in memory."""

from typing import Final

from starlette.requests import Request

from services.http.problem import Fault, fault

LARGEST: Final = 400_000
"""Bytes of one request: the reader of the Kafka edge takes 512 KiB, all in all (``docs/architecture.md`` rule 12)."""


async def read_bytes(request: Request, most: int = LARGEST) -> bytes:
    """The body. Raises ``Problem`` if it is larger than ``most`` bytes, or is sent compressed."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise fault(Fault.MEDIA_TYPE_UNKNOWN, "a compressed body is not read: send it as it is")
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind not in ("application/json", "application/octet-stream", ""):
        raise fault(Fault.MEDIA_TYPE_UNKNOWN, "application/json is expected")
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > most:
            raise fault(Fault.BODY_TOO_LARGE, f"at most {most:,} bytes")
    return bytes(found)
