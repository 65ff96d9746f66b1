"""What the services decide follows from what they read, and from nothing else."""

from tests.together.recording import bench, lines, recorded


def test_the_same_input_gives_the_same_bytes_on_every_topic_and_the_same_documents() -> None:
    first, second = (lines(recorded(bench(30))) for _ in range(2))

    assert first == second
    assert len(first["subscriptions.events"]) == 132  # 4.4 units an order: 30 orders are three rounds of ten
    assert len(first["orders-orders"]) == len(first["billing-accounts"]) == 30
