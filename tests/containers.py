"""The official images of Kafka and MongoDB, with the settings of the embedded servers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from pymongo import MongoClient
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from deploy.local import kafka, mongod, ports
from installation.addresses import Addresses

KAFKA_IMAGE = "apache/kafka:4.3.0"
MONGO_IMAGE = "mongo:8.0"


@contextmanager
def official_images() -> Iterator[Addresses]:
    """Both servers in containers of their own, gone at the end."""
    with ports.Holding() as holding:
        port = holding.free()  # a Kafka client is sent to the advertised address: it is chosen before the start
    with _kafka(port), _mongo() as mongo_container:
        mongo = f"127.0.0.1:{mongo_container.get_exposed_port(27017)}"
        uri = f"mongodb://{mongo}/?directConnection=true"
        _initiate(uri)
        yield Addresses(f"127.0.0.1:{port}", uri)


def _kafka(port: int) -> DockerContainer:
    settings = kafka.SETTINGS | {
        "listeners": "HOST://:9092,CONTROLLER://:9093,INSIDE://:9094",
        "advertised.listeners": f"HOST://127.0.0.1:{port},INSIDE://localhost:9094",
        "inter.broker.listener.name": "INSIDE",  # the transaction coordinator calls its own broker there
        "listener.security.protocol.map": "HOST:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.quorum.voters": "1@localhost:9093",
    }
    return (
        _on_loopback(DockerContainer(KAFKA_IMAGE), 9092, port)
        .with_envs(**{"KAFKA_" + key.upper().replace(".", "_"): value for key, value in settings.items()})
        .with_env("KAFKA_HEAP_OPTS", "-Xmx384m")
        .waiting_for(LogMessageWaitStrategy("Kafka Server started"))
    )


def _mongo() -> DockerContainer:
    return (
        _on_loopback(DockerContainer(MONGO_IMAGE), 27017, None)
        .with_command(
            f"--replSet {mongod.REPLICA_SET} --bind_ip_all --wiredTigerCacheSizeGB 0.25 "
            f"--wiredTigerEngineConfigString {mongod.EVICTION} "
            "--setParameter minSnapshotHistoryWindowInSeconds=0 --setParameter enableTestCommands=1"
        )
        .waiting_for(LogMessageWaitStrategy("Waiting for connections"))
    )


def _on_loopback(container: DockerContainer, inside: int, outside: int | None) -> DockerContainer:
    """Publishes a port on 127.0.0.1 alone, which the library's own methods cannot say; None: any port."""
    container.ports[f"{inside}/tcp"] = (ports.LOOPBACK, outside)
    return container


def _initiate(uri: str, limit: float = 30.0) -> None:
    """Makes the replica set and waits until its member takes writes."""
    config = {"_id": mongod.REPLICA_SET, "members": [{"_id": 0, "host": "localhost:27017"}]}
    deadline = time.monotonic() + limit
    with MongoClient[dict[str, object]](uri) as client:
        client.admin.command("replSetInitiate", config)
        while not client.admin.command("hello")["isWritablePrimary"]:
            assert time.monotonic() < deadline, f"{MONGO_IMAGE} did not become primary within {limit} s"
            time.sleep(0.05)
