"""Orders whose subscriptions lie on pages and in several shares are verified like any other."""

from collections.abc import Callable, Iterator

import pytest

from tests.ledgers import laid_out
from tests.operations.verify.small_installation import SmallInstallation, healthy, invoiced
from tests.operations.verify.test_state_broken import broken


@pytest.fixture(autouse=True)
def one_in_each_document() -> Iterator[None]:
    with laid_out(1, 1, 1):
        yield


def page(small: SmallInstallation) -> dict[str, object]:
    return small.document("fulfillment", "entry_pages", "o-1/00001")


@pytest.mark.parametrize("made", [healthy, invoiced])
def test_an_installation_with_pages_has_nothing_broken(made: Callable[[], SmallInstallation]) -> None:
    small = made()
    assert page(small)["first"] == 2
    assert [(each.number, each.offenders) for each in small.report().invariants if each.broken] == []


def test_as_much_is_checked_as_without_pages() -> None:
    checked = {each.number: each.checked for each in healthy().report().invariants}
    assert (checked[2], checked[3], checked[6]) == (3, 4, 2)


def test_a_subscription_that_vanished_with_its_page_breaks_the_third() -> None:
    small = healthy()
    small.documents["fulfillment", "entry_pages"].clear()
    broken(small, 3, "o-1/2 was said", "does not have it")


def test_a_page_that_disagrees_with_the_newest_fact_breaks_the_second() -> None:
    small = healthy()
    entries = page(small)["entries"]
    assert isinstance(entries, list | tuple)
    page(small)["entries"] = [{**entries[0], "state": "ended"}]
    broken(small, 2, "o-1/2", "ended by the ledger", "active by its newest fact")
