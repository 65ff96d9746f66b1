"""Billing over HTTP: settings of payers and billing runs, and what is read of accounts, payers, runs and invoices."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from contracts.messages.invoices import BillingRunRequested
from contracts.messages.payers import PayerSettingsSubmitted
from contracts.messages.repairs import PayerRepairRequested
from contracts.values.words import PERIOD_PATTERN
from services.billing import queries
from services.billing.documents.held import LAST_YEAR
from services.billing.papers import Papers
from services.billing.reads_api import READ, Reader, add_invoices
from services.billing.resources import (
    AccountResource,
    ForeseenResource,
    PayerResource,
    PeriodResource,
    account_of,
    foreseen_of,
    payer_of,
    period_of,
)
from services.billing.settings import Defaults
from services.http.asking.commands import Command, State, add_command
from services.http.asking.door import Door, Taken
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity, needs
from services.http.telling.listing import ListPage, Paging, page_response, resource_response
from services.http.telling.problem import Fault, fault

MOST_RUNS: Final = 10
GROUP: Final = "/groups/{group_id}"
CUSTOMER: Final = "/customers/{customer_id}/billing"


def commands(defaults: Defaults) -> tuple[Command, ...]:
    """Every request of billing, as a route."""

    async def payer_state(door: Door, caller: Caller, taken: Taken) -> State | None:
        del caller
        payer_id = taken.request.subject
        payer = await queries.find_payer(door.reads, payer_id)
        return None if payer is None else State("payer", payer_of(payer_id, payer, defaults), payer.version)

    def of_payer(path: str, field: str, name: str) -> Command:
        return Command(
            model=PayerSettingsSubmitted,
            method="PATCH",
            path=path,
            scope="billing:write",
            summary="Set or empty what a payer has of its own",
            state=payer_state,
            told=("payer", PayerResource),
            filled={field: f"{{{field}}}"},
            name=name,
        )

    def repair_of(path: str, field: str, name: str) -> Command:
        return Command(
            model=PayerRepairRequested,
            method="POST",
            path=f"{path}/repair",
            scope="billing:write",
            summary="Count the accounts of a payer anew",
            state=payer_state,
            told=("payer", PayerResource),
            filled={field: f"{{{field}}}"},
            actor="actor",
            name=name,
        )

    return (
        of_payer(GROUP, "group_id", "PayerSettingsSubmitted"),
        of_payer(CUSTOMER, "customer_id", "PayerSettingsSubmittedOfCustomer"),
        repair_of(GROUP, "group_id", "PayerRepairRequested"),
        repair_of(CUSTOMER, "customer_id", "PayerRepairRequestedOfCustomer"),
        Command(
            model=BillingRunRequested,
            method="POST",
            path="/billing-runs",
            scope="billing:run",
            summary="Issue the invoices of a period",
            state=_run_state,
            told=("billing_run", PeriodResource),
            creates=True,
        ),
    )


async def _run_state(door: Door, caller: Caller, taken: Taken) -> State | None:
    del caller
    period = taken.request.subject.removeprefix("run:")
    runs = await queries.find_runs(door.reads, period, door.lanes, MOST_RUNS)
    told = period_of(period, runs or (), door.lanes)
    return State("billing_run", told, address=f"/billing-runs/{period}")


class AccountFilters(Paging):
    """Which accounts."""

    payer: Annotated[str | None, Field(max_length=80, description="group:<id> or customer:<id>.")] = None


class GroupFilters(Paging):
    """All groups."""


class PreviewFilters(Paging):
    """A run that nobody asked for yet."""

    as_of: Annotated[date | None, Field(description="The date of its invoices; today if not said.")] = None


def routes(door: Door, identity: Identity, *, defaults: Defaults, papers: Papers | None) -> APIRouter:
    """Billing's routes. Without ``papers`` invoices are there as JSON only."""
    router = APIRouter(tags=["billing"], default_response_class=Response)
    for command in commands(defaults):
        add_command(router, command, door, identity)
    reader = needs(identity, "billing:read")
    _add_accounts(router, door, reader, defaults)
    _add_payers(router, door, reader, defaults)
    add_invoices(router, door, reader, papers)
    return router


