"""What was done with a letter, as it stands in ``watch.events``: said by who does it, read by who comes next."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

from contracts.messages.watching import DeadLetterDiscarded, DeadLetterReplayed, PersonalDataShown
from contracts.values.immutable import Immutable
from contracts.wire.encoding import CONTENT_TYPE, encoded
from contracts.wire.envelope import Opened, opened
from services.engine.core.lanes import home
from services.engine.core.letter import Letter
from services.engine.core.record import Outgoing, Record
from services.engine.core.rehearsal import Verdict

SOURCE: Final = "leaseline/operations"
TOPIC: Final = DeadLetterReplayed.topic
LONGEST: Final = 150_000
"""Bytes of an original and of an edit that are kept beside the places where they stand."""
_TYPES: Final = {each.type_name(): each for each in (DeadLetterReplayed, DeadLetterDiscarded)}
SERVICES: Final = ("orders", "fulfillment", "billing")

Act = DeadLetterReplayed | DeadLetterDiscarded
State = Literal["open", "replayed", "discarded"]
STATES: Final[tuple[State, ...]] = ("open", "replayed", "discarded")


class Done(Immutable):
    """An act, and when it was done (milliseconds UTC)."""

    act: Act
    at: int

    @property
    def state(self) -> State:
        """What the letter is by it."""
        return "replayed" if isinstance(self.act, DeadLetterReplayed) else "discarded"


class By(Immutable):
    """Who does it, and why: both are shown to whoever looks later."""

    actor: str
    reason: str


def act_of(record: Record) -> Done | None:
    """The act that a record of ``watch.events`` is; None for anything else that stands there."""
    found = opened(record.value, record.headers, _TYPES)
    if isinstance(found, Opened) and isinstance(found.body, DeadLetterReplayed | DeadLetterDiscarded):
        return Done(found.body, record.timestamp)
    return None


def state_of(done: Sequence[Done]) -> State:
    """What a letter is by all that was done with it; the last counts."""
    return done[-1].state if done else "open"


def replayed(
    letter: Letter,
    by: By,
    sent_to: str,
    verdict: Verdict | None,
    times: int,
    edit: bytes | None = None,
) -> DeadLetterReplayed:
    """What is said of a letter that was sent again. Raises pydantic's ``ValidationError`` for a blank actor."""
    kept = edit is not None and len(edit) <= LONGEST and len(letter.value or b"") <= LONGEST
    return DeadLetterReplayed(
        **_about(letter, by),
        sent_to=sent_to,
        verdict="not rehearsed" if verdict is None else verdict.value,
        times=times,
        edited=edit is not None,
        original=(letter.value or b"").decode("utf-8", "replace") if kept else None,
        edit=(edit or b"").decode("utf-8", "replace") if kept else None,
    )


def discarded(letter: Letter, by: By) -> DeadLetterDiscarded:
    """What is said of a letter that is left. Raises pydantic's ``ValidationError`` for a blank actor."""
    return DeadLetterDiscarded(**_about(letter, by))


def record_of(act: Act | PersonalDataShown, now: int, lanes: int) -> Outgoing:
    """The act as a record, ``now`` in milliseconds UTC: in the home of what it is about."""
    (subject,) = act.subjects()
    cause = None
    if not isinstance(act, PersonalDataShown) and act.message_source and act.message_id:
        cause = (act.message_source, act.message_id)
    value = encoded(
        act,
        id=f"{type(act).__name__}:{subject}:{now}",
        source=SOURCE,
        time=datetime.fromtimestamp(now / 1000, UTC),
        cause=cause,
    )
    return Outgoing(TOPIC, home(subject, lanes), subject.encode(), value, (CONTENT_TYPE,))


def _about(letter: Letter, by: By) -> dict[str, Any]:
    return {
        "reader": letter.service,
        "address": letter.address,
        "letter": letter.place,
        "why": letter.why,
        "message_type": letter.type or None,
        "message_source": letter.source or None,
        "message_id": letter.id or None,
        "message_subject": letter.subject or None,
        "actor": by.actor,
        "reason": by.reason,
    }
