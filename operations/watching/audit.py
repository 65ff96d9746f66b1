"""Whoever sees personal data is on record before anything is shown: ``PersonalDataShown`` in ``watch.events``."""

from datetime import UTC, datetime
from typing import Final, Literal
from uuid import uuid4

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from contracts.messages.watching import PersonalDataShown
from contracts.wire.encoding import CONTENT_TYPE, encoded
from installation.errors import InstallationError
from operations.watching.log import Log
from services.engine.core.lanes import home

SOURCE: Final = "leaseline/operations"
MOST_PLACES: Final = 200
ANSWER: Final = 15.0
"""Seconds that Kafka has to keep it."""


class Audit:
    """One person's look, by its id: what was asked for, and in the end what was shown."""

    def __init__(self, log: Log, actor: str, reason: str, shown: str, asked: str) -> None:
        self._servers = log.servers
        self._lanes = len(log.places([PersonalDataShown.topic]))
        self._actor, self._reason, self._shown, self._asked = actor, reason, shown, asked
        self._id = uuid4().hex
        self._places: list[str] = []
        self._count = 0
        self._number = 0

    def begin(self) -> None:
        """Puts on record that it is about to be shown. Raises ``InstallationError``: then nothing may be shown."""
        if not self._lanes:
            raise InstallationError(
                f"Nothing was shown: that you look cannot be put on record, Kafka at {self._servers} has no topic "
                f"{PersonalDataShown.topic}. To make it: leaseline topics create"
            )
        self._say(count=None)

    def seen(self, place: str) -> None:
        """A record was shown."""
        self._count += 1
        if len(self._places) < MOST_PLACES:
            self._places.append(place)

    def end(self) -> None:
        """Puts on record what was shown. Raises ``InstallationError``."""
        if self._count:
            self._say(count=self._count)

    def _say(self, count: int | None) -> None:
        through: Literal["terminal"] = "terminal"
        body = PersonalDataShown(
            shown=self._shown,
            through=through,
            asked=self._asked or None,
            places=tuple(self._places),
            count=count,
            actor=self._actor,
            reason=self._reason,
        )
        value = encoded(
            body,
            id=f"PersonalDataShown:{self._id}:{self._number}",
            source=SOURCE,
            time=datetime.now(UTC),
        )
        self._number += 1
        keep(self._servers, body, value, self._lanes)


def keep(servers: str, body: PersonalDataShown, value: bytes, lanes: int) -> None:
    """Writes it and waits until every replica has it. Raises ``InstallationError``."""
    producer = Producer(
        {"bootstrap.servers": servers, "acks": "all", "enable.idempotence": True, "log_level": 0,
         "delivery.timeout.ms": int(ANSWER * 1000)}
    )  # fmt: skip
    wrong: list[str] = []

    def delivered(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            wrong.append(error.str())

    try:
        producer.produce(
            body.topic,
            value,
            body.shown.encode(),
            partition=home(body.shown, lanes),
            headers=[CONTENT_TYPE],
            on_delivery=delivered,
        )
        left = producer.flush(ANSWER)
    except KafkaException as error:
        wrong.append(error.args[0].str())
        left = 0
    if wrong or left:
        why = wrong[0] if wrong else "no answer"
        raise InstallationError(f"That you look could not be put on record ({why}): nothing more is shown.")
