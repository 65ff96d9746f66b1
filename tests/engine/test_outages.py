"""A server that goes away and comes back: three lines, whatever is complained of meanwhile."""

import asyncio
import logging
from collections.abc import Callable

import pytest
import structlog

from services.engine.observe import outages
from services.engine.observe.outages import Outages
from services.engine.observe.thinning import Libraries, Thinning
from tests.engine.lines import lines


class Server:
    """Answers, or does not."""

    def __init__(self) -> None:
        self.away = False
        self.asked = 0

    async def probe(self) -> None:
        self.asked += 1
        if self.away:
            raise ConnectionError


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outages, "ASKED_EVERY", 0.001)


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.001)


def _events(logs: list[structlog.typing.EventDict]) -> list[str]:
    return [line["event"] for line in logs]


async def test_an_outage_is_three_kinds_of_lines_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outages, "TOLD_EVERY", 0.02)
    server, thinning = Server(), Thinning()
    watch = Outages({"Kafka": server.probe}, thinning)
    server.away = True
    held = 0
    with lines() as logs:
        for number in range(200):
            watch.complain("Kafka", f"no answer {number}")
            await asyncio.sleep(0.001)
            try:
                thinning(None, "warning", {"event": "lane.not_acquired"})
            except structlog.DropEvent:
                held += 1
        server.away = False
        await _until(lambda: "server.back" in _events(logs))
    found = _events(logs)
    assert found[0] == "server.away"
    assert found[-1] == "server.back"
    assert set(found[1:-1]) == {"server.still_away"}
    assert (logs[0]["server"], logs[0]["reason"]) == ("Kafka", "no answer 0")
    assert logs[-1]["held_back"] == held > 100
    await watch.close()


async def test_a_complaint_about_a_server_that_answers_is_no_outage() -> None:
    server, thinning = Server(), Thinning()
    watch = Outages({"Kafka": server.probe}, thinning)
    with lines() as logs:
        watch.complain("Kafka", "one of three brokers")
        await _until(lambda: server.asked > 0)
        await _until(lambda: len(logs) > 0)
        await asyncio.sleep(0.01)
        watch.complain("Kafka", "one of three brokers, again")
        await _until(lambda: server.asked > 1)
    assert [(line["event"], line["reason"]) for line in logs] == [("server.falters", "one of three brokers")]
    line = {"event": "batch.doubt"}
    assert thinning(None, "warning", line) is line
    await watch.close()


async def test_only_what_an_outage_makes_is_held_back() -> None:
    thinning = Thinning()
    with thinning.held_back("Kafka") as held:
        for event in ("batch.done", "message.cannot_be_decided", "lane.acquired", "service.stops"):
            assert thinning(None, "info", {"event": event}) == {"event": event}
        with pytest.raises(structlog.DropEvent):
            thinning(None, "warning", {"event": "library.complains"})
        assert held() == 1


def test_a_library_says_one_thing_once_a_minute_without_a_traceback(fresh_name: str) -> None:
    now = [0.0]
    libraries = Libraries(lambda: now[0])
    complaints: list[tuple[str, str]] = []
    libraries.complaint = lambda server, why: complaints.append((server, why))
    logger = logging.getLogger(f"aiokafka.{fresh_name}")
    logger.setLevel(logging.INFO)  # whatever a command line that ran in this process made of its parent
    logger.addHandler(libraries)
    with lines() as logs:
        for number in range(50):
            refused = ConnectionError("secret@example.com")
            logger.error("Cannot do %s", number, exc_info=refused)
        logger.error("Something else")
        now[0] = 61.0
        logger.error("Cannot do %s", 7)
    assert [(line["message"], line["error"], line["held_back"]) for line in logs] == [
        ("Cannot do 0", "ConnectionError", 0),
        ("Something else", None, 0),
        ("Cannot do 7", None, 49),
    ]
    assert "Traceback" not in str(logs)
    assert "secret" not in str(logs)
    assert len(complaints) == 52
    assert {server for server, _ in complaints} == {"Kafka"}


async def test_a_future_that_nobody_waited_for_is_one_line() -> None:
    libraries = Libraries()
    loop = asyncio.get_running_loop()
    with lines() as logs:
        for _ in range(20):
            context = {"message": "Future exception was never retrieved", "exception": ValueError("no one's")}
            libraries.unretrieved(loop, context)
    (line,) = logs
    assert (line["message"], line["error"]) == ("Future exception was never retrieved", "ValueError")


def test_that_a_connection_failed_is_only_complained_of() -> None:
    libraries = Libraries()
    complaints: list[tuple[str, str]] = []
    libraries.complaint = lambda server, why: complaints.append((server, why))
    with lines() as logs:
        libraries.told("aiokafka", "Unable connect to node with id %s: %s", "Unable connect to node with id 1: x", None)
    assert logs == []
    assert complaints == [("Kafka", "Unable connect to node with id 1: x")]
