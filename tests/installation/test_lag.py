"""How far behind a service is: nothing that it reads is left out."""

import importlib

import pytest

from installation import SERVICES
from installation.lag import read_by


@pytest.mark.parametrize("name", SERVICES)
def test_the_lag_of_a_service_is_taken_over_every_topic_that_it_reads(name: str) -> None:
    service = getattr(importlib.import_module(f"services.{name}.service"), name)()

    assert set(read_by(name)) == set(service.topics())
