"""The index of the decisions is complete, and a decision that another one changed names it."""

import pytest

from tests.docs.decisions import INDEX, all_decided, index, read


def test_the_index_names_every_decision_with_its_title_and_state() -> None:
    assert INDEX.read_text("utf-8") == index(), "run: python -m tests.docs.decisions"


def test_no_number_is_given_twice() -> None:
    numbers = [decided.number for decided in all_decided()]
    assert numbers == sorted(set(numbers))


def test_whoever_changed_a_decision_is_there_and_later() -> None:
    there = {decided.number for decided in all_decided()}
    wrong = [
        (decided.number, successor)
        for decided in all_decided()
        for successor in decided.successors
        if successor not in there or successor <= decided.number
    ]
    assert wrong == []


def test_every_decision_says_why_and_what_was_decided() -> None:
    for decided in all_decided():
        text = (INDEX.parent / decided.file).read_text("utf-8")
        parts = ("**Context.**", "**Decision.**", "**Consequences.**", "**Look again**", "**Not chosen.**")
        assert parts[0] in text, decided.file
        assert parts[1] in text, decided.file
        assert any(part in text for part in parts[2:]), decided.file


def test_a_decision_that_was_changed_says_by_which() -> None:
    found = read(
        "0009-x.md", "# 9. This\n\n**Since then** that (decision 26), and more\n(decision 56).\n**Look again** if 3."
    )
    assert found.successors == (26, 56)
    assert found.row == "| 9 | [This](0009-x.md) | stands, changed in part by 26, 56 |"


def test_a_file_whose_title_has_another_number_is_no_decision() -> None:
    with pytest.raises(ValueError, match="0009"):
        read("0009-x.md", "# 8. This\n")
