"""What happens to an address on its way: full width, stray separators, traditional characters."""

from __future__ import annotations

from random import Random

__all__ = ["roughen"]

Pieces = list[tuple[str, str]]
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_TRADITIONAL = str.maketrans(
    "区县镇乡楼号东广园国华门门龙凤丽兴义财开关长阳云单层临宁济苏",
    "區縣鎮鄉樓號東廣園國華門門龍鳳麗興義財開關長陽雲單層臨寧濟蘇",
)


def roughen(random: Random, pieces: Pieces) -> Pieces:
    """Return the pieces as somebody in a hurry would have typed them.

    Examples
    --------
    >>> "".join(value for value, _ in roughen(Random(2), [("甲路", "road")])).strip()
    '甲路'
    """
    way = random.random()
    if way < 0.02:
        return [(value.translate(_WIDE), element) for value, element in pieces]
    if way < 0.03:
        return [(value.translate(_TRADITIONAL), element) for value, element in pieces]
    if way < 0.05:
        space = random.choice((" ", " ", ",", "，", "_", "-"))
        return [piece for one in pieces for piece in (one, (space, ""))][:-1]
    if way < 0.08 and len(pieces) > 2:
        at = random.randrange(1, len(pieces))
        return [*pieces[:at], (random.choice((" ", "_", "-", ",", "、", ".")), ""), *pieces[at:]]
    return pieces
