"""One installation with its HTTP side and its console for all tests here, and a browser."""

import asyncio
import shutil
import signal
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from deploy.local.processes import Process
from installation.addresses import Addresses
from operations.cli.console import Api, serve_console
from operations.cli.http import serve
from operations.jobs.granting import key_of_this_machine
from operations.jobs.peopling import Wanted, opened_staff
from tests.system.conftest import LANES, turn
from tests.system.installation import Installation, fresh_topics

FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
PEOPLE = {
    "vera": ("Vera Viewer", "viewer"),
    "carl": ("Carl Clerk", "clerk"),
    "wanda": ("Wanda Warehouse", "warehouse"),
    "fay": ("Fay Finance", "finance"),
}
PASSWORD = "a sentence that is long enough"
CATALOG = {
    "LAP-14": ("Laptop Pro 14", "16 GB, silver", 4900),
    "LAP-16": ("Laptop Pro 14", "32 GB, black", 6900),
    "BIKE-M": ("E-bike City", "Medium, green", 7900),
    "CHAIR": ("Office chair", "Red", 1900),
}
"""Product, variant and price in cents for 12 months; each longer contract length costs 100 less, the shorter more."""


@dataclass(frozen=True)
class Running:
    """The console that is tried, and the API beside it, with a key that may do everything."""

    address: str
    api: httpx2.Client
    http: Process

    @contextmanager
    def away(self) -> Iterator[None]:
        """The HTTP side stands still: it takes connections and answers nothing."""
        self.http.popen.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.http.popen.send_signal(signal.SIGCONT)

    def asked(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """What the API answers to a request of somebody else's."""
        answer = self.api.request(method, path, json=dict(body), headers={"Idempotency-Key": uuid.uuid4().hex})
        assert answer.is_success, answer.text
        return answer.json()

    def ordered(self, quantity: int = 2, **more: Any) -> str:
        """An order that a shop placed; its id."""
        order_id = f"S-{uuid.uuid4().hex[:8].upper()}"
        body = {
            "order_id": order_id,
            "currency": "EUR",
            "customer": {
                "type": "individual",
                "email": f"{order_id.lower()}@hello.example",
                "first_name": "Ada",
                "last_name": "Okafor",
            },
            "billing_address": {"street": "1 Main Street", "city": "Berlin", "postal_code": "10115", "country": "DE"},
            "items": [{"sku": "LAP-14", "months": 12, "quantity": quantity}],
        }
        self.asked("POST", "/orders", body | more)
        return order_id


def price(amount: int, months: int) -> int:
    """Cents a month."""
    return amount - 100 * ((6, 12, 24, 36).index(months) - 1)


@pytest.fixture(scope="module")
def running(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Services, HTTP side and console, with people and a catalog."""
    folder = tmp_path_factory.mktemp("console")
    with turn(), ExitStack() as stack:
        asyncio.run(fresh_topics(addresses.kafka, LANES))
        installation = Installation(addresses, f"c{uuid.uuid4().hex[:10]}", folder / "logs", LANES)
        stack.callback(installation.stop)
        installation.start().until_ready()
        served = serve(stack, addresses, folder / "logs", installation.environment, None)
        key, file = key_of_this_machine(addresses.mongo, installation.databases, folder)
        api = Api(served.address, file)
        pages = serve_console(stack, addresses, folder / "logs", installation.environment, api, None)
        asyncio.run(_people(addresses.mongo, installation.databases))
        client = httpx2.Client(base_url=served.address, headers={"Authorization": f"Bearer {key}"}, timeout=30)
        stack.enter_context(client)
        made = Running(pages.address, client, served.services.processes[0])
        for sku, (product, variant, amount) in CATALOG.items():
            prices = [
                {"months": months, "currency": "EUR", "amount": price(amount, months)} for months in (6, 12, 24, 36)
            ]
            made.asked("PUT", f"/catalog/{sku}", {"product_name": product, "variant_name": variant, "prices": prices})
        yield made


async def _people(mongo: str, databases: str) -> None:
    async with opened_staff(mongo, databases) as staff:
        for name, (shown, role) in PEOPLE.items():
            await staff.keep(Wanted(name, shown, (role,), PASSWORD))


@pytest.fixture(scope="module")
def browser(running: Running) -> Iterator[Browser]:
    """Chromium of this system. Playwright has a loop of its own: nothing else may need one once it is there."""
    del running
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no browser is installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield made
        made.close()


@dataclass
class Desk:
    """Somebody before a browser. ``complaints`` are what the browser said of its pages: none is right."""

    page: Page
    context: BrowserContext
    address: str
    complaints: list[str]

    def go(self, path: str) -> Page:
        """To a page of ours."""
        self.page.goto(f"{self.address}{path}")
        return self.page

    def sign_in(self, name: str) -> Page:
        """With the password that all have."""
        self.go("/login")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        return self.page


def desk_at(browser: Browser, running: Running, **settings: Any) -> Desk:
    """A new browser window that nobody logged in at."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **settings)
    context.set_default_timeout(15_000)
    page = context.new_page()
    desk = Desk(page, context, running.address, [])

    def said(message: ConsoleMessage) -> None:
        refused = "Failed to load resource: the server responded with a status of 4" in message.text
        if message.type in ("error", "warning") and not refused:
            desk.complaints.append(message.text)

    page.on("console", said)
    page.on("pageerror", lambda error: desk.complaints.append(str(error)))
    return desk


@pytest.fixture
def desk(browser: Browser, running: Running) -> Iterator[Desk]:
    """A browser window; in the end no page may have had an error, or broken its own policy."""
    made = desk_at(browser, running)
    yield made
    made.context.close()
    assert made.complaints == []


@pytest.fixture
def clerk(desk: Desk) -> Page:
    """The page of a clerk who is logged in."""
    page = desk.sign_in("carl")
    page.wait_for_url("**/orders")
    return page
