"""Which names are those of bodies and may be told, and which company a branch belongs to."""

from __future__ import annotations

import re

import pandas as pd

from blockdata.records.identifiers import is_uscc

__all__ = ["companies", "told_bodies"]

_ENDS = (
    *("公司", "集团", "中心", "管理局", "管理所", "管理处", "委员会", "委", "办公室", "办", "局"),
    *("厅", "署", "所", "处", "站", "队", "段", "院", "校", "学校", "大学", "银行", "厂", "社"),
    *("协会", "学会", "联合会", "基金会", "合作社", "政府", "街道", "社区", "居委会", "业委会"),
    *("物业", "分行", "支行", "部", "园"),
)
_LEAST_LETTERS = 4
"""A Chinese name of a person has two or three characters, or four with one of these surnames."""

_DOUBLE_SURNAMES = (
    *("欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "东方"),
    *("长孙", "宇文", "司徒", "司空", "端木", "南宫", "独孤", "西门", "申屠", "轩辕", "呼延"),
)

_ENGLISH = re.compile(
    r"(?i)\b(inc|ltd|llc|corp|corporation|company|dept|department|city of|town of|county|"
    r"authority|commission|agency|bureau|office|council|university|school|hospital|bank|"
    r"association|housing|railway|water|power|gas|works|services?|management)\b"
)
_BRACKETS = re.compile(r"[（(][^（()）]*[）)]\s*$")
_TRADER = re.compile(r"个体|个人|sole trader|natural person", re.IGNORECASE)
_SOLE_TRADER = "92"
_BRANCH = re.compile(
    r"^(.{2,}?公司).*(?:分公司|分店|门店|店|门市部|营业部|分部|分行|支行|分院|分校)$"
)


def told_bodies(
    names: pd.Series, codes: pd.Series | None = None, known: frozenset[str] = frozenset()
) -> pd.Series:
    """Return the names that are of bodies, and nothing in place of those that may be a person's.

    Owners and keepers may be private people, and so may whoever a register lists as a sole trader:
    they are never named. A name is told only where it is known to be a body's: it is one of a
    register of bodies, has the valid credit code of one, or ends as names of bodies do.

    Parameters
    ----------
    names : Series of str
    codes : Series of str, optional
        Unified social credit codes, of the same index. That of a sole trader (92...) hides the
        name whatever it is; a valid other one shows it, and stands in for a name that is missing.
    known : frozenset of str
        Names of departments and of companies.

    Returns
    -------
    Series of str
        Of the same index; null where nothing may be told.

    Examples
    --------
    >>> names = pd.Series(["滨河区路灯管理所", "王小明", "王小明（个体工商户）", "东海水务公司"])
    >>> told_bodies(names).fillna("").tolist()
    ['滨河区路灯管理所', '', '', '东海水务公司']
    """
    given = names.astype("str")
    # Names repeat by the thousand: each is looked at once.
    distinct = pd.Index(given.dropna().unique())
    bodies = {name for name in distinct if name in known or _reads_as_body(name)}
    told = given.where(given.isin(bodies))
    if codes is None:
        return told
    stated = codes.astype("str")
    valid = {code: is_code for code, is_code in _checked(stated).items() if is_code}
    by_code = stated.isin(valid) & ~stated.str.startswith(_SOLE_TRADER, na=False)
    trader = stated.str.startswith(_SOLE_TRADER, na=False) | given.str.contains(_TRADER, na=False)
    told = told.where(~by_code, given.fillna(stated))
    return told.where(~trader)


def _checked(codes: pd.Series) -> dict[str, bool]:
    distinct = codes.dropna().unique().tolist()
    if not distinct:
        return {}
    return dict(zip(distinct, is_uscc(distinct).tolist(), strict=True))


def _reads_as_body(name: str) -> bool:
    if _TRADER.search(name):
        return False
    bare = _BRACKETS.sub("", name).strip()
    if _ENGLISH.search(bare):
        return True
    if len(bare) <= _LEAST_LETTERS and bare.startswith(_DOUBLE_SURNAMES):
        return False
    return len(bare) >= _LEAST_LETTERS and bare.endswith(_ENDS)


def companies(names: pd.Series) -> pd.Series:
    """Return the company that each name is of: a branch's name begins with its company's.

    Parameters
    ----------
    names : Series of str
        Of companies; those of sole traders are not among them.

    Returns
    -------
    Series of str
        Of the same index.

    References
    ----------
    企业名称登记管理规定 (State Council Order 734), article 13: a branch is named by the enterprise
    it belongs to, and 分公司, 分厂 or 分店 after it.

    Examples
    --------
    >>> names = ["邻里商贸公司望海路分店", "邻里商贸公司（东店）", "城投集团"]
    >>> companies(pd.Series(names)).tolist()
    ['邻里商贸公司', '邻里商贸公司', '城投集团']
    """
    bare = names.astype("str").str.replace(_BRACKETS, "", regex=True).str.strip()
    return bare.str.replace(_BRANCH, r"\1", regex=True)
