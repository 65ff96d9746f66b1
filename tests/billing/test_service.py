"""Billing as the engine sees it: what it reads, what it asks for, what it keeps."""

from typing import Any

import bson
import pytest

from services.billing.documents.payer import Payer
from services.billing.documents.share import Share
from services.billing.service import SERVICE_NAME, billing
from services.engine.core.document import read_from
from services.engine.core.message import Message
from services.engine.core.service import Want
from services.engine.core.unit_of_work import BatchUnitOfWork
from tests.billing.subscriptions import POLDER, TULIP, created
from tests.scene import Scene


def test_it_hears_subscription_facts_finance_and_itself() -> None:
    service = billing()

    assert service.name == SERVICE_NAME
    assert service.topics() == ("billing.internal", "billing.requests", "subscriptions.events")


def test_the_deployments_term_and_billing_day_are_settings() -> None:
    scene = Scene(billing(default_term="net_30", billing_day=15))

    scene.hears(created())

    assert ("accounts", "group:tulip/net_30/EUR") in scene.documents


@pytest.mark.parametrize("wrong", [{"default_term": "net_45"}, {"default_term": "at_once"}, {"billing_day": 29}])
def test_a_setting_that_no_account_could_have_is_refused_at_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="default"):
        billing(**wrong)


def test_it_asks_in_two_rounds_for_everything_that_a_common_fact_needs() -> None:
    scene = Scene(billing())
    scene.hears(created("o1/1"))
    fact = created("o1/2", version=2)
    message = scene._message(type(fact), fact, "m2", "fulfillment", None, fact.subscription.created_at)

    first = list(scene.service.prefetch(message))

    assert first == [(Payer, TULIP), (Share, "group:tulip/o1")]


def test_what_cannot_be_decided_costs_no_neighbour_its_loading() -> None:
    scene = Scene(billing())
    wrong = created(term="net_45")
    other = scene._message(type(wrong), wrong, "m2", "fulfillment", None, wrong.subscription.created_at)

    assert _more(scene, other) == []


def test_a_known_fact_asks_for_no_account() -> None:
    scene = Scene(billing())
    fact = created()
    scene.hears(fact)
    message = scene._message(type(fact), fact, "m2", "fulfillment", None, fact.subscription.created_at)

    assert _more(scene, message) == []


def test_one_who_pays_alone_needs_no_document_of_a_member() -> None:
    scene = Scene(billing())

    scene.hears(created(payers="customer:windmill"))

    assert sorted(kind for kind, _ in scene.documents) == ["accounts", "payers", "shares"]


def test_documents_come_back_from_the_store_as_they_went() -> None:
    scene = Scene(billing())
    scene.hears(created(payers=((TULIP, None), (POLDER, created().subscription.start_date))))
    kinds = {collection.name: collection.kind for collection in scene.service.collections}
    options: bson.CodecOptions[dict[str, Any]] = bson.CodecOptions(tz_aware=True)

    for (name, _), stored in scene.documents.items():
        read = bson.decode(bson.encode(stored), options)
        assert read_from(read, kinds[name]) == read_from(stored, kinds[name])


def _more(scene: Scene, message: Message) -> list[Want]:
    work = BatchUnitOfWork(1, scene.service.collections, {0: scene.clock})
    scene._load(work, *work.lacks(scene.service.prefetch(message)))
    return list(scene.service.prefetch_related(message, work))
