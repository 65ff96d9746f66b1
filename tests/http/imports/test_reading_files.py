"""A file is read as it was written, wherever its pieces are cut, and never held whole."""

import csv
import json
import tracemalloc
from collections.abc import Iterator
from io import StringIO
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.messages.orders import OrderSubmitted
from services.http.imports.line import LONGEST, ReadLine
from services.http.imports.reading import CsvLines, JsonLines, Reader
from services.http.telling.problem import Problem

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
SIGNS = st.text(st.sampled_from('a"",;\n\r\t| é=\'x'), max_size=8)
ROWS = st.lists(st.tuples(TEXTS | SIGNS, TEXTS | SIGNS, SIGNS), min_size=1, max_size=6)
HEADER = ("order_id", "customer.company_name", "items.0.sku")


def pieces(content: bytes, cuts: list[int]) -> Iterator[bytes]:
    begin = 0
    for cut in sorted(each % (len(content) + 1) for each in cuts):
        yield content[begin:cut]
        begin = cut
    yield content[begin:]


def read(reader: Reader, content: bytes, cuts: list[int] | None = None) -> list[ReadLine]:
    found = [line for piece in pieces(content, cuts or []) for line in reader.feed(piece)]
    return [*found, *reader.end()]


def csv_lines(text: str | bytes, cuts: list[int] | None = None) -> list[ReadLine]:
    return read(CsvLines(OrderSubmitted), text.encode() if isinstance(text, str) else text, cuts)


def data(lines: list[ReadLine]) -> list[dict[str, object]]:
    return [json.loads(line.body or b"null") for line in lines]


