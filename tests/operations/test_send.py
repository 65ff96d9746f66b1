"""`send`, `worker`, `orders show`, `servers env`: one thing without curl or kcat."""

import json
from typing import Any

import pytest
from pymongo import MongoClient
from typer.testing import CliRunner

from deploy.local import servers as local_servers
from deploy.local.places import PROJECT
from deploy.local.supervisor import START_LIMIT, START_VARIABLE, start_limit
from installation.addresses import Addresses
from installation.errors import InstallationError, MendableError
from operations import cli
from operations.cli.send import told
from operations.jobs.sending import request_in
from tests.orders.shop import open_shop, order

EXAMPLES = PROJECT / "contracts/examples"
HELLO = PROJECT / "docs/hello"


@pytest.mark.parametrize(
    ("file", "topic"),
    [("variant.json", "catalog.requests"), ("order.json", "orders.requests"), ("scan.json", "fulfillment.requests")],
)
def test_a_request_finds_its_topic_and_its_key(file: str, topic: str) -> None:
    value = (HELLO / file).read_bytes()
    found = request_in(value)

    assert (found.topic, found.value) == (topic, value)
    assert found.key
    assert found.id == json.loads(value)["id"]


def test_what_would_be_refused_is_not_sent_and_every_reason_is_named() -> None:
    message = json.loads((HELLO / "order.json").read_bytes())
    message["data"]["items"][0]["quantity"] = -1
    del message["data"]["currency"]

    with pytest.raises(InstallationError, match=r"(?s)Nothing was sent.*items.0.quantity.*") as refused:
        request_in(json.dumps(message).encode())
    assert "currency: field_required" in str(refused.value)


@pytest.mark.parametrize("value", [b"", b"not json", b"[]", b"{}", b'{"specversion":"1.0","type":"x"}'])
def test_what_is_no_message_is_told(value: bytes) -> None:
    with pytest.raises(InstallationError, match="This is no message"):
        request_in(value)


def test_a_fact_is_not_sent() -> None:
    value = (EXAMPLES / "leaseline.orders.OrderConfirmed.v1.json").read_bytes()
    with pytest.raises(InstallationError, match="only requests are sent"):
        request_in(value)


def test_an_answer_that_says_no_names_each_reason_and_what_to_do() -> None:
    said = json.loads((EXAMPLES / "leaseline.orders.RequestRefused.v1.json").read_bytes())
    first, *reasons = told(said)

    assert first.startswith("RequestRefused")
    assert len(reasons) == len(said["data"]["refusals"])
    assert said["data"]["refusals"][0]["code"] in reasons[0]


def test_a_service_that_is_none_is_told_with_the_names_of_all() -> None:
    with pytest.raises(InstallationError, match=r"There is no service biling\. Did you mean billing\?"):
        CliRunner().invoke(cli.app, ["worker", "biling"], catch_exceptions=False)


def test_a_shell_gets_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    at = Addresses("127.0.0.1:9092", "mongodb://127.0.0.1:1/?replicaSet=rs0&x=$y")
    monkeypatch.setattr(local_servers, "found", lambda _data: at)
    shown = CliRunner().invoke(cli.app, ["servers", "env"], catch_exceptions=False).output

    assert shown == (
        "export LEASELINE_KAFKA=127.0.0.1:9092\nexport LEASELINE_MONGO='mongodb://127.0.0.1:1/?replicaSet=rs0&x=$y'\n"
    )


def test_how_long_a_server_may_take_to_start_is_a_setting() -> None:
    assert start_limit({}) == START_LIMIT
    assert start_limit({START_VARIABLE: "300"}) == 300
    for wrong in ("soon", "0", "1e9", "nan"):
        with pytest.raises(MendableError, match=START_VARIABLE):
            start_limit({START_VARIABLE: wrong})


@pytest.mark.parametrize("name", ["a b", "a/b", "", "ä", "x" * 41, "$x"])
def test_a_name_that_no_database_can_have_is_told(name: str) -> None:
    shown = CliRunner().invoke(cli.app, ["verify", "--databases", name])
    assert shown.exit_code == 2
    assert "cannot begin a database's name" in shown.output


@pytest.mark.parametrize("words", [["-h"], ["invoices", "-h"], ["--help"]])
def test_a_list_of_commands_is_not_cut(words: list[str]) -> None:
    shown = CliRunner().invoke(cli.app, words).output
    assert "Usage:" in shown
    assert "..." not in shown.replace("[ARGS]...", "")


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(cli.app, ["--version"]).output.startswith("leaseline ")


def test_an_order_is_shown_with_its_items_and_subscriptions(mongo: str, named_database: str) -> None:
    scene = open_shop()
    scene.hears(order(id="o-1"))
    with MongoClient[dict[str, Any]](mongo) as client:
        scene.keep_in(client[f"{named_database}_orders"])
    shown = CliRunner().invoke(cli.app, ["orders", "show", "o-1", "--json"], catch_exceptions=False)
    found = json.loads(shown.output)

    assert (found["order_id"], found["status"], found["subscriptions"]) == ("o-1", "pending", {})
    assert [item["item_id"] for item in found["items"]]
    plain = CliRunner().invoke(cli.app, ["orders", "show", "o-1"], catch_exceptions=False).output
    assert plain.startswith("o-1  pending\n")
    assert "No unit has a device yet." in plain
    with pytest.raises(InstallationError, match=r"There is no order O-11\. Did you mean o-1\?"):
        CliRunner().invoke(cli.app, ["orders", "show", "O-11"], catch_exceptions=False)
