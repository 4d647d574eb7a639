"""The departments that the owners and keepers of components are."""

from __future__ import annotations

import pandas as pd

__all__ = ["departments_of_bodies"]


def departments_of_bodies(
    codes: pd.Series, names: pd.Series, departments: pd.DataFrame
) -> pd.Series:
    """Return the department that each body is.

    Parameters
    ----------
    codes : Series of str
        Code of the body: its unified social credit code or its number in a register; null.
    names : Series of str, same index
        Its name; null.
    departments : DataFrame
        Columns code, uscc, name. A name or credit code that several departments have tells none.

    Returns
    -------
    Series of str, same index
        The code of the department with the body's code, else credit code, else name. A body that
        is no department goes by its own code, else its name; null if it has neither.

    Examples
    --------
    >>> departments = pd.DataFrame({"code": ["D06"], "uscc": [None], "name": ["市政养护中心"]})
    >>> codes, names = pd.Series([None, "77"]), pd.Series(["市政养护中心", "路灯管理所"])
    >>> departments_of_bodies(codes, names, departments).to_list()
    ['D06', '77']
    """
    codes, names = codes.astype("str"), names.astype("str")
    found = codes.where(codes.isin(departments["code"]))
    for column, texts in (("uscc", codes), ("name", names)):
        known = departments.dropna(subset=[column]).drop_duplicates(column, keep=False)
        found = found.fillna(texts.map(known.set_index(column)["code"]).astype("str"))
    return found.fillna(codes).fillna(names)
