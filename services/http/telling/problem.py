"""What went wrong, for a person and for a program: RFC 9457, one shape for everything that is not a success."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

PROBLEM: Final = "application/problem+json"

Retry = Literal["same_key", "new_key", "never"]
"""Whether the same request may be sent again: as it is, only as a new request, or not before something else is done."""


class Fault(StrEnum):
    """What is wrong with how something was asked, before the business was. The business's codes are its own."""

    KEY_MISSING = "key_missing"
    KEY_INVALID = "key_invalid"
    SCOPE_MISSING = "scope_missing"
    NOT_FOUND = "not_found"
    METHOD_UNKNOWN = "method_unknown"
    NOT_JSON = "not_json"
    MEDIA_TYPE_UNKNOWN = "media_type_unknown"
    NOT_ACCEPTABLE = "not_acceptable"
    BODY_TOO_LARGE = "body_too_large"
    BODY_TOO_DEEP = "body_too_deep"
    TEST_KEY = "test_key"
    PARAMETER_INVALID = "parameter_invalid"
    PATH_DIFFERS = "path_differs"
    IDEMPOTENCY_KEY_REQUIRED = "idempotency_key_required"
    IDEMPOTENCY_KEY_INVALID = "idempotency_key_invalid"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    VERSION_REQUIRED = "version_required"
    CURSOR_INVALID = "cursor_invalid"
    TOO_MANY_REQUESTS = "too_many_requests"
    TOO_MANY_WAITING = "too_many_waiting"
    UNAVAILABLE = "unavailable"
    GONE = "gone"
    FILE_INVALID = "file_invalid"
    IMPORT_TAKEN_OVER = "import_taken_over"
    IMPORT_BROKEN = "import_broken"
    HELD_BACK = "held_back"
    DEFECT = "defect"


class Detail(BaseModel):
    """One reason. ``pointer`` is a JSON pointer into the body (RFC 6901), empty for all of it."""

    pointer: str | None = Field(default=None, description="Where in the body; empty: all of it.")
    parameter: str | None = Field(
        default=None, description="The parameter of the address, or the header, that is meant."
    )
    code: str
    detail: str = Field(default="", description="What was wrong; never empty.")
    what_to_do: str
    serial: str | None = Field(default=None, description="The serial of a scan that was not accepted.")
    holder_order_id: str | None = Field(default=None, description="The order that holds the device.")


class ProblemDocument(BaseModel):
    """The body of every answer that is no success."""

    type: str = Field(description="A page about this code, relative to the address of the API.")
    title: str
    status: int
    detail: str
    instance: str | None = Field(default=None, description="The request, if it was stored: asked again there.")
    code: str
    what_to_do: str
    retry: Retry = Field(
        description="Whether the same request may be sent again: with the same Idempotency-Key, only with a new one, "
        "or never before something else is done."
    )
    errors: tuple[Detail, ...] = ()


