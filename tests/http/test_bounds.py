"""What a list reads of the store, by the server's own profile of what it did: as much for a page, whatever there is."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest

from contracts.messages.subscription import State
from services.billing import queries as billing
from services.billing.documents.account import AccountKey, new_account
from services.billing.documents.invoice import InvoicePage, KeptInvoice, Line, page_id
from services.billing.documents.payer import new_payer
from services.billing.queries import WantedInvoices
from services.billing.service import COLLECTIONS as OF_BILLING
from services.billing.service import billing as billing_service
from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_indexes import indexes_of, only_where
from services.engine.core.document import stored_form
from services.engine.core.service import Collection
from services.fulfillment import queries as fulfillment
from services.fulfillment.documents.asset import Asset, Assignment
from services.fulfillment.documents.book import EMBEDDED, ON_A_PAGE
from services.fulfillment.documents.book import page_id as entries_id
from services.fulfillment.documents.ledger import Entry, EntryPage, Ledger, Terms
from services.fulfillment.documents.ledger import Line as LedgerLine
from services.fulfillment.documents.party import Address, Customer
from services.fulfillment.queries import MOST_READ, Wanted
from services.fulfillment.service import COLLECTIONS as OF_FULFILLMENT
from services.orders import queries as orders
from services.orders.documents.note import KeptNote, note_id
from services.orders.documents.variant import Variant
from services.orders.service import COLLECTIONS as OF_ORDERS
from tests.billing.subscriptions import created, invoices, run
from tests.scene import Scene

MANY = 1_000
MONTH = "2030-05"
"""One in which everything that was ever rented is due."""
AT = datetime(2026, 5, 4, 9, tzinfo=UTC)
Store = billing.Database
Question = Callable[[], Coroutine[Any, Any, Any]]


@pytest.fixture
async def store(mongo: str, database: str) -> AsyncIterator[Store]:
    async with connect(mongo) as client:
        made = client[database]
        for collection in (*OF_BILLING, *OF_FULFILLMENT, *OF_ORDERS):
            await index(made, collection)
        yield made


async def index(store: Store, collection: Collection) -> None:
    for fields in indexes_of(collection):
        await store[collection.name].create_index(
            [(field, 1) for field in fields], partialFilterExpression=only_where(fields)
        )


async def fill(store: Store, collection: str, documents: dict[str, Any]) -> None:
    await store[collection].insert_many([{"_id": id_, **stored_form(each)} for id_, each in documents.items()])


async def examined(store: Store, ask: Question) -> tuple[Any, int, int]:
    """What it gave, and the documents and the keys that the server looked at for it."""
    await store.command("profile", 2)
    try:
        found = await ask()
    finally:
        await store.command("profile", 0)
    did = await store["system.profile"].find({"op": {"$in": ["query", "getmore", "command"]}}).to_list()
    await store["system.profile"].drop()
    assert did
    documents, keys = (sum(each.get(name, 0) for each in did) for name in ("docsExamined", "keysExamined"))
    assert not any(each.get("hasSortStage") for each in did)
    assert "COLLSCAN" not in {each.get("planSummary") for each in did}
    return found, documents, keys


def ledger(order: int, subscriptions: int = 2, state: State = "active", payer: str = "customer:c-1") -> Ledger:
    customer = Customer(id="c-1", email="a@b.example", first_name="Ada", last_name="", type="individual")
    address = Address(street="1 Main St", city="Berlin", country="DE")
    terms = Terms(customer=customer, billing_address=address, payer=payer, currency="EUR", test=False)
    line = LedgerLine(
        item_id="1", sku="X", product_name="Clock", variant_name="", months=12, unit_price=900, units=subscriptions,
        taken=subscriptions,
    )  # fmt: skip
    made = tuple(entry(order, number, state) for number in range(1, min(subscriptions, EMBEDDED) + 1))
    return Ledger(
        order_version=1, opened=True, lines=(line,), terms=(terms,), entries=made, paged=subscriptions - len(made)
    )


def entry(order: int, number: int, state: State = "active") -> Entry:
    return Entry(
        item_id="1", serial=f"S{order}-{number}", state=state, start_date=date(2026, 5, 4), created_at=AT, who=b"r"
    )  # fmt: skip


async def read_all(ask: Callable[[Any], Coroutine[Any, Any, tuple[Sequence[Any], Any]]]) -> list[Any]:
    """Every page, one after another."""
    found: list[Any] = []
    place = None
    while True:
        page, place = await ask(place)
        found += page
        if place is None:
            return found


async def test_subscriptions_of_many_orders_cost_what_a_page_shows(store: Store) -> None:
    await fill(store, "ledgers", {f"o-{n:05}": ledger(n) for n in range(MANY)})
    after: tuple[str, int] | None
    for after in (None, ("o-00500", 1), ("o-00990", 2)):
        (found, _), documents, keys = await examined(
            store, partial(fulfillment.list_subscriptions, store, Wanted(), after, 10)
        )
        assert len(found) == 10
        assert documents <= keys <= 12
    everything = await read_all(lambda place: fulfillment.list_subscriptions(store, Wanted(), place, 97))
    assert [each.place for each in everything] == [(f"o-{n:05}", k) for n in range(MANY) for k in (1, 2)]


async def test_a_filter_that_leaves_nothing_over_ends_at_the_bound(store: Store) -> None:
    await fill(store, "ledgers", {f"o-{n:05}": ledger(n, state="ended" if n == 900 else "active") for n in range(MANY)})
    wanted = Wanted(state="ended")
    (found, place), documents, keys = await examined(
        store, lambda: fulfillment.list_subscriptions(store, wanted, None, 50)
    )
    assert (found, place) == ([], (f"o-{MOST_READ - 1:05}", 2))
    assert documents <= keys <= MOST_READ + 1
    everything = await read_all(lambda place: fulfillment.list_subscriptions(store, wanted, place, 50))
    assert [each.place for each in everything] == [("o-00900", 1), ("o-00900", 2)]


async def test_those_of_a_payer_are_found_by_its_index(store: Store) -> None:
    ledgers = {f"o-{n:05}": ledger(n, payer="group:acme" if n % 100 == 7 else f"customer:c-{n}") for n in range(MANY)}
    await fill(store, "ledgers", ledgers)
    (found, place), documents, keys = await examined(
        store, lambda: fulfillment.list_subscriptions(store, Wanted(payer="group:acme"), None, 50)
    )
    assert ([each.order_id for each in found[::2]], place) == ([f"o-{n:05}" for n in range(7, MANY, 100)], None)
    assert documents <= keys <= 11


async def test_an_order_of_many_units_is_read_page_by_page(store: Store) -> None:
    await fill(store, "ledgers", {"big": ledger(1, 2_000), "big-2": ledger(2)})
    pages = {
        entries_id("big", place): EntryPage(
            order_id="big", first=first, entries=tuple(entry(1, n) for n in range(first, min(first + ON_A_PAGE, 2_001)))
        )
        for place, first in enumerate(range(EMBEDDED + 1, 2_001, ON_A_PAGE))
    }
    await fill(store, "entry_pages", pages)
    wanted = Wanted(order_id="big")
    (found, _), documents, _ = await examined(
        store, lambda: fulfillment.list_subscriptions(store, wanted, ("big", 1_500), 10)
    )
    assert [each.number for each in found] == list(range(1_501, 1_511))
    assert documents <= 3
    everything = await read_all(lambda place: fulfillment.list_subscriptions(store, wanted, place, 100))
    assert [each.place for each in everything] == [("big", n) for n in range(1, 2_001)]
    assert [each.entry.serial for each in everything] == [f"S1-{n}" for n in range(1, 2_001)]


async def test_those_of_a_device_are_found_by_its_history(store: Store) -> None:
    await fill(store, "ledgers", {f"o-{n:05}": ledger(n) for n in range(MANY)})
    history = tuple(Assignment(order_id=f"o-{n:05}", number=1, since=AT) for n in (3, 500, 3))
    await fill(store, "assets", {"S3-1": Asset(sku="X", state="in_use", history=history)})
    (found, place), documents, _ = await examined(
        store, lambda: fulfillment.list_subscriptions(store, Wanted(serial="S3-1"), None, 50)
    )
    assert ([each.place for each in found], place) == ([("o-00003", 1)], None)  # the other had another device
    assert documents <= 5


def invoice(n: int, account: AccountKey, period: str, *, done: bool = True) -> KeptInvoice:
    return KeptInvoice(
        number=f"INV-{n:06}", kind="invoice", account_id=account.id, payer=account.payer, term=account.term,
        term_source="order", currency="EUR", test=False, period=period, run=1, issue_date=date(2026, 6, 1), lines=1,
        credit_lines=0, pages=1, charges=900, credited=0, total=900, done=done,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "most"),
    [
        (WantedInvoices(), 11),
        (WantedInvoices(account="group:g-7/net_14/EUR"), 11),
        (WantedInvoices(payer="group:g-7"), 11),
        (WantedInvoices(period="2026-03"), 11),
        (WantedInvoices(account="group:g-7/net_14/EUR", period="2026-03"), 21),
    ],
)
async def test_invoices_are_driven_by_one_index(store: Store, wanted: WantedInvoices, most: int) -> None:
    keys_of = [AccountKey(f"group:g-{n}", "net_14", "EUR", test=False) for n in range(50)]
    made = [invoice(n, keys_of[n % 50], f"2026-{n // 50 % 12 + 1:02}") for n in range(MANY)]
    await fill(store, "invoices", {each.number: each for each in made})
    ((found, _), documents, keys) = await examined(store, lambda: billing.page_invoices(store, wanted, None, 10))
    expected = [each.number for each in made if wanted.fits(each)]
    assert [each.number for each in found] == expected[:10]
    assert documents <= keys <= most
    everything = await read_all(lambda place: billing.page_invoices(store, wanted, place, 9))
    assert [each.number for each in everything] == expected


async def test_an_invoice_that_a_run_prepares_is_in_no_list(store: Store) -> None:
    account = AccountKey("group:g", "net_14", "EUR", test=False)
    await fill(store, "invoices", {f"INV-{n:06}": invoice(n, account, "2026-03", done=n != 1) for n in range(3)})
    found, _ = await billing.page_invoices(store, WantedInvoices(), None, 10)
    assert [each.number for each in found] == ["INV-000000", "INV-000002"]


async def test_lines_are_read_by_the_page_that_they_stand_on(store: Store) -> None:
    def line(number: int) -> Line:
        return Line(
            subscription_id=f"o/{number}", order_id="o", item_id="1", customer_id="c", customer_name="Ada", sku="X",
            product_name="Clock", variant_name="", serial="S", contract_month=1, service_from=date(2026, 5, 4),
            service_to=date(2026, 6, 3), period="2026-05", amount=900,
        )  # fmt: skip

    pages = {
        page_id("INV-1", page): InvoicePage(
            number="INV-1", page=page, period="2026-05", lines=tuple(line(page * 1000 + n) for n in range(40))
        )
        for page in range(1, 30)
    }
    await fill(store, "invoice_pages", {**pages, page_id("INV-10", 1): pages[page_id("INV-1", 1)]})
    (found, _), documents, _ = await examined(store, lambda: billing.page_lines(store, "INV-1", (20, 35), 10))
    assert [each.subscription_id for each in found] == [f"o/{n}" for n in (*range(20035, 20040), *range(21000, 21005))]
    assert documents <= 3
    everything = await read_all(lambda place: billing.page_lines(store, "INV-1", place, 33))
    assert [each.subscription_id for each in everything] == [
        f"o/{page * 1000 + n}" for page in range(1, 30) for n in range(40)
    ]


async def test_accounts_and_groups_are_read_by_their_ids(store: Store) -> None:
    payers = {f"group:g-{n:04}": new_payer(f"group:g-{n:04}", 0) for n in range(MANY)}
    payers |= {f"customer:c-{n:04}": new_payer(f"customer:c-{n:04}", 0) for n in range(MANY)}
    keys_of = [AccountKey(payer, term, "EUR", test=False) for payer in payers for term in ("net_7", "net_14")]
    await fill(store, "payers", payers)
    await fill(store, "accounts", {key.id: new_account(key) for key in keys_of})
    (accounts, _), documents, _ = await examined(store, lambda: billing.list_accounts(store, None, None, 10))
    assert len(accounts) == 10
    assert documents <= 11 + 10
    (of_one, behind), documents, _ = await examined(
        store, lambda: billing.list_accounts(store, "group:g-0500", None, 10)
    )
    assert ([account.term for account, _ in of_one], behind) == (["net_14", "net_7"], None)
    assert documents <= 3
    (groups, behind), documents, _ = await examined(store, lambda: billing.list_groups(store, "group:g-0989", 10))
    assert ([id_ for id_, _ in groups], behind) == ([f"group:g-{n:04}" for n in range(990, 1000)], None)
    assert documents <= 11


async def test_the_catalog_and_notes_are_read_by_their_ids(store: Store) -> None:
    variant = Variant(
        version=1, since=AT, product_name="Clock", variant_name="", active=True, free=False, prices={"12:EUR": 900}
    )
    await fill(store, "catalog", {f"X-{n:04}": variant for n in range(MANY)})
    (found, behind), documents, _ = await examined(store, lambda: orders.list_variants(store, "X-0499", 10))
    assert ([sku for sku, _ in found], behind) == ([f"X-{n:04}" for n in range(500, 510)], "X-0509")
    assert documents <= 11
    notes = {
        note_id(subject, n): KeptNote(subject=subject, number=n, text="hm", author="Ada", written_at=AT)
        for subject in ("o-1", "o-2", "o-10")
        for n in range(1, 201)
    }
    await fill(store, "notes", notes)
    (page, number), documents, _ = await examined(store, lambda: orders.list_notes(store, "o-1", 100, 10))
    assert ([each.number for each in page], number) == (list(range(101, 111)), 110)
    assert documents <= 11
    newest, documents, _ = await examined(store, lambda: orders.find_newest_notes(store, "o-1", 3))
    assert ([each.number for each in newest], {each.subject for each in newest}) == ([198, 199, 200], {"o-1"})
    assert documents <= 3


async def test_what_a_run_would_issue_is_read_payer_by_payer_and_share_by_share(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(billing, "MOST_SHARES", 7)
    scene = Scene(billing_service())
    for payer in range(30):
        for order in range(20 if payer == 3 else 1):
            scene.hears(created(f"p{payer}o{order:02}/1", payers=f"group:g-{payer:02}"))
    for name in ("payers", "accounts", "shares"):
        await fill(store, name, {id_: document for (at, id_), document in scene.documents.items() if at == name})
    day = date(2050, 1, 1)

    async def ask(place: tuple[str, str] | None) -> tuple[Sequence[Any], Any]:
        page = await billing.foresee_run(store, MONTH, day, 1, place or ("", ""), 8)
        assert not page.skipped
        return page.invoices, page.behind

    _, documents, _ = await examined(store, lambda: ask(None))
    assert documents <= 9 + 8 + 8 + 7
    parts = await read_all(ask)
    issued = invoices(run(scene, MONTH, as_of=day))
    assert len(issued) == 30
    assert len(parts) > 30  # that of 20 orders came in parts
    for each in issued:
        mine = [part for part in parts if part.key.id == each.account_id]
        assert (sum(part.lines for part in mine), sum(part.charges for part in mine)) == (each.lines, each.charges)
    skipped = await billing.foresee_run(store, MONTH, date(2020, 1, 1), 1, ("", ""), 100)
    assert (set(skipped.skipped.values()), skipped.invoices, skipped.behind) == ({"not_due"}, [], None)
