"""What the order form shows, whether the order is new or edited."""

from collections.abc import Mapping
from typing import Any, Final

from services.console.asking.api import Json
from services.console.asking.fields import Form
from services.console.pages import order_form
from services.console.pages.catalog import Catalog
from services.console.pages.countries import COUNTRIES
from services.console.pages.wording import MONTHS

CURRENCIES: Final = ("EUR", "CHF", "GBP", "USD", "SEK", "DKK", "NOK", "PLN")


def form_values(form: Form, catalog: Catalog, placed: Mapping[str, Json]) -> dict[str, Any]:
    """The form with its rows and prices. ``placed`` are the items of the order that is edited, by id."""
    rows = order_form.items(form, catalog, placed)
    variants = catalog.of(form.get("adding.product", ""))
    known = {variant["sku"] for variant in variants}
    chosen = form.get("adding.sku", "")
    sku = chosen if chosen in known else variants[0]["sku"] if len(variants) == 1 else ""
    return {
        "form": form,
        "rows": rows,
        "totals": order_form.totals(rows),
        "products": catalog.products,
        "variants": variants,
        "adding_sku": sku,
        "prices": {months: catalog.price(sku, months, form.get("currency", "")) for months in MONTHS},
        "currencies": CURRENCIES,
        "countries": COUNTRIES,
    }
