"""Figures of a worker: counts by type and outcome, the age of what is not decided, nothing personal."""

import asyncio
import json
from typing import ClassVar
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry

from services.engine.core.faults import Stop
from services.engine.observe.figures import PrometheusFigures
from services.engine.observe.health import Watched, serve_health, told
from services.engine.observe.outages import Outages
from services.engine.observe.standing import tell_lanes, tell_ready, tell_servers
from services.engine.observe.thinning import Thinning
from tests.engine.batch import Shelf, asking, record
from tests.engine.memory.log import MemoryRecord


def add(offset: int, amount: int, id: str) -> MemoryRecord:  # noqa: A002
    return record(asking("AddRequested", {"counter": "secret-name", "amount": amount}, id=id), offset)


def figures_of(*amounts: int) -> PrometheusFigures:
    figures, shelf = PrometheusFigures("tally"), Shelf()
    records = [add(place, amount, str(place)) for place, amount in enumerate(amounts)]
    figures.consumed(records)
    figures.decided(shelf.plan(records), 0.01)
    return figures


def value(figures: PrometheusFigures, name: str, **labels: str) -> float | None:
    return figures.registry.get_sample_value(name, {"service": "tally", **labels})


def test_what_was_decided_is_counted_by_type_and_outcome() -> None:
    figures = figures_of(1, 2, -1)
    assert value(figures, "leaseline_decisions_total", type="AddRequested", outcome="done") == 2
    assert value(figures, "leaseline_decisions_total", type="AddRequested", outcome="refused") == 1
    assert value(figures, "leaseline_refusals_total", type="AddRequested", code="value_invalid") == 1
    assert value(figures, "leaseline_records_total", kind="messages") == 3
    assert value(figures, "leaseline_batch_seconds_count") == 1


def test_the_oldest_record_ages_until_it_is_decided() -> None:
    figures = PrometheusFigures("tally")
    figures.consumed([add(0, 1, "1")])
    age = value(figures, "leaseline_oldest_unread_seconds", lane="0")
    assert age is not None
    assert age > 1000  # it was written in 2023
    assert value(figures_of(1), "leaseline_oldest_unread_seconds", lane="0") == 0


def test_a_lane_that_another_one_has_by_now_does_not_age_here() -> None:
    figures = PrometheusFigures("tally")
    figures.consumed([add(0, 1, "1")])
    figures.reassigned()
    assert value(figures, "leaseline_oldest_unread_seconds", lane="0") == 0


def test_what_failed_is_counted_from_0() -> None:
    assert value(PrometheusFigures("tally"), "leaseline_batches_failed_total", why="error") == 0


async def never() -> None:
    raise OSError("away")


async def test_how_a_worker_stands_is_told_as_it_is_when_somebody_looks() -> None:
    figures, outages = PrometheusFigures("tally"), Outages({"Kafka": never}, Thinning())
    watched = Watched(outages)
    tell_ready(figures.registry, "tally", watched)
    tell_lanes(figures.registry, "tally", watched, 16)
    tell_servers(figures.registry, "tally", outages)
    assert value(figures, "leaseline_ready") == value(figures, "leaseline_lanes_held") == 0
    watched.worker = Worker()
    assert (value(figures, "leaseline_ready"), value(figures, "leaseline_lanes")) == (1, 16)
    outages.complain("Kafka", "silence")
    while not outages.away():
        await asyncio.sleep(0.01)
    assert (value(figures, "leaseline_ready"), value(figures, "leaseline_server_away", server="Kafka")) == (0, 1)
    await outages.close()


def test_nothing_that_a_message_says_is_a_label() -> None:
    _, _, content = told("/metrics", figures_of(1, -1).registry, Watched())
    assert b"secret-name" not in content
    assert b"AddRequested" in content


class Worker:
    held: ClassVar[dict[int, int]] = {}
    stopped: object = None


def test_a_process_is_ready_once_it_reads_and_not_when_it_had_to_stop() -> None:
    watched = Watched()
    assert told("/health/ready", CollectorRegistry(), watched)[0] == 503
    worker = watched.worker = Worker()
    assert told("/health/ready", CollectorRegistry(), watched)[0] == 200
    worker.stopped = Stop("for a reason")
    assert told("/health/ready", CollectorRegistry(), watched)[0] == 503
    assert told("/health/live", CollectorRegistry(), watched)[0] == 200


def test_a_loop_that_stands_still_is_dead() -> None:
    now = [0.0]
    watched = Watched(monotonic=lambda: now[0])
    now[0] = 61.0
    status, _, content = told("/health/live", CollectorRegistry(), watched)
    assert (status, json.loads(content)["why"]) == (503, "its loop stands still for 61 s")


def test_it_is_told_on_a_port_and_a_taken_port_is_told_so() -> None:
    with serve_health(0, CollectorRegistry(), Watched()) as port:
        with pytest.raises(HTTPError) as found:
            urlopen(f"http://127.0.0.1:{port}/health/ready")
        assert found.value.code == 503
        again = serve_health(port, CollectorRegistry(), Watched())
        with pytest.raises(SystemExit, match="LEASELINE_HEALTH_PORT"), again:
            pass
