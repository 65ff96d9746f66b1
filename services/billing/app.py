"""Billing as a process: wiring only. ``python -m services.billing.app``, or by FastStream's own command line:
``faststream run services.billing.app:build --factory``.

Settings beside the engine's: ``LEASELINE_DEFAULT_TERM`` (net_7, net_14, net_30), ``LEASELINE_BILLING_DAY`` (1-28), and
who issues the invoices: ``LEASELINE_ISSUER``, ``LEASELINE_ISSUER_ADDRESS``, ``LEASELINE_ISSUER_VAT_ID``.
"""

import os
from collections.abc import Mapping

from faststream import FastStream

from contracts.messages.invoices import Issuer
from contracts.values.words import TERMS
from services.billing.service import billing
from services.billing.settings import Defaults
from services.engine.adapters.process import ServiceProcess, main
from services.engine.core.service import Service
from services.engine.runtime.settings import Settings, between, chosen, one_of


def service() -> Service:
    """Billing with its settings from the environment. Raises SystemExit for a wrong one."""
    found = defaults()
    return billing(default_term=found.term, issuer=found.issuer, billing_day=found.billing_day)


def defaults() -> Defaults:
    """What the deployment chose. Raises SystemExit for a wrong setting."""
    return Defaults(
        term=chosen("LEASELINE_DEFAULT_TERM", "net_14", one_of(TERMS), f"use {' or '.join(TERMS)}"),
        issuer=issuer(),
        billing_day=chosen("LEASELINE_BILLING_DAY", "1", between(1, 28, int), "give a day of the month from 1 to 28"),
    )


def issuer(environment: Mapping[str, str] = os.environ) -> Issuer | None:
    """Who issues invoices; None if ``LEASELINE_ISSUER`` names nobody. Raises SystemExit for an address or a VAT id
    without a name, and for text that is no name.
    """
    meant = "give up to 200 characters without line ends"
    name, address, vat_id = (
        chosen(f"LEASELINE_ISSUER{part}", "", _text, meant, environment) for part in ("", "_ADDRESS", "_VAT_ID")
    )
    if name:
        return Issuer(name=name, address=address or None, vat_id=vat_id or None)
    if address or vat_id:
        raise SystemExit("LEASELINE_ISSUER is not set: an address or a VAT id needs the name of the issuer")
    return None


def _text(text: str) -> str:
    if len(text) > 200 or not text.isprintable():
        raise ValueError(text)
    return text


def build() -> FastStream:
    """The application."""
    return ServiceProcess(service(), Settings.read()).app


if __name__ == "__main__":
    main(service())
