"""Invented deliveries for `benchmarks.loading`: as many rows as asked for, in every format.

Nothing in them is of anybody: roads have numbers, phone numbers begin with 1380, and codes are
computed with their check characters. One row in ten thousand has a date that is none.
"""

from __future__ import annotations

import csv
import functools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pa_parquet

from blockdata.records.identifiers import (
    identity_check_character,
    organisation_check_character,
    uscc_check_character,
)

__all__ = ["FORMATS", "KINDS", "invented", "write_file"]

Random = np.random.Generator
Columns = dict[str, pa.Array]

_WORDS = (
    *("路灯不亮", "井盖破损", "垃圾满溢", "占道经营", "噪声扰民"),
    *("道路积水", "违章停车", "油烟扰民", "树木倒伏", "管道漏水"),
)
_ENDINGS = (
    *("，希望尽快处理。", "，已经多次反映。", "，影响居民出行，请有关部门现场核实后答复。"),
    *(", 请予协调。", "，请予协调。", '，有人写明"急"。', "。\n希望回电。"),
)
_BLOCK_ROWS = 50_000


def _pick(random: Random, choices: Sequence[str | None], rows: int) -> pa.Array:
    return pa.array(choices, pa.string()).take(pa.array(random.integers(0, len(choices), rows)))


def _numbers(random: Random, low: int, high: int, rows: int) -> pa.Array:
    return pa.array(random.integers(low, high, rows)).cast(pa.string())


def _counted(rows: int, first: int) -> pa.Array:
    return pa.array(np.arange(first, first + rows)).cast(pa.string())


