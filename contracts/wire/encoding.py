"""A body as a record's value: the envelope in structured mode, always the same bytes for the same content."""

from datetime import datetime
from json.encoder import encode_basestring as _text

from contracts.values.words import stamp
from contracts.wire.message import Body

STRUCTURED = "application/cloudevents+json; charset=utf-8"
"""The content type of what ``encoded`` makes: by this header a foreign CloudEvents library knows the mode."""
CONTENT_TYPE = ("content-type", STRUCTURED.encode())
"""The header that every record which we say carries (CloudEvents' Kafka binding, section 3.3)."""


def encoded(
    body: Body,
    *,
    id: str,  # noqa: A002  the CloudEvents attribute's name
    source: str,
    time: datetime,
    cause: tuple[str, str] | None = None,
    subject: str | None = None,
    trace: str = "",
) -> bytes:
    """The record's value. ``cause`` is the (source, id) of the request or fact that led to it, ``trace`` a valid
    ``traceparent`` or nothing.
    """
    about = subject if subject is not None else next(iter(body.subjects()), "")
    caused = "" if cause is None else f',"causationsource":{_text(cause[0])},"causationid":{_text(cause[1])}'
    if trace:
        caused += f',"traceparent":"{trace}"'
    head = (
        f'{{"specversion":"1.0","type":"{body.type_name()}","source":{_text(source)},"id":{_text(id)}'
        f',"time":"{stamp(time)}","subject":{_text(about)},"datacontenttype":"application/json"{caused},"data":'
    )
    return b"".join((head.encode(), body.model_dump_json(exclude_none=True).encode(), b"}"))
