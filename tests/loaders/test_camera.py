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
