"""The addresses of a library in comparable form, and the names that they use."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from blockdata.address.elements import comparable
from blockdata.address.matching.codes import Codes, encode, hash_of
from blockdata.address.matching.fields import (
    BUILDING,
    COMMUNITY,
    ESTATE,
    FIELDS,
    NAMED,
    NUMBERED,
    REST,
    ROAD,
    ROAD_NO,
    TOWN,
    WIDTH,
    Ints,
)
from blockdata.address.matching.numbers import JOINT, TOKEN_WIDTH, read_number
from blockdata.address.normalise import MISSING_TEXTS, normalise_address
from blockdata.kernels.jit import jit

__all__ = ["NameFields", "Names", "canonical", "delivered_fields", "name_fields", "number_value"]

#: Names and what each says, by field.
NameFields = dict[str, dict[int, int]]

_OTHER_WORDS = {
    TOWN: ("街道", "街道办事处", "街道办", "镇", "乡"),
    COMMUNITY: ("社区", "社区居委会", "居委会", "村委会", "社区居民委员会"),
}
_LANE_AT_END = re.compile(r"(?<=.)([0-9]+弄)$")
_FIRST_LOCAL = ROAD
_SIDES = frozenset("东西南北中")


@jit
def _whole_number(codes: Codes, token: Ints) -> int:
    return token[JOINT] if read_number(codes, 0, len(codes), token) == len(codes) else 0


def number_value(text: str) -> int:
    """Return the comparable form of a normalised number with or without its class word; 0 if none.

    Examples
    --------
    >>> number_value("3号楼") == number_value("3") != number_value("3弄")
    True
    >>> number_value("综合楼")
    0
    """
    if not text:
        return 0
    codes, _ = encode([text])
    found = int(_whole_number(codes, np.zeros(TOKEN_WIDTH, np.int64)))
    if found == 0 and text[0] in _SIDES and text[1:] in {"单元", "户"}:
        return hash_of(text[0])
    return found


def name_fields(field: int, name: str) -> NameFields:
    """Return the ways to write a name of a field, and what they say.

    Examples
    --------
    >>> sorted(name_fields(4, "南湖社区"))[:2]
    ['南湖居委会', '南湖村委会']
    """
    stem = comparable(FIELDS[field], name)
    value = {field: hash_of(stem)}
    written = {name, *(stem + word for word in _OTHER_WORDS.get(field, ()) if stem != name)}
    return dict.fromkeys(written, value)


class Names:
    """The names that a library uses.

    Attributes
    ----------
    said : dict
        Every way to write each name, and what it says by field.
    uses : dict
        How many addresses use a way to write a name of a field.
    """

    def __init__(self) -> None:
        self.said: NameFields = {}
        self.uses: dict[tuple[str, int], int] = {}

    def learn(self, field: int, name: str, uses: int = 1) -> None:
        """Learn a name of a field that so many addresses use."""
        for written, said in name_fields(field, name).items():
            self.said.setdefault(written, {}).update(said)
            self.uses[written, field] = self.uses.get((written, field), 0) + uses


class _Column:
    """One element column: its distinct values worked out once."""

    def __init__(self, field: int, names: Names) -> None:
        self.field, self.names = field, names

    def value(self, text: str, uses: int = 1) -> int:
        """Return the comparable form of a delivered value, and keep it if it is a name."""
        if self.field in NUMBERED:
            number = number_value(text)
            if number or self.field != BUILDING:
                return number or hash_of(text)
        if self.field == REST:
            return hash_of(text)
        self.names.learn(self.field, text, uses)
        return (
            hash_of(comparable(FIELDS[self.field], text)) if self.field in NAMED else hash_of(text)
        )


def _by_value(column: pd.Series[Any], value: Callable[[str, int], int]) -> Ints:
    codes, distinct = pd.factorize(column)
    uses = np.bincount(codes + 1, minlength=len(distinct) + 1)[1:].tolist()
    values = np.zeros(len(distinct) + 1, np.int64)
    for number, text in enumerate(distinct):
        normal = normalise_address(text) if isinstance(text, str) else ""
        values[number] = 0 if normal in MISSING_TEXTS else value(normal, uses[number])
    return values[codes]


def delivered_fields(library: pd.DataFrame, names: Names) -> Ints:
    """Return what the columns of a library say; the names they use go to `names`.

    Parameters
    ----------
    library : DataFrame
        Any of the element columns and ``rest``.
    names : Names
        Learns them.

    Returns
    -------
    ndarray of int64, shape (len(library), 13)
    """
    fields = np.zeros((len(library), WIDTH), np.int64)
    for field, name in enumerate(FIELDS):
        if name not in library.columns:
            continue
        if field == ROAD:
            _road_and_lane(library[name], fields, names)
        else:
            given = _by_value(library[name], _Column(field, names).value)
            fields[:, field] = _placed(field, given, fields)
    return fields


def _road_and_lane(column: pd.Series[Any], fields: Ints, names: Names) -> None:
    """Take a road that ends in a lane's number apart: the lane waits where the number goes."""
    road = _Column(ROAD, names)

    def lane(text: str, _: int) -> int:
        found = _LANE_AT_END.search(text)
        return number_value(found[1]) if found else 0

    fields[:, ROAD] = _by_value(
        column, lambda text, uses: road.value(_LANE_AT_END.sub("", text), uses)
    )
    fields[:, ROAD_NO] = _by_value(column, lane)


def _placed(field: int, given: Ints, fields: Ints) -> Ints:
    """Return a column's values; the house of a lane is its building where there is no other."""
    before = fields[:, field]
    if field == ROAD_NO:
        fields[:, BUILDING] = np.where(before != 0, given, 0)
        return np.where(before != 0, before, given)
    return np.where(given != 0, given, before) if field == BUILDING else given


def canonical(fields: Ints) -> Ints:
    """Write library addresses as texts are read: a number without a road is its village's house."""
    fields = fields.copy()
    village = (fields[:, ROAD] == 0) & (fields[:, ROAD_NO] != 0) & (fields[:, BUILDING] == 0)
    village &= (fields[:, ESTATE] != 0) | (fields[:, COMMUNITY] != 0)
    fields[village, BUILDING] = fields[village, ROAD_NO]
    fields[village, ROAD_NO] = 0
    return fields
