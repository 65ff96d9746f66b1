"""Dead letters as the HTTP side tells them: without what is in them, unless somebody may see personal data."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.engine.core import rehearsal
from services.mending.acts import State
from services.mending.found import Shelved
from services.mending.replaying import Preview

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class DoneResource(BaseModel):
    """What somebody did with it."""

    what: State
    at: AwareDatetime
    actor: str
    reason: str


class DeadLetterResource(BaseModel):
    """A record that could not be read, decided or stored."""

    place: str = Field(description="Where the letter stands: topic/partition/offset.")
    address: str = Field(description="Where the record first stood, by which the letter is known.")
    since: AwareDatetime
    reason: str = Field(description="Why it is one.")
    detail: str
    type: str = Field(description="Its type as it stands there; empty if none can be read.")
    source: str
    id: str
    about: str = Field(description="Whom it is about, as far as that can be read.")
    state: State
    dead_again: str | None = Field(default=None, description="The address of the letter from whose replay it came.")
    done: tuple[DoneResource, ...] = ()


class RehearsedResource(BaseModel):
    """What it would be now, by the real rules on what stands there now."""

    verdict: rehearsal.Verdict
    said: tuple[str, ...] = Field(default=(), description="Types of what would be said because of it.")
    codes: tuple[str, ...] = ()
    reason: str = ""
    detail: str = ""


class NewerResource(BaseModel):
    """A message about the same that came behind it."""

    address: str
    at: AwareDatetime
    type: str
    source: str
    id: str


class PreviewResource(BaseModel):
    """A dead letter with what it would be now. It is not sent again while ``held_back`` says why, unless the word in
    ``unless`` is sent with it.
    """

    letter: DeadLetterResource
    now: RehearsedResource | None = None
    held_back: str | None = None
    unless: str | None = None
    holds_up: str | None = Field(default=None, description="What waits for it.")
    newer: tuple[NewerResource, ...] = ()


class ContentResource(BaseModel):
    """What is in it, personal data included. That it was seen is on record."""

    key: str | None
    value: str | None
    headers: dict[str, str]
    cut: bool


class ActedResource(BaseModel):
    """What was done, as it is on record."""

    what: State
    address: str
    sent_to: str | None = Field(default=None, description="Where it stands now: topic/partition/offset.")
    verdict: str | None = Field(default=None, description="What the rehearsal before it said.")


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Reason = Field(description="Why: kept on record beside the name of who asks.")


class ReplayAsked(_Asked):
    """To send a dead letter again."""

    behind_newer: bool = Field(default=False, description="Also behind newer messages about the same.")
    again: bool = Field(default=False, description="Also if it was replayed or discarded.")
    anyway: bool = Field(default=False, description="Also if it would do nothing, or be dead again.")
    edit: dict[str, Any] | None = Field(
        default=None, description="Sent instead: a whole event with the source, id and cause that it had."
    )


class DiscardAsked(_Asked):
    """To put on record that nobody will send it again."""


def letter_resource(shelved: Shelved) -> DeadLetterResource:
    """A letter without what is in it."""
    letter = shelved.letter
    return DeadLetterResource(
        place=letter.place,
        address=letter.address,
        since=moment(letter.at),
        reason=letter.why,
        detail=letter.detail,
        type=letter.type,
        source=letter.source,
        id=letter.id,
        about=letter.subject,
        state=shelved.state,
        dead_again=shelved.dead_again or None,
        done=tuple(
            DoneResource(what=each.state, at=moment(each.at), actor=each.act.actor, reason=each.act.reason)
            for each in shelved.done
        ),
    )


def preview_resource(preview: Preview) -> PreviewResource:
    """With what it would be now."""
    found = preview.rehearsed
    now = None
    if found is not None:
        now = RehearsedResource(
            verdict=found.verdict, said=found.said, codes=found.codes, reason=found.why, detail=found.detail
        )
    return PreviewResource(
        letter=letter_resource(preview.shelved),
        now=now,
        held_back=preview.held_back or None,
        unless=preview.unless or None,
        holds_up=preview.holds_up or None,
        newer=tuple(
            NewerResource(address=each.address, at=moment(each.at), type=each.type, source=each.source, id=each.id)
            for each in preview.newer
        ),
    )


def content_resource(shelved: Shelved) -> ContentResource:
    """Its bytes as text; what is no UTF-8 is replaced."""
    letter = shelved.letter
    return ContentResource(
        key=None if letter.key is None else _text(letter.key),
        value=None if letter.value is None else _text(letter.value),
        headers={name: _text(content or b"") for name, content in letter.headers},
        cut=letter.cut,
    )


def moment(at: int) -> datetime:
    """Milliseconds UTC as a time."""
    return datetime.fromtimestamp(at / 1000, UTC)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")
