"""Who is billed, in one piece and as the terms of an order have it (``contracts/messages/billed.py``)."""

from contracts.messages.billed import flat_fields, nested_fields
from services.engine.core.document import replace_by
from services.fulfillment.documents.ledger import Terms
from services.fulfillment.documents.party import Billing


def billing_of(terms: Terms) -> Billing:
    """Who is billed by these terms."""
    return Billing(**flat_fields(terms))


def with_billing(terms: Terms, billing: Billing) -> Terms:
    """The terms with these billing data."""
    customers, its = nested_fields(billing)
    return replace_by(terms, {**its, "customer": replace_by(terms.customer, customers)})
