"""Repairs by ordinary requests: the service that owns a document corrects it in its lane, in order with all else.

Nothing is ever written beside a service (``docs/decisions/0111``).
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from contracts.messages.billing import RequestRefused, RequestRepeated
from contracts.messages.repairs import PayerRepaired, PayerRepairRequested, SeenAccount
from contracts.values.immutable import Immutable
from contracts.wire.encoding import CONTENT_TYPE, encoded
from installation.errors import InstallationError, kafka_answers
from operations.jobs.hearing import listen_from_now
from operations.repairing.plan import Difference, differences
from operations.verify.books import temporary_books
from operations.verify.databases import opened_databases
from operations.verify.reading import opened_log
from operations.verify.report import Report
from operations.verify.verifying import looked_at
from services.engine.core.lanes import home

SOURCE: Final = "leaseline/repair"
EVENTS: Final = "billing.events"
SEEN: Final = 50
"""Accounts of a payer that a request names."""
_ANSWERS: Final = {PayerRepaired.type_name(): "mended", RequestRepeated.type_name(): "already so"}


class Outcome(Immutable):
    """What became of one request: ``mended``, ``already so``, or the reasons of a refusal."""

    payer: str
    answer: str

    @property
    def done(self) -> bool:
        """Whether all is right now."""
        return self.answer in _ANSWERS.values()


async def looked(
    kafka: str, mongo: str, databases: str, *, patience: float = 30.0
) -> tuple[Report, Sequence[Difference]]:
    """The report of ``leaseline verify`` and all differences behind it. Raises ``InstallationError``."""
    try:
        async with opened_log(kafka) as log, opened_databases(mongo, databases) as kept:
            with temporary_books() as books:
                report = await looked_at(books, log, kept, patience)
                look = books.one("SELECT coalesce(max(look), 1) FROM offenders")
                return report, differences(books, look) if not report.holds else ()
    except KafkaError as error:
        raise InstallationError(f"Kafka at {kafka} stopped answering ({type(error).__name__}).") from error


class Repair(Immutable):
    """Who asks for repairs, and why."""

    actor: str
    reason: str

    def requests(self, found: Sequence[Difference]) -> Sequence[tuple[str, PayerRepairRequested]]:
        """One for each payer of which something can be counted anew, with its id: of this run, and no other's."""
        run = uuid4().hex[:12]
        seen: dict[str, dict[str, int]] = {}
        for each in found:
            if each.payer is not None and each.account is not None:
                seen.setdefault(each.payer, {})[each.account] = each.version
        return [(f"{payer}@{run}", self._request(payer, accounts)) for payer, accounts in seen.items()]

    def _request(self, payer: str, accounts: Mapping[str, int]) -> PayerRepairRequested:
        kind, _, name = payer.partition(":")
        seen = tuple([SeenAccount(account_id=id_, version=version) for id_, version in accounts.items()][:SEEN])
        if kind == "group":
            return PayerRepairRequested(group_id=name, seen=seen, actor=self.actor, reason=self.reason)
        return PayerRepairRequested(customer_id=name, seen=seen, actor=self.actor, reason=self.reason)

    async def ask(self, kafka: str, found: Sequence[Difference], *, patience: float = 60.0) -> Sequence[Outcome]:
        """Sends them and waits for the answers. Raises ``InstallationError`` when none comes for so long."""
        requests = self.requests(found)
        producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
        consumer = AIOKafkaConsumer(bootstrap_servers=kafka, isolation_level="read_committed", fetch_max_wait_ms=50)
        try:
            with kafka_answers(kafka):
                await producer.start()
                await consumer.start()
                lanes = len(await producer.partitions_for(EVENTS))
                places = [TopicPartition(EVENTS, lane) for lane in range(lanes)]
                await listen_from_now(consumer, places)
                for id_, body in requests:
                    (subject,) = body.subjects()
                    value = encoded(body, id=id_, source=SOURCE, time=datetime.now(UTC))
                    lane = home(subject, lanes)
                    await producer.send_and_wait(
                        body.topic, value, subject.encode(), partition=lane, headers=[CONTENT_TYPE]
                    )
                answers = await _answers(consumer, [id_ for id_, _ in requests], patience)
        finally:
            await consumer.stop()
            await producer.stop()
        return [Outcome(body.subjects()[0], answers[id_]) for id_, body in requests]


async def _answers(consumer: AIOKafkaConsumer, ids: Sequence[str], patience: float) -> Mapping[str, str]:
    found: dict[str, str] = {}
    try:
        while len(found) < len(ids):
            async with asyncio.timeout(patience):
                heard = False
                while not heard:
                    for records in (await consumer.getmany(timeout_ms=200)).values():
                        for record in records:
                            heard = _hear(json.loads(record.value), ids, found) or heard
    except TimeoutError:
        raise InstallationError(
            f"{len(ids) - len(found)} of {len(ids)} repairs were not answered within {patience:g} s: does billing run? "
            f"What was asked will be decided; run `leaseline verify` then."
        ) from None
    return found


def _hear(said: Mapping[str, Any], ids: Sequence[str], found: dict[str, str]) -> bool:
    id_ = said.get("causationid")
    if said.get("causationsource") != SOURCE or id_ not in ids or id_ in found:
        return False
    if said["type"] == RequestRefused.type_name():
        found[str(id_)] = "; ".join(each.get("detail") or each["code"] for each in said["data"]["refusals"])
        return True
    if said["type"] in _ANSWERS:
        found[str(id_)] = _ANSWERS[said["type"]]
        return True
    return False