def _text(*parts: str | pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _some(random: Random, share: float, values: pa.Array, otherwise: str | None) -> pa.Array:
    chosen = pa.array(random.random(len(values)) < share)
    return pc.if_else(chosen, values, pa.scalar(otherwise, pa.string()))


def _addresses(random: Random, rows: int) -> pa.Array:
    road, door, house = (_numbers(random, 1, n, rows) for n in (200, 300, 20))
    written = _text("第", road, "大街", door, "号", house, "号楼")
    crossing = _text("第", road, "大街与第", door, "横路交叉口")
    return pc.if_else(pa.array(random.random(rows) < 0.75), written, crossing)


def _moments(random: Random, rows: int) -> np.ndarray:
    seconds = random.integers(0, 3 * 365 * 86_400, rows)
    return np.datetime64("2023-11-01T00:00:00", "s") + seconds


def _times(moments: np.ndarray) -> pa.Array:
    return pc.replace_substring(pa.array(np.datetime_as_string(moments)), "T", " ")


def _days(random: Random, rows: int) -> pa.Array:
    days = np.datetime64("2001-01-01") + random.integers(0, 9000, rows)
    return _some(random, 0.9999, pa.array(np.datetime_as_string(days)), "2026-02-30")


def _points(random: Random, rows: int) -> Columns:
    return {
        name: pa.array(np.char.mod("%.7f", start + random.random(rows) * 0.1))
        for name, start in (("经度", 120.3), ("纬度", 36.05))
    }


def _contents(random: Random, rows: int) -> pa.Array:
    """Free texts, nearly all distinct; some name a phone, some a person to speak to."""
    said = _text("市民来电反映，", _addresses(random, rows), "附近", _pick(random, _WORDS, rows))
    days = _text("，已有", _numbers(random, 1, 60, rows), "天", _pick(random, _ENDINGS, rows))
    phone = _text("联系电话1380", _numbers(random, 1_000_000, 9_999_999, rows), "。")
    name = _text("联系人：", _pick(random, ["某甲", "某乙丙", "某丁"], rows), "。")
    return _text(said, days, _some(random, 0.12, phone, ""), _some(random, 0.06, name, ""))


def _incidents(random: Random, rows: int) -> Columns:
    opened = _moments(random, rows)
    closed = opened + random.integers(600, 9 * 86_400, rows)
    return {
        "工单编号": _text("HX", _counted(rows, 202_600_000)),
        "上报时间": _some(random, 0.9999, _times(opened), "2026-02-30 09:10:00"),
        "结案时间": _some(random, 0.92, _times(closed), None),
        "案件状态": _pick(random, ["已结案", "已结案", "在办"], rows),
        "大类名称": _pick(random, [f"第{i}大类" for i in range(12)], rows),
        "小类名称": _pick(random, _WORDS, rows),
        "问题来源": _pick(random, ["热线", "巡查", "手机应用", "网站"], rows),
        "事发地址": _some(random, 0.97, _addresses(random, rows), None),
        "所属社区": _pick(random, [f"第{i}社区" for i in range(160)], rows),
        "处置单位": _pick(random, [f"第{i}处置单位" for i in range(60)], rows),
        "满意度": _pick(random, ["满意", "基本满意", "不满意", None], rows),
        "来电号码": _some(
            random, 0.9, _text("1380", _numbers(random, 1_000_000, 1_400_000, rows)), None
        ),
        "诉求内容": _contents(random, rows),
        **_points(random, rows),
    }


def _components(random: Random, rows: int) -> Columns:
    return {
        "部件标识码": _text("9901020101", _counted(rows, 100_000 if rows < 900_000 else 1_000_000)),
        "部件名称": _pick(random, ["井盖", "路灯", "果皮箱", "行道树", "交通标志牌"], rows),
        "部件状态": _pick(random, ["完好", "完好", "破损", "丢失"], rows),
        "权属单位名称": _pick(random, [f"第{i}公司" for i in range(40)], rows),
        "养护单位名称": _pick(random, [f"第{i}养护所" for i in range(40)], rows),
        "主管部门名称": _pick(random, ["第一局", "第二局", "第三局"], rows),
        "所在单元网格": _text("990102001001", _numbers(random, 100, 999, rows)),
        "位置描述": _addresses(random, rows),
        "初始日期": _days(random, rows),
        **_points(random, rows),
    }


def _buildings(random: Random, rows: int) -> Columns:
    return {
        "建筑编码": _text("B", _counted(rows, 1_000_000)),
        "建筑名称": _text("第", _numbers(random, 1, 900, rows), "号楼"),
        "建筑地址": _addresses(random, rows),
        "建筑用途": _pick(random, ["住宅", "商业", "办公", "工业"], rows),
        "层数": _numbers(random, 1, 34, rows),
        "建筑高度（米）": pa.array(np.char.mod("%.1f", random.random(rows) * 100)),
        "建筑面积": pa.array(np.char.mod("%.2f", random.random(rows) * 9000)),
        "建成年份": _some(random, 0.9999, _numbers(random, 1950, 2026, rows), "不祥"),
        **_points(random, rows),
    }


def _persons(random: Random, rows: int) -> Columns:
    born = np.datetime64("1940-01-01") + random.integers(0, 30_000, rows)
    days = pc.replace_substring(pa.array(np.datetime_as_string(born)), "-", "")
    bodies = _text("990102", days, _numbers(random, 100, 1000, rows)).to_pylist()
    return {
        "公民身份号码": pa.array([body + identity_check_character(body) for body in bodies]),
        "现住地": _addresses(random, rows),
        "性别": _pick(random, ["男", "女", None], rows),
        "居住类型": _pick(random, ["人户一致", "人户一致", "流动", "空挂"], rows),
        "户号": _text("H", _numbers(random, 1, max(2, rows // 3), rows)),
    }


def _uscc(number: int) -> str:
    organisation = f"MA{number:06d}"
    body = f"91990102{organisation}{organisation_check_character(organisation)}"
    return body + uscc_check_character(body)


def _legal_entities(random: Random, rows: int) -> Columns:
    return {
        "统一社会信用代码": pa.array([_uscc(number) for number in range(rows)]),
        "单位名称": _text("第", _counted(rows, 1), "有限公司"),
        "住所": _addresses(random, rows),
        "行业": _pick(random, ["零售", "餐饮", "制造", "服务"], rows),
        "登记状态": _pick(random, ["存续", "存续", "注销"], rows),
        "从业人数": _numbers(random, 1, 400, rows),
        "成立日期": _days(random, rows),
        "法定代表人": _pick(random, ["某甲", "某乙丙", "某丁"], rows),
        **_points(random, rows),
    }


KINDS: dict[str, Callable[[Random, int], Columns]] = {
    "incident": _incidents,
    "component": _components,
    "building": _buildings,
    "person": _persons,
    "legal_entity": _legal_entities,
}
"""Kinds of record that can be invented."""


def invented(kind: str, rows: int) -> pa.Table:
    """Return invented rows of a kind, all columns as text; the same ones every time."""
    return pa.table(KINDS[kind](np.random.default_rng(rows), rows))


def _rows(table: pa.Table) -> Iterator[tuple[str | None, ...]]:
    yield tuple(table.column_names)
    for batch in table.to_batches(_BLOCK_ROWS):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _write_csv(
    table: pa.Table, path: Path, *, delimiter: str = ",", encoding: str = "utf-8"
) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(_rows(table))


def _write_vector(table: pa.Table, path: Path) -> None:
    import geopandas  # slow to import, and the other formats do without

    frame = table.to_pandas()
    points = geopandas.points_from_xy(
        frame.pop("经度").astype(float), frame.pop("纬度").astype(float)
    )
    # Ten bytes are all that a Shapefile has for a name, which is five characters of GBK.
    options = {"encoding": "GBK"} if path.suffix == ".shp" else {}
    geopandas.GeoDataFrame(frame, geometry=points, crs=4490).to_file(path, **options)


def _write_geojson(table: pa.Table, path: Path) -> None:
    """Write as most exports do: one feature a line."""
    names = [name for name in table.column_names if name not in ("经度", "纬度")]
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [\n')
        separator = ""
        for batch in table.to_batches(_BLOCK_ROWS):
            for row in batch.to_pylist():
                point = {"type": "Point", "coordinates": [float(row["经度"]), float(row["纬度"])]}
                properties = {name: row[name] for name in names}
                feature = {"type": "Feature", "properties": properties, "geometry": point}
                file.write(separator + json.dumps(feature, ensure_ascii=False))
                separator = ",\n"
        file.write("\n]}\n")


def _write_xlsx(table: pa.Table, path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in _rows(table):
        sheet.append(row)
    book.save(path)


FORMATS: dict[str, tuple[str, Callable[[pa.Table, Path], None]]] = {
    "csv": (".csv", _write_csv),
    "csv-gb18030": (".csv", functools.partial(_write_csv, encoding="gb18030")),
    "tsv": (".tsv", functools.partial(_write_csv, delimiter="\t")),
    "parquet": (".parquet", pa_parquet.write_table),
    "gpkg": (".gpkg", _write_vector),
    "shp": (".shp", _write_vector),
    "fgb": (".fgb", _write_vector),
    "geojson": (".geojson", _write_geojson),
    "xlsx": (".xlsx", _write_xlsx),
}
"""Suffix and writer of each format."""


def write_file(kind: str, file_format: str, rows: int, folder: Path) -> Path:
    """Write an invented file, and return its path."""
    suffix, write = FORMATS[file_format]
    path = folder / f"{kind}-{file_format}{suffix}"
    write(invented(kind, rows), path)
    return path


if __name__ == "__main__":
    asked_kind, asked_format, asked_rows, asked_folder = sys.argv[1:]
    print(write_file(asked_kind, asked_format, int(asked_rows), Path(asked_folder)))
