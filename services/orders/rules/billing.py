"""Who an order is billed to: as it stands, as an amendment or a change of payer would have it, and taken over."""

from collections.abc import Iterator

from contracts.messages import customers as contract
from contracts.messages.billed import flat_fields, nested_fields
from contracts.messages.changes import BillingChange, Clearable
from contracts.values.refusals import Code, Refusal, refusal
from contracts.values.words import AT_ONCE
from services.engine.core.document import replace, replace_by
from services.orders.documents.customer import payer
from services.orders.documents.order import PlacedOrder
from services.orders.documents.party import Address, Billing, Group

_FIELDS = ("company_name", "registration_number", "vat_id", "group", "term")


def billing_of(order: PlacedOrder) -> Billing:
    """The order's billing data as they stand."""
    return Billing(**flat_fields(order))


def with_billing(order: PlacedOrder, billing: Billing) -> PlacedOrder:
    """The order with these billing data."""
    customers, its = nested_fields(billing)
    return replace_by(order, {**its, "customer": replace_by(order.customer, customers)})


def with_payer(order: PlacedOrder, asked: contract.Group | None) -> Billing:
    """The billing data with another payer: a group or, without one, the customer."""
    group = None if asked is None else Group.from_contract(asked)
    return replace(
        billing_of(order),
        group=group,
        group_source=None if group is None else "order",
        payer=payer(order.customer.id, group),
    )


def with_change(
    order: PlacedOrder, change: BillingChange, clear: tuple[Clearable, ...]
) -> Billing | tuple[Refusal, ...]:
    """The billing data after an amendment, or every rule that they would break.

    Who becomes an individual pays at once and leaves the customer's default group; a group or a term of the order's
    own must be cleared in the same request, it is never dropped in silence.
    """
    present = billing_of(order)
    given = {name: getattr(change, name) for name in _FIELDS if getattr(change, name) is not None}
    update: dict[str, object] = {name: None if name in clear else given.get(name) for name in (*given, *clear)}
    if "group" in update:
        group = change.group if "group" not in clear else None
        update["group"] = None if group is None else Group.from_contract(group)
        update["group_source"] = None if group is None else "order"
    update["customer_type"] = change.type or present.customer_type
    if change.billing_address is not None:
        update["billing_address"] = Address.from_contract(change.billing_address)
    after = replace_by(present, update)
    if present.customer_type == "individual" and "term" not in given:
        after = replace(after, term=None)
    wrong = tuple(_refusals(after))
    if wrong:
        return wrong
    if after.customer_type == "individual":
        after = replace(after, group=None, group_source=None, term=AT_ONCE)
    return replace(after, payer=payer(order.customer.id, after.group))


def _refusals(after: Billing) -> Iterator[Refusal]:
    if after.customer_type == "business":
        if after.company_name is None:
            yield refusal(Code.COMPANY_REQUIRED, "billing.company_name")
        return
    if after.term is not None:
        yield refusal(Code.TERM_NOT_ALLOWED, "billing.term")
    if after.group is not None and after.group_source == "order":
        yield refusal(Code.GROUP_NOT_ALLOWED, "billing.group")
