"""The bytes of a body, up to a bound: more is refused before it is held in memory."""

from pydantic_core import from_json
from starlette.requests import Request

from services.http.bounds import bounds_of, check_depth
from services.http.telling.problem import Fault, fault


async def read_bytes(request: Request, most: int | None = None) -> bytes:
    """The body. Raises ``Problem`` if it has more bytes than ``most`` or the process takes, is nested too deeply, or is
    sent compressed.
    """
    bounds = bounds_of(request)
    largest = bounds.body if most is None else min(most, bounds.body)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise fault(Fault.MEDIA_TYPE_UNKNOWN, "a compressed body is not read: send it as it is")
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind not in ("application/json", "application/octet-stream", ""):
        raise fault(Fault.MEDIA_TYPE_UNKNOWN, "application/json is expected")
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and (len(announced) > 12 or int(announced) > largest):
        raise fault(Fault.BODY_TOO_LARGE, f"at most {largest:,} bytes")
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > largest:
            raise fault(Fault.BODY_TOO_LARGE, f"at most {largest:,} bytes")
    body = bytes(found)
    if body.count(b"{") + body.count(b"[") > bounds.depth:  # else it cannot be deeper
        _check(body, bounds.depth)
    return body


def _check(body: bytes, depth: int) -> None:
    try:
        data = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        if str(error).startswith("recursion limit"):
            raise fault(Fault.BODY_TOO_DEEP, f"at most {depth} levels") from None
        return  # whoever reads it says what is wrong with it
    check_depth(data, depth)
