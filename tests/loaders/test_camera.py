"""Cameras: where they stand and look, never how to reach them."""

from __future__ import annotations

import pytest
import shapely

from blockdata_loaders.camera import loader

HEADER = ["设备编码", "设备名称", "IP地址", "端口", "密码", "朝向", "经度", "纬度", "安装时间段"]
CODE = "37020300001310000001"


@pytest.fixture
def load(ask, csv_file):
    def loaded(*rows, **request):
        return loader.load(ask("camera", csv_file([HEADER, *rows]), **request))

    return loaded


def test_network_access_is_dropped_on_loading(load):
    batch = load([CODE, "路口一", "192.0.2.7", "554", "canary-word", "90", "120.38", "36.07", ""])
    assert set(batch.dropped) == {"IP地址", "端口", "密码"}
    assert batch.unmapped == ("安装时间段",)
    assert not [c for c in ("192.0.2.7", "canary-word") if c in str(batch.rows.to_pylist())]


def test_network_access_is_not_in_a_rejected_row(load):
    batch = load(["7", "路口一", "192.0.2.7", "554", "canary-word", "90", "120.38", "36.07", ""])
    assert batch.rejected["reason"].tolist() == ["bad_identifier"]
    shown = str(batch.rejected.to_dict("records"))
    assert not [c for c in ("192.0.2.7", "canary-word") if c in shown]


def test_a_camera_stands_and_looks_as_the_source_says(load):
    rows = load([CODE, "", "", "", "", "90°", "120.38", "36.07", ""]).rows
    point = shapely.from_wkb(rows["geom"][0].as_py())
    assert rows["azimuth_deg"].to_pylist() == [90.0]
    assert point.x == pytest.approx(534231.97, abs=0.01)
    assert point.y == pytest.approx(3993376.68, abs=0.01)


def test_a_bearing_beyond_the_circle_is_rejected(load):
    rejected = load([CODE, "", "", "", "", "450", "", "", ""]).rejected
    assert rejected[["field", "reason"]].values.tolist() == [["azimuth_deg", "above_maximum"]]


@pytest.mark.parametrize(
    ("text", "angle"),
    [
        ("东", 90),
        ("正西", 270),
        ("朝南", 180),
        ("北向", 0),
        ("向东南", 135),
        ("45°", 45),
        ("", None),
    ],
)
def test_a_direction_in_words_is_an_azimuth(load, text, angle):
    rows = load([CODE, "", "", "", "", text, "", "", ""]).rows
    assert rows["azimuth_deg"].to_pylist() == [angle]


@pytest.mark.parametrize(
    ("text", "code", "angle"),
    [
        *((str(n), str(n), a) for n, a in enumerate((90, 270, 180, 0, 135, 45, 225, 315), 1)),
        ("东北", "6", 45),
        ("朝西北", "8", 315),
    ],
)
def test_a_direction_of_the_catalogue_is_an_azimuth(ask, text, code, angle):
    rows = loader.load_values(ask("camera"), [{"code": CODE, "direction_type": text}]).rows
    assert rows.select(["direction_type", "azimuth_deg"]).to_pylist() == [
        {"direction_type": code, "azimuth_deg": angle}
    ]


def test_an_angle_stands_above_a_direction(ask):
    row = {"code": CODE, "direction_type": "1", "azimuth_deg": "80"}
    assert loader.load_values(ask("camera"), [row]).rows["azimuth_deg"].to_pylist() == [80.0]


def test_a_sources_own_words_stand_above_those_of_the_loader(ask):
    request = ask("camera", values={"azimuth_deg": {"东": "85"}})
    rows = loader.load_values(request, [{"code": CODE, "azimuth_deg": "东"}]).rows
    assert rows["azimuth_deg"].to_pylist() == [85.0]


@pytest.mark.parametrize(
    ("said", "mount"),
    [
        *((str(n), m) for n, m in enumerate(("dome", "fixed", "fixed", "dome", "dome"), 1)),
        ("球机", "dome"),
        ("高清枪机", "fixed"),
        ("半球", "fixed"),
        ("云台枪机", "dome"),
        ("车载枪机", "vehicle"),
        ("其他", None),
        ("", None),
    ],
)
def test_how_a_camera_is_put_up_follows_from_its_type(ask, said, mount):
    rows = loader.load_values(ask("camera"), [{"code": CODE, "camera_type": said}]).rows
    assert rows["mount"].to_pylist() == [mount]


def test_a_stated_mount_stands_above_the_type(ask):
    row = {"code": CODE, "camera_type": "1", "mount": "车载", "height_m": "2.2米"}
    rows = loader.load_values(ask("camera"), [row]).rows
    assert rows.select(["mount", "height_m"]).to_pylist() == [{"mount": "vehicle", "height_m": 2.2}]


def test_a_route_is_a_geometry_of_a_camera(ask):
    row = {"code": CODE, "mount": "vehicle", "geom": "LINESTRING (534000 3993000, 534100 3993000)"}
    rows = loader.load_values(ask("camera"), [row]).rows
    assert shapely.from_wkb(rows["geom"][0].as_py()).length == 100
