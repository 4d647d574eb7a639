"""The configuration that belongs to the files: written from the declaration of the sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from data_samples.district.coordinates import local_to_crs
from data_samples.district.matters import MATTERS
from data_samples.district.population import RASTER, YEAR
from data_samples.district.sizes import CRS, Size
from data_samples.district.sources import Source, delivered_by

_HEAD = """\
# Configuration of the sample district. Everything a base is built by stands in this one file;
# paths are relative to its folder. The day of a run is given on the command line:
#     blockdata nightly city.toml --as-of 2026-11-01
# 样例区的配置：建库所需的一切都在这一个文件里，路径相对于本文件所在文件夹；运行日期在命令行给出。

[city]
name = "{name}"
code = "{code}"
crs = "{crs}"                          # CGCS2000, 3-degree zone around 120°E, in metres
time_zone = "Asia/Shanghai"                # days begin and end here
lang = "zh"
extent = [{extent}]    # west, south, east, north; rows outside are set aside

[base]
path = "{base}"

[keys]                                     # keys lie outside the base, never beside its data
people_file = "{keys}/people.key"          # the steward's
text_file = "{keys}/text.key"              # the analysts'

[hotspots]
layer = "unit"
windows_days = [28]

[chronic]
window_days = 720
recur_days = {recur_days}

# 工作日历：节假日与调休上班日照每年的通知写；处置时限按它计。
# When the city works: holidays, and days worked instead, by each year's notice.
[calendar]
hours = [[08:00:00, 12:00:00], [14:00:00, 18:00:00]]
holidays = [
    2026-01-01, 2026-01-02, 2026-01-03, 2026-02-15, 2026-02-16, 2026-02-17, 2026-02-18,
    2026-02-19, 2026-02-20, 2026-02-21, 2026-02-22, 2026-02-23, 2026-04-04, 2026-04-05,
    2026-04-06, 2026-05-01, 2026-05-02, 2026-05-03, 2026-05-04, 2026-05-05, 2026-06-19,
    2026-06-20, 2026-06-21, 2026-09-25, 2026-09-26, 2026-09-27, 2026-10-01, 2026-10-02,
    2026-10-03, 2026-10-04, 2026-10-05, 2026-10-06, 2026-10-07,
]
working_weekends = [2026-01-04, 2026-02-14, 2026-02-28, 2026-05-09, 2026-09-20, 2026-10-10]

# 考核总分的权重，按本市考核办法写；不写则不算总分。
# Weights of the score, by the city's own rules; without any there is no score.
[scorecard.weights]
closing = 30
closing_on_time = 30
rework = 20
satisfaction = 20

# 时限从派遣起算（没有派遣时从受理、上报起算）；用去八成亮黄灯，超期亮红灯。
# The clock starts when a case is dispatched, else accepted or reported; lights by share used.
[responsibility]
clock_starts = "dispatched"
yellow_share = 0.8
red_share = 1.0
border_m = 20
due_soon_hours = 8
"""
_FAMILIES = """\
# 一个起因会带来哪些类别的案件（店铺：油烟、占道、垃圾、噪声），用于串并案。
# Which categories one cause brings, by which related cases are put together.
[chains.families]
shop = ["占道经营", "暴露垃圾", "油烟扰民", "噪声扰民"]
street = ["道路破损", "井盖破损", "路灯故障"]
estate = ["物业管理", "供水问题"]
"""
_DECLARED = """\
# 公布的各层网格数量，与实有的核对。
# How many grids of each layer the city says it has; held against what is there.
[grid.declared]
"""
_RASTER = """\
# 人口栅格（虚构，每像元人数），用来与登记人口核对。
# A raster of population, invented, people per pixel; the register's figures are held against it.
[population_raster]
path = "{raster}"
year = {year}
"""
_LOCAL = """\
# 本市独立坐标系（虚构的四参数）/ The city's own coordinate system, four invented parameters.
[crs.local]
kind = "similarity"
target = "{crs}"
east_m = {east_m!r}
north_m = {north_m!r}
rotation_arcsec = {rotation_arcsec!r}
positive = "anticlockwise"
scale = {scale!r}
"""
_PRECEDENCE = """\
# Whom to believe where two sources know the same thing: the market register has the legal name,
# the tax office counts the staff. 同一事实多方提供时以谁为准。
[precedence.legal_entity]
name = [{market}, {tax}]
staff = [{tax}, {market}]
"""
_OWN = """\
# A record kind that only this city has. 本市自加的记录类型。
[[kinds]]
name = "bench"
prefix = "bch"
zh = "休憩座椅"
en = "Bench"
doc = "A public bench."
key = ["code"]
geometry = "point"
fields = [
    { name = "code", type = "code", zh = "座椅编号", en = "Bench code", required = true },
    { name = "seats", type = "int", zh = "座位数", en = "Seats", unit = "1", ge = 1, le = 20 },
]

