"""The table of topics agrees with itself and with the messages."""

import ast
from pathlib import Path

import pytest

import contracts
from contracts.registry import CARRIED, MESSAGES, read_by, topic, written_by
from contracts.topics import TOPICS
from contracts.wire.message import Act, Answer, Body, Fact, Internal, Kind, Proposal, Request
from contracts.wire.topic import SERVICES, Carried, Party, Topic

FOLDER = Path(contracts.__file__).parent
named = pytest.mark.parametrize("each", TOPICS, ids=lambda each: each.name)
carried = pytest.mark.parametrize("each", CARRIED.values(), ids=CARRIED.keys())


def concrete(kind: type[Body]) -> set[type[Body]]:
    """The message types of ours below a class: those with a topic of their own."""
    found: set[type[Body]] = set()
    for below in kind.__subclasses__():
        found |= concrete(below)
        if below.__module__.startswith("contracts.") and not below.__name__.startswith("_") and hasattr(below, "topic"):
            found.add(below)
    return found


def test_the_topics_are_these_fifteen() -> None:
    assert sorted(topic.name for topic in TOPICS) == [
        "billing.dead-letters",
        "billing.events",
        "billing.internal",
        "billing.requests",
        "catalog.requests",
        "fulfillment.dead-letters",
        "fulfillment.events",
        "fulfillment.internal",
        "fulfillment.requests",
        "orders.dead-letters",
        "orders.events",
        "orders.internal",
        "orders.requests",
        "subscriptions.events",
        "watch.events",
    ]


def test_every_message_type_of_the_contracts_is_in_the_table() -> None:
    assert concrete(Body) == set(MESSAGES.values())


@named
def test_a_topic_carries_exactly_what_names_it(each: Topic) -> None:
    assert all(message.topic == each.name for message in each.messages)
    assert topic(each.name) is each


@named
def test_whoever_writes_or_reads_a_message_is_named_with_its_topic(each: Topic) -> None:
    if each.carries:
        assert {party for c in each.carries for party in c.writers} == set(each.writers)
        assert {party for c in each.carries for party in c.readers} == set(each.readers)
    assert each.writers
    assert each.readers


@named
def test_only_its_owner_writes_where_no_request_goes_and_alone_reads_what_is_internal(each: Topic) -> None:
    if each.name.endswith(".requests"):
        assert each.readers == (each.owner,)
    elif each.owner is Party.WATCH:  # of what people did
        assert each.writers == (Party.OPERATIONS,)
    else:
        assert each.writers == (each.owner,)
    if each.name.endswith(".internal"):
        assert each.readers == (each.owner,)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_events_an_internal_topic_and_dead_letters(service: Party) -> None:
    owned = {t.name for t in TOPICS if t.owner is service}

    assert {f"{service}.requests", f"{service}.events", f"{service}.internal", f"{service}.dead-letters"} <= owned


@carried
def test_every_message_has_somebody_who_writes_it_and_somebody_who_reads_it(each: Carried) -> None:
    assert each.writers
    assert each.readers


@carried
def test_a_request_is_written_outside_and_everything_else_by_its_own_service(each: Carried) -> None:
    ours = set(each.writers) & set(SERVICES)

    assert ours == (set() if each.model.kind in (Kind.REQUEST, Kind.ACT) else {each.model.service})


@carried
def test_the_kind_of_a_message_follows_its_ground(each: Carried) -> None:
    grounds = {
        Kind.REQUEST: Request,
        Kind.FACT: Fact,
        Kind.ANSWER: Answer,
        Kind.NOTICE: Answer,
        Kind.PROPOSAL: Proposal,
        Kind.INTERNAL: Internal,
        Kind.ACT: Act,
    }

    assert issubclass(each.model, grounds[each.model.kind])


def test_a_request_and_a_fact_never_share_a_name() -> None:
    names = [(m.service, m.__name__) for m in MESSAGES.values()]

    assert len(set(names)) == len(names)
    facts = {m.__name__ for m in MESSAGES.values() if m.kind is not Kind.REQUEST}
    assert not facts & {m.__name__ for m in MESSAGES.values() if m.kind is Kind.REQUEST}


def test_billing_hears_of_subscriptions_of_finance_and_of_itself_and_of_nothing_else() -> None:
    assert {model.topic for model in read_by(Party.BILLING)} == {
        "billing.internal",
        "billing.requests",
        "subscriptions.events",
    }


def test_only_orders_and_fulfillment_agree_on_changes() -> None:
    assert [model.__name__ for model in MESSAGES.values() if model.kind is Kind.PROPOSAL] == ["OrderChangeProposed"]


def test_what_everybody_reads_or_writes_covers_the_table() -> None:
    assert {m for party in Party for m in read_by(party)} == set(MESSAGES.values())
    assert {m for party in Party for m in written_by(party)} == set(MESSAGES.values())


def test_a_topic_that_is_not_in_the_table_is_an_error() -> None:
    with pytest.raises(KeyError):
        topic("orders.gossip")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_the_contracts_import_nothing_of_ours(path: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])

    assert not imported & {"services", "deploy", "bench", "tests"}
