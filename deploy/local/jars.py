"""Kafka's jars: exactly those of `kafka-jars.txt`, fetched from Maven's central repository through jgo.

The list is pinned by name, version, size and SHA-256, because a resolver may choose otherwise without a
word: with `log4j-slf4j-impl` beside it, jgo chose kafka-clients 3.9.1 for Kafka 4.3.0.
`python -m deploy.local.jars` resolves anew and prints the list: for a newer Kafka, or to compare.
"""

import fcntl
import hashlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deploy.local import places
from deploy.local.errors import RuntimeIncomplete

if TYPE_CHECKING:
    from jgo.maven import MavenContext

ROOTS: Final = ("org.apache.kafka:kafka_2.13:4.3.0", "org.slf4j:slf4j-simple:1.7.36")
"""What the list was resolved from."""

LIST: Final = Path(__file__).with_name("kafka-jars.txt")
FOLDER: Final = places.RUNTIME / "kafka-4.3.0"
AT_ONCE: Final = 6
TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the list."""

    coordinate: str
    """`group:artifact:version`."""

    size: int
    """Bytes."""

    sha256: str

    @property
    def file(self) -> Path:
        """Where the fetched jar lies."""
        _, artifact, version = self.coordinate.split(":")
        return FOLDER / f"{artifact}-{version}.jar"

    @property
    def is_there(self) -> bool:
        """Whether it was fetched; its hash was compared then, its size is compared now."""
        return self.file.exists() and self.file.stat().st_size == self.size


def expected() -> tuple[Jar, ...]:
    """The committed list."""
    rows = (line.split() for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return tuple(Jar(coordinate, int(size), sha256) for coordinate, size, sha256 in rows)


def missing() -> tuple[Jar, ...]:
    """What still has to be fetched."""
    return tuple(jar for jar in expected() if not jar.is_there)


def classpath() -> str:
    """The class path for `java`. Raises RuntimeIncomplete if a jar is missing."""
    if gone := missing():
        raise RuntimeIncomplete(f"{len(gone)} of Kafka's jars are missing: run `make setup`.")
    return ":".join(str(jar.file) for jar in expected())


def fetch(progress: Callable[[str], None]) -> None:
    """Fetches what is missing, several at a time; safe beside another process that does the same.

    Raises RuntimeIncomplete if a download fails or is not what the list says. What was fetched stays, so
    that the next try goes on from there.
    """
    if not missing():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _alone(), tempfile.TemporaryDirectory(dir=places.RUNTIME, prefix="fetching-") as scratch:
        wanted = missing()
        context = _maven(Path(scratch))
        total = sum(jar.size for jar in wanted)
        done = 0
        if wanted:
            progress(f"Kafka: {len(wanted)} jars, {total / 1e6:.0f} MB to download")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            running = {pool.submit(_fetch_one, jar, context): jar for jar in wanted}
            try:
                for count, ended in enumerate(as_completed(running), 1):
                    ended.result()
                    done += running[ended].size
                    if count % 5 == 0 or count == len(wanted):
                        progress(f"Kafka: {count} of {len(wanted)} jars, {done / 1e6:.0f} of {total / 1e6:.0f} MB")
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _fetch_one(jar: Jar, context: "MavenContext") -> None:
    for tries_left in reversed(range(TRIES)):
        try:
            source = _download(jar, context)
        # requests, urllib3 and jgo each fail in their own ways; all of them mean: no download.
        except Exception as error:
            if tries_left:
                continue
            raise RuntimeIncomplete(
                f"Could not download {jar.coordinate} from Maven's central repository: {error}\n"
                "Check the network (a proxy is named by HTTPS_PROXY, a mirror under [repositories] of "
                "~/.config/jgo.conf) and run the same command again: what was fetched is kept."
            ) from error
        found = hashlib.sha256(source.read_bytes()).hexdigest()
        if source.stat().st_size == jar.size and found == jar.sha256:
            source.replace(jar.file)
            return
        size = source.stat().st_size
        source.unlink()
        if not tries_left:
            raise RuntimeIncomplete(
                f"{jar.coordinate} came as {size} bytes with SHA-256 {found}, {LIST.name} says {jar.size} and "
                f"{jar.sha256}: it was cut short or changed on the way. Try again, or ask who runs the mirror."
            )


def _download(jar: Jar, context: "MavenContext") -> Path:
    artifact = context.create_dependency(jar.coordinate).artifact
    cached = artifact.cached_path
    if cached is not None and cached.exists():
        cached.unlink()  # cut short by the try before; jgo would refuse to write over it
    path = context.resolver.download(artifact)
    if path is None:
        raise FileNotFoundError(jar.coordinate)
    return Path(path)


def _maven(cache: Path) -> "MavenContext":
    from jgo.config import GlobalSettings  # noqa: PLC0415 - half a second that only a download needs
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415
    from jgo.maven import MavenContext  # noqa: PLC0415

    mirrors = dict(GlobalSettings.load().repositories)
    return MavenContext(
        repo_cache=cache, local_repos=[], remote_repos=mirrors or {"central": MAVEN_CENTRAL_URL}, timeout=30
    )


@contextmanager
def _alone() -> Iterator[None]:
    """Holds other processes off that would fetch into the same folder; they find it filled."""
    with (places.RUNTIME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def resolved() -> tuple[Jar, ...]:
    """What jgo chooses for ROOTS today, all downloaded into a temporary folder and measured."""
    with tempfile.TemporaryDirectory() as scratch:
        context = _maven(Path(scratch))
        inputs, transitive = context.resolver.resolve([context.create_dependency(root) for root in ROOTS])
        needed = (*inputs, *(each for each in transitive if each.scope in {"compile", "runtime"}))
        artifacts = [each.artifact for each in needed]
        jars = []
        for artifact in artifacts:
            content = Path(artifact.resolve()).read_bytes()
            coordinate = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
            jars.append(Jar(coordinate, len(content), hashlib.sha256(content).hexdigest()))
    return tuple(sorted(jars, key=lambda jar: jar.coordinate))


def main() -> int:
    """`python -m deploy.local.jars`: prints the list as jgo resolves it today, to be committed."""
    say = sys.stdout.write
    say("# Kafka's jars: group:artifact:version, bytes, SHA-256. Made by python -m deploy.local.jars\n")
    for jar in resolved():
        say(f"{jar.coordinate} {jar.size} {jar.sha256}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
