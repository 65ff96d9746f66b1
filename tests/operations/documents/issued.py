"""An invoice of a group with three members, one of whom gets something back, as billing keeps it."""

from datetime import date
from typing import Any

from contracts.messages.invoices import Invoice, InvoiceLine
from contracts.values.places import AddressSnapshot

NUMBER = "INV-K7Q2MX-000002"
MEMBERS = (("lodz", "Łódź Rowery"), ("sao", "São Paulo Bicicletas"), ("athens", "Ποδήλατα"))


def lines(months: int = 1) -> list[InvoiceLine]:
    found = []
    for place, (customer_id, name) in enumerate(MEMBERS, start=1):
        for unit in range(1, place + 2):
            for month in range(1, months + 1):
                credited = customer_id == "sao" and unit == 1
                found.append(
                    InvoiceLine(
                        subscription_id=f"SO{place}/{unit}",
                        order_id=f"SO{place}",
                        item_id="1",
                        customer_id=customer_id,
                        customer_name=name,
                        sku="BK-M68B-46",
                        product_name="Mountain-200",
                        variant_name="Black, 46",
                        serial=f"SN-{place}-{unit}",
                        contract_month=month,
                        service_from=date(2018, 6, 3),
                        service_to=date(2018, 7, 2),
                        period=f"2018-{5 + month:02}",
                        amount=-9120 if credited else 9120,
                        credits="INV-K7Q2MX-000001" if credited else None,
                    )
                )
    return found


def invoice(of: list[InvoiceLine] | None = None, **changed: Any) -> Invoice:
    of = lines() if of is None else of
    charges = sum(line.amount for line in of if line.amount > 0)
    credited = -sum(line.amount for line in of if line.amount < 0)
    fields: dict[str, Any] = {
        "number": NUMBER,
        "kind": "credit_note" if charges < credited else "invoice",
        "account_id": "group:DE/net_14/EUR",
        "payer": "group:DE",
        "payer_name": "Germany",
        "address": AddressSnapshot(street="Obere Str. 57", city="Berlin", postal_code="12209", country="DE"),
        "term": "net_14",
        "term_source": "order",
        "currency": "EUR",
        "test": False,
        "period": "2018-06",
        "run": 1,
        "issue_date": date(2018, 7, 1),
        "due_date": date(2018, 7, 15),
        "lines": len(of),
        "credit_lines": sum(line.credits is not None for line in of),
        "pages": 1,
        "charges": charges,
        "credited": credited,
        "total": charges - credited,
    }
    return Invoice(**(fields | changed))
