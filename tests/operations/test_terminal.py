"""What a person or a pipe sees: every text as it is, every table whole, in one of three forms."""

import ast
import io
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from contracts.messages.invoices import Invoice
from demo import bills, tables
from demo.log import Folded
from demo.stages import Stage
from deploy.local.places import PROJECT
from operations.cli.invoices import sheet as invoices_sheet
from operations.terminal.counts import counted
from operations.terminal.form import Form, form_of
from operations.terminal.screen import Screen, fitting
from operations.terminal.sheet import Column, Sheet, columns
from operations.terminal.signs import visible
from operations.verify.report import Invariant, Report, Waiting, show
from tests.operations.documents.issued import invoice

MARKUP = (
    "Ends [/closed]",
    "Muster GmbH [i.L.]",
    "[closed] Foo",
    "x[/]",
    "[bold red]loud[/]",
    r"back\[slash]",
    ":smile:",
    "[link=file:///]here[/link]",
    "[[double]]",
)
HIDDEN = (
    ("Bad\x00 Ltd", r"Bad\x00 Ltd"),
    ("\x1b[31mred", r"\x1b[31mred"),
    ("two\nlines\tand\rmore", r"two\nlines\tand\rmore"),
    ("\u202egnp.exe", r"\u202egnp.exe"),
    ("a\u2066b\u2069", r"a\u2066b\u2069"),
    ("a\u200bb", r"a\u200bb"),
    ("a\u2028b", r"a\u2028b"),
    ("\x9b31m", r"\x9b31m"),
    ("lone \udcff", r"lone \udcff"),
    ("\U000e0041", r"\U000e0041"),
)
PLAIN_NAMES = ("Łódź Rowery", "株式会社", "\u0645\u06cc\u200c\u062e\u0648", "שלום", "👩\u200d💻", "a\\b")


def drawn(sheet: Sheet, width: int) -> str:
    out = io.StringIO()
    Screen(file=out, width=width).show(sheet)
    return out.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("text", [*MARKUP, *PLAIN_NAMES])
def test_what_can_be_seen_is_shown_as_it_is(text: str) -> None:
    sheet = Sheet(columns("name"), title=text)
    sheet.add(text)
    out = io.StringIO()
    Screen(file=out, width=80).say(text)

    assert out.getvalue() == f"{text}\n"
    assert drawn(sheet, 80).count(text) == 2


@pytest.mark.parametrize(("text", "spelled"), HIDDEN, ids=[spelled for _, spelled in HIDDEN])
def test_what_moves_a_cursor_turns_a_line_or_shows_nothing_is_spelled_out(text: str, spelled: str) -> None:
    assert visible(text) == spelled


@given(st.text())
def test_nothing_that_is_shown_moves_a_terminals_cursor(text: str) -> None:
    assert not set(visible(text)) & {*map(chr, (*range(0x20), *range(0x7F, 0xA0))), "\u202e", "\u2066", "\u2028"}


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_printable_ascii_is_never_changed(text: str) -> None:
    assert visible(text) == text


def wide() -> Sheet:
    return invoices_sheet(
        [
            invoice(
                number=f"INV-FGNFFD-{place:06}",
                payer="group:a-group-with-a-rather-long-id",
                payer_name=name,
                total=13_500_000_000_00,
                charges=13_500_000_000_00,
                currency="EUR",
            )
            for place, name in enumerate(MARKUP)
        ]
    )


@pytest.mark.parametrize("width", [40, 80, 120, 300])
def test_no_table_loses_a_word_whatever_the_width(width: int) -> None:
    shown = drawn(wide(), width)

    assert "…" not in shown
    assert all(cell_len(line.rstrip()) <= width for line in shown.splitlines())
    for place in range(len(MARKUP)):
        assert f"INV-FGNFFD-{place:06}" in shown
    assert shown.count("13,500,000,000.00 EUR") == len(MARKUP)


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60), st.integers()), min_size=1, max_size=4))
def test_every_sign_of_every_cell_is_on_the_screen(rows: list[tuple[str, str, int]]) -> None:
    sheet = Sheet((Column("one"), Column("two"), Column("three", number=True)))
    for row in rows:
        sheet.add(*row)
    shown = "".join(drawn(sheet, 30).split())
    for *texts, _ in rows:
        for word in (word for text in texts for word in visible(text).split()):
            assert set(word) <= set(shown)


WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8)


@given(st.lists(st.tuples(WORDS, st.integers(0, 10**6), WORDS), min_size=1, max_size=4), st.integers(30, 60))
def test_a_table_whose_words_fit_is_drawn_with_every_word_whole(rows: list[tuple[str, int, str]], width: int) -> None:
    sheet = Sheet((Column("a"), Column("b", number=True), Column("c")))
    for row in rows:
        sheet.add(*row)
    _, _, *lines = drawn(sheet, width).splitlines()  # its head and the line below

    assert [tuple(line.split()) for line in lines] == [(one, f"{two:,}", three) for one, two, three in rows]


