"""Billing as a process: wiring only. ``python -m services.billing.app``, or by FastStream's own command line:
``faststream run services.billing.app:build --factory``.

Settings beside the engine's: ``LEASELINE_DEFAULT_TERM`` (net_7, net_14, net_30) and ``LEASELINE_BILLING_DAY`` (1-28).
"""

from faststream import FastStream

from contracts.values import TERMS
from services.billing.service import billing
from services.engine.service import Service
from services.engine.serving import Serving, main
from services.engine.settings import Settings, between, chosen, one_of


def service() -> Service:
    """Billing with its settings from the environment. Raises SystemExit for a wrong one."""
    return billing(
        default_term=chosen("LEASELINE_DEFAULT_TERM", "net_14", one_of(TERMS), f"use {' or '.join(TERMS)}"),
        billing_day=chosen("LEASELINE_BILLING_DAY", "1", between(1, 28, int), "give a day of the month from 1 to 28"),
    )


def build() -> FastStream:
    """The application."""
    return Serving(service(), Settings.read()).app


if __name__ == "__main__":
    main(service())
