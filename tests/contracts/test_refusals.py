"""Whoever sees a refusal alone must be able to act: a code, where it lies, and what to do."""

import pytest

from contracts.values.refusals import WHAT_TO_DO, Code, refusal


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_sentence_that_tells_a_person_what_to_do(code: Code) -> None:
    sentence = WHAT_TO_DO[code]

    assert sentence.endswith(".")
    assert sentence[0].isupper()
    assert len(sentence.split()) >= 5, "a sentence, not a word"
    assert len(sentence) <= 200


def test_no_two_codes_share_a_sentence() -> None:
    assert len(set(WHAT_TO_DO.values())) == len(WHAT_TO_DO) == len(Code)


@pytest.mark.parametrize("code", Code)
def test_a_code_on_the_wire_is_its_name_in_small_letters(code: Code) -> None:
    assert code.value == code.name.lower()


def test_a_refusal_carries_the_sentence_of_its_code() -> None:
    made = refusal(Code.QUANTITY_LIMIT, "items.0.quantity", "80995 units")

    assert made.model_dump() == {
        "code": Code.QUANTITY_LIMIT,
        "field": "items.0.quantity",
        "detail": "80995 units",
        "what_to_do": "Order 1 to 500 units of an item; split what is really more into several items.",
    }
