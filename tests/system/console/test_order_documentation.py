"""The order documentation's sentences, each as a person does it: labels are found by role and name.

The sentences stand in ``docs/order-documentation.md``; a comment names each by its heading.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.system.console.conftest import Running


def customer(page: Page, email: str) -> None:
    """Types a customer of Berlin."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Last name").fill("Okafor")
    billing = page.get_by_role("group", name="Billing Address")
    billing.get_by_label("Street address").fill("1 Main Street")
    billing.get_by_label("Postal code").fill("10115")
    billing.get_by_label("City").fill("Berlin")


def add(page: Page, product: str, variant: str, months: int, quantity: int) -> None:
    """Adds an item."""
    adding = page.get_by_role("group", name="Add Item")
    adding.get_by_label("Product").fill(product)
    adding.get_by_label("Product").press("Tab")
    page.get_by_label("Variant").select_option(label=variant)
    adding.get_by_role("radio", name=re.compile(f"^{months} months")).check()
    adding.get_by_label("Quantity").fill(str(quantity))
    adding.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("button", name=f"Remove {product} {variant}")).to_be_visible()


def _new(page: Page) -> None:
    page.get_by_role("link", name="Orders", exact=True).click()
    page.get_by_role("link", name="New Order").first.click()
    page.wait_for_url("**/orders/new")


def _status(page: Page, words: str) -> None:
    expect(page.locator(".head .status")).to_have_text(words)


def test_a_new_order_is_typed_and_saved_as_pending(clerk: Page) -> None:
    """Creating a New Order; Adding Order Items."""
    _new(clerk)
    customer(clerk, "new@hello.example")
    add(clerk, "Laptop Pro 14", "32 GB, black", 24, 3)
    add(clerk, "Office chair", "Red", 12, 2)
    # The monthly price populates by itself; the sum of all items' monthly prices stands at the bottom.
    expect(clerk.get_by_role("row", name=re.compile("Laptop Pro 14"))).to_contain_text("68.00")
    totals = clerk.locator(".totals")
    expect(totals).to_contain_text("242.00 EUR")
    expect(totals).to_contain_text("5,352.00 EUR")
    clerk.get_by_role("button", name="Save Order").click()
    clerk.wait_for_url("**/orders/W*")
    _status(clerk, "Pending")
    # Viewing Order Details: Customer Information, Order Items, Financial Summary.
    known = clerk.get_by_role("region", name="Customer Information")
    for words in ("Ada Okafor", "new@hello.example", "Individual", "1 Main Street", "10115 Berlin"):
        expect(known).to_contain_text(words)
    items = clerk.get_by_role("region", name="Order Items")
    for words in ("Laptop Pro 14", "32 GB, black", "24 months", "68.00", "Pending", "Office chair", "12 months"):
        expect(items).to_contain_text(words)
    money = clerk.get_by_role("region", name="Financial Summary")
    expect(money).to_contain_text("242.00 EUR")
    expect(money).to_contain_text("5,352.00 EUR")


def test_a_business_has_a_company_a_payment_term_and_a_billing_group(clerk: Page) -> None:
    """Customer Types; Payment Terms and Billing Groups for Business Customers."""
    _new(clerk)
    customer(clerk, "office@crunchy.example")
    expect(clerk.get_by_label("Company name")).to_be_hidden()
    clerk.get_by_label("Business").check()
    clerk.get_by_label("Company name").fill("Crunchy Ltd")
    clerk.get_by_label("Registration number").fill("IE-481516")
    clerk.get_by_label("Payment Terms").select_option(label="Net 14")
    clerk.get_by_label("Billing Group").fill("crunchy")
    clerk.get_by_label("Name of a new group").fill("Crunchy Holdings")
    add(clerk, "E-bike City", "Medium, green", 36, 1)
    clerk.get_by_role("button", name="Save Order").click()
    clerk.wait_for_url("**/orders/W*")
    known = clerk.get_by_role("region", name="Customer Information")
    for words in ("Crunchy Ltd", "IE-481516", "Net 14", "Crunchy Holdings", "group:crunchy", "Business"):
        expect(known).to_contain_text(words)


