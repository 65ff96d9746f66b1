"""Fixtures for the stories of fulfillment."""

from collections.abc import Iterator

import pytest

from tests.ledgers import LAYOUTS, laid_out


@pytest.fixture(scope="module", params=LAYOUTS, ids=["as it is", "small pages", "one each"])
def layout(request: pytest.FixtureRequest) -> Iterator[None]:
    """The laws of a module under each layout: pages change nothing of what is said."""
    with laid_out(*request.param):
        yield
