"""Names with dates: of single elements (a road renamed on a day), and of whole addresses."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pandas as pd

from blockdata.address.elements import comparable
from blockdata.address.normalise import normalise_address
from blockdata.address.parts import LEVELS
from blockdata.address.tree.periods import SINCE_ALWAYS, days_of
from blockdata.address.tree.steps import element_tokens
from blockdata.errors import AnalysisError

__all__ = ["expand_renames", "former_addresses"]

_RENAMES = ("element", "former", "current")
_EXPANDED = ["element", "area_code", "former", "current", "begins_on", "ends_on", "reused"]


class _Rename(NamedTuple):
    element: str
    area_code: str
    former: str
    current: str
    day: int


def expand_renames(renames: pd.DataFrame, library: pd.DataFrame | None = None) -> pd.DataFrame:
    """Follow renamed elements to the names they bear now.

    Parameters
    ----------
    renames : DataFrame
        One row per act of naming: ``element`` (a name of `LEVELS`), ``former``, ``current``, and
        where there ``renamed_on`` (first day of the new name; missing: long ago) and
        ``area_code`` (division within which it holds; missing: everywhere). Rows without a name
        are left out, and so is one that renames a thing to what it is called already.
    library : DataFrame, optional
        Its element columns tell which former names are borne by something else now.

    Returns
    -------
    DataFrame
        One row per former name of an element, sorted: ``element``, ``area_code``, ``former`` and
        ``current`` (normalised), ``begins_on`` and ``ends_on`` (the period of the former name),
        ``reused``: the former name is also somebody's present one, so that only a text's date can
        tell. A chain leads to its end; a name that was given up and given again is followed day
        by day, and within one day each act is followed once.

    Raises
    ------
    AnalysisError
        If a column is missing, or an element is none of `LEVELS`.

    Examples
    --------
    >>> renames = pd.DataFrame({"element": "road", "former": ["山东路", "中山路"],
    ...                         "current": ["中山路", "人民路"],
    ...                         "renamed_on": pd.to_datetime(["1950-1-1", "1966-8-1"])})
    >>> expand_renames(renames)[["former", "current", "ends_on"]].astype(str).values.tolist()
    [['中山路', '人民路', '1966-08-01'], ['山东路', '人民路', '1950-01-01']]
    """
    acts = _acts(renames)
    ends = _followed(acts)
    given: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for act in acts:
        given[*act[:2], act.current].append(act.day)
    rows = []
    for act, current in ends.items():
        if current != act.former:
            before = [day for day in given[act[:3]] if day <= act.day]
            rows.append((*act[:3], current, max(before, default=SINCE_ALWAYS), act.day))
    frame = pd.DataFrame(rows, columns=_EXPANDED[:-1]).drop_duplicates()
    for column in ("begins_on", "ends_on"):
        known = frame[column].where(frame[column] != SINCE_ALWAYS).astype("Int64")
        frame[column] = pd.to_datetime(known, unit="D").astype("datetime64[us]")
    frame = frame.astype(dict.fromkeys(_EXPANDED[:4], "str"))
    frame["area_code"] = frame["area_code"].mask(frame["area_code"] == "")
    frame["reused"] = _reused(frame, ends, library)
    return frame.sort_values(_EXPANDED[:-1], ignore_index=True)


def former_addresses(library: pd.DataFrame, renames: pd.DataFrame) -> pd.DataFrame:
    """Write every address whose element was renamed with its former names.

    Parameters
    ----------
    library : DataFrame
        ``id``, ``full_text`` or ``text``, and element columns. Where it has ``area_code``
        (the division in which an address lies), a rename within a division holds for those that
        begin with its code; without that column such renames hold everywhere.
    renames : DataFrame
        As `expand_renames` takes them.

    Returns
    -------
    DataFrame
        ``address_id``, ``text``, ``alias_kind`` ("former"), ``begins_on``, ``ends_on``, sorted.
        An address whose text does not contain its own element's name is left out.

    Raises
    ------
    AnalysisError
        As `expand_renames`.

    Examples
    --------
    >>> library = pd.DataFrame({"id": ["a1"], "text": ["中山路5号"], "road": ["中山路"]})
    >>> renames = pd.DataFrame({"element": ["road"], "former": ["山东路"], "current": ["中山路"]})
    >>> former_addresses(library, renames)["text"].tolist()
    ['山东路5号']
    """
    expanded = expand_renames(renames, library)
    text = "full_text" if "full_text" in library.columns else "text"
    found = []
    for (element, area), rows in expanded.groupby(["element", "area_code"], dropna=False):
        if element not in library.columns:
            continue
        tokens, keys, _ = element_tokens(str(element), library[element])
        here = np.ones(len(library), np.bool_)
        if isinstance(area, str) and "area_code" in library.columns:
            here = library["area_code"].str.startswith(area).fillna(False).to_numpy(bool)
        for row in rows.itertuples():
            key = comparable(str(element), str(row.current))
            own = here & (tokens == (keys.index(key) if key in keys else len(keys)))
            found.append(_rewritten(library[own], text, str(element), row))
    columns = ["address_id", "text", "alias_kind", "begins_on", "ends_on"]
    if not found:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    return pd.concat(found)[columns].sort_values(columns, ignore_index=True)


def _rewritten(rows: pd.DataFrame, text: str, element: str, rename: object) -> pd.DataFrame:
    former = str(rename.former)  # type: ignore[attr-defined]
    pairs = zip(rows[text].tolist(), rows[element].tolist(), strict=True)
    texts = [t.replace(e, former, 1) if isinstance(t, str) and e in t else None for t, e in pairs]
    return pd.DataFrame(
        {
            "address_id": rows["id"].to_numpy(object),
            "text": texts,
            "alias_kind": "former",
            "begins_on": rename.begins_on,  # type: ignore[attr-defined]
            "ends_on": rename.ends_on,  # type: ignore[attr-defined]
        }
    ).dropna(subset="text")


def _acts(renames: pd.DataFrame) -> list[_Rename]:
    """Return the acts of naming in the order of their days, each once."""
    if missing := set(_RENAMES) - set(renames.columns):
        raise AnalysisError(f"the renames have no column {min(missing)!r}")
    rows = renames.reindex(columns=[*_RENAMES, "renamed_on", "area_code"])
    if not set(rows["element"].dropna()) <= set(LEVELS):
        raise AnalysisError("a renamed element is no level", allowed=", ".join(LEVELS))
    rows = rows.dropna(subset=list(_RENAMES))
    columns = [rows[name].tolist() for name in ("element", "former", "current")]
    areas = rows["area_code"].astype("str").fillna("").tolist()
    acts = {
        _Rename(element, area, normalise_address(former), normalise_address(current), day)
        for element, former, current, area, day in zip(
            *columns, areas, days_of(rows["renamed_on"]).tolist(), strict=True
        )
    }
    there = [a for a in acts if a.former and a.current and a.former != a.current]
    return sorted(there, key=lambda a: (a.day, a))


def _followed(acts: list[_Rename]) -> dict[_Rename, str]:
    """Return for each act the name that came of it in the end."""
    taking: defaultdict[tuple[str, ...], list[_Rename]] = defaultdict(list)
    for act in acts:
        taking[act[:3]].append(act)
    ends = {}
    for act in acts:
        walked, at = {act}, act
        while ahead := [
            a for a in taking[*at[:2], at.current] if a.day >= at.day and a not in walked
        ]:
            at = ahead[0]
            walked.add(at)
        ends[act] = at.current
    return ends


def _reused(
    frame: pd.DataFrame, ends: dict[_Rename, str], library: pd.DataFrame | None
) -> pd.Series:
    """Tell which former names are present names of something else."""
    present = {(act.element, comparable(act.element, end)) for act, end in ends.items()}
    if library is not None:
        for element in sorted({act.element for act in ends} & set(library.columns)):
            present |= {(element, key) for key in element_tokens(element, library[element])[1]}
    pairs = zip(frame["element"], frame["former"], strict=True)
    return pd.Series([(e, comparable(e, f)) in present for e, f in pairs], frame.index, dtype=bool)
