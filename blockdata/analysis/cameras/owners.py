"""Who a camera belongs to, as groups of owners: city management, police, traffic, others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

from blockdata.errors import AnalysisError

__all__ = ["CITY_MANAGEMENT", "INDUSTRIES", "MOST_GROUPS", "OTHER", "OWNER_WORDS", "owner_groups"]

CITY_MANAGEMENT, POLICE, TRAFFIC, OTHER = "city_management", "police", "traffic", "other"

OWNER_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        TRAFFIC: ("交警", "交通", "交管", "公路", "运输"),
        POLICE: ("公安", "派出所", "警", "综治", "政法"),
        CITY_MANAGEMENT: ("城管", "城市管理", "综合执法", "行政执法", "市容", "城运", "城市运行"),
    }
)
"""Words in an owner's name, group by group; the first group with a word in the name is taken, for
公安局交警大队 is the traffic police."""

INDUSTRIES: Mapping[str, str] = MappingProxyType(
    {
        "00": POLICE,
        "01": POLICE,
        "02": POLICE,
        "04": TRAFFIC,
        "05": TRAFFIC,
        "08": CITY_MANAGEMENT,
    }
)
"""Digits 9 and 10 of a GB/T 28181 device id: roads, communities and premises watched for public
security, roads and checkpoints for traffic, city management."""

MOST_GROUPS = 10
"""Groups of owners at most: combinations of them are told apart."""


def owner_groups(
    codes: Sequence[str | None] | pd.Series[str],
    owner_names: Sequence[str | None] | pd.Series[str],
    words: Mapping[str, Sequence[str]] = OWNER_WORDS,
    industries: Mapping[str, str] = INDUSTRIES,
) -> pd.Series[str]:
    """Tell the group of each camera's owner: by the owner's name, else by the device id.

    Parameters
    ----------
    codes : sequence of str or None, shape (n,)
        GB/T 28181 device ids.
    owner_names : sequence of str or None, shape (n,)
    words : mapping of group to words
        The first group with a word in the owner's name is taken.
    industries : mapping of two digits to group

    Returns
    -------
    Series of str, shape (n,)
        "other" where neither tells.

    Raises
    ------
    AnalysisError
        If there are more groups than `MOST_GROUPS`.

    Examples
    --------
    >>> codes = ["37020300081326000001", "37020300001326000002", None]
    >>> owner_groups(codes, [None, "公安局交警大队", "某物业公司"]).tolist()
    ['city_management', 'traffic', 'other']
    """
    groups = {*words, *industries.values(), OTHER}
    if len(groups) > MOST_GROUPS:
        raise AnalysisError(
            f"there are {len(groups)} groups of owners", allowed=f"at most {MOST_GROUPS}"
        )
    names, digits = _texts(owner_names), _texts(codes)
    found = digits.str.slice(8, 10).map(industries).fillna(OTHER).to_numpy(dtype=object)
    for group, own in reversed(list(words.items())):
        if own:
            said = names.str.contains("|".join(map(re.escape, own)), regex=True)
            found = np.where(said.to_numpy(dtype=bool), group, found)
    return pd.Series(found, dtype="object")


def _texts(values: Sequence[str | None] | pd.Series[str]) -> pd.Series[str]:
    return pd.Series(["" if pd.isna(value) else str(value) for value in values], dtype="str")
