"""mypy knows what ``replace`` and ``restate`` may change: the fields of the value's class, with their types."""

from pathlib import Path

from mypy import api

ROOT = Path(__file__).parents[2]
BEGIN = """
from contracts.messages.customers import Group
from contracts.values.model import restate
from services.engine.core.memory import Processed
from services.engine.core.document import Document, replace
from services.engine.core.message import Origin
from services.fulfillment.documents.ledger import Ledger

def f(heard: Processed, ledger: Ledger, group: Group, origin: Origin, either: Processed | Origin) -> None:
"""


LINES: tuple[tuple[str, str], ...] = (
    ('replace(heard, outcome="x")', ""),
    ("replace(ledger, version=2, heard=(heard,), moved=1, due=None)", ""),
    ('restate(group, name="Tulip")', ""),
    ("replace(origin, offset=3)", ""),
    ('replace(heard, outcme="x")', 'Unexpected keyword argument "outcme"'),
    ("replace(heard, outcome=1)", 'has incompatible type "int"; expected "str"'),
    ("replace(ledger, heard=None)", "incompatible type"),
    ("replace(ledger, kept_here=1)", 'Unexpected keyword argument "kept_here"'),
    ('restate(group, nmae="Tulip")', 'Unexpected keyword argument "nmae"'),
    ("restate(group, name=17)", "incompatible type"),
    ('replace(origin, offset="3")', "incompatible type"),
    ('replace(group, name="Tulip")', "cannot be"),
    ("replace(either, offset=3)", "Unexpected keyword argument"),
    ("reveal_type(replace(ledger, version=2))", 'Revealed type is "services.fulfillment.documents.ledger.Ledger"'),
)


def test_a_misspelt_or_wrongly_typed_field_is_an_error(tmp_path: Path) -> None:
    text = BEGIN + "\n".join(f"    {line}" for line, _ in LINES) + "\n"
    asked = tmp_path / "asked.py"
    asked.write_text(text, "utf-8")
    said, wrong, _ = api.run(["--config-file", str(ROOT / "pyproject.toml"), str(asked)])
    assert not wrong
    first = BEGIN.count("\n") + 1
    for number, (line, error) in enumerate(LINES, first):
        found = [each for each in said.splitlines() if f"asked.py:{number}: " in each]
        assert (not found) if not error else any(error in each for each in found), (line, said)
