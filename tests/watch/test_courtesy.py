import pytest

from services.watch.courtesy import LONGEST, RESTS, Courtesy


def courtesy(*told: str) -> Courtesy:
    texts = iter(told)
    return Courtesy(lambda: next(texts))


@pytest.mark.parametrize(
    ("after", "rest"),
    [
        ("1000000 50000 9", 0.0),  # nobody else wanted to run
        ("1000000 900000 9", 0.1 * RESTS),  # half of the time somebody did
    ],
)
def test_it_rests_after_a_batch_in_which_it_was_kept_waiting(after: str, rest: float) -> None:
    assert courtesy("0 0 0", after).rest_after(0.1) == pytest.approx(rest)


def test_it_goes_on_however_long_a_batch_took() -> None:
    assert courtesy("0 0 0", "10 90 1").rest_after(60) == LONGEST


def test_each_batch_counts_for_itself() -> None:
    asked = courtesy("0 0 0", "10 90 1", "1000 95 2")
    assert [asked.rest_after(0.1) > 0, asked.rest_after(0.1) > 0] == [True, False]


def test_where_nothing_is_told_it_does_not_rest() -> None:
    assert courtesy("", "nothing of the kind").rest_after(1) == 0.0

    def nowhere() -> str:
        raise FileNotFoundError

    assert Courtesy(nowhere).rest_after(1) == 0.0
