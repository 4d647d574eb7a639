"""Hypothesis strategies for the rows of a record kind, made from its declaration.

Needs hypothesis, which is no dependency of the package itself; nothing else imports this module.
Numbers of people are invented and carry right check characters.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from blockdata.records.convert import FIRST_SERIAL, LAST_SERIAL, MISSING_TEXTS, fold, unit_names
from blockdata.records.field import Field, Held, Kind, Type
from blockdata.records.identifiers import (
    identity_check_character,
    organisation_check_character,
    uscc_check_character,
)

_FIRST_DAY, _LAST_DAY = dt.date(2000, 1, 1), dt.date(2100, 12, 31)
_LARGEST = 10**9
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_AREAS = st.sampled_from(["370203001001", "440310001002", "990101001001"])
_COUNTIES = _AREAS.map(lambda area: area[:6])


def _digits(size: int) -> SearchStrategy[str]:
    return st.text("0123456789", min_size=size, max_size=size)


@st.composite
def _usccs(draw: st.DrawFn) -> str:
    organisation = draw(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8))
    organisation += organisation_check_character(organisation)
    body = draw(st.sampled_from(["91", "92", "12"])) + draw(_COUNTIES) + organisation
    return body + uscc_check_character(body)


@st.composite
def _identity_numbers(draw: st.DrawFn) -> str:
    born = draw(st.dates(dt.date(1930, 1, 1), dt.date(2024, 12, 31)))
    body = f"{draw(_COUNTIES)}{born:%Y%m%d}{draw(_digits(3))}"
    return body + identity_check_character(body)


IDENTIFIED: Mapping[str, SearchStrategy[str]] = MappingProxyType(
    {
        "uscc": _usccs(),
        "identity_number": _identity_numbers(),
        "camera_gb28181": st.builds(
            "{}0000{}0{}".format, _COUNTIES, st.sampled_from(["131", "132"]), _digits(6)
        ),
        "unit_grid": st.builds("{}{}".format, _AREAS, _digits(3)),
        "component": st.builds("{}{}".format, _COUNTIES, _digits(10) | _digits(11)),
        "division": st.builds(lambda area, size: area[:size], _AREAS, st.sampled_from([6, 9, 12])),
    }
)
"""A strategy per rule in `blockdata.records.identifiers.IDENTIFIERS`."""

# A letter in every code keeps it from looking like a phone or identity number.
_CODES = st.from_regex(r"[0-9]{0,4}[A-Z][0-9A-Z]{0,6}", fullmatch=True)
_TEXTS = st.text(
    st.sampled_from("延安路号楼单元街道社区网格井盖路灯占道经营")
    | st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")),
    min_size=1,
    max_size=20,
)


def _is_value(text: str) -> bool:
    return text == text.strip() and not {text, fold(text)} & MISSING_TEXTS


def _texts(field: Field) -> SearchStrategy[str]:
    made = st.from_regex(field.pattern, fullmatch=True) if field.pattern else _TEXTS
    return made.filter(_is_value)


def _codes(field: Field) -> SearchStrategy[str]:
    if field.codes:
        return st.sampled_from(list(field.codes))
    if field.identifier:
        return IDENTIFIED[field.identifier]
    if field.pattern:
        return _texts(field)
    if field.held is Held.PSEUDONYM:
        # What a source delivers before it becomes a pseudonym.
        return st.one_of(_digits(8).map("138{}".format), _identity_numbers())
    return _CODES.filter(_is_value)


def _bounds(field: Field) -> tuple[float, float]:
    low = -_LARGEST if field.ge is None else field.ge
    return low, _LARGEST if field.le is None else field.le


def _ints(field: Field) -> SearchStrategy[int]:
    low, high = _bounds(field)
    return st.integers(math.ceil(low), math.floor(high))


def _floats(field: Field) -> SearchStrategy[float]:
    return st.floats(*_bounds(field))


def _moments(field: Field) -> SearchStrategy[dt.datetime]:
    start, end = (dt.datetime.combine(day, dt.time()) for day in (_FIRST_DAY, _LAST_DAY))
    exact = st.datetimes(start, end)
    return exact | exact.map(lambda moment: moment.replace(microsecond=0))


_VALUES: Mapping[Type, Callable[[Field], SearchStrategy[Any]]] = MappingProxyType(
    {
        Type.TEXT: _texts,
        Type.CODE: _codes,
        Type.INT: _ints,
        Type.FLOAT: _floats,
        Type.BOOL: lambda field: st.booleans(),
        Type.DATE: lambda field: st.dates(_FIRST_DAY, _LAST_DAY),
        Type.TIME: _moments,
    }
)


@st.composite
def rows(draw: st.DrawFn, kind: Kind) -> dict[str, object]:
    """Draw a typed row of a kind that breaks no rule of its declaration.

    Parameters
    ----------
    kind : Kind

    Returns
    -------
    SearchStrategy of dict of str to object
        A value per field: str, int, float, bool, date, naive-UTC datetime, or None where the
        field is not required. A thing ends after it began. A field held as a pseudonym has a
        number such as a source delivers, before it becomes one.

    Examples
    --------
    >>> from blockdata.records.catalogue import Catalogue
    >>> street = Catalogue().kind("street")
    >>> rows(street).map(sorted).example()  # doctest: +SKIP
    ['code', 'name', 'street_class', 'width_m']
    """
    row: dict[str, object] = {}
    for field in kind.fields:
        value = _VALUES[field.type](field)
        row[field.name] = draw(value if field.required else st.none() | value)
    begins, ends = (row.get(name or "") for name in (kind.begins, kind.ends))
    if kind.ends and isinstance(begins, dt.date) and isinstance(ends, dt.date) and ends <= begins:
        row[kind.ends] = begins + dt.timedelta(days=1)
    return row


@st.composite
def rows_with_source(
    draw: st.DrawFn, kind: Kind, *, time_zone: str = "Asia/Shanghai"
) -> tuple[dict[str, object], dict[str, str]]:
    """Draw a typed row and the texts under Chinese labels that a source would have for it.

    Parameters
    ----------
    kind : Kind
    time_zone : str, default "Asia/Shanghai"
        IANA name of the zone of times that are written without an offset.

    Returns
    -------
    SearchStrategy of tuple
        The row of `rows`, and the texts of `source_rows` that read back as it.
    """
    row = draw(rows(kind))
    zone = ZoneInfo(time_zone)
    source = {f.zh: draw(_written(f, row[f.name], zone)) for f in kind.fields}
    return row, source


def source_rows(kind: Kind, *, time_zone: str = "Asia/Shanghai") -> SearchStrategy[dict[str, str]]:
    """Return a strategy for rows as a source delivers them: texts under Chinese labels.

    Parameters
    ----------
    kind : Kind
    time_zone : str, default "Asia/Shanghai"
        IANA name of the zone of times that are written without an offset.

    Returns
    -------
    SearchStrategy of dict of str to str
        Spellings vary: full width, outer blanks, thousands commas, units, labels of codes, forms
        of dates and times, texts for nothing.
    """
    return rows_with_source(kind, time_zone=time_zone).map(lambda pair: pair[1])


def _written(field: Field, value: object, zone: ZoneInfo) -> SearchStrategy[str]:
    if value is None:
        return st.sampled_from(sorted(MISSING_TEXTS))
    blank = st.sampled_from(["", "", " ", "\u3000", "\t"])
    spelt = st.sampled_from(sorted(set(_spellings(field, value, zone))))
    return st.builds("{}{}{}".format, blank, spelt, blank)


def _spellings(field: Field, value: object, zone: ZoneInfo) -> Iterator[str]:
    if isinstance(value, bool):
        yield from ("是", "true", "1", "Y") if value else ("否", "FALSE", "0", "N")
    elif isinstance(value, dt.datetime):
        yield from _spelt_moment(value, zone)
    elif isinstance(value, dt.date):
        yield from _spelt_day(value)
    elif isinstance(value, str):
        yield from _spelt_text(field, value)
    elif isinstance(value, int | float):
        yield from _spelt_number(field, value)


def _spelt_text(field: Field, value: str) -> Iterator[str]:
    yield value
    if field.type is Type.TEXT:
        return
    yield value.translate(_FULL_WIDTH)
    if field.identifier:
        yield value.lower()
    if field.codes:
        yield field.codes[value]


def _spelt_number(field: Field, value: float) -> Iterator[str]:
    yield repr(value)
    yield f"{value:,}"
    yield repr(value).translate(_FULL_WIDTH)
    if field.type is Type.INT:
        yield f"{value}.0"
    for unit in unit_names(field):
        yield f"{value!r}{unit}"


def _spelt_day(day: dt.date) -> Iterator[str]:
    yield from (f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day:%Y-%m-%d} 23:59:59")
    yield from (f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}")
    yield f"{day.year}年{day.month}月{day.day}日"
    serial = (day - dt.date(1899, 12, 30)).days
    if FIRST_SERIAL <= serial <= LAST_SERIAL:
        yield str(serial)


def _spelt_moment(moment: dt.datetime, zone: ZoneInfo) -> Iterator[str]:
    fraction = f".{moment.microsecond:06d}" if moment.microsecond else ""
    yield f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"
    local = moment.replace(tzinfo=dt.UTC).astimezone(zone)
    if local.fold:
        # Without an offset this text would mean the earlier of two moments.
        return
    yield f"{local:%Y-%m-%d %H:%M:%S}{fraction}"
    yield f"{local:%Y%m%d%H%M%S}{fraction}"
    yield f"{local.year}年{local.month}月{local.day}日 {local:%H时%M分%S}{fraction}秒"
    yield f"{local.year}/{local.month}/{local.day} {local.hour}:{local:%M:%S}{fraction}"
