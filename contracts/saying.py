"""A body as a record's value: the envelope in structured mode, always the same bytes for the same content."""

import json
from datetime import datetime

from contracts.message import Body


def encoded(
    body: Body,
    *,
    id: str,  # noqa: A002  the CloudEvents attribute's name
    source: str,
    time: datetime,
    cause: tuple[str, str] | None = None,
    subject: str | None = None,
) -> bytes:
    """The record's value. ``cause`` is the (source, id) of the request or fact that led to it."""
    attributes = {
        "specversion": "1.0",
        "type": body.type_name(),
        "source": source,
        "id": id,
        "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "subject": subject if subject is not None else next(iter(body.subjects()), ""),
        "datacontenttype": "application/json",
    }
    if cause is not None:
        attributes["causationsource"], attributes["causationid"] = cause
    head = json.dumps(attributes, ensure_ascii=False, separators=(",", ":"))
    return b"".join((head[:-1].encode(), b',"data":', body.model_dump_json(exclude_none=True).encode(), b"}"))