def test_a_shipping_address_is_entered_if_it_differs(clerk: Page) -> None:
    """Billing and Shipping Addresses."""
    _new(clerk)
    customer(clerk, "ship@hello.example")
    expect(clerk.get_by_role("group", name="Shipping Address")).to_be_hidden()
    clerk.get_by_label("Use different shipping address").check()
    shipping = clerk.get_by_role("group", name="Shipping Address")
    shipping.get_by_label("Street address").fill("4 Shop Street")
    shipping.get_by_label("Postal code").fill("80331")
    shipping.get_by_label("City").fill("Munich")
    shipping.get_by_label("Country").fill("DE")
    add(clerk, "Office chair", "Red", 6, 1)
    clerk.get_by_role("button", name="Save Order").click()
    clerk.wait_for_url("**/orders/W*")
    expect(clerk.get_by_role("region", name="Customer Information")).to_contain_text("80331 Munich")


def test_a_phone_order_is_saved_as_confirmed_by_keyboard_alone(clerk: Page) -> None:
    """Phone Order Entry: no mouse from the form's opening to the confirmed order."""
    _new(clerk)
    expect(clerk.get_by_label("Email")).to_be_focused()
    keys = clerk.keyboard
    for text in ("phone@hello.example", "Ada", "Okafor", "+49 30 1234567"):
        keys.type(text)
        keys.press("Tab")
    keys.press("Tab")  # past the customer type
    for text in ("1 Main Street", "", "10115", "Berlin"):
        keys.type(text)
        keys.press("Tab")
    for product, variant, quantity in (
        ("Office chair", "", "2"),
        ("E-bike City", "", "1"),
        ("Laptop Pro 14", "32", "1"),
    ):
        clerk.get_by_role("group", name="Add Item").get_by_label("Product").focus()
        keys.type(product)
        keys.press("Tab")
        expect(clerk.get_by_label("Variant").locator("option", has_text="Choose a product first")).to_have_count(0)
        if variant:
            clerk.get_by_label("Variant").focus()
            keys.type(variant)
            keys.press("Tab")
            expect(clerk.get_by_label("Variant").locator("option:checked")).to_contain_text("32 GB")
        clerk.get_by_role("group", name="Add Item").get_by_label("Quantity").focus()
        keys.press("Control+A")
        keys.type(quantity)
        keys.press("Enter")
        expect(clerk.get_by_role("button", name=re.compile(f"Remove {product}"))).to_be_visible()
    keys.press("Control+Shift+Enter")
    clerk.wait_for_url("**/orders/W*")
    _status(clerk, "Confirmed")


def test_an_order_is_confirmed(clerk: Page, running: Running) -> None:
    """Order Confirmation."""
    order_id = running.ordered()
    clerk.goto(f"{running.address}/orders/{order_id}")
    clerk.get_by_role("button", name="Confirm Order").click()
    _status(clerk, "Confirmed")
    button = clerk.get_by_role("button", name="Confirm Order")
    expect(button).to_be_disabled()
    expect(button).to_have_accessible_description("It is confirmed already.")


def test_items_are_fulfilled_one_after_the_other(clerk: Page, running: Running) -> None:
    """Fulfilling Orders: Partial, then Fulfilled; each unit with a serial of its own; links to each subscription."""
    order_id = running.ordered(quantity=2)
    clerk.goto(f"{running.address}/orders/{order_id}")
    clerk.get_by_role("link", name=re.compile("Create Subscription")).click()
    expect(clerk.get_by_label("Serial number")).to_be_focused()
    expect(clerk.get_by_label("Start date")).not_to_have_value("")
    clerk.keyboard.type(f"{order_id}-1")
    clerk.get_by_role("button", name="Create", exact=True).click()
    expect(clerk.get_by_text("Scan the next one.")).to_be_visible()
    clerk.get_by_role("link", name="Done").click()
    expect(clerk.locator(".head .status")).to_have_text("Partial", timeout=10_000)
    cancel = clerk.get_by_role("button", name="Cancel Order")
    expect(cancel).to_be_disabled()
    expect(cancel).to_have_accessible_description(re.compile("Cancel the individual subscriptions instead"))
    clerk.get_by_role("link", name=re.compile("Create Subscription")).click()
    expect(clerk.get_by_label("Serial number")).to_be_focused()
    clerk.keyboard.type(f"{order_id}-2")
    clerk.get_by_role("button", name="Create", exact=True).click()
    clerk.wait_for_url(f"**/orders/{order_id}?done=created")
    _until_status(clerk, "Fulfilled")
    subscriptions = clerk.get_by_role("region", name="Subscriptions")
    expect(subscriptions.get_by_role("row")).to_have_count(3)
    subscriptions.get_by_role("link").first.click()
    expect(clerk.get_by_role("heading", level=1)).to_contain_text(f"{order_id}/1")
    expect(clerk.get_by_role("region", name="Contract")).to_contain_text(f"{order_id}-1")


