"""What is wrong with typed rows, which of them are accepted, and under which key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.crs import bounds_in
from blockdata.errors import PrivacyError
from blockdata.records import Held
from blockdata.records.checks import geometry_violations, violations
from blockdata.store.batch import Doubt, LoadRequest
from blockdata_loaders.arrays import BoolArray, flags
from blockdata_loaders.columns import place
from blockdata_loaders.coordinates import Geometries
from blockdata_loaders.crs_check import crs_doubts
from blockdata_loaders.keys import is_personal, key_texts, repeats
from blockdata_loaders.repaired import repair_doubts
from blockdata_loaders.rows import GEOM, Rows

__all__ = ["Problem", "Verdict", "judged", "key_fields"]

Problem = tuple[str | None, str, BoolArray]
"""Field, reason, and the rows for which it holds."""


@dataclass(frozen=True)
class Verdict:
    """What became of n rows.

    Parameters
    ----------
    keys : pa.Array, shape (n,)
        Keys; null where a row has none or none that may be shown.
    content : pa.Table, n rows
        Typed fields and geometry; a row that removes has its key alone.
    found : pd.DataFrame
        `row`, `field`, `reason` of every violation.
    accepted, merged : ndarray of bool, shape (n,)
    doubts : tuple of Doubt
        What is suspected of the file as a whole.
    """

    keys: pa.Array
    content: pa.Table
    found: pd.DataFrame
    accepted: BoolArray
    merged: BoolArray
    doubts: tuple[Doubt, ...] = ()


def key_fields(request: LoadRequest) -> tuple[str, ...]:
    """Return the fields that identify a row of a source.

    Raises
    ------
    PrivacyError
        If the source's key is held apart and would stand in the open file.
    """
    kind = request.kind
    if kind.private:
        return kind.key
    names = request.source.key or kind.key
    for name in names:
        if kind.field(name).held is not Held.OPEN:
            raise PrivacyError(
                f"the key cannot have {name!r}: it is held apart and keys are open",
                where=f"source {request.source.name}, key",
                allowed=", ".join(f.name for f in kind.held_in(Held.OPEN)),
            )
    return names


def judged(
    request: LoadRequest,
    rows: Rows,
    columns: Mapping[str, pa.Array],
    unread: Mapping[str, BoolArray],
    own: Iterable[Problem],
    *,
    whole_file: bool,
) -> Verdict:
    """Check rows against their declaration, their place and each other.

    Parameters
    ----------
    request : LoadRequest
    rows : Rows
    columns : mapping of field name to pa.Array
        Typed and treated columns of every field.
    unread : mapping of field name to ndarray of bool
        Where a value stood that could not be read.
    own : iterable of (field, reason, rows)
        What the kind's own loader found.
    whole_file : bool
        Whether the rows are a file, so that most of them lying elsewhere speaks of the CRS.

    Raises
    ------
    SourceError
        Reason "wrong_crs".
    """
    key = key_fields(request)
    found = _of_fields(request, columns, unread)
    of_geometry = _of_geometry(request, rows.geometries)
    found = [*found, *own, *of_geometry]
    found = [(f, r, at if f in key else at & ~rows.removes) for f, r, at in found]
    parts = [columns[name] for name in key]
    keys = key_texts(parts)
    outside = _any_of([f for f in of_geometry if f[1] == "outside_extent"], len(rows))
    known_by = (keys, columns.get("name"))
    doubts = crs_doubts(request, rows.geometries, outside, *known_by) if whole_file else ()
    doubts += repair_doubts(request, rows)
    found += _of_keys(request, keys, parts, _any_of(found, len(rows), key))
    content = _content(request, rows, columns, key)
    usable = ~_any_of(found, len(rows))
    compared = content.append_column("removes", pa.array(rows.removes))
    merged, conflicting = repeats(keys, compared, usable)
    found.append((None, "conflicting_key", conflicting))
    if request.set_aside:
        found.append((None, "set_aside", usable & ~merged & ~conflicting))
        usable = np.zeros(len(rows), dtype=np.bool_)
    hidden = _any_of([f for f in found if _hides_key(f, key)], len(rows))
    shown = pc.if_else(pa.array(hidden), pa.scalar(None, pa.string()), keys)
    accepted = usable & ~merged & ~conflicting
    return Verdict(shown, content, _frame(found), accepted, merged, doubts)


def _hides_key(problem: Problem, key: tuple[str, ...]) -> bool:
    field, reason, _ = problem
    return reason == "personal_key" or (field in key and reason in ("missing", "unreadable"))


def _any_of(found: list[Problem], count: int, fields: tuple[str, ...] | None = None) -> BoolArray:
    rows = np.zeros(count, dtype=np.bool_)
    for field, _, at in found:
        if fields is None or field in fields:
            rows |= at
    return rows


def _frame(found: list[Problem]) -> pd.DataFrame:
    """Return one line per violation, by row, then in the order in which they were found."""
    lines = [(np.flatnonzero(at), field, reason) for field, reason, at in found]
    rows = np.concatenate([np.empty(0, np.int64), *(at for at, _, _ in lines)])
    names = [field for at, field, _ in lines for _ in at]
    reasons = [reason for at, _, reason in lines for _ in at]
    frame = pd.DataFrame({"row": rows, "field": pd.Series(names, dtype=object), "reason": reasons})
    return frame.sort_values("row", kind="stable", ignore_index=True)


def _problems(frame: pd.DataFrame, count: int) -> list[Problem]:
    """Return violations as flags, in the order in which field and reason first appear."""
    found: list[Problem] = []
    for (field, reason), lines in frame.groupby(["field", "reason"], sort=False):
        at = np.zeros(count, dtype=np.bool_)
        at[lines["row"].to_numpy()] = True
        found.append((str(field), str(reason), at))
    return found


def _of_fields(
    request: LoadRequest, columns: Mapping[str, pa.Array], unread: Mapping[str, BoolArray]
) -> list[Problem]:
    # Without the secret there are no pseudonyms, and nobody is to blame for it.
    left_out = () if request.secret else (Held.PSEUDONYM,)
    checked = [f.name for f in request.kind.fields if f.held not in left_out]
    table = pa.table({name: columns[name] for name in checked})
    bad = {name: np.asarray(flag) for name, flag in unread.items()}
    found = _problems(violations(request.kind, table, bad), table.num_rows)
    order = {f.name: place for place, f in enumerate(request.kind.fields)}
    return sorted(found, key=lambda problem: order[str(problem[0])])


def _of_geometry(request: LoadRequest, given: Geometries | None) -> list[Problem]:
    if given is None:
        return []
    extent = None
    if request.extent is not None:
        extent = bounds_in(request.extent, request.crs, place(request))
    found = _problems(geometry_violations(request.kind, given.wkb, extent), len(given.wkb))
    return [
        *found,
        (GEOM, "unreadable_geometry", given.unreadable),
        (GEOM, "outside_extent", given.infinite),
    ]


def _of_keys(
    request: LoadRequest, keys: pa.Array, parts: list[pa.Array], told: BoolArray
) -> list[Problem]:
    """Return rows without a key, unless a part of it is `told` to be wrong, and personal keys."""
    found: list[Problem] = [(None, "missing_key", flags(keys.is_null()) & ~told)]
    if not request.kind.private:
        personal = np.logical_or.reduce([is_personal(part) for part in parts])
        found.append((None, "personal_key", personal))
    return found


def _content(
    request: LoadRequest, rows: Rows, columns: Mapping[str, pa.Array], key: tuple[str, ...]
) -> pa.Table:
    """Return what rows say; of a row that removes only what tells which thing it removes."""
    content = {f.name: columns[f.name] for f in request.kind.fields}
    if rows.geometries is not None:
        content[GEOM] = rows.geometries.wkb
    if rows.removes.any():
        removes = pa.array(rows.removes)
        kept = {*key, request.kind.natural_key}
        content = {
            name: c if name in kept else pc.if_else(removes, pa.scalar(None, c.type), c)
            for name, c in content.items()
        }
    return pa.table(content)
