"""Which font has which sign: all of them come with the packages, none is the machine's.

Order counts: the house's own font first, then the scripts that it lacks, then East Asia by country, then symbols.
"""

import base64
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

import font_source_sans_pro
import manimgx_fonts
import manimgx_fonts_cjk
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from contracts.values.text import INVISIBLE, without_controls

REPLACED: Final = "\ufffd"
"""What stands for a sign that no font has."""
_OWN: Final = Path(font_source_sans_pro.font_directory)
_NOTO: Final = Path(manimgx_fonts.__file__).parent
_EAST: Final = Path(manimgx_fonts_cjk.__file__).parent / "NotoSansCJK-VF.otf.ttc"
_SCRIPTS: Final = (
    "Sans", "SansArabic", "SansArmenian", "SansBengali", "SansDevanagari", "SansEthiopic", "SansGeorgian",
    "SansGujarati", "SansGurmukhi", "SansHebrew", "SansKannada", "SansKhmer", "SansLao", "SansMalayalam",
    "SansMyanmar", "SansOriya", "SansSinhala", "SansTamil", "SansTelugu", "SansThai",
)  # fmt: skip
_COUNTRIES: Final = {"JP": 0, "KR": 1, "KP": 1, "CN": 2, "SG": 2, "TW": 3, "HK": 4, "MO": 4}
"""The same Chinese character is drawn otherwise by each: fonts of the collection by the addressee's country."""
_WEIGHTS: Final = {400: "SourceSansPro-Regular.ttf", 700: "SourceSansPro-Semibold.ttf"}


@dataclass(frozen=True, slots=True)
class Face:
    """A font of a page: its name there, its weight, its file as base64."""

    family: str
    weight: int
    data: str


@dataclass(frozen=True, slots=True)
class _Font:
    family: str
    file: Path
    number: int = 0


@dataclass(frozen=True, slots=True)
class Fonts:
    """What a page needs: its faces, and the signs that no font has."""

    faces: tuple[Face, ...]
    missing: tuple[str, ...]

    @property
    def families(self) -> str:
        """As a style sheet names them, in their order."""
        return ", ".join(dict.fromkeys(face.family for face in self.faces))

    def printable(self, text: str) -> str:
        """The text with a sign in place of each that no font has."""
        return text.translate(dict.fromkeys(map(ord, self.missing), REPLACED))


def without_hidden(text: str) -> str:
    """A text of before the door's rules without what a page must not meet: control characters, turned directions."""
    return without_controls(text.replace("\n", " ").replace("\t", " "))


def fonts_for(text: str, country: str | None) -> Fonts:
    """The fonts that this text needs, cut down to what it needs of them."""
    signs = frozenset(sign for sign in text if not _needs_no_font(sign)) - _has(_Font("Own", _OWN / _WEIGHTS[400]))
    left, faces = set(signs), [Face("Own", weight, _encoded(_OWN / file)) for weight, file in _WEIGHTS.items()]
    fonts = tuple(_others(text, country))
    missing = sorted(left.difference(*map(_has, fonts))) if left else []
    if missing:
        left = left.difference(missing) | {REPLACED}
    for font in fonts:
        mine = left & _has(font) if left else set()
        if mine:
            faces += [Face(font.family, weight, _cut(font, weight, signs | mine)) for weight in _WEIGHTS]
            left -= mine
    return Fonts(tuple(faces), tuple(missing))


def width(text: str, *, bold: bool = False) -> float:
    """How wide a text of numbers and Latin letters is, in parts of the type's size."""
    widths, other = _widths(_WEIGHTS[700 if bold else 400])
    return sum(widths.get(ord(sign), other) for sign in text)


def _others(text: str, country: str | None) -> Iterable[_Font]:
    yield from (_Font(f"Noto{name}", _NOTO / f"Noto{name}[wght].ttf") for name in _SCRIPTS)
    yield _Font("NotoCJK", _EAST, _east(text, country))
    yield from (_Font(f"Noto{name}", _NOTO / f"Noto{name}[wght].ttf") for name in ("Emoji", "SansSymbols"))


def _east(text: str, country: str | None) -> int:
    """By the country, else by the script that only one of them writes."""
    if country in _COUNTRIES:
        return _COUNTRIES[country]
    names = {unicodedata.name(sign, "").partition(" ")[0] for sign in set(text)}
    return 0 if names & {"HIRAGANA", "KATAKANA"} else 1 if "HANGUL" in names else 2


def _needs_no_font(sign: str) -> bool:
    return sign in INVISIBLE or unicodedata.category(sign) in ("Cc", "Cf", "Zs", "Zl", "Zp")


@cache
def _has(font: _Font) -> frozenset[str]:
    with TTFont(font.file, fontNumber=font.number, lazy=True) as opened:
        return frozenset(map(chr, opened.getBestCmap()))


@cache
def _widths(file: str) -> tuple[dict[int, float], float]:
    with TTFont(_OWN / file, lazy=True) as opened:
        size, advances = opened["head"].unitsPerEm, opened["hmtx"]
        found = {point: advances[glyph][0] / size for point, glyph in opened.getBestCmap().items()}
    return found, 1.0


@cache
def _encoded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()


@lru_cache(maxsize=16)
def _cut(font: _Font, weight: int, signs: frozenset[str]) -> str:
    """The font at one weight with these signs, what they are made of, and every mark: shaping may ask for any."""
    with TTFont(font.file, fontNumber=font.number, lazy=True) as opened:
        parts = {part for sign in signs for form in ("NFC", "NFKD") for part in unicodedata.normalize(form, sign)}
        marks = {point for point in opened.getBestCmap() if unicodedata.category(chr(point)).startswith("M")}
        options = Options()
        options.layout_features = ["*"]
        options.notdef_outline = True
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=marks | {*map(ord, parts)} | {0x200C, 0x200D, 0x25CC})
        subsetter.subset(opened)
        instancer.instantiateVariableFont(opened, {"wght": weight}, inplace=True)
        file = BytesIO()
        opened.save(file)
    return base64.b64encode(file.getvalue()).decode()
