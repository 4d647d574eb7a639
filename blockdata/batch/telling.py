"""What to tell of a file that was loaded: columns that nothing takes, classes nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
import pyarrow as pa

from blockdata.batch.findings import Finding
from blockdata.config import Source
from blockdata.records.code_tables import COMPONENT, MATTER, Standing, class_of_matter, standing
from blockdata.records.looks import PERSONAL, Look
from blockdata.records.mapping import nearest_fields
from blockdata.records.masking import mask_personal
from blockdata.store.batch import Batch

__all__ = ["code_findings", "column_findings", "described", "fields_of_similar_name"]

_MOST_LISTED = 40
_KEY = ["scheme", "kind", "code"]
_CLASS_CODE = re.compile(r"[0-9]{1,5}")
_COLUMNS = {
    "unmapped_columns": ("未映射的列", "columns that no field takes"),
    "dropped_columns": ("按约定不读取的列", "columns left out on purpose"),
    "absent_columns": ("配置中有而文件中没有的列", "configured, not in the file"),
}


def described(batch: Batch, column: str) -> Look:
    """Say what an unmapped column seems to hold and which fields have a similar name.

    Parameters
    ----------
    batch : Batch
    column : str
        One of `batch.unmapped`.

    Returns
    -------
    Look
        Empty texts where nothing is known of the column.
    """
    look = batch.looks.get(column)
    near = fields_of_similar_name(batch, column)
    zh = [look.zh] if look else []
    en = [look.en] if look else []
    if near:
        zh.append(f"名称相近的字段：{'、'.join(near)}")
        en.append(f"fields of a similar name: {', '.join(near)}")
    return Look("；".join(zh), "; ".join(en))


def fields_of_similar_name(batch: Batch, column: str) -> list[str]:
    """Return the fields that an unmapped column may be meant for.

    Parameters
    ----------
    batch : Batch
    column : str
        One of `batch.unmapped`.

    Returns
    -------
    list of str
        Empty where the loader did not look at the column, or saw personal values in it.
    """
    # Comparing names takes time, and nobody reads suggestions for thousands of columns.
    looked_at = batch.looks.get(column, PERSONAL) != PERSONAL
    return nearest_fields(batch.kind, column) if looked_at else []


def column_findings(source: Source, batch: Batch) -> Iterator[Finding]:
    """Name the columns that no field takes, and those left out on purpose or not there.

    Parameters
    ----------
    source : Source
    batch : Batch

    Yields
    ------
    Finding
        Never with a value; of many columns the first forty are named.
    """
    unmapped = {c: described(batch, c) for c in batch.unmapped[:_MOST_LISTED]}
    for code, columns in (
        ("unmapped_columns", batch.unmapped),
        ("dropped_columns", sorted(set(batch.dropped))),
        ("absent_columns", batch.absent),
    ):
        if columns:
            looks = unmapped if code == "unmapped_columns" else {}
            zh, en = _COLUMNS[code]
            yield Finding(
                code,
                source.name,
                f"{zh}：{_listed(columns, {c: k.zh for c, k in looks.items()}, '、')}",
                f"{en}: {_listed(columns, {c: k.en for c, k in looks.items()}, ', ')}",
                len(columns),
                warns=code == "absent_columns",
            )


def _listed(columns: Sequence[str], said: Mapping[str, str], comma: str) -> str:
    """Return names with what is said of them; a file without a header may have values there."""
    parts = [
        f"{mask_personal(c)} ({said[c]})" if said.get(c) else mask_personal(c)
        for c in columns[:_MOST_LISTED]
    ]
    more = [f"… +{len(columns) - _MOST_LISTED}"] if len(columns) > _MOST_LISTED else []
    return comma.join([*parts, *more])


def code_findings(
    source: Source, batch: Batch, local_minors_from: Mapping[str, str]
) -> Iterator[Finding]:
    """Name class codes that their edition does not have; such rows are loaded all the same.

    Parameters
    ----------
    source : Source
    batch : Batch
        Of any kind; only components and matters have classes.
    local_minors_from : mapping of scheme to str
        First minor number of the city's own, where it differs from the national table's.

    Yields
    ------
    Finding
        At most one per edition, with how many rows it concerns.
    """
    counted = _classes(batch)
    if counted is None:
        return
    told = [
        standing(scheme, kind, code, local_minors_from)
        for scheme, kind, code in counted[_KEY].itertuples(index=False)
    ]
    unknown = counted[pd.Series([s is Standing.UNKNOWN for s in told], dtype=bool)]
    for scheme, rows in unknown.groupby("scheme", sort=True):
        # What has not the form of a class code may be anything, a person's number too.
        codes = sorted(c for c in set(rows["code"]) if _CLASS_CODE.fullmatch(c))
        zh, en = _listed(codes, {}, "、"), _listed(codes, {}, ", ")
        yield Finding(
            "unknown_class_codes",
            source.name,
            f"{scheme} 中没有的类别代码：{zh or '格式不符'}",
            f"class codes that {scheme} does not have: {en or 'of another form'}",
            int(rows["rows"].sum()),
        )


def _classes(batch: Batch) -> pd.DataFrame | None:
    """Return scheme, kind, code and rows of the classes in a batch, or None if it has none."""
    rows = batch.rows
    if batch.kind.name == COMPONENT:
        kinds = pa.repeat(pa.scalar(COMPONENT), rows.num_rows)
        columns = [rows["scheme"], kinds, rows["class_code"]]
    elif batch.kind.name == MATTER:
        columns = [rows["scheme"], rows["matter_kind"], rows["code"]]
    else:
        return None
    table = pa.table(columns, names=_KEY).drop_null()
    counted: pd.DataFrame = table.group_by(_KEY).aggregate([([], "count_all")]).to_pandas()
    classes = [
        class_of_matter(code, scheme) if kind == MATTER else code
        for scheme, kind, code in counted[_KEY].itertuples(index=False)
    ]
    return counted.assign(code=classes).rename(columns={"count_all": "rows"})
