"""A contract is extended: from its old end without a gap, always computed from the original anchor.

Rule: ``docs/domain.md`` section 2: from the last contract month until the return is recorded, also when it ended by
date meanwhile, not when it was or will be cancelled.
"""

from functools import partial

from contracts.messages.life import ExtensionRequested, SubscriptionExtended
from contracts.values.calendar import months_after
from contracts.values.refusals import Code, Refusal, refusal
from services.engine.core.document import replace
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.ledger import Entry, PaidBy, Stretch
from services.fulfillment.rules.case import Answer, Became, Case, no
from services.fulfillment.rules.subscription import ends_before, months_of, payers_of, prices_of

LONGEST = 1200
"""Contract months; a bound for every calendar that is computed from a start."""


def extend_contract(case: Case, body: ExtensionRequested) -> Answer:
    """The contract goes on, for months at its present price or at a given one."""
    wrong = _wrong(case, body) or _why_not(case, body)
    if wrong:
        return wrong
    entry, line = case.entry, case.line
    amount = prices_of(entry, line)[-1].amount if body.price is None else body.price.amount
    longer = replace(
        entry,
        state="active",
        months=months_of(entry, line) + body.months,
        prices=_stretch(prices_of(entry, line), body.months, amount),
    )
    if entry.state == "ended":
        longer = _with_its_payer(case, longer)
    fact = partial(
        SubscriptionExtended,
        at=case.time,
        actor=body.actor,
        reason=body.reason,
        extended_from=body.ends_before,
        extended_by=body.months,
    )
    return Became(longer, fact, _with_the_customer_again(case))


def _wrong(case: Case, body: ExtensionRequested) -> tuple[Refusal, ...]:
    """What is wrong with a price, whenever it is asked for."""
    if body.price is None:
        return ()
    found = []
    if body.price.currency != case.terms.currency:
        found.append(refusal(Code.MIXED_CURRENCY, "price.currency", f"the subscription's is {case.terms.currency}"))
    if body.reason is None:
        found.append(refusal(Code.FIELD_REQUIRED, "reason", "another price needs a reason"))
    return tuple(found)


def _why_not(case: Case, body: ExtensionRequested) -> tuple[Refusal, ...]:
    entry = case.entry
    if entry.state == "reversed":
        return no(Code.SUBSCRIPTION_REVERSED)
    if entry.cancelled_on is not None:
        return no(Code.SUBSCRIPTION_CANCELLED)
    if entry.returned_at is not None:
        return no(Code.ALREADY_RETURNED)
    line = case.line
    end, months = ends_before(entry, line), months_of(entry, line)
    if body.ends_before != end:
        return no(Code.ENDS_BEFORE_MISMATCH, "ends_before", f"it ends before {end}")
    begin = months_after(entry.start_date, months - 1)
    if case.today < begin:
        return no(Code.EXTENSION_TOO_EARLY, detail=f"its last contract month begins on {begin}")
    if months + body.months > LONGEST:
        return no(Code.CONTRACT_TOO_LONG, "months", f"{months} months already")
    return ()


def _stretch(prices: tuple[Stretch, ...], months: int, amount: int) -> tuple[Stretch, ...]:
    last = prices[-1]
    if last.amount == amount:
        return (*prices[:-1], Stretch(months=last.months + months, amount=amount))
    return (*prices, Stretch(months=months, amount=amount))


def _with_its_payer(case: Case, longer: Entry) -> Entry:
    """It had ended when the order got another payer, who pays from now on."""
    present = case.ledger.terms[-1]
    payers = payers_of(case.entry, case.terms)
    if payers[-1].payer == present.payer:
        return longer
    then = PaidBy(payer=present.payer, from_date=ends_before(case.entry, case.line))
    return replace(longer, payers=(*payers, then), group=present.group)


def _with_the_customer_again(case: Case) -> dict[str, Asset]:
    if case.entry.state == "active":
        return {}
    device = case.device().become("in_use", case.order_id, case.number, case.time)
    return {case.entry.serial: device}
