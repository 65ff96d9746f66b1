"""Who comes in, what they see, and how it ends."""

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.system.console.conftest import PASSWORD, Desk, Running, desk_at
from tests.system.console.test_order_documentation import add, customer


def test_a_page_that_needs_log_in_comes_back_after_it(desk: Desk) -> None:
    page = desk.go("/orders?status=pending")
    expect(page.get_by_role("heading", name="Leaseline")).to_be_visible()
    page.get_by_label("Name").fill("carl")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders?status=pending")


def test_a_wrong_password_is_told_and_nothing_else_is(desk: Desk) -> None:
    for name in ("carl", "nobody"):
        page = desk.go("/login")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill("not the password")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_have_text(
            "This name and password do not belong together. Try again, or ask for a log-in link."
        )
        expect(page.get_by_label("Name")).to_have_value(name)


def test_who_logged_out_is_out_in_every_window(desk: Desk, running: Running) -> None:
    page = desk.sign_in("carl")
    page.wait_for_url("**/orders")
    kept = {cookie["name"]: cookie["value"] for cookie in desk.context.cookies()}
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    with httpx2.Client(base_url=running.address, cookies=kept) as other:
        assert other.get("/orders").headers["location"].startswith("/login")


def test_the_cookie_is_no_scripts_business_and_stays_at_home(desk: Desk) -> None:
    page = desk.sign_in("carl")
    page.wait_for_url("**/orders")
    (cookie,) = desk.context.cookies()
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Lax"
    assert page.evaluate("document.cookie") == ""


@pytest.mark.parametrize("path", ["/logout", "/login", "/orders/new", "/orders/X/confirmation", "/orders/X/notes"])
@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"}]
)
def test_a_form_of_another_site_does_nothing(running: Running, path: str, headers: dict[str, str]) -> None:
    with httpx2.Client(base_url=running.address) as other:
        answer = other.post(path, data={"do": "save"}, headers=headers)
    assert (answer.status_code, answer.text) == (403, "This form came from another site, so nothing was done.")


@pytest.mark.parametrize(
    ("name", "sees", "may_write"),
    [("vera", ["Orders", "Subscriptions"], False), ("carl", ["Orders", "Subscriptions"], True)],
)
def test_a_role_sees_its_pages_and_what_it_may_not_do_says_why(
    browser: Browser, running: Running, name: str, sees: list[str], *, may_write: bool
) -> None:
    order_id = running.ordered()
    desk = desk_at(browser, running)
    page = desk.sign_in(name)
    page.wait_for_url("**/orders")
    assert page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts() == sees
    desk.go(f"/orders/{order_id}")
    confirm = page.get_by_role("button", name="Confirm Order")
    if may_write:
        expect(confirm).to_be_enabled()
    else:
        expect(confirm).to_be_disabled()
        expect(confirm).to_have_accessible_description(
            "Your roles let you read orders only. Ask an administrator for the role clerk."
        )
        assert page.evaluate(
            """async (path) => (await fetch(path, {method: "POST", body: new URLSearchParams({})})).status""",
            f"/orders/{order_id}/confirmation",
        ) == 403  # fmt: skip
    desk.context.close()


def test_a_page_that_is_not_there_says_so(desk: Desk) -> None:
    page = desk.sign_in("carl")
    page.wait_for_url("**/orders")
    desk.go("/nowhere")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    desk.go("/orders/NOT-THERE")
    expect(page.get_by_role("alert")).to_be_visible()


def test_who_was_logged_out_while_typing_logs_in_and_goes_on(desk: Desk) -> None:
    page = desk.sign_in("carl")
    page.wait_for_url("**/orders")
    page.get_by_role("link", name="New Order").first.click()
    customer(page, "late@hello.example")
    add(page, "Office chair", "Red", 12, 1)
    desk.context.clear_cookies()
    page.get_by_role("button", name="Save Order").click()
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    page.get_by_label("Name").fill("carl")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/orders/W*")
    expect(page.get_by_role("region", name="Customer Information")).to_contain_text("late@hello.example")