class Problem(Exception):
    """Ends a request with a problem document."""

    def __init__(self, document: ProblemDocument, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(document.code)
        self.document = document
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """As it is sent."""
        body = self.document.model_dump_json(exclude_none=True)
        return Response(body, self.document.status, self.headers, PROBLEM)


TITLES: Final[Mapping[Fault, tuple[int, str, str, Retry]]] = {
    Fault.KEY_MISSING: (
        401,
        "No key was sent",
        "Send the header `Authorization: Bearer` with an API key (`leaseline keys make`) or a token.",
        "same_key",
    ),
    Fault.KEY_INVALID: (
        401,
        "The key or token is not valid",
        "Check it for a slip; if it expired or was revoked, ask your operator for a new one.",
        "same_key",
    ),
    Fault.SCOPE_MISSING: (403, "The key may not do this", "Use a key that has the scope that is named.", "same_key"),
    Fault.NOT_FOUND: (404, "There is nothing here", "Check the address; /docs lists what there is.", "never"),
    Fault.METHOD_UNKNOWN: (405, "This cannot be done here", "Use one of the methods in the header Allow.", "never"),
    Fault.NOT_JSON: (400, "The body is not JSON", "Send one JSON object in UTF-8.", "new_key"),
    Fault.MEDIA_TYPE_UNKNOWN: (415, "The body has a type that nobody reads here", "Send it as named.", "new_key"),
    Fault.NOT_ACCEPTABLE: (
        406,
        "It cannot be had in this form",
        "Ask for one of the types that are named, by the header Accept or the ending of the address.",
        "never",
    ),
    Fault.BODY_TOO_LARGE: (413, "The body is too large", "Split it; much at once goes to /imports.", "new_key"),
    Fault.BODY_TOO_DEEP: (422, "The body is nested too deeply", "Send it as /docs shows it.", "new_key"),
    Fault.TEST_KEY: (
        403,
        "A test key submits test orders only",
        "Leave test out of the body, or send true; for a real order use a key of the live kind.",
        "new_key",
    ),
    Fault.PARAMETER_INVALID: (422, "A parameter is not valid", "Correct the parameter that is named.", "never"),
    Fault.PATH_DIFFERS: (
        422,
        "The body names another one than the address",
        "Leave the field out of the body, or correct the address.",
        "new_key",
    ),
    Fault.IDEMPOTENCY_KEY_REQUIRED: (
        400,
        "An Idempotency-Key is required",
        "Send the header Idempotency-Key with an id of your own for this request, and the same one if you repeat it.",
        "new_key",
    ),
    Fault.IDEMPOTENCY_KEY_INVALID: (
        400,
        "The Idempotency-Key is not valid",
        "Use 1 to 200 visible characters of ASCII.",
        "new_key",
    ),
    Fault.IDEMPOTENCY_KEY_REUSED: (
        422,
        "The Idempotency-Key stands for another request",
        "Use a new Idempotency-Key: this one came with other content, or to another address.",
        "new_key",
    ),
    Fault.VERSION_REQUIRED: (
        428,
        "The version that you saw is required",
        "Read it (the header ETag), and send it as If-Match, or as expected_version in the body.",
        "same_key",
    ),
    Fault.CURSOR_INVALID: (
        400,
        "The cursor does not fit",
        "Begin without a cursor; a cursor is good for the very filters under which it was given.",
        "never",
    ),
    Fault.TOO_MANY_REQUESTS: (429, "Too many requests", "Wait as long as Retry-After says.", "same_key"),
    Fault.TOO_MANY_WAITING: (
        503,
        "Too many requests wait for their answers",
        "Nothing was stored. Send the same again after the time that Retry-After says.",
        "same_key",
    ),
    Fault.UNAVAILABLE: (
        503,
        "The database does not answer",
        "Send the same again with the same Idempotency-Key: it is done once, whatever became of this one.",
        "same_key",
    ),
    Fault.GONE: (
        410,
        "This is no longer kept",
        "Begin anew; what is older stands in the state that came of it.",
        "never",
    ),
    Fault.FILE_INVALID: (
        422,
        "The file cannot be read",
        "Send CSV in UTF-8 with a header, or JSON lines; `leaseline import --template` has an example of each kind.",
        "same_key",
    ),
    Fault.IMPORT_TAKEN_OVER: (
        409,
        "The same import was begun again meanwhile",
        "Nothing: the newer one goes on where this one was, and its job tells how far it is.",
        "same_key",
    ),
    Fault.IMPORT_BROKEN: (
        400,
        "The file was not sent to its end",
        "Send it again with the same Idempotency-Key: what was decided is not done twice.",
        "same_key",
    ),
    Fault.HELD_BACK: (
        409,
        "The dead letter is not sent again as things are",
        "Look at what is named; send it again with the word that is named, or discard it.",
        "never",
    ),
    Fault.DEFECT: (
        500,
        "This should not have happened",
        "Tell the operators when and where; send the same again with the same Idempotency-Key.",
        "same_key",
    ),
}
"""Status, title, what to do, and whether the same may be sent again, for each fault."""


def fault(
    which: Fault,
    detail: str = "",
    *,
    pointer: str | None = None,
    parameter: str | None = None,
    headers: Mapping[str, str] | None = None,
    instance: str | None = None,
    what_to_do: str | None = None,
) -> Problem:
    """The problem of a fault. ``pointer`` names the field of the body that is meant, ``parameter`` one of an address or
    a header. ``what_to_do`` replaces the fault's sentence where more is known.
    """
    status, title, usual, retry = TITLES[which]
    what_to_do, detail = what_to_do or usual, detail or f"{title}."
    errors: tuple[Detail, ...] = ()
    if pointer is not None or parameter is not None:
        errors = (Detail(pointer=pointer, parameter=parameter, code=which, detail=detail, what_to_do=what_to_do),)
    document = ProblemDocument(
        type=f"/problems/{which}",
        title=title,
        status=status,
        detail=detail,
        instance=instance,
        code=which,
        what_to_do=what_to_do,
        retry=retry,
        errors=errors,
    )
    return Problem(document, headers)
