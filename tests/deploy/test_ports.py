"""A port that was chosen for a server is still free when the server comes."""

import socket
from contextlib import ExitStack

import pytest

from deploy.local.errors import PortTaken
from deploy.local.ports import LOOPBACK, Holding


def test_a_server_may_listen_on_a_port_that_is_held_for_it() -> None:
    with Holding() as holding:
        port = holding.free()
        with socket.create_server((LOOPBACK, port)), socket.create_connection((LOOPBACK, port)):
            pass


def test_nobody_who_asks_for_any_port_gets_one_that_is_held() -> None:
    with Holding() as holding, ExitStack() as others:
        held = {holding.free() for _ in range(200)}
        found = [others.enter_context(socket.socket()) for _ in range(200)]
        for each in found:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            each.bind((LOOPBACK, 0))
        assert len(held) == 200
        assert not held & {each.getsockname()[1] for each in found}


def test_nobody_else_can_bind_a_port_that_is_held() -> None:
    with Holding() as holding, socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind((LOOPBACK, holding.free()))


def test_the_port_asked_for_is_taken_or_told_and_a_remembered_one_given_up() -> None:
    with Holding() as holding, socket.create_server((LOOPBACK, 0)) as somebody:
        taken = somebody.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {taken} .* asked for Kafka"):
            holding.claim(taken, None, "Kafka")
        assert holding.claim(None, taken, "Kafka") != taken
    with Holding() as holding:
        assert holding.claim(taken, None, "Kafka") == taken
    with Holding() as holding:
        assert holding.claim(None, taken, "Kafka") == taken
