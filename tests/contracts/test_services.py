"""The services keep to the table: they read what somebody writes, and write what the table says that they write."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from contracts.registry import CARRIED, MESSAGES, read_by, written_by
from contracts.topics import TOPICS
from contracts.wire.message import Body
from contracts.wire.topic import SERVICES, Party
from services.engine.core.service import Service

services = pytest.mark.parametrize("name", SERVICES)


def service(name: Party) -> Service:
    """The service as it is deployed with its default settings."""
    found = getattr(importlib.import_module(f"services.{name}.service"), name)()
    assert isinstance(found, Service)
    return found


def modules(name: Party) -> Iterator[ModuleType]:
    package = importlib.import_module(f"services.{name}")
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def meant(node: ast.expr, module: ModuleType) -> Any:
    """What a name or a dotted name in a module's source stands for, None if it is nothing of the module's."""
    if isinstance(node, ast.Name):
        return getattr(module, node.id, None)
    if isinstance(node, ast.Attribute):
        return getattr(meant(node.value, module), node.attr, None)
    return None


def is_message(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, Body) and hasattr(found, "topic")


def made(name: Party) -> set[type[Body]]:
    """The messages that a service makes anywhere in its source, or begins to make by ``partial``."""
    return {
        found
        for module in modules(name)
        for node in ast.walk(ast.parse(source(module)))
        if isinstance(node, ast.Call)
        for called in (node.func, *(node.args[:1] if meant(node.func, module) is partial else ()))
        if is_message(found := meant(called, module))
    }


def named(name: Party) -> set[type[Body]]:
    """The messages that a service names anywhere in its source, imports apart."""
    return {
        found
        for module in modules(name)
        for node in ast.walk(ast.parse(source(module)))
        if isinstance(node, ast.Name | ast.Attribute) and is_message(found := meant(node, module))
    }


def source(module: ModuleType) -> str:
    assert module.__file__ is not None
    return Path(module.__file__).read_text("utf-8")


@services
def test_a_service_reads_exactly_what_the_table_says_that_it_reads(name: Party) -> None:
    assert {m.type_name() for m in service(name).reads} == {m.type_name() for m in read_by(name)}


@services
def test_a_service_reads_nothing_that_nobody_writes(name: Party) -> None:
    for model in service(name).reads:
        writers = CARRIED[model.type_name()].writers
        assert all(model in made(writer) for writer in writers if writer in SERVICES), model
        assert writers, model


@services
def test_a_service_writes_nothing_that_no_contract_names(name: Party) -> None:
    assert {m.type_name() for m in made(name)} <= {m.type_name() for m in written_by(name)}


@services
def test_a_service_writes_everything_that_the_table_says_that_it_writes(name: Party) -> None:
    assert {m.type_name() for m in written_by(name)} <= {m.type_name() for m in named(name)}


@services
def test_a_service_names_no_message_that_is_none_of_its_business(name: Party) -> None:
    allowed = {m.type_name() for m in (*read_by(name), *written_by(name))}

    assert {m.type_name() for m in named(name)} <= allowed


@services
def test_a_service_has_no_messages_of_its_own_beside_the_contracts(name: Party) -> None:
    own = {found for module in modules(name) for found in vars(module).values() if is_message(found)}

    assert own <= set(MESSAGES.values())


@services
def test_a_service_reads_no_topic_where_the_table_has_no_place_for_it(name: Party) -> None:
    readable = {topic.name for topic in TOPICS if name in topic.readers}

    assert set(service(name).topics()) <= readable
