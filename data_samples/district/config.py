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
window_days = 365
recur_days = {recur_days}
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
