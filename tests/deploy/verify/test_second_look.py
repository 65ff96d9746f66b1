import time

from deploy.verify.judging import judge, reported
from deploy.verify.report import Report
from tests.deploy.verify.small_installation import SmallInstallation, healthy, order, scan

ENGINES = "group:engines/net_14/EUR"


def looked_at_twice(small: SmallInstallation, first: int, second: int) -> Report:
    """With an account that has so much too much a month at the first look, and at the second."""
    account = small.document("billing", "accounts", ENGINES)
    right = account["monthly_total"]
    account["monthly_total"] = right + first
    books = small.books()
    judge(books, 1)
    account["monthly_total"] = right + second
    books.forget_kept()
    small.keep(books)
    judge(books, 2)
    return reported(books, 2)


def test_what_looks_wrong_in_the_same_way_twice_is_wrong() -> None:
    report = looked_at_twice(healthy(), 5, 5)
    assert not report.holds
    assert report.invariants[5].broken == 2  # counted anew, and last said
    assert report.moving == 0


def test_what_looks_wrong_only_once_is_not_wrong() -> None:
    report = looked_at_twice(healthy(), 5, 0)
    assert report.holds
    assert report.moving == 0


def test_what_looks_wrong_in_another_way_at_the_second_look_is_moving() -> None:
    report = looked_at_twice(healthy(), 5, 6)
    assert report.holds
    assert report.moving == 2


def opens_looked_at_twice(versions: int) -> Report:
    """With an account that has one too many to be invoiced next, so many versions on at the second look."""
    small = healthy()
    account = small.document("billing", "accounts", ENGINES)
    account["opens"] = {period: count + 1 for period, count in account["opens"].items()}
    books = small.books()
    judge(books, 1)
    account["version"] += versions
    books.forget_kept()
    small.keep(books)
    judge(books, 2)
    return reported(books, 2)


def test_what_is_invoiced_next_is_wrong_only_if_the_account_stands_still() -> None:
    assert not opens_looked_at_twice(0).holds
    assert opens_looked_at_twice(1).holds


def test_the_more_is_moving_the_longer_it_does_not_take() -> None:
    books = healthy().books()
    for look in (1, 2):
        for number in range(8_000):
            books.add("offenders", look, 6, f"account {look}/{number}", "is not the sum of its parts")
    begun = time.monotonic()
    assert reported(books, 2).moving == 8_000
    assert time.monotonic() - begun < 3  # compared each with each it would be half a minute, and the run goes on


def test_a_service_that_is_behind_need_not_agree_with_the_others() -> None:
    small = healthy()
    small.ask(order("o-7"), "s7")
    small.ask(scan("o-4", "D1"), "m7", source="scanner")
    orders, fulfillment, _ = small.services
    for lane in range(4):
        small._step(orders, lane)
        small._step(fulfillment, lane)
    assert not small.report().holds
    report = small.report(behind=True)
    assert report.holds, [(each.number, each.offenders) for each in report.invariants if each.broken]
    small.run()
    assert small.report().holds
