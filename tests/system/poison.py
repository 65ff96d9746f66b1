"""The poison table: what an outsider may write into a topic, and what must come of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.messages.fulfillment import ItemFulfillmentRequested, SubscriptionCreated
from contracts.messages.orders import OrderSubmitted
from contracts.wire.message import Body
from tests.engine.batch import NotUtf8
from tests.system import shop

Headers = tuple[tuple[str, bytes | None], ...]
REPLIES = "leaseline-test-replies"
"""A topic that a record asks us to answer to: nobody may write there."""
FORGED = (("leaseline-origin", b"orders.requests|0|0|99999999|1"), ("leaseline-recorded", b"1"))


@dataclass(frozen=True, slots=True)
class Poison:
    """One record. Either ``dead`` is the reason of its dead letter, or ``answer`` the type that answers it.

    ``abroad``: it is put into another lane than its subject's home. ``keyed``: with this key, or without any.
    """

    name: str
    topic: str
    value: bytes | None
    dead: str = ""
    answer: str = ""
    key: bytes | None = b"POISON"
    headers: Headers = ()
    abroad: bool = False

    @property
    def service(self) -> str:
        """Who reads it."""
        return "billing" if self.topic == SUBSCRIPTIONS else self.topic.partition(".")[0]


ORDERS, SCANS, SUBSCRIPTIONS = OrderSubmitted.topic, ItemFulfillmentRequested.topic, SubscriptionCreated.topic


INTERNAL = "orders.internal"
"""Where headers about an origin count: whoever may write there can forge one."""


def table() -> Sequence[Poison]:
    """Every kind; what looks like an order has the name as its order id and message id."""
    return (
        *(_senseless(topic) for topic in (ORDERS, SCANS, SUBSCRIPTIONS)),
        *(Poison("null value", topic, None, dead="null_value") for topic in (ORDERS, SCANS, SUBSCRIPTIONS)),
        Poison("no envelope", ORDERS, b'{"order_id": "A"}', dead="not_an_envelope"),
        Poison("unknown type", ORDERS, _order("unknown", type_="leaseline.orders.OrderEaten.v1"), dead="unknown_type"),
        Poison("unknown type", SCANS, _order("unknown", type_="leaseline.orders.OrderEaten.v1"), dead="unknown_type"),
        Poison("NUL in an id", ORDERS, _order("nul", order_id="A\x00B"), answer="RequestRefused"),
        Poison("a number for an id", ORDERS, _order("number", order_id=450789469), answer="RequestRefused"),
        Poison("no id", SCANS, _scan("no-id", order_id=None), answer="RequestRefused", abroad=True),
        Poison("another topic's", ORDERS, _scan("elsewhere", serials=["S1"]), dead="wrong_topic"),
        Poison("900 kB", ORDERS, _order("large", notes=[{"text": "x" * 900_000, "author": "x"}]), dead="too_large"),
        Poison(
            "3 MB in 3 kB", ORDERS, _order("zipped", notes=[{"text": "x" * 3_000_000, "author": "x"}]), dead="too_large"
        ),
        Poison("deep nesting", ORDERS, _deep(150), answer="RequestRefused"),
        Poison("very deep nesting", SCANS, b"[" * 200_000, dead="too_deep"),
        Poison("lone surrogate", ORDERS, _order("surrogate").replace(b'"Ada"', b'"\\ud83d"'), dead="not_json"),
        Poison("raw surrogate", ORDERS, _order("raw").replace(b'"Ada"', b'"\xed\xa0\xbd"'), dead="not_json"),
        Poison("header of an envelope not UTF-8", ORDERS, b"{}", dead="not_an_envelope", headers=_binary(b"\xff\xfe")),
        Poison(
            "wrong types", ORDERS, _order("wrong-types", items=5, customer=[], currency={}), answer="RequestRefused"
        ),
        Poison("wrong types", SCANS, _scan("wrong-serials", serials={"a": 1}), answer="RequestRefused"),
        Poison(
            "2^70",
            ORDERS,
            _order("huge", items=[{"sku": shop.SKU, "months": 12, "quantity": 2**70}]),
            answer="RequestRefused",
        ),
        Poison("2^70 unknown", ORDERS, _order("huge-extra", unheard_of=2**70), answer="OrderPlaced"),
        Poison("null header", ORDERS, _order("null-header"), answer="OrderPlaced", headers=(("trace", None),)),
        Poison(
            "header not UTF-8", ORDERS, _order("bad-header"), answer="OrderPlaced", headers=(("trace", b"\xff\xfe"),)
        ),
        Poison(
            "header's name not UTF-8",
            ORDERS,
            _order("bad-name"),
            answer="OrderPlaced",
            headers=((NotUtf8("trace"), b"1"),),
        ),
        Poison(
            "header's name not UTF-8, abroad",
            ORDERS,
            _order("bad-name-abroad"),
            answer="OrderPlaced",
            headers=((NotUtf8("trace"), b"1"),),
            abroad=True,
        ),
        Poison("nothing but headers", ORDERS, _order("headers"), dead="too_large", headers=(("", None),) * 300_000),
        Poison("NUL in a key", ORDERS, _order("nul-key"), answer="OrderPlaced", key=b"A\x00B"),
        Poison("no key", ORDERS, _order("no-key"), answer="OrderPlaced", key=None, abroad=True),
        Poison("foreign key", ORDERS, _order("foreign-key"), answer="OrderPlaced", key=b"somebody-else", abroad=True),
        Poison("reply_to", ORDERS, _order("reply-to"), answer="OrderPlaced", headers=(("reply_to", REPLIES.encode()),)),
        Poison("reply_to, senseless", ORDERS, b"answer me", dead="not_json", headers=(("reply_to", REPLIES.encode()),)),
        Poison("forged origin", ORDERS, _order("forged"), answer="OrderPlaced", headers=FORGED),
        Poison(
            "forged origin abroad", ORDERS, _order("forged-abroad"), answer="OrderPlaced", headers=FORGED, abroad=True
        ),
        Poison(
            "forged origin beyond its log", INTERNAL, _order("forged-internal"), dead="false_origin", headers=FORGED
        ),
    )


def name_of(each: Poison) -> str:
    """The message id of one that is answered, which is its order id too."""
    assert each.value is not None
    return str(json.loads(each.value)["id"])


def _senseless(topic: str) -> Poison:
    return Poison("bad JSON", topic, b'{"specversion": "1.0", "type"', dead="not_json")


def _order(name: str, type_: str = OrderSubmitted.type_name(), **changed: Any) -> bytes:
    return envelope(OrderSubmitted, name, {**shop.order_data(name), **changed}, type_)


def _scan(name: str, **changed: Any) -> bytes:
    return envelope(ItemFulfillmentRequested, name, {"order_id": name, "sku": shop.SKU, **changed})


def _deep(levels: int) -> bytes:
    return _order("deep", unheard_of="DEEP").replace(b'"DEEP"', b"[" * levels + b"]" * levels)


def _binary(source: bytes) -> Headers:
    type_ = OrderSubmitted.type_name().encode()
    return (("ce_specversion", b"1.0"), ("ce_type", type_), ("ce_source", source), ("ce_id", b"binary"))


def envelope(model: type[Body], id_: str, data: Mapping[str, Any], type_: str | None = None) -> bytes:
    """A message in structured mode, without a time."""
    attributes = {"specversion": "1.0", "type": type_ or model.type_name(), "source": shop.SOURCE, "id": id_}
    return json.dumps({**attributes, "data": data}).encode()
