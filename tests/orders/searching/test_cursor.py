from hypothesis import given
from hypothesis import strategies as st

from services.orders.rules.cursor import MARK, VERSION, cursor_of, place_of

MARKS = st.binary(min_size=MARK, max_size=MARK)
PLACES = st.binary(min_size=12, max_size=12).map(bytes.hex)


@given(MARKS, PLACES)
def test_a_cursor_leads_to_the_row_that_it_was_made_of(mark: bytes, row: str) -> None:
    assert place_of(cursor_of(mark, row), mark) == (row, None)


@given(MARKS, MARKS, PLACES)
def test_a_cursor_of_another_search_says_so(mark: bytes, other: bytes, row: str) -> None:
    if mark != other:
        assert place_of(cursor_of(mark, row), other) == (None, "other_search")


@given(st.text(max_size=60), MARKS)
def test_what_is_no_cursor_is_told_and_never_raises(text: str, mark: bytes) -> None:
    place, wrong = place_of(text, mark)
    assert (place is None) == (wrong is not None)


@given(MARKS, PLACES, st.data())
def test_a_cursor_with_one_sign_changed_leads_nowhere_or_says_that_it_is_of_another_search(
    mark: bytes, row: str, data: st.DataObject
) -> None:
    cursor = cursor_of(mark, row)
    place = data.draw(st.integers(0, 11))
    sign = data.draw(st.sampled_from("ABCDabcd0189-_=é "))
    changed = cursor[:place] + sign + cursor[place + 1 :]
    if changed != cursor:
        assert place_of(changed, mark)[0] is None


def test_a_cursor_of_another_version_says_so() -> None:
    mark, row = bytes(MARK), "0" * 24
    cursor = cursor_of(mark, row)
    assert cursor.startswith("AQ")
    assert VERSION == 1
    assert place_of("Ag" + cursor[2:], mark) == (None, "other_version")
