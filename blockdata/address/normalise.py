"""One written form for every way to write the same address.

Decisions, so that nobody has to guess them:

- Building classes 幢 栋 座 号楼 become 号楼; unit classes 门 梯 become 单元 when they follow a
  number and stand before a room or at the end; 房 户 号室 become 室; N楼 and NF are floors (N层)
  unless a unit follows (3楼2单元 is building 3); 地下1层 and B1层 become 负1层.
- Chinese numerals become Arabic only before such a class word, never inside a name.
- 12号之一 and 12之1号 become 12-1号; 12附1号 becomes 12号附1号: 之 and 附 stay different.
- Brackets keep their content as a remark, except when it is nothing but numbered elements
  (3号楼2单元), which then counts like the rest of the text.
- Leading zeros go (0501 is 501), except after a letter.
- Traditional characters stay: nothing installed folds them without a network.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from blockdata.address.characters import fold_characters, tidy_brackets, tidy_separators
from blockdata.address.numerals import NUMERAL_CHARACTERS, arabic_from_chinese

_NUMERAL = f"[{NUMERAL_CHARACTERS}]"
_AFTER_NAME = r"(?![东西南北中]?[路街巷]|大[街道]|公路|[线桥村镇乡屯庄沟坊])"
_CLASS_AHEAD = (
    rf"(?=(?:号楼|号|幢|栋|座|单元|层|楼|室|组(?!团)|期){_AFTER_NAME}"
    r"|(?<=[〇零一二三四五六七八九]{3})[房户](?![一-龥]))"
)
_NUMBER_IN_CHINESE = re.compile(
    rf"(?<![0-9{NUMERAL_CHARACTERS}]){_NUMERAL}+{_CLASS_AHEAD}"
    rf"|(?<=[号楼]){_NUMERAL}+(?=[门梯](?:[0-9{NUMERAL_CHARACTERS}]|$))"
    rf"|(?:(?<=号之)|(?<=[0-9]之)){_NUMERAL}+(?=号|$|[^一-龥])"
    rf"|(?:(?<=单元)|(?<=号楼)|(?<=层)){_NUMERAL}{{2,}}$"
)

_LABEL = "0-9A-Z甲乙丙丁"
_ONLY_ELEMENTS = (
    rf"\(((?:[{_LABEL}{NUMERAL_CHARACTERS},-]+(?:号楼|[幢栋座]|单元|层|楼|室|房|期))+)\)"
)
_REWRITES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (_ONLY_ELEMENTS, r"-\1-"),
        (r"(?<=[0-9A-Z])#", "号"),
        (r"#", "-"),
        (rf"第(?=[{_LABEL}]+(?:号楼|[号幢栋座层楼室组期]|单元))", ""),
        (r"(?<![0-9A-Z])0+(?=[0-9])", ""),
        (r"(?<=[0-9])号之([0-9]+)(?:号(?!楼))?", r"-\1号"),
        (r"(?<=[0-9])之([0-9]+号)", r"-\1"),
        (r"(?<=[0-9])附(?=[0-9]+号)", "号附"),
        (r"(?<=[0-9]号附)([0-9]+)(?![0-9号])", r"\1号"),
        (rf"(?<=[0-9甲乙丙丁])[门梯](?=[0-9A-Z(]|{_NUMERAL}{{2,}}$|$)", "单元"),
        (rf"(?<=[{_LABEL}])(?:号?[幢栋座懂]楼?|楼(?=[{_LABEL}]+单元))(?![位椅])", "号楼"),
        (r"(?<![A-Z])([A-Z])楼", r"\1号楼"),
        (r"(?<=[0-9A-Z])(?:号?(?:房间|[房户])|号室)(?=$|[^一-龥]|[旁内外前后对附])", "室"),
        (rf"(?<=[0-9])(?:楼|F(?![0-9A-Z])){_AFTER_NAME}", "层"),
        (r"(?:地下|(?<![0-9A-Z])B)(?=[0-9]+层)", "负"),
    )
)
# Most texts are written plainly; this one look saves them the rewrites.
_VARIANT = re.compile(
    r"[-,、#()第附之门梯幢栋座懂房户F]|(?<!号)楼|号室|地下|B[0-9]|(?<![0-9A-Z])0[0-9]"
)
_LISTED_DOORS = re.compile(r"(?<=[0-9])号、(?=[0-9]+号(?!楼))")
#: Normalised texts that say no more than that there is no address.
MISSING_TEXTS = frozenset(
    {"", "无", "空", "不详", "不明", "未知", "未填", "暂无", "没有", "NULL", "NONE", "NAN", "N-A"}
)


def normalise_address(text: str) -> str:
    """Write an address in the one form that exact matching and the parser use.

    Parameters
    ----------
    text : str
        An address as somebody wrote it; any length, any characters.

    Returns
    -------
    str
        The normalised text, "" when nothing is left. Normalising it again changes nothing.

    Examples
    --------
    >>> normalise_address("延安三路１０５号 3幢 二单元 三〇二房")
    '延安三路105号3号楼2单元302室'
    >>> normalise_address("三里屯十二号之一（原粮店）")
    '三里屯12-1号(原粮店)'
    """
    folded = fold_characters(text)
    while (rewritten := _rewrite(folded)) != folded:
        # Ends: every rewrite removes a variant, a Chinese numeral, a zero or a separator.
        # Letters that a separator kept apart may compose (Korean).
        folded = unicodedata.normalize("NFKC", rewritten)
    return folded


def normalise_addresses(texts: Sequence[str | None]) -> list[str | None]:
    """Normalise many addresses; a text that repeats is done once.

    Parameters
    ----------
    texts : sequence of str or None
        Anything that is not a string counts as missing.

    Returns
    -------
    list of str or None
        As long as `texts` and in its order; None where the text is missing.

    Examples
    --------
    >>> normalise_addresses(["延安三路 5 号", None])
    ['延安三路5号', None]
    """
    done: dict[str, str] = {}
    normalised: list[str | None] = []
    for text in texts:
        if not isinstance(text, str):
            normalised.append(None)
            continue
        if text not in done:
            done[text] = normalise_address(text)
        normalised.append(done[text])
    return normalised


def is_missing_text(text: str | None) -> bool:
    """Tell whether a text only says that there is no address.

    Parameters
    ----------
    text : str or None
        As written or normalised.

    Returns
    -------
    bool
        True for None, "", "-", 无, 不详 and the like.

    Examples
    --------
    >>> is_missing_text(" - "), is_missing_text("不详"), is_missing_text("无棣路")
    (True, True, False)
    """
    return not isinstance(text, str) or normalise_address(text) in MISSING_TEXTS


def _rewrite(text: str) -> str:
    text = _NUMBER_IN_CHINESE.sub(_arabic, text)
    if _VARIANT.search(text) is None:
        return text
    text = tidy_separators(_LISTED_DOORS.sub(",", tidy_brackets(text)))
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    return tidy_separators(text)


def _arabic(match: re.Match[str]) -> str:
    return arabic_from_chinese(match.group()) or match.group()
