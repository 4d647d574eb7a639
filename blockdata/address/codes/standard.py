"""The code schemes of the standards.

References
----------
SZDB/Z 281-2017 (25 characters; letters occur in real codes below the community), GB/T 47678.3
(unit grid, 15), GB/T 2260 with GB/T 10114 and the community (12). None has a check character.
"""

from __future__ import annotations

from blockdata.address.codes.checking import DIGITS_LETTERS
from blockdata.address.codes.scheme import CodeScheme, Segment

__all__ = ["DIVISION", "STANDARD_SCHEMES", "SZDB_281", "UNIT_GRID"]

_COUNTY = Segment("county", 6, level="district", leading_zero=False)
_TOWN = Segment("town", 3, level="town")
_COMMUNITY = Segment("community", 3, level="community")

SZDB_281 = CodeScheme(
    "szdb_281",
    (
        _COUNTY,
        _TOWN,
        _COMMUNITY,
        Segment("base_grid", 2, DIGITS_LETTERS, level="base_grid"),
        Segment("building", 5, DIGITS_LETTERS, level="building", filler="*"),
        Segment("room", 6, DIGITS_LETTERS, level="room", filler="*"),
    ),
)
"""Address code of SZDB/Z 281-2017: prefixes of 6, 9, 12, 14, 19 and 25; "*" outside a building
and outside a room."""

UNIT_GRID = CodeScheme(
    "unit_grid",
    (_COUNTY, _TOWN, _COMMUNITY, Segment("unit_grid", 3, DIGITS_LETTERS, level="unit_grid")),
)
"""Unit grid of GB/T 47678.3: the community's 12 and 3. The same length and prefix may be a
management grid's: a bare code does not tell."""

DIVISION = CodeScheme(
    "division",
    (
        Segment("province", 2, level="province", leading_zero=False),
        Segment("city", 2, level="city", filler="0"),
        Segment("district", 2, level="district", filler="0"),
        Segment("town", 3, level="town", filler="0", written=False),
        Segment("community", 3, level="community", filler="0", written=False),
    ),
)
"""Division: prefixes of 2, 4, 6, 9 and 12, filled with 0 on reading to any of these lengths, and
written with 6, 9 or 12. A city without districts has 00 in their place (441900003)."""

STANDARD_SCHEMES = (SZDB_281, UNIT_GRID, DIVISION)