def _until_status(page: Page, words: str) -> None:
    """Orders hears of a scan a moment after fulfillment answered."""
    for _ in range(50):
        if page.locator(".head .status").inner_text().strip() == words:
            return
        page.wait_for_timeout(200)
        page.reload()
    _status(page, words)


def test_a_wrong_serial_is_refused_at_its_field_and_names_who_holds_the_device(clerk: Page, running: Running) -> None:
    """Every refusal says what to do next, as a link."""
    holder, other = running.ordered(quantity=1), running.ordered(quantity=1)
    running.asked("POST", f"/orders/{holder}/scans", {"item_id": "1", "serials": [f"{holder}-X"]})
    clerk.goto(f"{running.address}/orders/{other}/items/1/subscription")
    clerk.get_by_label("Serial number").fill(f"{holder}-X")
    clerk.get_by_role("button", name="Create", exact=True).click()
    expect(clerk.get_by_role("alert")).to_contain_text("active in another subscription")
    expect(clerk.get_by_label("Serial number")).to_have_value(f"{holder}-X")
    clerk.get_by_role("link", name=f"Open the order that holds it: {holder}").click()
    clerk.wait_for_url(f"**/orders/{holder}")


def test_an_order_is_edited(clerk: Page, running: Running) -> None:
    """Editing Orders: customer information, addresses, items added, removed, their quantities."""
    order_id = running.ordered(quantity=2)
    clerk.goto(f"{running.address}/orders/{order_id}")
    clerk.get_by_role("link", name="Edit", exact=True).click()
    clerk.get_by_label("Phone").fill("+49 30 7654321")
    clerk.get_by_role("group", name="Billing Address").get_by_label("City").fill("Potsdam")
    clerk.get_by_label("Quantity of Laptop Pro 14 16 GB, silver").fill("5")
    add(clerk, "Office chair", "Red", 12, 1)
    clerk.get_by_role("button", name="Save", exact=True).click()
    clerk.wait_for_url(f"**/orders/{order_id}?*")
    until_shown(clerk, "Potsdam")
    known = clerk.get_by_role("region", name="Customer Information")
    expect(known).to_contain_text("+49 30 7654321")
    expect(clerk.get_by_role("region", name="Order Items")).to_contain_text("Office chair")
    expect(clerk.get_by_role("region", name="Financial Summary")).to_contain_text("264.00 EUR")
    expect(clerk.get_by_role("region", name="Story")).to_contain_text("Carl Clerk")


def until_shown(page: Page, words: str) -> None:
    """A change is decided by fulfillment, too: it shows a moment later."""
    for _ in range(50):
        if words in page.inner_text("main"):
            return
        page.wait_for_timeout(200)
        page.reload()
    expect(page.locator("main")).to_contain_text(words)


def test_an_item_with_a_subscription_cannot_be_edited_or_removed(clerk: Page, running: Running) -> None:
    """Editing Orders: the item is text, with the reason and what to do instead."""
    order_id = running.ordered(quantity=2)
    running.asked("POST", f"/orders/{order_id}/scans", {"item_id": "1", "serials": [f"{order_id}-1"]})
    clerk.goto(f"{running.address}/orders/{order_id}")
    _until_status(clerk, "Partial")
    clerk.get_by_role("link", name="Edit", exact=True).click()
    row = clerk.get_by_role("row", name=re.compile("Laptop Pro 14"))
    expect(row).to_contain_text("Change the subscription instead")
    expect(row.get_by_role("textbox")).to_have_count(0)
    expect(row.get_by_role("button")).to_have_count(0)


