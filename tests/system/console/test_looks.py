"""Pages for everybody: the rules of WCAG 2.2 AA in both themes, nothing beyond the edge of a telephone."""

from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from tests.system.console.conftest import Running

RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""All are named: one of 2.2 (``target-size``) is off where they are not."""
PAGES: Final = (
    "/orders",
    "/orders?text=nobody-has-this-name",
    "/orders/new",
    "/orders/{order}",
    "/orders/{order}/edit",
    "/orders/{order}/cancellation",
    "/orders/{order}/items/1/subscription",
    "/orders/NOT-THERE",
    "/subscriptions",
    "/subscriptions/{order}/1",
)
BROKEN: Final = """<!doctype html><html lang="en"><head><title>x</title></head><body>
<p style="color:#bbb;background:#fff">faint</p><img src="/x.png"><input>
<a href="/a" style="display:block;width:9px;height:9px">a</a>
<a href="/b" style="display:block;width:9px;height:9px">b</a>
</body></html>"""


def violations(page: Page) -> dict[str, list[str]]:
    """What axe finds, by rule, with the places."""
    found: Any = Axe().run(page, options={"runOnly": RULES, "rules": {"target-size": {"enabled": True}}}).response
    return {each["id"]: [node["html"][:160] for node in each["nodes"]] for each in found["violations"]}


@pytest.fixture(scope="module")
def order(running: Running) -> str:
    """An order with a device."""
    order_id = running.ordered()
    running.asked("POST", f"/orders/{order_id}/scans", {"item_id": "1", "serials": [f"{order_id}-1"]})
    return order_id


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_keeps_the_rules(clerk: Page, running: Running, order: str, theme: Any) -> None:
    clerk.emulate_media(color_scheme=theme)
    for path in PAGES:
        clerk.goto(f"{running.address}{path.format(order=order)}")
        assert violations(clerk) == {}, path


def test_the_rules_run(clerk: Page) -> None:
    """A page that breaks one of each kind is told so."""
    clerk.goto("about:blank")
    clerk.set_content(BROKEN)
    assert violations(clerk).keys() >= {"color-contrast", "image-alt", "label", "target-size"}


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_stands_beyond_the_edge(clerk: Page, running: Running, order: str, width: int) -> None:
    clerk.set_viewport_size({"width": width, "height": 844})
    for path in PAGES:
        clerk.goto(f"{running.address}{path.format(order=order)}")
        wide = clerk.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, path
