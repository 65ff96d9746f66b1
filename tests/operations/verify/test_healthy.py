from contracts.messages.changes import ContactChange, ItemsChange, OrderAmendmentRequested, ShortCloseRequested
from contracts.messages.life import ReversalRequested
from contracts.messages.orders import ItemSubmitted
from operations.verify.report import State
from tests.operations.verify.small_installation import SmallInstallation, healthy


def test_a_healthy_installation_has_nothing_broken() -> None:
    report = healthy().report()
    assert [(each.number, each.offenders) for each in report.invariants if each.broken] == []
    assert report.summary == "6 of 6 hold, 1 nothing yet"
    assert report.holds


def test_every_invariant_says_how_much_was_checked() -> None:
    checked = {each.number: (each.checked, each.counted) for each in healthy().report().invariants}
    assert checked[2] == (3, "active serials")
    assert checked[3] == (4, "items")
    assert checked[4] == (13, "requests")
    assert checked[6] == (2, "accounts")
    assert checked[7] == (1, "dead letters")


def test_an_installation_without_a_cancelled_order_has_nothing_to_say_about_cancelled_orders() -> None:
    assert healthy().report().invariants[0].state is State.NOTHING_YET


def test_an_empty_installation_has_nothing_to_check_and_breaks_nothing() -> None:
    report = SmallInstallation().report()
    assert report.summary == "0 of 0 hold, 7 nothing yet"
    assert report.holds


def test_an_item_that_was_removed_after_its_wrong_scan_was_reversed_breaks_nothing() -> None:
    small = healthy()
    small.ask(ReversalRequested(subscription_id="o-2/1", actor="Grace", reason="wrong box"), "r1", source="clerk")
    other = ItemsChange(add=(ItemSubmitted(sku="LAPTOP", months=24, quantity=1),), remove=("1",))
    small.run()
    small.ask(OrderAmendmentRequested(order_id="o-2", items=other, actor="Grace"), "e1", source="clerk")
    small.run()
    small.forget_what_was_to_be_said()
    assert len(small.said("OrderAmended", "o-2")) == 1
    assert [each.offenders for each in small.report().invariants if each.broken] == []


def test_an_id_that_was_used_again_for_another_kind_of_request_breaks_nothing() -> None:
    small = healthy()
    contact = ContactChange(phone="1")
    small.ask(OrderAmendmentRequested(order_id="o-1", contact=contact, actor="Grace"), "x", source="clerk")
    small.run()
    small.ask(ShortCloseRequested(order_id="o-1", actor="Grace", reason="enough"), "x", source="clerk")
    small.run()
    small.forget_what_was_to_be_said()
    assert len(small.said("RequestRefused", "id_reused")) == 1
    assert [each.offenders for each in small.report().invariants if each.broken] == []
