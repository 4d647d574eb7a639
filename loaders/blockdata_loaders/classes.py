"""Class codes of components and matters: derived from ids where the source does not say them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from blockdata.records.code_tables import (
    COMPONENT,
    MATTER,
    class_of_component,
    class_of_matter,
    entry_of,
    names_of_classes,
    scheme_named,
)
from blockdata_loaders.arrays import by_distinct

__all__ = ["component_classes", "known_schemes", "major_names"]

_APART = "\x1f"
_FIRST_OF_CLASS, _AFTER_CLASS = 6, 11


def known_schemes(schemes: pa.Array) -> pa.Array:
    """Return national editions by their proper name; any other scheme stays as it is.

    Examples
    --------
    >>> known_schemes(pa.array(["gb/t47678.5—2026", "市标", None])).to_pylist()
    ['GB/T 47678.5-2026', '市标', None]
    """
    return by_distinct(schemes, lambda texts: [scheme_named(str(t)) or t for t in texts])


def component_classes(
    codes: pa.Array, schemes: pa.Array, names: pa.Array
) -> tuple[pa.Array, pa.Array]:
    """Return the edition and the class that components' ids tell.

    Parameters
    ----------
    codes, schemes, names : pa.Array, shape (n,)
        Ids, stated schemes and names; null where missing.

    Returns
    -------
    schemes, classes : pa.Array, shape (n,)
        As `blockdata.records.code_tables.class_of_component` has them; null where an id tells
        nothing.

    Examples
    --------
    >>> ids = pa.array(["99010201037000001", "9901020118000001", "A-7"])
    >>> nothing = pa.nulls(3, pa.string())
    >>> schemes, classes = component_classes(ids, nothing, nothing)
    >>> schemes.to_pylist(), classes.to_pylist()
    (['GB/T 47678.5-2026', None, None], ['01037', '0118', None])
    """
    # All that decides, as one text per row: there are few of them, however many components.
    is_class_name = pc.is_in(names, pa.array(sorted(names_of_classes(COMPONENT))))
    told = _joined(
        pc.utf8_length(codes).cast(pa.string()),
        pc.utf8_slice_codeunits(codes, _FIRST_OF_CLASS, _AFTER_CLASS),
        pc.fill_null(schemes, ""),
        pc.if_else(is_class_name, names, ""),
    )
    distinct = told.dictionary_encode()
    found = [_class_told(str(text)) for text in distinct.dictionary.to_pylist()]
    columns = (pa.array([part[i] for part in found], pa.string()) for i in (0, 1))
    scheme, code = (column.take(distinct.indices) for column in columns)
    return scheme, code


def _class_told(text: str) -> tuple[str | None, str | None]:
    length, digits, scheme, name = text.split(_APART)
    identifier = ("0" * _FIRST_OF_CLASS + digits).ljust(int(length), "0")
    return class_of_component(identifier, scheme=scheme or None, name=name or None) or (None, None)


def _joined(*parts: pa.Array) -> pa.Array:
    """Return one text per row that can be taken apart again; null where a part is."""
    clean = [pc.replace_substring(part, _APART, "") for part in parts]
    return pc.binary_join_element_wise(*clean, _APART)


def major_names(schemes: pa.Array, kinds: pa.Array, codes: pa.Array) -> pa.Array:
    """Return the major class of each matter, null where its edition does not list its code.

    Examples
    --------
    >>> edition = pa.array(["GB/T 47678.5-2026"])
    >>> major_names(edition, pa.array(["matter"]), pa.array(["06010"])).to_pylist()
    ['市容环境类']
    """
    told = _joined(schemes, kinds, codes)
    return by_distinct(told, lambda texts: [_major(*str(t).split(_APART)) for t in texts])


def _major(scheme: str, kind: str, code: str) -> str | None:
    if kind not in (COMPONENT, MATTER):
        return None
    entry = entry_of(scheme, kind, class_of_matter(code, scheme) if kind == MATTER else code)
    return entry.major if entry else None
