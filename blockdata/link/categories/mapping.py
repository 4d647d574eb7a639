"""Categories mapped to classes: by the source's table, else by an equal name."""

from __future__ import annotations

import pandas as pd

from blockdata.link.categories.catalogue import CATALOGUE_COLUMNS, require
from blockdata.records.code_tables.names import compared, spellings

__all__ = ["map_categories"]

_KEY = ["scheme", "kind", "code"]
_RESULT = ["source", "category", "incidents", *_KEY, "name", "method"]


def map_categories(
    categories: pd.DataFrame, table: pd.DataFrame, catalogue: pd.DataFrame
) -> pd.DataFrame:
    """Map what sources call their cases to classes of code tables.

    What a source's table says goes first, then what the table says for every source (a null
    source), then the one class with the same name: exactly, else by an alternative that it offers
    in brackets. Nothing is mapped by likeness: see `suggest` for what a person may confirm.

    Parameters
    ----------
    categories : DataFrame
        source, category, incidents (how many): the sources' own classes, once each.
    table : DataFrame
        source (null for every source), category, scheme, kind, code: from the configuration and
        from decisions; the last row of a category holds. A null code says that the category is
        mapped to nothing on purpose.
    catalogue : DataFrame
        scheme, kind, code, name; of equal names the earlier scheme and kind goes first, and a
        name that several classes of these have stands for none.

    Returns
    -------
    DataFrame
        source, category, incidents, scheme, kind, code, name, method ("table", "name", null where
        unmapped), sorted by source and category. The name is null where a table names a code that
        the catalogue lacks.

    Raises
    ------
    AnalysisError
        If a column is missing.

    Examples
    --------
    >>> from blockdata.link.categories.catalogue import national_catalogue
    >>> asked = pd.DataFrame({"category": ["占道经营", "流动摊贩"], "source": "app"})
    >>> asked["incidents"] = 2
    >>> told = pd.DataFrame({"source": ["app"], "category": ["流动摊贩"],
    ...                      "scheme": ["GB/T 47678.5-2026"], "kind": ["matter"],
    ...                      "code": ["09001"]})
    >>> map_categories(asked, told, national_catalogue())[["category", "code", "method"]].values
    array([['占道经营', '09006', 'name'],
           ['流动摊贩', '09001', 'table']], dtype=object)
    """
    require(categories, ("source", "category", "incidents"), "categories")
    require(table, ("source", "category", *_KEY), "table")
    require(catalogue, CATALOGUE_COLUMNS, "catalogue")
    told, by_name = _told(table), _by_name(catalogue)
    names = {
        key: name
        for *key_columns, name in catalogue[list(CATALOGUE_COLUMNS)].itertuples(index=False)
        for key in [tuple(key_columns)]
    }
    rows = []
    for source, category, count in categories[["source", "category", "incidents"]].itertuples(
        index=False
    ):
        asked = compared(str(category))
        said = told.get((source, asked), told.get((None, asked)))
        found = said if said is not None else by_name.get(asked)
        method = "table" if said is not None else "name" if found else None
        key = found or (None, None, None)
        rows.append((source, category, count, *key, names.get(key), method))
    result = pd.DataFrame(rows, columns=_RESULT)
    kinds = {name: "str" for name in _RESULT if name != "incidents"}
    return result.astype(kinds).sort_values(["source", "category"], ignore_index=True)


Key = tuple[str | None, str | None, str | None]


def _told(table: pd.DataFrame) -> dict[tuple[str | None, str], Key]:
    """Return what tables say, by source and compared category."""
    columns = ["source", "category", *_KEY]
    cleaned = table[columns].astype(object).where(table[columns].notna(), None)
    return {
        (source, compared(str(category))): (scheme, kind, code)
        if code is not None
        else (None, None, None)
        for source, category, scheme, kind, code in cleaned.itertuples(index=False)
    }


def _by_name(catalogue: pd.DataFrame) -> dict[str, Key]:
    """Return the one class of each name; exact names go before alternatives."""
    exact: dict[str, dict[tuple[str, str], list[Key]]] = {}
    other: dict[str, dict[tuple[str, str], list[Key]]] = {}
    for scheme, kind, code, name in catalogue[list(CATALOGUE_COLUMNS)].itertuples(index=False):
        whole, *alternatives = spellings(str(name))
        for index, texts in ((exact, [whole]), (other, alternatives)):
            for text in texts:
                index.setdefault(text, {}).setdefault((scheme, kind), []).append(
                    (scheme, kind, code)
                )
    found: dict[str, Key] = {}
    for index in (other, exact):
        for text, groups in index.items():
            first = next(iter(groups.values()))
            if len(set(first)) == 1:
                found[text] = first[0]
            elif index is exact:
                found.pop(text, None)
    return found