@pytest.mark.parametrize("width", range(60, 130, 7))
def test_the_table_of_verify_is_whole_at_every_width(width: int) -> None:
    rules = tuple(
        Invariant(
            number, "One bad message never delays another order's messages", checked=50_440, counted="dead letters"
        )
        for number in range(1, 8)
    )
    out = io.StringIO()
    show(Report(rules), Screen(file=out, width=width))
    lines = [line.split() for line in out.getvalue().splitlines() if "50,440" in line or "letters" in line]

    assert {line[0] for line in lines if line[0].isdigit()} == set("1234567")
    assert out.getvalue().count("holds") == 7


def test_a_pipe_gets_plain_lines_with_tabs_between() -> None:
    out = io.StringIO()
    Screen(file=out).show(wide())
    head, *lines = out.getvalue().splitlines()

    assert head.split("\t")[:3] == ["number", "payer", "name"]
    assert [line.split("\t")[2] for line in lines] == list(MARKUP)
    assert {line.split("\t")[8] for line in lines} == {"13,500,000,000.00 EUR"}


def test_a_program_gets_json_and_nothing_else() -> None:
    out = io.StringIO()
    screen = Screen(json=True, file=out)
    screen.say("Not for programs.")
    screen.show(wide())
    rows = json.loads(out.getvalue())

    assert [row["payer_name"] for row in rows] == list(MARKUP)
    assert (rows[0]["total"], rows[0]["total_decimal"]) == (1_350_000_000_000, "13500000000.00")
    out = io.StringIO()
    Screen(json=True, file=out).show(Sheet(columns("a")))
    assert json.loads(out.getvalue()) == []


def test_json_on_a_terminal_turns_no_line_around() -> None:
    out = io.StringIO()
    Screen(json=True, file=out).data({"name": "a\u202eb\x7f株"})

    assert r"a\u202eb\u007f株" in out.getvalue()
    assert json.loads(out.getvalue()) == {"name": "a\u202eb\x7f株"}


@pytest.mark.parametrize(
    ("stream", "asked", "form"),
    [
        (Terminal(), False, Form.TERMINAL),
        (io.StringIO(), False, Form.PLAIN),
        (Terminal(), True, Form.JSON),
        (io.StringIO(), True, Form.JSON),
    ],
)
def test_the_form_is_decided_by_what_was_asked_and_who_reads(stream: io.StringIO, asked: bool, form: Form) -> None:
    assert form_of(stream, json=asked) is form


def test_only_one_room_writes_to_a_terminal() -> None:
    """Markup is off there, once: a second way would bring it back. The watch makes values (texts, styles), which have
    none.
    """
    values = {"rich.text", "rich.style", "rich.color"}
    found = set()
    rooms = ("deploy", "installation", "operations", "demo")
    for file in (file for room in rooms for file in (PROJECT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if any(name.split(".")[0] == "rich" and name not in values for name in names):
                found.add(file.parent.name)
    assert found == {"terminal"}


@pytest.mark.parametrize("text", MARKUP)
def test_the_tables_of_the_demonstration_and_of_verify_show_names_as_they_are(text: str) -> None:
    folded = Folded()
    one: Invoice = invoice(payer_name=text)
    folded.invoices[one.number] = one
    out = io.StringIO()
    screen = Screen(file=out, width=200)
    bills.show(folded, screen)
    assert text in out.getvalue()

    out = io.StringIO()
    screen = Screen(file=out, width=200)
    tables.show(folded, (Stage(text, 1, 1, 1.0),), screen)
    assert text in out.getvalue()

    out = io.StringIO()
    offends = Invariant(1, "A rule", checked=1, counted="things", broken=1, offenders=(text,))
    show(Report((offends,), waits=(Waiting("orders on hold", 1, (text,)),)), Screen(file=out, width=200))
    assert out.getvalue().count(text) == 2


def test_one_is_no_plural() -> None:
    assert [counted(number, "item") for number in (0, 1, 2, 1234)] == ["0 items", "1 item", "2 items", "1,234 items"]
    assert counted(2, "currency", "currencies") == "2 currencies"


def test_a_row_of_another_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="2 cells for 1 columns"):
        Sheet(columns("a")).add("b", str(date(2026, 1, 1)))


def test_a_line_of_progress_stays_one_line_of_whole_numbers() -> None:
    parts = (("wave", "bold"), "  12,345 in flight", "  9,999 orders", "  1 [x]")
    assert fitting(parts, 80).plain == "wave  12,345 in flight  9,999 orders  1 [x]"
    assert fitting(parts, 30).plain == "wave  12,345 in flight"
    assert fitting(parts, 3).plain == "wave"
