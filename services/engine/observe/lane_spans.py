"""The spans of a worker: one for each batch, and one for each of its messages that came with a sampled trace."""

import time
from secrets import token_hex
from typing import Final

from contracts.wire.trace import is_sampled
from services.engine.core.plan import Plan
from services.engine.core.trace import trace_below
from services.engine.observe.spans import Exporter, Span

MOST_LINKS: Final = 128
"""Messages that a batch's span names: what collectors take."""


class LaneSpans:
    """The port ``Spans``. A message's span has the id that what is said because of it names (``core/trace.py``); it
    lies in the sender's and takes as long as its batch, for a message is not saved before the others are.
    """

    def __init__(self, service: str, exporter: Exporter) -> None:
        self._service = service
        self._exporter = exporter

    def decided(self, plan: Plan, lanes: int, said: int, seconds: float) -> None:
        """A batch was saved, said and committed, after so long."""
        service, counts = self._service, plan.counts
        ended = time.time_ns()
        begun = ended - int(seconds * 1e9)
        own = f"00-{token_hex(16)}-{token_hex(8)}-01"
        traced = [message for message in plan.traced if is_sampled(message.trace)]
        attributes: dict[str, str | int] = {
            "messaging.system": "kafka",
            "messaging.operation.type": "process",
            "messaging.batch.message_count": counts.records,
            "messaging.consumer.group.name": service,
            "leaseline.lanes": lanes,
            "leaseline.messages": counts.messages,
            "leaseline.changed": len(plan.writes),
            "leaseline.said": said,
        }
        links = tuple(message.trace for message in traced[:MOST_LINKS])
        spans = [Span(f"batch {service}", "consumer", own, begun, ended, attributes, links=links)]
        for message in traced:
            origin = message.origin
            about: dict[str, str | int] = {
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.destination.name": origin.topic,
                "messaging.destination.partition.id": str(origin.partition),
                "messaging.kafka.offset": origin.offset,
                "messaging.message.id": message.id,
                "leaseline.subject": message.subject,
            }
            name, below = f"decide {message.model.__name__}", trace_below(message.cause, service)
            spans.append(Span(name, "consumer", below, begun, ended, about, above=message.trace, links=(own,)))
        self._exporter.offer(spans)