@given(
    rows=ROWS,
    separator=st.sampled_from(",;\t"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
    cuts=st.lists(st.integers(0, 400), max_size=6),
)
def test_what_a_writer_of_csv_wrote_comes_back(
    rows: list[tuple[str, str, str]], separator: str, quoting: Literal[0, 1], end: str, bom: bool, cuts: list[int]
) -> None:
    if any("\r" in cell for row in rows for cell in row):
        quoting = csv.QUOTE_ALL  # the writer takes a bare carriage return for nothing special
    to = StringIO(newline="")
    writer = csv.writer(to, delimiter=separator, quoting=quoting, lineterminator=end)
    writer.writerows([HEADER, *rows])
    content = to.getvalue().encode("utf-8-sig" if bom else "utf-8")
    found = csv_lines(content, cuts)
    there = [row for row in rows if any(map(str.strip, row))]
    assert [list(line.cells) for line in found] == [list(row) for row in there]
    begins, number = [], 2
    for row in rows:
        begins += [number] if row in there else []
        number += 1 + sum(cell.count("\n") for cell in row)
    assert [line.number for line in found] == begins[: len(found)]


@given(
    values=st.lists(st.dictionaries(TEXTS, TEXTS | st.integers(), max_size=3), max_size=6),
    cuts=st.lists(st.integers(0, 400), max_size=6),
    bom=st.booleans(),
)
def test_json_lines_come_back_byte_by_byte(values: list[dict[str, object]], cuts: list[int], bom: bool) -> None:
    lines = [json.dumps(each, ensure_ascii=False).encode() for each in values]
    content = (b"\xef\xbb\xbf" if bom and lines else b"") + b"\n\n".join(lines)
    found = read(JsonLines(), content, cuts)
    assert [(line.body or b"").rstrip(b"\n") for line in found] == lines
    assert [line.number for line in found] == [1 + 2 * place for place in range(len(lines))]


@given(content=st.binary(max_size=300), cuts=st.lists(st.integers(0, 300), max_size=5))
def test_whatever_is_sent_has_lines_or_a_problem_wherever_it_is_cut(content: bytes, cuts: list[int]) -> None:
    for reader in (lambda: CsvLines(OrderSubmitted), JsonLines):
        outcomes: list[list[ReadLine] | str] = []
        for each in ([], cuts):
            try:
                outcomes.append(read(reader(), content, each))
            except Problem as problem:
                outcomes.append(problem.document.detail)
        assert outcomes[0] == outcomes[1]


def test_cells_have_the_types_of_the_contract_and_empty_ones_are_absent() -> None:
    (line,) = csv_lines(
        "order_id;confirmed;items.0.sku;items.0.months;items.1.sku;items.1.quoted_price.amount;shipping_address.city\n"
        "7;YES;;;CLOCK;2900;\n"
    )
    assert json.loads(line.body or b"") == {
        "order_id": "7",
        "confirmed": True,
        "items": [{"sku": "CLOCK", "quoted_price": {"amount": 2900}}],
    }


def test_a_cell_that_is_none_of_its_type_is_left_to_whoever_reads_the_request() -> None:
    (line,) = csv_lines("confirmed,items.0.months\nperhaps,12.5\n")
    assert json.loads(line.body or b"") == {"confirmed": "perhaps", "items": [{"months": "12.5"}]}


def test_an_apostrophe_that_kept_a_spreadsheet_from_running_a_cell_is_taken_away() -> None:
    (line,) = csv_lines("customer.phone,customer.last_name\n'+353 1 555 0100,'t Hooft\n")
    assert json.loads(line.body or b"")["customer"] == {"phone": "+353 1 555 0100", "last_name": "'t Hooft"}


@pytest.mark.parametrize(
    ("text", "number", "why", "character"),
    [
        ('order_id,currency\nA,EUR\n"B"x,EUR\nC,EUR\n', 3, "something follows a closing quote", 4),
        ("order_id,currency\nA,EUR\nB\nC,EUR\n", 3, "1 cells, the header has 2", None),
        ("order_id,currency\nA,EUR\nB,EUR,1\nC,EUR\n", 3, "3 cells, the header has 2", None),
        (b"order_id,currency\nA,EUR\n\xc3\xa9,\xff\nC,EUR\n", 3, "not UTF-8", 3),
        (f"order_id,currency\nA,EUR\n{'B' * LONGEST},EUR\nC,EUR\n", 3, "longer than 400,000 bytes", None),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_place_and_the_others_are_read(
    text: str | bytes, number: int, why: str, character: int | None
) -> None:
    first, wrong, last = csv_lines(text)
    assert (wrong.number, wrong.body, wrong.why, wrong.character) == (number, None, why, character)
    assert [each["order_id"] for each in data([first, last])] == ["A", "C"]


def test_a_quote_that_is_never_closed_is_told_with_the_line_that_opened_it() -> None:
    first, wrong = csv_lines('order_id,currency\nA,EUR\n"B,EUR\nC,EUR\n')
    assert first.body is not None
    assert (wrong.number, wrong.why) == (3, "a quote that is opened is never closed; it goes on to line 4")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is empty"),
        ("\n\n", "it is empty"),
        ("A-1,EUR\n", "names no field"),
        ("order_id,order_id\n", "two columns are order_id"),
        ("items.0.sku,order_id,order_id.x,currency\nA\n", ""),
        ('"order_id,currency\n', "never closed"),
        (b"\xff\xfeo\0r\0d\0\n", "not UTF-8"),
    ],
)
def test_a_file_without_a_header_is_refused_as_a_whole(text: str | bytes, told: str) -> None:
    if not told:
        assert [each.number for each in csv_lines(text)] == [2]
        return
    with pytest.raises(Problem) as found:
        csv_lines(text)
    assert (found.value.document.code, found.value.document.status) == ("file_invalid", 422)
    assert told in found.value.document.detail


def test_columns_that_nobody_knows_are_named_with_the_one_that_was_meant() -> None:
    reader = CsvLines(OrderSubmitted)
    read(reader, b"order_id,custmer.email,items.3.skuu,colour\nA,,,red\n")
    assert [(each.heading, each.perhaps) for each in reader.unknown] == [
        ("custmer.email", "customer.email"),
        ("items.3.skuu", "items.0.sku"),
        ("colour", None),
    ]


def test_a_pointer_is_told_as_the_column_that_was_meant() -> None:
    reader = CsvLines(OrderSubmitted)
    (line,) = read(reader, b"order_id,items.0.sku,items.2.sku,items.2.months\nA,,CLOCK,7\n")
    told = {
        pointer: reader.heading_of(line, pointer) for pointer in ("/items/0/months", "/items/0/quantity", "/customer")
    }
    assert told == {
        "/items/0/months": "items.2.months",
        "/items/0/quantity": "items.2.quantity",
        "/customer": "customer",
    }


@pytest.mark.parametrize("form", ["csv", "json_lines"])
def test_a_file_of_fifty_megabytes_needs_no_more_memory_than_a_few_lines(form: str) -> None:
    reader: Reader = CsvLines(OrderSubmitted) if form == "csv" else JsonLines()
    line = b"A-1,EUR,%s\n" % (b"x" * 3_980) if form == "csv" else b'{"order_id": "A-1", "x": "%s"}\n' % (b"x" * 3_970)
    piece = line * 16  # about 64 kB, as they come
    list(reader.feed(b"order_id,currency,colour\n"))
    tracemalloc.start()
    try:
        count = sum(1 for _ in range(850) for _ in reader.feed(piece))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count + (form == "csv") >= 13_600
    assert len(piece) * 850 > 50_000_000
    assert peak < 2_000_000
