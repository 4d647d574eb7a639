"""Relative descriptions: beside, opposite, so many metres east of, at the crossing of two roads."""

from __future__ import annotations

from random import Random
from typing import TypeAlias

from blockdata.address.writing.terms import weighted

__all__ = ["beside", "crossing", "offset"]

Pieces: TypeAlias = list[tuple[str, str]]
_DIRECTIONS = ("东", "西", "南", "北", "东北", "东南", "西北", "西南")
_METRES = (10, 20, 30, 50, 80, 100, 150, 200, 250, 300, 400, 500, 800, 1000)


def beside(random: Random) -> str:
    """Return a word for what is near something.

    Examples
    --------
    >>> beside(Random(1)) != ""
    True
    """
    return weighted("beside").pick(random)


def offset(random: Random) -> str:
    """Return a direction and a distance.

    Examples
    --------
    >>> any(map(str.isdigit, offset(Random(1))))
    True
    """
    way = random.choice(_DIRECTIONS)
    metres = f"{random.choice(_METRES)}米"
    toward = random.choice("往向以")
    return random.choice(
        (
            way + metres,
            way + metres,
            way + random.choice(("侧", "行", "约", "边", "面")) + metres,
            toward + way + metres,
            f"{toward}{way}{metres}左右",
            f"{way}面{metres}处",
            f"路{way[0]}{metres}",
            metres,
            f"附近{metres}",
            f"往{way}走{metres}路{random.choice('东南西北')}",
        )
    )


def crossing(random: Random, first: str, second: str) -> Pieces:
    """Return two roads that meet, or what lies between them.

    Examples
    --------
    >>> crossing(Random(1), "甲路", "乙路")[0]
    ('甲路', 'road')
    """
    way = random.random()
    if way > 0.93:
        stretch = random.choice(("之间", "段", "中间", "区间", "路段"))
        joint = random.choice("至到")
        return [(first, "road"), (joint, "relative"), (second, "road"), (stretch, "relative")]
    joint = weighted("joints").pick(random)
    pieces = [(first, "road"), (joint, "relative" if joint.isalpha() else ""), (second, "road")]
    if way > 0.87:
        return pieces
    meets = weighted("meets").pick(random)
    if way < 0.22:
        meets += random.choice(_DIRECTIONS) + random.choice(("", "", "侧", "角", "面"))
    elif way < 0.3:
        meets += offset(random)
    return [*pieces, (meets, "relative")]
