"""Whatever is sent in whatever field or parameter, over Kafka or over HTTP: the databases are never asked by it, no
process stumbles, and no line of a log has a name in it.
"""

import asyncio
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from fastapi.routing import APIRoute, iter_route_contexts
from structlog.testing import capture_logs

from demo.sample.outbound import Outbound
from tests.contracts.operators import MARK, OPERATORS, REQUESTS, TEXTS, changed, data_of, operators_in, paths
from tests.system import shop
from tests.system.http_keys import Locked, Offered, locked
from tests.system.installation import Installation
from tests.system.profiled import profiled

PERSONAL: Final = ("Zaphodette", "Beeblebroxen", "zaphodette.b@galaxy.example", "Magrathea Lane 42", "+4930555123")
"""Of one person: first and last name, e-mail, street, phone. None of it may stand in a log, an address, a figure."""


def about_a_person(data: dict[str, Any]) -> dict[str, Any]:
    """The same, with this person wherever it names one."""
    first, last, email, street, phone = PERSONAL
    said = {"first_name": first, "last_name": last, "email": email, "street": street, "phone": phone}

    def with_her(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: said.get(key, with_her(each)) for key, each in value.items()}
        return [with_her(each) for each in value] if isinstance(value, list) else value

    return dict(with_her(data))


def variants(name: str) -> Iterator[dict[str, Any]]:
    """A request with an operator, or a text that looks like one, in each of its fields in turn."""
    data = about_a_person(data_of(name))
    for number, path in enumerate(paths(data)):
        for step in (0, 3, 7):
            yield changed(data, path, OPERATORS[(number + step) % len(OPERATORS)])
        yield changed(data, path, TEXTS[number % len(TEXTS)])


def over_kafka() -> Iterator[Outbound]:
    for name, model in REQUESTS.items():
        for data in variants(name):
            head = {"specversion": "1.0", "type": name, "source": shop.SOURCE, "id": uuid.uuid4().hex, "data": data}
            yield Outbound(
                model.topic, None, json.dumps(head).encode(), (), "java", (shop.SOURCE, str(head["id"])), name
            )


def addresses(offered: Offered) -> Iterator[str]:
    """Its address with an operator in each of its parts."""
    for text in ('{"$ne":"' + MARK + '"}', "$ne", "[$ne]"):
        yield offered.address({name: quote(text, safe="") for name in offered.names})


def parameters(api: Locked, offered: Offered) -> Iterator[str]:
    """Queries with an operator in each of its parameters."""
    for context in iter_route_contexts(api.app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.path == offered.path and offered.method in (route.methods or ()):
            for each in route.dependant.query_params:
                for operator in OPERATORS:
                    yield f"{each.alias}={quote(json.dumps(operator))}"
                yield f"{each.alias}[$ne]={MARK}"
                yield from (f"{each.alias}={quote(text)}" for text in TEXTS)


async def every_request_over_http(api: Locked, key: str) -> list[str]:
    """Sends all of it, many at a time: what was answered as no answer should be."""
    wrong, given, turn = [], [], asyncio.Semaphore(64)

    async def send(offered: Offered, address: str, body: bytes) -> None:
        headers = {
            "Content-Type": "application/json",
            "If-Match": '"1"',
            "Prefer": "respond-async",
            "Idempotency-Key": uuid.uuid4().hex,
        }
        async with turn:
            answer = await api.request(offered.method, address, key, content=body, headers=headers)
        if answer.status_code >= 500:
            wrong.append(f"{offered.method} {address} {body[:200]!r}: {answer.status_code} {answer.text[:300]}")
        given.append(answer.headers.get("location", ""))

    for offered in api.offered():
        sent: list[tuple[str, bytes]] = [(address, offered.body()) for address in addresses(offered)]
        there = offered.address({"order_id": "P-1", "number": "1", "sku": shop.SKU, "serial": "SN-P1"})
        sent += [(f"{there}?{query}", offered.body()) for query in parameters(api, offered)]
        if offered.request is not None:
            sent += [(there, json.dumps(data).encode()) for data in variants(offered.request)]
        await asyncio.gather(*(send(offered, address, body) for address, body in sent))
    assert not [address for address in given for text in PERSONAL if quote(text) in address or text in address]
    return wrong


def logs_under(folder: Path) -> str:
    return "".join(path.read_text("utf-8", "replace") for path in sorted(folder.rglob("*.log")))


async def test_nothing_from_outside_becomes_an_operator_and_nobodys_name_is_logged(
    installation: Installation, tmp_path: Path
) -> None:
    services = installation.start()
    await installation.feed([shop.variant()])
    services.until_ready()
    await installation.until_quiet(services.processes)
    order = about_a_person(shop.order_data("P-1"))
    await installation.feed([shop.sent(REQUESTS["leaseline.orders.OrderSubmitted.v1"], "p-1", order)])
    await installation.feed([shop.scan("P-1", "SN-P1")])
    await installation.until_quiet(services.processes)
    with profiled(installation) as databases, capture_logs() as lines:
        await installation.feed(list(over_kafka()))
        await installation.until_quiet(services.processes)
        async with locked(installation, LEASELINE_HTTP_RATE="1000000", LEASELINE_HTTP_IN_FLIGHT="1000") as api:
            assert await every_request_over_http(api, await api.key("office")) == []
            figures = api.app.state.figures.registry.collect()
            metrics = str([(sample.name, sample.labels) for each in figures for sample in each.samples])
        await installation.until_quiet(services.processes)
        commands = list(databases.commands())
        strange = [document for document in databases.documents() if operators_in(document)]
    assert [each for each in commands if each.get("insert") == "requests"]  # so HTTP was seen,
    assert [each for each in commands if "find" in each and "items.0.sku" in str(each.get("filter"))]  # and its words
    assert [command for command in commands if operators_in(command)] == []
    assert strange == []
    logs = logs_under(tmp_path)
    assert "request.refused" in logs
    told = {"the services' logs": logs, "the HTTP side's log": str(lines), "its figures": metrics}
    assert {where: text for where in told for text in PERSONAL if text in told[where]} == {}
    assert '"level":"error"' not in logs.replace(" ", "")
    assert [line for line in lines if line["log_level"] == "error"] == []
