from services.engine.core.document import replace
from services.engine.core.memory import Memory, Processed, Repeat, record_processed, refused
from services.engine.core.memory import find_repeat as real_recognise
from services.engine.core.message import Message
from services.engine.core.reading import Reader
from services.engine.core.unit_of_work import BatchUnitOfWork
from tests.engine.batch import asking, record
from tests.engine.simulation.tally import SERVICE


def _message(id_: str = "1", source: str = "shop", amount: int = 3) -> Message:
    value = asking("AddRequested", {"counter": "c1", "amount": amount}, id=id_, source=source)
    read, _, _ = Reader("tally", SERVICE.known(), 1).read(record(value), 0)
    assert isinstance(read, Message)
    return read


def find_repeat(message: Message, heard: tuple[Processed, ...]) -> Repeat | None:
    """In a document that keeps all of it: nothing is looked up."""
    return real_recognise(message, Memory(heard=heard), BatchUnitOfWork(1, (), {}))


def test_the_same_again_is_a_repeat_at_whatever_offset_and_time() -> None:
    heard = record_processed((), _message(), "Counted")
    again = replace(_message(), origin=replace(_message().origin, offset=99))
    known = find_repeat(again, heard)
    assert known is not None
    assert (known.kind, known.first.outcome, known.first.id) == ("repeat", "Counted", "1")


def test_the_same_id_with_other_content_is_a_reused_id() -> None:
    known = find_repeat(_message(amount=4), record_processed((), _message(), "Counted"))
    assert known is not None
    assert known.kind == "id_reused"


def test_two_senders_may_both_count() -> None:
    heard = record_processed((), _message(), "Counted")
    assert find_repeat(_message(source="scanner"), heard) is None
    assert find_repeat(_message(id_="2"), heard) is None


def test_source_and_id_are_not_run_together() -> None:
    heard = record_processed((), _message(id_="bc", source="a"), "Counted")
    assert find_repeat(_message(id_="c", source="ab"), heard) is None


def test_of_refusals_the_oldest_are_forgotten_and_what_took_effect_never() -> None:
    heard: tuple[Processed, ...] = ()
    for number in range(6):
        outcome = "Counted" if number in (0, 3) else refused(("a", "a", "b"))
        heard = record_processed(heard, _message(id_=str(number)), outcome, keep=2)
    assert [(h.id, h.effective) for h in heard] == [("0", True), ("3", True), ("4", False), ("5", False)]
    assert heard[-1].codes == ("a", "b")
    assert heard[0].codes == ()


def test_data_that_breaks_a_rule_has_a_content_too() -> None:
    bad, worse = _message(amount=-1), _message(amount=-2)
    assert bad.body is None
    heard = record_processed((), bad, refused(("value_invalid",)))
    again, other = find_repeat(_message(amount=-1), heard), find_repeat(worse, heard)
    assert again is not None
    assert other is not None
    assert (again.kind, other.kind) == ("repeat", "id_reused")
