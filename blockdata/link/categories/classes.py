"""Which class of component or camera a category is about."""

from __future__ import annotations

import pandas as pd

from blockdata.link.categories.catalogue import require
from blockdata.link.categories.synonyms import stem_of
from blockdata.records.code_tables import (
    COMPONENT,
    GBT_47678_5_2026,
    class_of_component,
    entry_of,
    name_of,
)
from blockdata.records.code_tables.names import compared, spellings

__all__ = ["CAMERA_CLASS", "classes_of_categories", "names_of_component_classes"]

CAMERA_CLASS = "监控摄像头"
"""The one class of all cameras."""

_LEAST_STEM = 2
_RESULT = ["category", "kind", "class_name"]


def names_of_component_classes(components: pd.DataFrame) -> pd.Series:
    """Return the name of each component's class.

    Parameters
    ----------
    components : DataFrame
        name, and where there are any scheme, class_code, code.

    Returns
    -------
    Series of str
        As the code table calls the class: by scheme and class code, else by the id; else the
        component's own name.

    Examples
    --------
    >>> names_of_component_classes(pd.DataFrame({
    ...     "name": ["灯", "花箱"], "scheme": ["CJ/T 214-2007", None], "class_code": ["0118", None],
    ... })).tolist()
    ['路灯', '花箱']
    """
    require(components, ("name",), "components")
    columns = ["scheme", "class_code", "name"]
    known = components.reindex(columns=columns).astype(object)
    known = known.where(known.notna(), None)
    if "code" in components:
        lacking = known["class_code"].isna() & components["code"].notna()
        told = [
            class_of_component(str(code), scheme=scheme, name=name)
            for code, scheme, name in zip(
                components.loc[lacking, "code"],
                known.loc[lacking, "scheme"],
                known.loc[lacking, "name"],
                strict=True,
            )
        ]
        known.loc[lacking, "scheme"] = [t.scheme if t else None for t in told]
        known.loc[lacking, "class_code"] = [t.code if t else None for t in told]
    rows = list(known.itertuples(index=False, name=None))
    names = {row: _class_name(*row) for row in set(rows)}
    return pd.Series([names[row] for row in rows], index=components.index, dtype="str")


def _class_name(scheme: str | None, code: str | None, name: str | None) -> str | None:
    found = name_of(scheme, COMPONENT, code) if scheme and code else None
    return found or name


def classes_of_categories(categories: pd.DataFrame, class_names: pd.Series) -> pd.DataFrame:
    """Return the classes of components and cameras that categories are about.

    A category that is mapped to a component's class is about that class; one mapped to a matter of
    2026 that mirrors a component (路灯异常) is about that component. Else its name tells, without
    what is wrong (井盖破损): the classes of that name, or whose name ends in it (污水井盖).

    Parameters
    ----------
    categories : DataFrame
        category, and scheme, kind, code where mapped, as from `map_categories`.
    class_names : Series of str
        Classes of the components that there are, as from `names_of_component_classes`.

    Returns
    -------
    DataFrame
        category, kind ("component" or "camera"), class_name; a category that is about no thing
        has no row. Sorted.

    Examples
    --------
    >>> asked = pd.DataFrame({"category": ["井盖破损", "路灯故障", "占道经营", "摄像头损坏"]})
    >>> have = pd.Series(["路灯", "污水井盖", "路灯井盖", "行道树"])
    >>> classes_of_categories(asked, have)["class_name"].tolist()
    ['污水井盖', '路灯井盖', '监控摄像头', '路灯']
    """
    require(categories, ("category",), "categories")
    columns = ["category", "scheme", "kind", "code"]
    asked = categories.reindex(columns=columns).drop_duplicates().astype(object)
    have = sorted(set(class_names.dropna().astype(str)))
    rows: set[tuple[str, str, str]] = set()
    for named, *key in asked.where(asked.notna(), None).itertuples(index=False, name=None):
        category = str(named)
        stem = stem_of(category)
        for wanted, exactly in [*_mapped(*key), (stem, False)]:
            fitting = [name for name in have if _is(name, wanted, exactly=exactly)]
            rows.update((category, "component", name) for name in fitting)
            if fitting:
                break
        if stem == CAMERA_CLASS:
            rows.add((category, "camera", CAMERA_CLASS))
    return pd.DataFrame(sorted(rows), columns=_RESULT, dtype="str")


def _mapped(scheme: str | None, kind: str | None, code: str | None) -> list[tuple[str, bool]]:
    """Return the name of the component's class that a mapped category is about."""
    if not (scheme and code):
        return []
    # In 2026 a component and the matter about it have the same digits.
    is_thing = kind == COMPONENT or scheme == GBT_47678_5_2026
    entry = entry_of(scheme, COMPONENT, code) if is_thing else None
    return [(entry.name, True)] if entry else []


def _is(name: str, wanted: str, *, exactly: bool) -> bool:
    """Tell whether a class goes by a name."""
    if set(spellings(name)) & set(spellings(wanted)):
        return True
    stem = compared(wanted)
    return not exactly and len(stem) >= _LEAST_STEM and compared(name).endswith(stem)
