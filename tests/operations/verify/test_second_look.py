from operations.verify.judging import CONFIRMED, judge, reported
from operations.verify.report import Report
from tests.operations.verify.small_installation import SmallInstallation, healthy, invoiced, order, scan

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


def month_looked_at_twice(lines: int) -> Report:
    """With a month that billing holds as issued and whose lines cancel each other out, so many more of them by then."""
    small = invoiced()
    share = small.document("billing", "shares", "customer:c-o-2/o-2")
    held = dict(share["subscriptions"][0])
    share["subscriptions"] = [{**held, "issued": [*held["issued"], 3], "issued_by": [*held["issued_by"], 1]}]
    books = small.books()
    judge(books, 1)
    for place in range(lines):
        amount = -4900 if place % 2 else 4900
        books.add("invoice_lines", "INV-X-000009", 1, place, 9, "customer:c-o-2", "o-2/1", 3, amount, None, "2024-07")
    books.forget_kept()
    small.keep(books)
    judge(books, 2)
    return reported(books, 2)


def test_a_month_issued_before_one_look_and_credited_before_the_next_is_no_offence() -> None:
    wrong = "holds month 3 of subscription o-2/1 as issued at 4900, its invoices less credits say nothing"
    assert any(wrong in each for found in month_looked_at_twice(0).invariants for each in found.offenders)
    assert not any(wrong in each for found in month_looked_at_twice(2).invariants for each in found.offenders)


def test_what_moves_is_looked_up_and_not_gone_through() -> None:
    books = healthy().books()
    plan = " ".join(str(row[3]) for row in books.rows(f"EXPLAIN QUERY PLAN SELECT count(*) {CONFIRMED}", (2, 6)))
    assert "SEARCH e USING INDEX offenders_by_key" in plan  # else each is compared with each: minutes, not moments


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
