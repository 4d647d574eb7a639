"""The beginning of an address: province, city and district, in part, in short or twice."""

from __future__ import annotations

from random import Random
from typing import TypeAlias

from blockdata.address.writing.divisions import Area, short_name
from blockdata.address.writing.terms import characters

__all__ = ["invented_area", "regions", "with_repetition"]

Pieces: TypeAlias = list[tuple[str, str]]
_NAMED = ("pcd", "cd", "d", "pd", "pc", "c", "p", "")
_NAMED_WEIGHTS = (34, 17, 13, 6, 2.5, 5, 0.5, 20)
_FILLERS = ("市辖区", "城区", "市区", "其他地区", "省直辖县级行政单位", "县")


def invented_area(random: Random) -> Area:
    """Return a province, city and districts that do not exist: divisions change, lists age.

    Examples
    --------
    >>> invented_area(Random(1)).city[-1]
    '市'
    """
    endings = ("区", "区", "区", "县", "市", "新区")
    districts = tuple(_plain_name(random) + random.choice(endings) for _ in range(4))
    return Area(_plain_name(random) + "省", _plain_name(random) + "市", districts)


def _plain_name(random: Random) -> str:
    return random.choice(characters("opening")) + random.choice(characters("closing"))


def regions(random: Random, area: Area) -> Pieces:
    """Return what an address in this area begins with; often nothing.

    Examples
    --------
    >>> area = Area("甲省", "乙市", ("丙区",))
    >>> {element for seed in range(9) for _, element in regions(Random(seed), area)} >= {"city"}
    True
    """
    named = random.choices(_NAMED, _NAMED_WEIGHTS)[0]
    if not named:
        return []
    district = random.choice(area.districts)
    single = district == area.city
    pieces = _naming(random, area, district, (named.replace("d", "") or "c") if single else named)
    if random.random() < 0.012:
        pieces.append((random.choice(_FILLERS), "remark"))
    if random.random() < 0.07:
        again = "pc" if single else random.choice(("pcd", "cd", "c", "d", "pd"))
        pieces = with_repetition(pieces, _naming(random, area, district, again))
    if random.random() < 0.004:
        pieces.insert(0, ("中国", "remark"))
    if random.random() < 0.05:
        sign = random.choice("-_ —,，/")
        pieces = [piece for one in pieces for piece in (one, (sign, ""))]
    return pieces


def with_repetition(first: Pieces, second: Pieces) -> Pieces:
    """What is named twice is named by the second; the first copy of it is a remark.

    Examples
    --------
    >>> with_repetition([("甲市", "city")], [("甲市", "city"), ("乙区", "district")])
    [('甲市', 'remark'), ('甲市', 'city'), ('乙区', 'district')]
    """
    again = {element for _, element in second}
    return [(value, "remark" if element in again else element) for value, element in first] + second


def _naming(random: Random, area: Area, district: str, named: str) -> Pieces:
    municipality = area.province == area.city
    pieces = []
    if "p" in named and not municipality:
        full = random.random() < 0.84
        pieces.append((area.province if full else short_name(area.province), "province"))
    if "p" in named and municipality and random.random() < 0.5:
        full = random.random() < 0.3
        pieces.append((area.province if full else short_name(area.province), "province"))
    if "c" in named or (municipality and "p" in named):
        pieces.append((area.city if random.random() < 0.8 else short_name(area.city), "city"))
    if "d" in named:
        pieces.append((district if random.random() < 0.92 else short_name(district), "district"))
    return pieces
