"""One Kafka node in KRaft mode, broker and controller in one process."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Final

from deploy.local import jars, ports, runtime
from deploy.local.parent import die_with_parent

CLUSTER_ID: Final = "bGVhc2VsaW5lLWxvY2FsMQ"
"""Any 16 bytes in base64; the same for all, each cluster is alone on its machine."""

LARGEST_RECORD: Final = 8 * 1024 * 1024
"""Bytes of a produce batch; a record of 3 MB may come in, compressed or not, to be dead-lettered."""

SETTINGS: Final = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    # One node: internal topics have one copy and one partition, or the first group waits for 50.
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # A misspelt topic is an error, never a new topic.
    "auto.create.topics.enable": "false",
    # The broker's clock, not the client's: rules about time and retention stand on it.
    "log.message.timestamp.type": "LogAppendTime",
    "log.retention.ms": "-1",
    "message.max.bytes": str(LARGEST_RECORD),
    "replica.fetch.max.bytes": str(LARGEST_RECORD),
    # Groups form at once, and tests may wait less than the usual 6 s for a member that died.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # Small: the default cleaner alone would take 128 MB of the heap.
    "log.cleaner.dedupe.buffer.size": "8388608",
    "log.cleaner.io.buffer.size": "131072",
    # Sparse files, mapped whole: the kernel fills with zeros what nobody reads, 10 MB for each of hundreds of them.
    "log.index.size.max.bytes": "262144",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "num.recovery.threads.per.data.dir": "2",
}
"""What does not depend on the ports and the folder."""

JVM: Final = (
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
    "-Dorg.slf4j.simpleLogger.logFile=System.out",
)
"""450 MB resident under load; the log goes to standard output."""

CLASSES_ONLY: Final = ("-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTAdapterCaching", "-XX:-AOTStubCaching")
"""Keeps machine code out of the cache: Java 25 mistakes one adapter for another there, and warns each time."""


class Kafka:
    """How to prepare, start and ask one Kafka on a data folder."""

    name = "Kafka"

    def __init__(self, folder: Path, port: int, controller: int, *, train: Path | None = None) -> None:
        """`controller` is the port for itself, `train` has the JVM write its linked classes to that file when it ends,
        for later starts.
        """
        self.port = port
        self._controller = controller
        self._train = train
        self._folder = folder
        self._properties = folder / "server.properties"
        self._log_dir = folder / "log"

    @property
    def address(self) -> str:
        """`host:port` for clients."""
        return f"{ports.LOOPBACK}:{self.port}"

    @property
    def command(self) -> tuple[str, ...]:
        """The program and its arguments."""
        return (*self._java(), "kafka.Kafka", str(self._properties))

    async def prepare(self, log: Path) -> None:
        """Writes the settings and, in a new folder, formats the storage.

        Raises OSError, or RuntimeError with what Kafka's tool said.
        """
        self._log_dir.mkdir(parents=True, exist_ok=True)
        settings = SETTINGS | {
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://{ports.LOOPBACK}:{self._controller}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            # Named here and not kept in the log, so that the next start may choose other ports.
            "controller.quorum.voters": f"1@{ports.LOOPBACK}:{self._controller}",
            "log.dirs": str(self._log_dir),
        }
        lines = "".join(f"{key}={value}\n" for key, value in settings.items())
        self._properties.write_text(lines, encoding="utf-8")
        if (self._log_dir / "meta.properties").exists():
            return
        format_it = ("kafka.tools.StorageTool", "format", "--cluster-id", CLUSTER_ID, "--config")
        with log.open("ab") as output:
            formatting = await asyncio.create_subprocess_exec(
                *self._java("-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                *(*format_it, str(self._properties)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=die_with_parent(),
            )
            try:
                status = await formatting.wait()
            except asyncio.CancelledError:
                formatting.kill()
                await formatting.wait()
                raise
            if status != 0:
                raise RuntimeError("Kafka could not format its data folder")

    async def until_it_answers(self) -> None:
        """Returns once the broker takes part and its group coordinator is known; asks for ever until then."""
        from aiokafka.admin import AIOKafkaAdminClient  # noqa: PLC0415 - loaded while the JVM starts
        from aiokafka.errors import KafkaError  # noqa: PLC0415

        while not await self._listens():
            await asyncio.sleep(0.05)
        while True:
            client = AIOKafkaAdminClient(bootstrap_servers=self.address, request_timeout_ms=5000)
            try:
                await client.start()
                # The first request for a group makes the offsets topic: made now, no service meets a
                # "coordinator not available" on a fresh broker.
                await client.find_coordinator("leaseline-first-start")
            except (KafkaError, OSError, TimeoutError):
                await asyncio.sleep(0.05)
            else:
                return
            finally:
                with suppress(Exception):
                    await client.close()

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(ports.LOOPBACK, self.port)
        except OSError:
            return False
        writer.close()
        return True

    def _java(self, *options: str) -> tuple[str, ...]:
        cache = runtime.kafka_cache()
        if self._train and not options:
            options = (*CLASSES_ONLY, f"-XX:AOTCacheOutput={self._train}")
        elif cache.exists():
            options = (*options, *CLASSES_ONLY, f"-XX:AOTCache={cache}")
        return (str(runtime.java()), *JVM, *options, "-cp", jars.classpath())
