"""Shops compress their records as they like: a codec that we lack would stall the lane without a sign."""

import pytest
from aiokafka.codec import has_gzip, has_lz4, has_snappy, has_zstd


@pytest.mark.parametrize("has", [has_gzip, has_lz4, has_snappy, has_zstd], ids=lambda has: has.__name__)
def test_every_codec_that_a_producer_may_use_can_be_read(has: object) -> None:
    """gzip is in the library; the others come with an extra of aiokafka."""
    assert callable(has)
    assert has()
