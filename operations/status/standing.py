"""How the services stand now: who works, how far behind, what waits and what is dead."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from contracts.values.immutable import Immutable
from installation import SERVICES
from installation.errors import InstallationError, kafka_answers, mongo_answers
from installation.lag import read_by
from operations.doctor.ground import Ground, ground
from operations.doctor.limits import Limits
from operations.doctor.looking import Look
from operations.doctor.unread import ages
from operations.doctor.waiting import count_changes, count_parked, unanswered
from services.orders.documents.findable import filter_key

AT_ONCE: Final = Limits(between=0.0)
"""One look is enough: nothing is judged."""


class ServiceStanding(Immutable):
    """One service. ``oldest`` is the age of its oldest unread record in seconds; None: it has read everything.

    ``parked`` requests wait in it, ``dead`` letters of it are kept, ``unanswered`` requests came over HTTP and have no
    answer yet (500 at most are counted).
    """

    service: str
    workers: int
    owned: int
    unread: int
    oldest: float | None
    parked: int
    dead: int
    unanswered: int


class Standing(Immutable):
    """All of them; ``lanes`` each of them has. ``held`` orders wait for a price or a decision about one."""

    lanes: int
    services: tuple[ServiceStanding, ...]
    held: int
    changes: int


async def standing(kafka: str, mongo: str, databases: str) -> Standing:
    """How it stands. Raises ``InstallationError`` if a server does not answer, or no service ever ran there."""
    with kafka_answers(kafka), mongo_answers():
        async with ground(Ground(kafka, mongo, databases, AT_ONCE)) as on:
            lanes = await on.lanes()
            if lanes is None:
                raise InstallationError(
                    f"No service ever ran on databases {databases}_*: check LEASELINE_MONGO and LEASELINE_DATABASES."
                )
            _, look = await on.looks()
            unread = await ages(on, look)
            oldest: dict[str, float] = {}
            for (service, _), age in unread.items():
                oldest[service] = max(age, oldest.get(service, 0.0))
            services = [await _of(on, look, service, oldest.get(service)) for service in SERVICES]
            orders = (await on.notes()).of("orders")
            held = await orders["findable"].count_documents({"keys": filter_key("hold", "any")})
            return Standing(lanes, tuple(services), held, await count_changes(on))


async def _of(on: Ground, look: Look, service: str, oldest: float | None) -> ServiceStanding:
    group = look.groups[service]
    now = datetime.fromtimestamp(on.now(), UTC)
    return ServiceStanding(
        service,
        group.members,
        len(group.whole),
        _behind(look, service),
        oldest,
        await count_parked(on, service),
        _kept(look.logs, f"{service}.dead-letters"),
        len(await unanswered((await on.notes()).of(service), now)),
    )


def _behind(look: Look, service: str) -> int:
    topics = read_by(service)
    places = [place for place in look.logs if place[0] in topics]
    return sum(max(0, look.logs[place][1] - look.position(service, place)) for place in places)


def _kept(logs: Mapping[tuple[str, int], tuple[int, int]], topic: str) -> int:
    return sum(end - begin for (name, _), (begin, end) in logs.items() if name == topic)
