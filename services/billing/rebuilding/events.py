"""What ``billing.events`` says, as an index: what became of accounts, settings, requests, runs and numbers."""

from datetime import date
from typing import Final

from contracts.messages.billing import BillingAccountChanged, RequestRefused, RequestRepeated
from contracts.messages.invoices import BillingRunCompleted, BillingRunProgressed, InvoiceIssued, InvoiceLinesIssued
from contracts.messages.payers import PayerSettingsChanged
from contracts.messages.repairs import PayerRepaired
from contracts.values.immutable import Immutable
from services.billing.rebuilding.record import FULFILLMENT, Said
from services.billing.rebuilding.settings import SettingsSaid

PAGE: Final = "PayerInvoicingDue:"
"""How the id of a payer's page in a run begins."""
Run = tuple[str, int]
"""A period and the number of its run."""


class AccountSaid(Immutable):
    """The newest fact about an account: its version, what it adds up to, what caused it."""

    version: int
    totals: tuple[int, int, int, int]
    cause: tuple[str, str]


class InvoiceSaid(Immutable):
    """What is remembered of an invoice until its lines come."""

    payer: str
    account_id: str
    period: str
    run: int
    test: bool
    credit_note: bool
    lines: int


class Events:
    """``hear`` takes the records of one lane in their order. What stands there twice is heard once."""

    def __init__(self, deployment_term: str) -> None:
        self.accounts: dict[str, AccountSaid] = {}
        self.settings: dict[str, list[SettingsSaid]] = {}
        self.changed: dict[tuple[str, str], tuple[int, str]] = {}
        self.repairs: dict[str, int] = {}
        self.refused: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.repeated: set[str] = set()
        self.versions: dict[str, int] = {}
        self.completed: set[Run] = set()
        self.invoices: dict[str, InvoiceSaid] = {}
        self.last_issued: dict[str, date] = {}
        self.last_page: dict[str, str] = {}
        """By payer, the id of the page by which its last invoice was issued."""
        self.pages: dict[str, int] = {}
        """By the number of an invoice, its pages that were said."""
        self.payer_of: dict[str, str] = {}
        """By the number of an invoice whose lines were said."""
        self.ended: set[int] = set()
        """Hashes of the ids of payers' pages after which their accounts were said again."""
        self._deployment_term = deployment_term
        self._named: dict[str, dict[str, str]] = {}
        self._of_payer: dict[str, list[str]] = {}
        self._heard = 0

    def hear(self, said: Said) -> None:
        """One more."""
        self._heard += 1
        match said.type:
            case BillingAccountChanged.__name__:
                self._account(said)
            case PayerSettingsChanged.__name__:
                self._settings(said)
            case PayerRepaired.__name__:
                self.repairs[said.data["payer"]] = said.data["version"]
                self.changed.setdefault(said.cause, (self._heard, said.type))
            case InvoiceIssued.__name__:
                self._invoice(said)
            case InvoiceLinesIssued.__name__:
                number = said.data["number"]
                self.pages[number] = max(self.pages.get(number, 0), said.data["page"])
                self.payer_of[number] = said.data["payer"]
            case BillingRunProgressed.__name__ | BillingRunCompleted.__name__:
                period, run = said.data["period"], said.data["run"]
                self.versions[period] = max(self.versions.get(period, 0), said.data["version"])
                if said.type == BillingRunCompleted.__name__:
                    self.completed.add((period, run))
            case RequestRefused.__name__:
                codes = tuple(each["code"] for each in said.data["refusals"])
                self.refused.setdefault(said.id.partition(":")[2], (self._heard, codes))
            case RequestRepeated.__name__:
                self.repeated.add(said.id.partition(":")[2])
            case _:
                pass

    def _account(self, said: Said) -> None:
        account, version = said.data["account"], said.data["version"]
        id_, payer = account["account_id"], account["payer"]
        known = self.accounts.get(id_)
        if known is not None and version <= known.version:
            return
        names = ("active_subscriptions", "monthly_total", "outstanding", "customers")
        active, monthly, outstanding, customers = (account[name] for name in names)
        self.accounts[id_] = AccountSaid(version, (active, monthly, outstanding, customers), said.cause)
        source, cause = said.cause
        fact = cause if source == FULFILLMENT else None
        if known is None:
            self._of_payer.setdefault(payer, []).append(id_)
        settings = self.settings.get(payer, [])
        for each in settings:
            new = known is None and each is settings[-1]
            each.hear_account(id_, account["term"], account["term_source"], fact, new=new)
        if fact is not None:
            self._named.setdefault(payer, {})[id_] = fact
        elif cause.startswith(PAGE):
            self.ended.add(hash(cause))

    def _settings(self, said: Said) -> None:
        payer = said.data["payer"]
        before = self.settings.setdefault(payer, [])
        if before and said.data["version"] <= before[-1].version:
            return
        self.changed.setdefault(said.cause, (self._heard, said.type))
        was = before[-1].fact.default_term if before else None
        named, accounts = self._named.get(payer, {}), self._of_payer.get(payer, ())
        before.append(SettingsSaid.of(said, was or self._deployment_term, self._deployment_term, named, accounts))

    def _invoice(self, said: Said) -> None:
        its = said.data["invoice"]
        payer, period = its["payer"], its["period"]
        self.invoices.setdefault(
            its["number"],
            InvoiceSaid(
                payer, its["account_id"], period, its["run"], its["test"], its["kind"] == "credit_note", its["lines"]
            ),
        )
        self.last_page[payer] = said.cause[1]
        day = date.fromisoformat(its["issue_date"])
        self.last_issued[payer] = max(day, self.last_issued.get(payer, day))
