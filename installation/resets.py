"""A topic that was deleted and made again: its offsets start anew, so everything kept about them must too."""

from collections.abc import Mapping

from contracts.topics import TOPICS
from contracts.wire.near import nearest
from installation import SERVICES
from installation.errors import InstallationError, mongo_answers
from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_lanes import Database, checkpoints, set_positions
from services.engine.core.document import replace


async def reset_topic(mongo: str, databases: str, topic: str) -> Mapping[str, int]:
    """Raises the topic's incarnation and forgets its position in every lane of the services that read it; returns the
    number of lanes by service. The services must not run.

    Raises ``InstallationError`` for an unknown topic, or if a service saved something meanwhile: run it again then.
    """
    readers = {name for each in TOPICS if each.name == topic for name in each.readers if name in SERVICES}
    if not readers:
        read = [each.name for each in TOPICS if set(each.readers) & set(SERVICES)]
        meant = nearest(topic, read)
        asked = f"did you mean {meant}?" if meant else f"{', '.join(read)}."
        raise InstallationError(f"No service reads a topic {topic!r}: {asked}")
    done: dict[str, int] = {}
    with mongo_answers():
        async with connect(mongo) as client:
            for service in sorted(readers):
                if lanes := await _reset(client[f"{databases}_{service}"], service, topic):
                    done[service] = lanes
    return done


async def _reset(database: Database, service: str, topic: str) -> int:
    """In every lane of one service; returns how many there are."""
    lanes = await checkpoints(database)
    # One number for all lanes, also after a run that was broken off: a lane believes no origin of a later one.
    # Lanes that nobody ever had take it from the others.
    incarnation = 1 + max((each.incarnations.get(topic, 0) for each in lanes), default=0)
    for was in lanes:
        now = replace(
            was,
            epoch=was.epoch + 1,  # whoever still runs can save nothing more
            offsets={name: at for name, at in was.offsets.items() if name != topic},
            bookmarks={name: mark for name, mark in was.bookmarks.items() if name != topic},
            incarnations={**was.incarnations, topic: incarnation},
        )
        if not await set_positions(database, was, now):
            raise InstallationError(
                f"The service {service} runs, and has just saved something in lane {was.lane}: stop it, then run the "
                f"same command again."
            )
    return len(lanes)
