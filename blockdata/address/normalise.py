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
- Traditional characters become simplified where that is unambiguous (`traditional.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

from blockdata.address.aligned import Aligned, Replacement
from blockdata.address.characters import (
    LIST_DOORS,
    TIDY_BRACKETS,
    TIDY_SEPARATORS,
    fold_aligned,
    fold_characters,
)
from blockdata.address.numerals import NUMERAL_CHARACTERS, arabic_from_chinese

_NUMERAL = f"[{NUMERAL_CHARACTERS}]"
_AFTER_NAME = r"(?![东西南北中]?[路街巷]|大[街道]|公路|[线桥村镇乡屯庄沟坊])"
_CLASS_AHEAD = (
    rf"(?=(?:号楼|号|#|-[0-9]+号|幢|栋|座|单元|层|楼|室|组(?!团)|期){_AFTER_NAME}"
    r"|(?<=[〇零一二三四五六七八九]{3})[房户](?![一-龥]))"
)
_NUMBER_IN_CHINESE = re.compile(
    rf"(?={_NUMERAL})(?:"
    rf"(?<![0-9{NUMERAL_CHARACTERS}]){_NUMERAL}+{_CLASS_AHEAD}"
    rf"|(?<=[号楼]){_NUMERAL}+(?=[门梯](?:[0-9{NUMERAL_CHARACTERS}]|$))"
    rf"|(?:(?<=号之)|(?<=[0-9]之)){_NUMERAL}+(?=号|$|[^一-龥])"
    rf"|(?:(?<=单元)|(?<=号楼)|(?<=层)){_NUMERAL}{{2,}}$"
    rf"|(?<=[路街道]){_NUMERAL}+(?=弄)"
    rf"|(?<![一-龥〇0-9]){_NUMERAL}+[〇零]{_NUMERAL}+$)"
)

_LABEL = "0-9A-Z甲乙丙丁"
_ONLY_ELEMENTS = (
    rf"\(((?:[{_LABEL}{NUMERAL_CHARACTERS},-]+(?:号楼|[幢栋座]|单元|层|楼|室|房|期))+)\)"
)
# What a text must contain for the rule to change it (the looks that cost most are saved), the
# pattern, and what it becomes.
_Rule = tuple[tuple[str, ...], re.Pattern[str], Replacement]
_CLASSES: tuple[_Rule, ...] = tuple(
    (tuple(needed.split()), re.compile(pattern), replacement)
    for needed, pattern, replacement in (
        ("(", _ONLY_ELEMENTS, r"-\1-"),
        ("#", r"(?<=[0-9A-Z])#", "号"),
        ("#", r"#", "-"),
        ("第", rf"第(?=[{_LABEL}]+(?:号楼|[号幢栋座层楼室组期]|单元))", ""),
        ("0", r"(?<![0-9A-Z])0+(?=[0-9])", ""),
        ("号之", r"(?<=[0-9])号之([0-9]+)(?:号(?!楼))?", r"-\1号"),
        ("之", r"(?<=[0-9])之([0-9]+号)", r"-\1"),
        ("附", r"(?<=[0-9])附(?=[0-9]+号)", "号附"),
        ("号附", r"(?<=[0-9]号附)([0-9]+)(?![0-9号])", r"\1号"),
        ("门 梯", rf"(?<=[0-9甲乙丙丁])[门梯](?=[0-9A-Z(]|{_NUMERAL}{{2,}}$|$)", "单元"),
        (
            "幢 栋 座 懂 楼",
            rf"(?<=[{_LABEL}])(?:号?[幢栋座懂]楼?|楼(?=[{_LABEL}]+单元))(?![位椅])",
            "号楼",
        ),
        ("楼", r"(?<![A-Z])([A-Z])楼", r"\1号楼"),
        (
            "房 户 号室",
            r"(?<=[0-9A-Z])(?:号?(?:房间|[房户])|号室)(?=$|[^一-龥]|[旁内外前后对附])",
            "室",
        ),
        # 15-1楼下 is a place below the building.
        (
            "楼 F",
            rf"(?<=[0-9])(?:楼(?![上下前后旁道顶])|F(?![0-9A-Z])){_AFTER_NAME}",
            "层",
        ),
        ("地下 B", r"(?:地下|(?<![0-9A-Z])B)(?=[0-9]+层)", "负"),
    )
)
_REWRITES: tuple[_Rule, ...] = (
    (("(", ")"), *TIDY_BRACKETS),
    (("、",), *LIST_DOORS),
    (("-", ",", "、"), *TIDY_SEPARATORS),
    *_CLASSES,
    (("-", ",", "、"), *TIDY_SEPARATORS),
)
# Most texts are written plainly; this one look saves them the rewrites.
_VARIANT = re.compile(
    r"[-,、#()第附之门梯幢栋座懂房户F]|(?<!号)楼|号室|地下|B[0-9]|(?<![0-9A-Z])0[0-9]"
)
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
    return _settled(fold_characters(text), _substitute, _compose)


def normalise_aligned(text: str) -> Aligned:
    """Normalise an address and keep where in the source each character stood.

    Parameters
    ----------
    text : str
        An address as somebody wrote it.

    Returns
    -------
    Aligned
        Its text is ``normalise_address(text)``; `to_source` gives the source's span of any span.

    Examples
    --------
    >>> source = "延安三路１０５号 第3幢"
    >>> aligned = normalise_aligned(source)
    >>> start, end = aligned.to_source(8, 11)
    >>> aligned.text[8:11], source[start:end]
    ('3号楼', '3幢')
    """
    return _settled(fold_aligned(text), Aligned.substitute, Aligned.composed)


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


_Text = TypeVar("_Text", str, Aligned)


def _settled(
    text: _Text,
    substitute: Callable[[_Text, re.Pattern[str], Replacement], _Text],
    compose: Callable[[_Text], _Text],
) -> _Text:
    """Rewrite a folded text, plain or aligned, until nothing changes."""
    while True:
        rewritten = substitute(text, _NUMBER_IN_CHINESE, _arabic)
        if _VARIANT.search(str(rewritten)) is not None:
            for needed, pattern, replacement in _REWRITES:
                if _has_any(str(rewritten), needed):
                    rewritten = substitute(rewritten, pattern, replacement)
        if str(rewritten) == str(text):
            return text
        # Ends: every rewrite removes a variant, a Chinese numeral, a zero or a separator.
        # Letters that a separator kept apart may compose (Korean).
        text = compose(rewritten)


def _has_any(text: str, needed: tuple[str, ...]) -> bool:
    for one in needed:  # noqa: SIM110 - any() of a generator takes four times as long
        if one in text:
            return True
    return False


def _substitute(text: str, pattern: re.Pattern[str], replacement: Replacement) -> str:
    return pattern.sub(replacement, text)


def _compose(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _arabic(match: re.Match[str]) -> str:
    number = arabic_from_chinese(match.group())
    if number is None:
        return match.group()
    # 36号之一401: the room does not become part of the number.
    glued = match.string[match.end() : match.end() + 1].isdigit()
    return f"{number}-" if glued else number