# A field that only this city has, on a kind that exists. 本市自加的字段。
[[fields.component]]
name = "material"
type = "code"
zh = "材质"
en = "Material"
codes = { cast_iron = "铸铁", composite = "复合材料", concrete = "混凝土" }

# ---- Sources. Deliveries are applied by date, then in the order of this file. ----
"""


def configuration(
    size: Size,
    city: tuple[str, str],
    extent: tuple[float, float, float, float],
    districts: int,
    *,
    base: str,
    keys: str,
    declared: Mapping[str, int],
) -> str:
    """Return the text of `city.toml`.

    Parameters
    ----------
    size : str
    city : tuple of str
        Name and code.
    extent : tuple of float
        West, south, east, north in degrees.
    districts : int
        In a city each district has sources of its own, under its own folder.
    base, keys : str
        Paths of the base and of the folder of keys.
    declared : mapping of str to int
        How many grids of each layer the city says it has.

    Returns
    -------
    str
    """
    many = size == "city"
    own = [f"d{n + 1:02}" for n in range(districts)] if many else [""]
    sources = delivered_by(size)
    names = {s.name: [_name(s, d) for d in own] for s in sources}
    parts = [
        _HEAD.format(
            name=city[0],
            code=city[1],
            crs=CRS,
            extent=", ".join(f"{e:.4f}" for e in extent),
            base=base,
            keys=keys,
            recur_days=30 if size == "tiny" else 90,
        )
    ]
    parts.append(_FAMILIES)
    parts.append(_DECLARED + "".join(f"{n} = {count}\n" for n, count in declared.items()))
    if not many:
        parts.append(_RASTER.format(raster=RASTER, year=YEAR))
    if any(s.crs == "local" for s in sources):
        back = local_to_crs()
        arcsec = back["rotation_deg"] * 3600
        parts.append(_LOCAL.format(crs=CRS, rotation_arcsec=arcsec, **back))
    if "entity_tax" in names:
        quoted = {n: ", ".join(f'"{own}"' for own in names[n]) for n in names}
        parts.append(_PRECEDENCE.format(market=quoted["entity_market"], tax=quoted["entity_tax"]))
    parts.append(_OWN)
    parts += ["\n".join(_lines(s, size, d)) + "\n" for d in own for s in sources]
    return "\n".join(parts)


def _name(source: Source, district: str) -> str:
    return f"{source.name}_{district}" if district else source.name


def _lines(source: Source, size: Size, district: str) -> Iterator[str]:
    folder = f"sources/{district}/{source.name}" if district else f"sources/{source.name}"
    zh, en = source.doc
    yield f"# {zh}。"
    yield f"# {en}."
    yield "[[source]]"
    yield f'name = "{_name(source, district)}"'
    yield f'kind = "{source.kind}"'
    yield f'path = "{folder}/*{source.suffix(size)}"'
    yield "date = { name = '_(\\d{8})\\.' }  # the delivery's date stands in the file's name"
    mode = source.mode_in(size)
    if mode != "full":
        yield f'mode = "{mode}"'
    if source.flag and mode == "delta":
        yield f'change = {{ column = "{source.flag}", removes = ["D"] }}'
    if source.crs and (source.columns or not source.states_crs):
        yield f'crs = "{source.crs}"'
    yield from source.settings
    if source.name == "incident_app":
        yield "[source.values.category]                   # the app's own words / 分类用自己的说法"
        yield from (f'"{m.app_name}" = "{m.name}"' for m in MATTERS)
