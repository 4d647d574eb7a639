"""Set an address text's elements against those of one library address."""

from __future__ import annotations

from blockdata.address.elements import ELEMENT_COLUMNS, Tokens
from blockdata.address.grammar import RELATIVE
from blockdata.address.parts import LEVELS

PROVINCE, CITY, DISTRICT, TOWN, COMMUNITY, ROAD, ROAD_NO, ESTATE, BUILDING, UNIT, FLOOR, ROOM = (
    range(len(LEVELS))
)
REST = len(LEVELS)

#: Best score of a match on structure; only equal texts and human answers score 1.
STRUCTURED_CEILING = 0.95
_UNIT_LEFT_OUT = 0.9
_RELATIVE_PLACE = 0.8

_NEVER_DIFFER = (PROVINCE, TOWN, ROAD_NO, BUILDING, UNIT, FLOOR, ROOM)
_LOCAL = (ROAD, ROAD_NO, ESTATE, BUILDING, UNIT, FLOOR, ROOM)
_MAY_BE_EXTRA = (ROAD, ROAD_NO, ESTATE, UNIT, FLOOR)


def conflict(query: Tokens, row: Tokens) -> str | None:
    """Name the first element that both have and that rules the library address out.

    Numbers, provinces, cities, districts and towns must agree where both give them; a city and
    a district may stand in each other's place (县级市). Roads must agree where both have a door
    number. Communities and estates may differ, since their names change.
    """
    for level in _NEVER_DIFFER:
        wanted, given = query[level], row[level]
        if wanted is not None and given is not None and wanted != given:
            return LEVELS[level]
    if query[ROAD] != row[ROAD] and None not in (
        query[ROAD], row[ROAD], query[ROAD_NO], row[ROAD_NO],
    ):  # fmt: skip
        return "road"
    return _division_conflict(query, row)


def _division_conflict(query: Tokens, row: Tokens) -> str | None:
    for level in (CITY, DISTRICT):
        wanted, given = query[level], row[level]
        if wanted is None or given is None or wanted == given:
            continue
        if wanted not in (row[CITY], row[DISTRICT]):
            return LEVELS[level]
    return None


def rank(query: Tokens, row: Tokens) -> tuple[int, int]:
    """Order candidates: more elements agree, then fewer that the text does not name."""
    pairs = zip(query, row, strict=True)
    agree = sum(wanted is not None and wanted == given for wanted, given in pairs)
    extra = sum(query[level] is None and row[level] is not None for level in _MAY_BE_EXTRA)
    return agree, -extra


def level_reached(query: Tokens, row: Tokens) -> str | None:
    """Return the deepest level that both give and agree on."""
    for level in range(len(LEVELS) - 1, -1, -1):
        if query[level] is not None and query[level] == row[level]:
            return LEVELS[level]
    return None


def structured_score(query: Tokens, row: Tokens) -> float:
    """Score a match on structure: the share of the text's elements that agree, below 1.

    A share of agreeing elements, not yet a probability. Elements from the road down count when
    the text gives them, wider ones when both sides do; a floor does not count beside an agreeing
    room. Lower when the unit is left out of the text, or when the text describes a place near
    the address.
    """
    counted = agreed = 0
    room_agrees = query[ROOM] is not None and query[ROOM] == row[ROOM]
    for level in range(len(LEVELS)):
        wanted, given = query[level], row[level]
        if wanted is None or (given is None and level not in _LOCAL):
            continue
        if level == FLOOR and room_agrees:
            continue
        counted += 1
        agreed += wanted == given
    score = STRUCTURED_CEILING * agreed / counted
    if room_agrees and query[UNIT] is None and row[UNIT] is not None:
        score *= _UNIT_LEFT_OUT
    if RELATIVE.search(query[REST] or ""):
        score *= _RELATIVE_PLACE
    return round(score, 4)


def evidence(query: Tokens, row: Tokens) -> str:
    """Say element by element what agreed; unplaced text is named but never repeated."""
    said = []
    for level, wanted, given in zip(ELEMENT_COLUMNS, query, row, strict=True):
        if level == "rest":
            said += ["rest not compared"] if wanted is not None and given is None else []
        elif wanted is None:
            said += (
                [f"{level} {given} not in text"] if given and level in ("unit", "estate") else []
            )
        elif given is None:
            said.append(f"{level} {wanted} not in library")
        else:
            said.append(f"{level} {wanted} =" if wanted == given else f"{level} {wanted} / {given}")
    return "; ".join(said)
