"""The usual port of the API may be taken between looking and listening: then it is another one."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from installation.addresses import Addresses
from installation.errors import InstallationError
from operations.cli import http

AT = Addresses("127.0.0.1:9", "mongodb://127.0.0.1:9/?replicaSet=none")


def tried(monkeypatch: pytest.MonkeyPatch, *, fail: int) -> list[int]:
    """The ports that a process is started with, of which the first ``fail`` cannot listen."""
    ports: list[int] = []

    @contextmanager
    def running(_at: Addresses, _logs: Path, *, environment: Mapping[str, str], **_more: Any) -> Iterator[None]:
        ports.append(int(environment["LEASELINE_HTTP_PORT"]))
        if len(ports) <= fail:
            raise InstallationError("address already in use")
        yield None

    monkeypatch.setattr(http, "running", running)
    return ports


def test_a_usual_port_that_was_taken_in_this_moment_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = tried(monkeypatch, fail=1)
    with ExitStack() as stack:
        served = http.serve(stack, AT, Path("logs"), {}, None)
    assert len(ports) == 2
    assert ports[1] != http.USUAL_PORT
    assert served.address == f"http://127.0.0.1:{ports[1]}"


def test_what_fails_twice_or_at_the_port_that_was_asked_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    tried(monkeypatch, fail=2)
    with ExitStack() as stack, pytest.raises(InstallationError, match="in use"):
        http.serve(stack, AT, Path("logs"), {}, None)
    asked = tried(monkeypatch, fail=1)
    with ExitStack() as stack, pytest.raises(Exception, match="in use"):
        http.serve(stack, AT, Path("logs"), {}, 18_099)
    assert asked in ([18_099], [])
