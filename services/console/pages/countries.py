"""Countries by their codes (ISO 3166), as a list to type into."""

from typing import Final

import pycountry

COUNTRIES: Final = tuple(
    sorted(
        ((country.alpha_2, getattr(country, "common_name", country.name)) for country in pycountry.countries),
        key=lambda row: row[1],
    )
)
"""(code, name) by name."""