def test_an_order_is_cancelled_for_good_after_a_question(clerk: Page, running: Running) -> None:
    """Cancelling Orders: what cannot be taken back is asked, and keeping is what Enter does."""
    order_id = running.ordered()
    clerk.goto(f"{running.address}/orders/{order_id}")
    clerk.get_by_role("link", name="Cancel Order").click()
    expect(clerk.get_by_role("link", name="Keep order")).to_be_focused()
    clerk.get_by_label("Reason").fill("Ordered twice")
    clerk.get_by_role("button", name="Cancel Order").click()
    clerk.wait_for_url(f"**/orders/{order_id}?*")
    _until_status(clerk, "Cancelled")
    for words in ("Edit", "Confirm Order", "Cancel Order"):
        expect(clerk.get_by_role("button", name=words, exact=True)).to_be_disabled()
    expect(clerk.locator("main")).to_contain_text("Make a new order instead.")
    expect(clerk.get_by_role("region", name="Story")).to_contain_text("Ordered twice")


def test_notes_record_special_instructions(clerk: Page, running: Running) -> None:
    """Record Keeping."""
    order_id = running.ordered()
    clerk.goto(f"{running.address}/orders/{order_id}")
    clerk.get_by_label("Write a note").fill("Ring twice, <b>the bell</b> is shy.")
    clerk.get_by_role("button", name="Save note").click()
    notes = clerk.get_by_role("region", name="Notes")
    expect(notes).to_contain_text("Ring twice, <b>the bell</b> is shy.")
    expect(notes).to_contain_text("Carl Clerk")


@pytest.mark.parametrize("by", ["name", "email", "order", "product"])
def test_an_order_is_found(clerk: Page, running: Running, by: str) -> None:
    """Order Search: customer name, e-mail, order id, product name."""
    order_id = running.ordered()
    words = {"name": "okafor", "email": f"{order_id.lower()}@hello.example", "order": order_id, "product": "lapt"}[by]
    clerk.get_by_label("Search", exact=True).fill(words)
    clerk.get_by_role("button", name="Search", exact=True).click()
    expect(clerk.get_by_role("link", name=order_id)).to_be_visible()
    expect(clerk.get_by_label("Search", exact=True)).to_have_value(words)


def test_orders_are_filtered_by_status_customer_type_and_day_and_back_brings_them_back(
    clerk: Page, running: Running
) -> None:
    """Order Filtering; all of it stands in the address."""
    order_id = running.ordered()
    tabs = clerk.get_by_role("navigation", name="Status")
    for words in ("Pending", "Confirmed", "Partial", "Fulfilled", "Cancelled"):
        expect(tabs.get_by_role("link", name=re.compile(words))).to_be_visible()
    tabs.get_by_role("link", name=re.compile("Pending")).click()
    expect(clerk.get_by_role("link", name=order_id)).to_be_visible()
    clerk.get_by_label("Customer type").select_option(label="Business")
    clerk.get_by_role("button", name="Search", exact=True).click()
    expect(clerk.get_by_role("link", name=order_id)).to_have_count(0)
    clerk.get_by_label("Customer type").select_option(label="Individual")
    clerk.get_by_label("Created from").fill("2020-01-01")
    clerk.get_by_label("Created to").fill("2020-01-31")
    clerk.get_by_role("button", name="Search", exact=True).click()
    expect(clerk.get_by_text("No order has all of this.")).to_be_visible()
    clerk.get_by_role("link", name="Without created to").click()
    clerk.get_by_role("link", name=order_id).click()
    clerk.go_back()
    expect(clerk.get_by_label("Created from")).to_have_value("2020-01-01")
    expect(clerk.get_by_role("link", name=order_id)).to_be_visible()


def test_a_test_order_is_marked(clerk: Page) -> None:
    """Creating Test Orders."""
    _new(clerk)
    customer(clerk, "test@hello.example")
    clerk.get_by_label("Test order").check()
    add(clerk, "Office chair", "Red", 12, 1)
    clerk.get_by_role("button", name="Save Order").click()
    clerk.wait_for_url("**/orders/W*")
    expect(clerk.locator(".head")).to_contain_text("test")
