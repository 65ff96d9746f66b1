"""What goes wrong before a screen: nothing typed is lost, and every refusal lands where it can be mended."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.system.console.conftest import Running, desk_at
from tests.system.console.test_order_documentation import add, customer, until_shown


def test_everything_that_is_wrong_stands_at_its_field_and_in_a_list_of_links(clerk: Page) -> None:
    clerk.get_by_role("link", name="New Order").first.click()
    clerk.get_by_label("Phone").fill("+49 30 1")
    clerk.get_by_role("button", name="Save Order").click()
    told = clerk.get_by_role("alert")
    expect(told).to_be_focused()
    expect(told).to_contain_text("Email: Fill it in.")
    expect(clerk.get_by_label("Email")).to_have_attribute("aria-invalid", "true")
    expect(clerk.get_by_label("Phone")).to_have_value("+49 30 1")
    told.get_by_role("link", name=re.compile("City")).click()
    expect(clerk.get_by_role("group", name="Billing Address").get_by_label("City")).to_be_focused()


def test_saving_twice_is_one_order(clerk: Page, running: Running) -> None:
    clerk.get_by_role("link", name="New Order").first.click()
    customer(clerk, "twice@hello.example")
    add(clerk, "Office chair", "Red", 12, 1)
    clerk.get_by_role("button", name="Save Order").dblclick()
    clerk.wait_for_url("**/orders/W*")
    clerk.go_back()
    if "/orders/new" in clerk.url:
        clerk.go_forward()
    found = running.api.get("/orders", params={"text": "twice@hello.example"}).json()
    assert len(found["items"]) == 1


def test_a_price_that_is_missing_is_told_at_once(clerk: Page) -> None:
    clerk.get_by_role("link", name="New Order").first.click()
    add(clerk, "Office chair", "Red", 12, 1)
    clerk.get_by_label("Currency").select_option(label="CHF")
    expect(clerk.locator("#rows")).to_contain_text("no price yet")
    expect(clerk.locator(".totals")).not_to_contain_text("19.00")


def test_two_clerks_who_change_different_fields_both_get_what_they_want(clerk: Page, running: Running) -> None:
    order_id = running.ordered()
    clerk.goto(f"{running.address}/orders/{order_id}/edit")
    clerk.get_by_label("Phone").fill("+49 30 1111111")
    running.asked(
        "POST", f"/orders/{order_id}/amendments?", {"contact": {"last_name": "Lovelace"}, "expected_version": 1}
    )
    clerk.get_by_role("button", name="Save", exact=True).click()
    clerk.wait_for_url(f"**/orders/{order_id}?*")
    until_shown(clerk, "+49 30 1111111")
    expect(clerk.get_by_role("region", name="Customer Information")).to_contain_text("Ada Lovelace")


def test_two_clerks_who_change_the_same_field_see_all_three_values(clerk: Page, running: Running) -> None:
    order_id = running.ordered()
    clerk.goto(f"{running.address}/orders/{order_id}/edit")
    clerk.get_by_label("Last name").fill("Mine")
    running.asked("POST", f"/orders/{order_id}/amendments", {"contact": {"last_name": "Theirs"}, "expected_version": 1})
    clerk.get_by_role("button", name="Save", exact=True).click()
    told = clerk.get_by_role("alert")
    for words in ("Last name", "Okafor", "Theirs", "Mine"):
        expect(told).to_contain_text(words)
    expect(clerk.get_by_label("Last name")).to_have_value("Mine")
    clerk.get_by_role("button", name="Save", exact=True).click()
    clerk.wait_for_url(f"**/orders/{order_id}?*")
    until_shown(clerk, "Ada Mine")


def test_what_others_change_is_noticed_without_moving_what_one_reads(clerk: Page, running: Running) -> None:
    order_id = running.ordered()
    clerk.goto(f"{running.address}/orders/{order_id}")
    expect(clerk.get_by_text("This order was changed.")).to_be_hidden()
    running.asked("POST", f"/orders/{order_id}/confirmation", {})
    expect(clerk.get_by_text("This order was changed.")).to_be_visible(timeout=10_000)
    expect(clerk.locator(".head .status")).to_have_text("Pending")
    clerk.get_by_role("link", name="Show the newest").click()
    expect(clerk.locator(".head .status")).to_have_text("Confirmed")


def test_without_javascript_orders_are_listed_typed_confirmed_and_cancelled(browser: Browser, running: Running) -> None:
    desk = desk_at(browser, running, java_script_enabled=False)
    page = desk.sign_in("carl")
    page.get_by_role("link", name="New Order").first.click()
    customer(page, "plain@hello.example")
    adding = page.get_by_role("group", name="Add Item")
    adding.get_by_label("Product").fill("Laptop Pro 14")
    page.get_by_role("button", name="Show variants and prices").click()
    page.get_by_label("Variant").select_option(label="32 GB, black")
    adding.get_by_label("Quantity").fill("2")
    adding.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".totals")).to_contain_text("138.00 EUR")
    page.get_by_role("button", name="Save Order").click()
    expect(page.locator(".head .status")).to_have_text("Pending")
    page.get_by_role("button", name="Confirm Order").click()
    expect(page.locator(".head .status")).to_have_text("Confirmed")
    page.get_by_role("link", name="Cancel Order").click()
    page.get_by_label("Reason").fill("Ordered twice")
    page.get_by_role("button", name="Cancel Order").click()
    page.get_by_role("link", name="Orders", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("plain@hello|Ada Okafor")).first).to_be_visible()
    desk.context.close()


def test_a_service_that_is_away_says_so_and_nothing_typed_is_lost(clerk: Page, running: Running) -> None:
    """The HTTP side stands still: what was typed stays, and the same request goes through afterwards."""
    clerk.get_by_role("link", name="New Order").first.click()
    customer(clerk, "away@hello.example")
    add(clerk, "Office chair", "Red", 12, 1)
    with running.away():
        clerk.get_by_role("button", name="Save Order").click()
        expect(clerk.get_by_role("alert")).to_contain_text("Nothing that you typed is lost", timeout=30_000)
        expect(clerk.get_by_label("Email")).to_have_value("away@hello.example")
    clerk.get_by_role("button", name="Save Order").click()
    clerk.wait_for_url("**/orders/W*")
