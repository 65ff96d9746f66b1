"""Names in any script are printed from fonts of the packages, and what no font has is told and seen."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from contracts.values.places import AddressSnapshot
from operations.documents.fonts import REPLACED, fonts_for
from operations.documents.paper import Paper, paper
from operations.documents.printing import html, unprintable, write_pdf
from tests.operations.documents.issued import invoice, lines

ISSUER = "Wheels & Desks Ltd"
NAMES = {
    "Japanese": "株式会社山田レンタル",
    "Korean": "한국자전거 주식회사",
    "Chinese": "北京自行车租赁有限公司",
    "Taiwan": "臺灣自行車股份有限公司",
    "Hindi": "भारत किराया क्षत्रिय प्राइवेट लिमिटेड",
    "Thai": "บริษัทน้ำใจ จำกัด",
    "Arabic": "شركة تأجير الدراجات المحدودة",
    "Persian": "\u0645\u06cc\u200c\u062e\u0648",
    "Hebrew": "חברת השכרת אופניים",
    "Bengali": "ঢাকা সাইকেল",
    "Tamil": "தமிழ் வாடகை",
    "Telugu": "తెలుగు",
    "Gujarati": "ગુજરાત",
    "Punjabi": "ਪੰਜਾਬ",
    "Malayalam": "മലയാളം",
    "Kannada": "ಕನ್ನಡ",
    "Sinhala": "සිංහල",
    "Khmer": "ភាសាខ្មែរ",
    "Lao": "ພາສາລາວ ນ້ຳ",
    "Burmese": "မြန်မာ",
    "Georgian": "საქართველო",
    "Armenian": "Հայաստան",
    "Amharic": "አማርኛ",
    "Vietnamese": "Công ty Nguyễn Thị Hường",
    "emoji": "Rent 🚲 & 👩\u200d💻 ❤\ufe0f ⭐",
    "mixed": "ACME 株式会社 Łódź Ποδήλατα شركة",
}


def of(name: str, country: str = "DE") -> Paper:
    its = [line.model_copy(update={"customer_name": name, "product_name": name}) for line in lines()]
    address = AddressSnapshot(street=name, city=name, postal_code="1", country=country)
    return paper(invoice(its, payer_name=name, address=address), its)


def glyphs(file: Path) -> Iterator[int]:
    """Every glyph that is drawn by a font of two-byte codes; 0 is the box of a sign that the font has not."""
    reader = PdfReader(file)
    for page in reader.pages:
        fonts = page["/Resources"]["/Font"]  # type: ignore[index]  # pypdf's objects are untyped
        font: Mapping[str, object] = {}
        content = ContentStream(page.get_contents(), reader)
        for operands, operator in content.operations:
            if operator == b"Tf":
                font = fonts[operands[0]]
            if operator in (b"Tj", b"TJ") and font["/Subtype"] == "/Type0":
                for text in operands[0] if operator == b"TJ" else operands:
                    if hasattr(text, "original_bytes"):
                        codes = text.original_bytes
                        yield from (int.from_bytes(codes[at : at + 2]) for at in range(0, len(codes), 2))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_no_box_is_printed_in_any_script(name: str, tmp_path: Path) -> None:
    write_pdf(of(name), ISSUER, tmp_path / "i.pdf")

    assert unprintable(of(name), ISSUER) == ()
    drawn = list(glyphs(tmp_path / "i.pdf"))
    assert drawn
    assert 0 not in drawn


@pytest.mark.parametrize("script", ["Japanese", "Korean", "Chinese", "Taiwan", "Georgian", "Armenian", "Vietnamese"])
def test_what_is_printed_can_be_searched_and_copied(script: str, tmp_path: Path) -> None:
    write_pdf(of(NAMES[script]), ISSUER, tmp_path / "i.pdf")
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "i.pdf").pages)

    assert NAMES[script].replace(" ", "") in "".join(text.split())


def test_every_font_on_a_page_comes_with_the_packages(tmp_path: Path) -> None:
    write_pdf(of("".join(NAMES.values())), ISSUER, tmp_path / "i.pdf")
    names = set()
    for page in PdfReader(tmp_path / "i.pdf").pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            names.add(font.get_object()["/BaseFont"].partition("+")[2])

    assert all(name.startswith(("SourceSansPro", "NotoSans", "NotoEmoji", "CairoFont")) for name in names), names


@pytest.mark.parametrize("sign", ["\U00012000", "ཀ", "\U0001d11e\U00013000"])
def test_a_sign_that_no_font_has_is_named_and_seen(sign: str, tmp_path: Path) -> None:
    made = of(f"A{sign}B")
    write_pdf(made, ISSUER, tmp_path / "i.pdf")

    assert unprintable(made, ISSUER) == tuple(sorted(sign))
    assert f"A{REPLACED * len(sign)}B" in html(made, ISSUER)
    assert f"A{REPLACED * len(sign)}B" in PdfReader(tmp_path / "i.pdf").pages[0].extract_text()
    assert 0 not in list(glyphs(tmp_path / "i.pdf"))


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\u202e", "\u2066", "\u2028", "\x85", "\n"])
def test_a_fact_of_before_with_a_hidden_sign_is_printed_without_it(hidden: str, tmp_path: Path) -> None:
    made = of(f"Bad{hidden} Ltd")
    write_pdf(made, ISSUER, tmp_path / "i.pdf")

    assert unprintable(made, ISSUER) == ()
    assert "Bad Ltd" in " ".join(PdfReader(tmp_path / "i.pdf").pages[0].extract_text().split())


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [("東京", "JP", 0), ("東京", "KR", 1), ("東京", "CN", 2), ("東京", "TW", 3), ("東京", "HK", 4), ("東京", "DE", 2),
     ("東京の", "DE", 0), ("東京 서울", "DE", 1), ("東京の", "CN", 2)],
)  # fmt: skip
def test_chinese_characters_are_drawn_as_the_addressee_draws_them(text: str, country: str, number: int) -> None:
    from operations.documents.fonts import _east  # noqa: PLC0415

    assert _east(text, country) == number


def test_a_latin_page_needs_no_other_font() -> None:
    assert {face.family for face in fonts_for("Łódź Ποδήλατα Пётр", "DE").faces} == {"Own"}
