"""`leaseline watch` on a real Kafka: history, what follows, filters, and whatever goes wrong."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import IO, Any

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from deploy.local.errors import ServerFailed
from installation.addresses import KAFKA_VARIABLE, MONGO_VARIABLE, Addresses
from installation.topics import create_topics, until_there
from tests.servers import running
from tests.watch.consumed import example

LANES = 2
PLACED = "leaseline.orders.OrderPlaced.v1"
SUBMITTED = "leaseline.orders.OrderSubmitted.v1"
REFUSED = "leaseline.fulfillment.ItemFulfillmentRefused.v1"


def order(name: str, type_: str = PLACED) -> dict[str, Any]:
    document = example(type_)
    data = document["data"].get("order", document["data"])
    data["order_id"] = document["subject"] = name
    document["id"] = f"{name}/{type_}"
    return document


def send(kafka: str, *records: tuple[str, object, int]) -> None:
    """Each (topic, document or bytes, partition), one after another, so that their times are in this order."""
    producer = Producer({"bootstrap.servers": kafka, "acks": "all", "message.max.bytes": 4_000_000})
    for topic, value, partition in records:
        producer.produce(topic, value if isinstance(value, bytes) else json.dumps(value).encode(), partition=partition)
        assert producer.flush(20) == 0
        time.sleep(0.002)


def made(kafka: str) -> None:
    asyncio.run(create_topics(kafka, LANES))
    asyncio.run(until_there(kafka, LANES))


@pytest.fixture(scope="module")
def filled(installed: tuple[Path, Addresses]) -> Addresses:
    """An installation with something of everything in its log."""
    _, there = installed
    made(there.kafka)
    letter = b'{"name":"Ada Okafor"'
    send(
        there.kafka,
        ("orders.requests", order("W-1", SUBMITTED), 0),
        ("orders.events", order("W-1"), 1),
        ("orders.requests", order("W-2", SUBMITTED), 1),
        ("orders.events", order("W-2"), 0),
        ("fulfillment.events", example(REFUSED), 0),
        ("orders.internal", example("leaseline.orders.ClockTicked.v1"), 0),
        ("orders.requests", letter, 0),
        ("catalog.requests", b"x" * 1_000_000, 0),
        ("catalog.requests", example("leaseline.orders.VariantSubmitted.v1"), 0),
    )
    return there


class Watched:
    """A run of the command in a process of its own. Its lines are awaited for so long, never for ever."""

    def __init__(self, there: Addresses, *arguments: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "operations", "watch", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, KAFKA_VARIABLE: there.kafka, MONGO_VARIABLE: there.mongo, **environment},
        )
        self._out, self._err = self._read(self.process.stdout), self._read(self.process.stderr)

    @staticmethod
    def _read(stream: IO[str] | None) -> "Queue[str | None]":
        lines: Queue[str | None] = Queue()

        def read() -> None:
            assert stream is not None
            for line in stream:
                lines.put(line.rstrip("\n"))
            lines.put(None)

        Thread(target=read, daemon=True).start()
        return lines

    def line(self, patience: float = 40) -> str:
        """The next line of the output."""
        found = self._out.get(timeout=patience)
        assert found is not None
        return found

    def said(self, patience: float = 40) -> str:
        """The next line beside it."""
        found = self._err.get(timeout=patience)
        assert found is not None
        return found

    def interrupt(self) -> tuple[int, list[str], str]:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.ended()

    def ended(self, patience: float = 40) -> tuple[int, list[str], str]:
        """Its status, and the rest of what it wrote."""
        try:
            status = self.process.wait(patience)
        finally:
            self.process.kill()
        return status, list(iter(self._out.get, None)), "\n".join(iter(self._err.get, None))


def watch(there: Addresses, *arguments: str) -> tuple[list[str], str]:
    """What a run without following wrote, to its output and beside it; it must have ended well."""
    status, lines, err = Watched(there, "--no-follow", *arguments).ended()
    assert status == 0, err
    assert "Traceback" not in err
    return lines, err


def words(lines: list[str]) -> list[str]:
    """What happened, of each line but those between two days."""
    return [line.split(None, 4)[-1] for line in lines if not line.startswith("──")]


def test_history_is_shown_in_the_order_of_its_times_over_all_topics_and_partitions(filled: Addresses) -> None:
    lines, err = watch(filled)

    types = [line.split()[3] for line in lines if not line.startswith("──")]
    assert types == [
        "OrderSubmitted", "OrderPlaced", "OrderSubmitted", "OrderPlaced", "ItemFulfillmentRefused", "?", "?",
        "VariantSubmitted",
    ]  # fmt: skip
    assert lines[0].startswith("── ")
    assert err == ""


def test_filters_count_before_the_limit(filled: Addresses) -> None:
    lines, err = watch(filled, "--order", "W-1", "--last", "1")

    assert len(words(lines)) == 1
    assert "order W-1 placed" in lines[-1]
    assert "1 of 2 lines: --last shows more." in err


def test_lines_for_programs_are_json_each_by_itself(filled: Addresses) -> None:
    lines, _ = watch(filled, "--json", "--code", "serial_in_use")

    (found,) = [json.loads(line) for line in lines]
    assert (found["type"], found["fate"], found["codes"]) == ("ItemFulfillmentRefused", "refused", ["serial_in_use"])
    assert found["topic"] == "fulfillment.events"
    assert found["time"].endswith("Z")


def test_nothing_that_matches_is_told_with_where_it_was_looked_for(filled: Addresses) -> None:
    lines, err = watch(filled, "--order", "NONE-1", "--since", "2h")

    assert lines == []
    assert "Nothing matches in " in err
    assert "(9 records read)." in err


def test_a_message_is_shown_whole_and_masked(filled: Addresses) -> None:
    lines, _ = watch(filled, "--order", "W-1", "--full")
    text = "\n".join(lines)

    assert '"email": "***"' in text
    assert "Okafor" not in text
    assert '"order_id": "W-1"' in text


def test_what_cannot_be_read_is_masked_whole(filled: Addresses) -> None:
    lines, _ = watch(filled, "--fate", "dead", "--full")
    text = "\n".join(lines)

    assert "*** (20 bytes, masked whole)" in text
    assert "Okafor" not in text


def test_personal_data_are_shown_to_who_says_why_and_that_is_on_record(filled: Addresses) -> None:
    lines, _ = watch(filled, "--order", "W-1", "--unmask", "--actor", "Grace Nakamura", "--reason", "A call of Ada's")

    assert "Okafor" in "\n".join(lines)
    records, _ = watch(filled, "--json", "--full", "--type", "PersonalDataShown")
    begun, ended = [json.loads(line) for line in records]
    assert begun["words"] == "personal data of order:W-1 are to be shown at the terminal door"
    assert ended["by"] == "Grace Nakamura"
    assert ended["message"]["data"]["count"] == 3  # the record that they look is one of them
    assert ended["message"]["data"]["places"][:2] == ["orders.requests/0/0", "orders.events/1/0"]
    assert ended["message"]["data"]["reason"] == "***"


def test_personal_data_are_not_shown_to_who_says_not_why(filled: Addresses) -> None:
    status, lines, err = Watched(filled, "--unmask", "--actor", "Grace").ended()

    assert status == 2
    assert lines == []
    assert "--unmask needs --actor and --reason" in err


def test_a_body_of_a_megabyte_is_cut_with_that_said(filled: Addresses) -> None:
    lines, _ = watch(filled, "--topic", "catalog", "--unmask", "--actor", "Grace", "--reason", "trial")

    text = "\n".join(lines)
    assert "… and 995,904 bytes more" in text
    assert "VariantSubmitted" in text
    assert len(text) < 20_000


def test_what_is_said_from_now_on_follows(filled: Addresses) -> None:
    watched = Watched(filled, "--json", "--order", "W-9", "--since", "1m")
    try:
        assert "Nothing matches in" in watched.said()
        send(filled.kafka, ("orders.requests", order("W-9", SUBMITTED), 0), ("orders.events", order("W-9"), 1))
        first, second = (json.loads(watched.line()) for _ in range(2))
        assert (first["type"], second["type"]) == ("OrderSubmitted", "OrderPlaced")
    finally:
        status, _, err = watched.interrupt()
    assert status == 0
    assert "Traceback" not in err


def test_a_pipe_that_breaks_ends_it_without_a_traceback(filled: Addresses) -> None:
    shell = f"{sys.executable} -m operations watch --json --last 100 | head -1"
    variant = ("catalog.requests", example("leaseline.orders.VariantSubmitted.v1"), 1)
    environment = {**os.environ, KAFKA_VARIABLE: filled.kafka, MONGO_VARIABLE: filled.mongo}
    piped = subprocess.Popen(shell, shell=True, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    until = time.monotonic() + 40
    while piped.poll() is None and time.monotonic() < until:
        send(filled.kafka, variant)  # it notices when it writes
        time.sleep(0.5)
    out, err = piped.communicate(timeout=5)

    assert out.count(b"\n") == 1
    assert b"Traceback" not in err


def test_a_kafka_that_is_not_there_is_told_in_a_sentence(filled: Addresses) -> None:
    status, lines, err = Watched(Addresses("127.0.0.1:9", filled.mongo)).ended()

    assert status == 1
    assert lines == []
    assert err.endswith("is it running? See LEASELINE_KAFKA.")
    assert "\n" not in err


@pytest.fixture
def own_servers(tmp_path: Path, nobody_names_servers: None) -> Iterator[tuple[Path, Addresses]]:  # noqa: ARG001
    """Servers of one test, which it may end."""
    with suppress(ServerFailed), running(tmp_path) as there:
        yield tmp_path, there


def test_topics_that_are_not_there_are_told_and_a_kafka_that_goes_ends_nothing(
    own_servers: tuple[Path, Addresses],
) -> None:
    _, there = own_servers
    status, _, err = Watched(there).ended()
    assert status == 1
    assert "leaseline topics create" in err

    made(there.kafka)
    admin = AdminClient({"bootstrap.servers": there.kafka})
    admin.delete_topics(["billing.events"])["billing.events"].result()
    time.sleep(1)
    watched = Watched(there, "--json", "--order", "W-1")
    assert there.kafka_pid is not None
    try:
        assert watched.said() == "Topics are missing: billing.events. To make them: leaseline topics create"
        assert watched.said().startswith("Nothing matches in all that the log keeps until")
        os.kill(there.kafka_pid, signal.SIGKILL)
        assert watched.said(60).startswith("Kafka does not answer since")
    finally:
        status, _, err = watched.interrupt()
    assert (status, err) == (0, "")
