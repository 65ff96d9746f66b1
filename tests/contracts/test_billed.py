"""Billing data flat and nested: two forms of the same nine values."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from contracts.messages.billed import flat_fields, nested_fields
from contracts.messages.order import BillingData, Order


def test_every_field_of_billing_data_is_an_orders_or_its_customers() -> None:
    order = SimpleNamespace(
        customer=SimpleNamespace(type="business", company_name="Tulip", registration_number="7", vat_id="NL7"),
        **{name: name for name in Order.model_fields if name != "customer"},
    )
    found = flat_fields(order)
    assert found.keys() == BillingData.model_fields.keys()
    assert (found["customer_type"], found["company_name"], found["payer"]) == ("business", "Tulip", "payer")


@given(st.fixed_dictionaries({name: st.text() for name in BillingData.model_fields}))
def test_what_is_nested_and_made_flat_again_is_what_it_was(fields: dict[str, str]) -> None:
    customers, its = nested_fields(SimpleNamespace(**fields))
    assert flat_fields(SimpleNamespace(customer=SimpleNamespace(**customers), **its)) == fields
