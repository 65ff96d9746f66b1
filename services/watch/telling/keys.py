"""What a message is about, as keys under which it is found: by the names of the fields, whatever its type."""

from collections.abc import Iterator, Mapping
from typing import Final

from contracts.values.serials import normalised
from contracts.values.words import ID_PATTERN, SUBSCRIPTION_PATTERN
from services.watch.telling.part import Part

_IDS: Final = {"order_id": "order:", "customer_id": "customer:", "group_id": "payer:group:"}
_SERIALS: Final = frozenset(["serial", "old_serial", "new_serial"])
_INVOICES: Final = frozenset(["number", "credits"])
_INSIDE: Final = frozenset(["order", "subscription", "account", "invoice", "billing"])
_ROWS: Final = frozenset(["subscriptions", "lines", "payers"])
_NAMES: Final = {"customer": "customer:", "group": "payer:group:"}
_SHOWN: Final = ("order:", "serial:", "customer:", "payer:")
"""What personal data may be shown of (``PersonalDataShown``)."""
_LONGEST: Final = 160
"""Characters of a payer or an invoice's number: longer is nobody's."""


def keys_of(data: Part, subject: str) -> tuple[str, ...]:
    """The keys of a message, each once, in the order in which it names them."""
    found = dict.fromkeys(_found(data.values))
    found.update(dict.fromkeys(keys_of_subject(subject)))
    return tuple(found)


def keys_of_subject(subject: str) -> tuple[str, ...]:
    """The keys that a message's subject stands for."""
    if subject.startswith(("sku:", "serial:", "run:")):
        return (subject,)
    if subject.startswith(("group:", "customer:")):
        return (f"payer:{subject}",)
    return (f"order:{subject}",) if ID_PATTERN.match(subject) else ()


def _found(values: Mapping[str, object]) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, str):
            yield from _of_text(name, value)
        elif isinstance(value, dict):
            if name in _INSIDE:
                yield from _found(value)
            elif name in _NAMES:
                yield from _of_text("id", value.get("id"), _NAMES[name])
        elif isinstance(value, list):
            if name == "serials":
                yield from _of_serials(value)
            elif name in _ROWS:
                for row in value:
                    if isinstance(row, dict):
                        yield from _found(row)


def _of_serials(value: list[object]) -> Iterator[str]:
    for each in value:
        yield from _of_text("serial", each.get("serial") if isinstance(each, dict) else each)


def _of_text(name: str, value: object, prefix: str | None = None) -> Iterator[str]:
    if not isinstance(value, str):
        return
    if (before := prefix or _IDS.get(name)) is not None:
        if ID_PATTERN.match(value.strip()):
            yield f"{before}{value.strip()}"
    elif name == "subscription_id":
        if named := SUBSCRIPTION_PATTERN.match(value.strip()):
            yield f"order:{named[1]}"
            yield f"subscription:{named[0]}"
    elif name in _SERIALS:
        if known := normalised(value):
            yield f"serial:{known}"
    elif name == "payer" and len(value) <= _LONGEST:
        yield f"payer:{value}"
        if value.startswith("customer:"):
            yield value
    elif name == "shown" and value.startswith(_SHOWN) and len(value) <= _LONGEST:
        yield value
    elif name in _INVOICES and len(value) <= _LONGEST:
        yield f"invoice:{value}"


def request(source: str, id_: str) -> str:
    """The key of a request by its identity."""
    return f"request:{source}/{id_}"