def _add_accounts(router: APIRouter, door: Door, reader: Reader, defaults: Defaults) -> None:
    @router.get(
        "/accounts", summary="Accounts", openapi_extra=READ, responses={200: {"model": ListPage[AccountResource]}}
    )
    async def accounts(
        request: Request, filters: Annotated[AccountFilters, Query()], _caller: Annotated[Caller, Depends(reader)]
    ) -> Response:
        """What payers owe under each term and currency, by the accounts' ids."""
        after = filters.after("accounts", str)
        behind = None if after is None else str(after[0])
        found, last = await queries.list_accounts(door.reads, filters.payer, behind, filters.rows(request))
        told = [account_of(account, payer, defaults) for account, payer in found]
        return page_response("accounts", filters, told, None if last is None else (last,))

    @router.get(
        "/accounts/{account_id:path}",
        summary="An account as it stands",
        openapi_extra=READ,
        responses={200: {"model": AccountResource}},
    )
    async def account(account_id: str, _caller: Annotated[Caller, Depends(reader)]) -> Response:
        """Its totals, and when it is invoiced next."""
        found = await queries.find_account(door.reads, account_id)
        if found is None:
            raise fault(Fault.NOT_FOUND, "there is no such account")
        return resource_response(account_of(*found, defaults), found[0].version)

    @router.get(
        "/billing-runs/{period}",
        summary="The runs of a period",
        openapi_extra=READ,
        responses={200: {"model": PeriodResource}},
    )
    async def billing_runs(period: str, _caller: Annotated[Caller, Depends(reader)]) -> Response:
        """How far each has come, and what it issued."""
        runs = await queries.find_runs(door.reads, period, door.lanes, MOST_RUNS)
        if runs is None:
            raise fault(Fault.NOT_FOUND, "there was no run of this period")
        return resource_response(period_of(period, runs, door.lanes))

    @router.get(
        "/billing-runs/{period}/preview",
        summary="What a run would issue",
        openapi_extra=READ,
        responses={200: {"model": ListPage[ForeseenResource]}},
    )
    async def preview(
        period: str,
        request: Request,
        filters: Annotated[PreviewFilters, Query()],
        _caller: Annotated[Caller, Depends(reader)],
    ) -> Response:
        """As things stand, by payer; nothing is written. `limit` counts payers, of which many may have nothing due. The
        invoice of an account with very many orders comes in parts, over several pages: add them up.
        """
        if PERIOD_PATTERN.match(period) is None or int(period[:4]) > LAST_YEAR:
            raise fault(Fault.NOT_FOUND, "a period is a calendar month as YYYY-MM")
        of = f"preview of {period}"
        after = filters.after(of, str, str)
        place = ("", "") if after is None else (str(after[0]), str(after[1]))
        as_of = filters.as_of or door.now().date()
        rows = filters.rows(request)
        found = await queries.foresee_run(door.reads, period, as_of, defaults.billing_day, place, rows)
        return page_response(of, filters, foreseen_of(found), found.behind)


def _add_payers(router: APIRouter, door: Door, reader: Reader, defaults: Defaults) -> None:
    @router.get(
        "/groups", summary="Billing groups", openapi_extra=READ, responses={200: {"model": ListPage[PayerResource]}}
    )
    async def groups(
        request: Request, filters: Annotated[GroupFilters, Query()], _caller: Annotated[Caller, Depends(reader)]
    ) -> Response:
        """By their ids."""
        after = filters.after("groups", str)
        found, last = await queries.list_groups(
            door.reads, None if after is None else str(after[0]), filters.rows(request)
        )
        told = [payer_of(payer_id, payer, defaults) for payer_id, payer in found]
        return page_response("groups", filters, told, None if last is None else (last,))

    async def tell(payer_id: str) -> Response:
        payer = await queries.find_payer(door.reads, payer_id)
        if payer is None:
            raise fault(Fault.NOT_FOUND, "billing knows a payer from its first subscription, or its first settings, on")
        return resource_response(payer_of(payer_id, payer, defaults), payer.version)

    @router.get(GROUP, summary="A billing group", openapi_extra=READ, responses={200: {"model": PayerResource}})
    async def group(group_id: str, _caller: Annotated[Caller, Depends(reader)]) -> Response:
        """Its settings and its accounts."""
        return await tell(f"group:{group_id}")

    @router.get(
        CUSTOMER, summary="A customer as a payer", openapi_extra=READ, responses={200: {"model": PayerResource}}
    )
    async def customer_billing(customer_id: str, _caller: Annotated[Caller, Depends(reader)]) -> Response:
        """Its settings and its accounts, if it pays for itself."""
        return await tell(f"customer:{customer_id}")
