"""mypy knows what ``revised`` may change: the fields of the value's class, with their types."""

from pathlib import Path

from mypy import api

ROOT = Path(__file__).parents[2]
BEGIN = """
from contracts.customers import Group
from services.engine.heard import Heard
from services.engine.kept import Kept, revised
from services.engine.message import Origin
from services.fulfillment.ledger import Ledger

def f(heard: Heard, ledger: Ledger, group: Group, origin: Origin, either: Heard | Origin) -> None:
"""


LINES: tuple[tuple[str, str], ...] = (
    ('revised(heard, outcome="x")', ""),
    ("revised(ledger, version=2, heard=(heard,), moved=1, due=None)", ""),
    ('revised(group, name="Tulip")', ""),
    ("revised(origin, offset=3)", ""),
    ('revised(heard, outcme="x")', 'Unexpected keyword argument "outcme"'),
    ("revised(heard, outcome=1)", 'has incompatible type "int"; expected "str"'),
    ("revised(ledger, heard=None)", "incompatible type"),
    ("revised(ledger, kept_here=1)", 'Unexpected keyword argument "kept_here"'),
    ('revised(group, nmae="Tulip")', 'Unexpected keyword argument "nmae"'),
    ("revised(group, name=17)", "incompatible type"),
    ('revised(origin, offset="3")', "incompatible type"),
    ("revised(either, offset=3)", "Unexpected keyword argument"),
    ("reveal_type(revised(ledger, version=2))", 'Revealed type is "services.fulfillment.ledger.Ledger"'),
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
