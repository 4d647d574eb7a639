"""A city's own systems: what the parameters do, and that nothing tells them."""

from __future__ import annotations

import json
import logging
import tomllib
import traceback

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.config import load_config, parse_config
from blockdata.crs import Affine, Helmert, Similarity, projection
from blockdata.errors import ConfigError, SourceError

# Invented numbers, with digits that can be searched for.
EAST_M, NORTH_M = 481234.5678, 3956789.4321
SECRETS = ("481234", "3956789", "77.125", "1.000042", "-119.375", "48.875")
SHIFT = Similarity(
    target="EPSG:4549",
    east_m=EAST_M,
    north_m=NORTH_M,
    rotation_arcsec=77.125,
    positive="clockwise",
    scale=1.000042,
)
PLANE = Affine(target="EPSG:4549", matrix=(1.000042, 0, EAST_M, 0, 1.000042, NORTH_M))
DATUM = Helmert(
    source="EPSG:2436",
    target="EPSG:4490",
    convention="position_vector",
    dx_m=77.125,
    dy_m=-119.375,
    dz_m=48.875,
    rx_arcsec=0.5,
    ry_arcsec=-1.5,
    rz_arcsec=2.5,
    scale_ppm=-3.5,
)
SYSTEMS = [SHIFT, PLANE, DATUM]


def test_a_clockwise_turn_takes_north_to_east():
    turned = SHIFT.model_copy(update={"rotation_arcsec": 90 * 3600.0, "scale": 1.0})
    north_of_origin = turned.placed(np.array([[0.0, 1000.0]])) - [EAST_M, NORTH_M]
    assert north_of_origin[0] == pytest.approx([1000, 0], abs=1e-6)


def test_both_senses_of_turning_are_opposite():
    other = SHIFT.model_copy(update={"positive": "anticlockwise", "rotation_arcsec": -77.125})
    points = np.array([[20_000.0, 30_000.0]])
    assert SHIFT.placed(points) == pytest.approx(other.placed(points))


@given(st.tuples(st.floats(0, 1e5), st.floats(0, 1e5)))
def test_a_similarity_is_the_affine_of_the_same_numbers(point):
    turn = -77.125 / 3600
    cos, sin = 1.000042 * np.cos(np.radians(turn)), 1.000042 * np.sin(np.radians(turn))
    same = Affine(target="EPSG:4549", matrix=(cos, -sin, EAST_M, sin, cos, NORTH_M))
    points = np.array([point])
    assert SHIFT.placed(points) == pytest.approx(same.placed(points), abs=1e-8)


def _geocentric(lon, lat, a, rf):
    e2 = (2 - 1 / rf) / rf
    n = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    return np.array(
        [n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon), n * (1 - e2) * np.sin(lat)]
    )


def _geographic(xyz, a, rf):
    e2 = (2 - 1 / rf) / rf
    lat = np.arctan2(xyz[2], np.hypot(*xyz[:2]) * (1 - e2))
    for _ in range(20):
        n = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
        lat = np.arctan2(xyz[2] + e2 * n * np.sin(lat), np.hypot(*xyz[:2]))
    return np.degrees([np.arctan2(xyz[1], xyz[0]), lat])


@pytest.mark.parametrize(("convention", "sign"), [("position_vector", 1), ("coordinate_frame", -1)])
@pytest.mark.parametrize("point", [(120.38, 36.07), (121.4, 31.2), (119.0, 22.5)])
def test_helmert_is_the_formula_of_bursa_and_wolf(convention, sign, point):
    system = DATUM.model_copy(update={"convention": convention, "source": "EPSG:4214"})
    old = _geocentric(*np.radians(point), 6378245, 298.3)
    rx, ry, rz = sign * np.radians(np.array([0.5, -1.5, 2.5]) / 3600)
    turn = np.array([[1, -rz, ry], [rz, 1, -rx], [-ry, rx, 1]])
    new = np.array([77.125, -119.375, 48.875]) + (1 - 3.5e-6) * turn @ old
    expected = _geographic(new, 6378137, 298.257222101)
    assert system.placed(np.array([point]))[0] == pytest.approx(expected, abs=1e-9)


def test_helmert_unprojects_the_old_zone_and_projects_into_the_new():
    old = pyproj.Transformer.from_crs("EPSG:4214", "EPSG:2436", always_xy=True)
    metres = np.column_stack(old.transform([117.5], [36.07]))
    degrees = DATUM.model_copy(update={"source": "EPSG:4214"}).placed(np.array([[117.5, 36.07]]))
    assert DATUM.placed(metres) == pytest.approx(degrees, abs=1e-9)
    to_zone = pyproj.Transformer.from_crs("EPSG:4490", "EPSG:4548", always_xy=True)
    in_zone = DATUM.model_copy(update={"target": "EPSG:4548"}).placed(metres)
    assert in_zone[0] == pytest.approx(to_zone.transform(*degrees[0]), abs=1e-4)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.kind)
def test_a_local_system_leads_through_its_target_into_the_base(system):
    point = np.array([[500_100.0, 3_990_100.0]]) if system is DATUM else np.array([[30e3, 20e3]])
    step = projection(system.target, "EPSG:4548", "here")
    expected = step(system.placed(point))
    assert projection(system, "EPSG:4548", "here")(point) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.kind)
def test_no_representation_or_dump_tells_parameters(system, caplog):
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("any").debug("%s %r", system, system)
    texts = [repr(system), str(system), repr([system]), system.model_dump_json(), caplog.text]
    texts.append(json.dumps(system.model_dump()))
    assert not [secret for secret in SECRETS for text in texts if secret in text]


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.kind)
def test_the_lines_for_a_configuration_give_the_system_back(system):
    assert type(system).model_validate(tomllib.loads(system.as_toml())) == system


def test_a_digest_changes_with_any_parameter():
    others = [SHIFT.model_copy(update={n: v}) for n, v in (("east_m", 1.0), ("scale", 1.0))]
    assert len({s.digest for s in (SHIFT, *others, PLANE, DATUM)}) == 5


RAW = {"city": {"name": "x"}, "base": {"path": "b"}, "source": []}


def _parsed(tmp_path, **table):
    return parse_config(RAW | {"crs": {"old_town": table}}, folder=tmp_path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"east_m": "481234"}, None),
        ({"east_m": "481234 m"}, "east_m"),
        ({"scale": 481.234}, "scale"),
        ({"positive": "481234"}, "positive"),
        ({"turn_481": 481234.0}, "turn_481"),
        ({"kind": "481234"}, "no kind of local system"),
        ({"target": "481234"}, "PROJ knows"),
        ({"east_m": float("nan")}, "east_m"),
    ],
)
def test_a_wrong_table_is_told_by_its_key_alone(tmp_path, change, says):
    table = tomllib.loads(SHIFT.as_toml()) | change
    if says is None:
        assert _parsed(tmp_path, **table).local_systems["old_town"].kind == "similarity"
        return
    with pytest.raises(ConfigError, match=says) as caught:
        _parsed(tmp_path, **table)
    told = "".join(traceback.format_exception(caught.value)).replace("turn_481", "")
    assert not any(digits in told for digits in ("481234", "481.234", *SECRETS))


def test_six_parameters_have_to_span_the_plane(tmp_path):
    with pytest.raises(ConfigError, match="one line"):
        _parsed(tmp_path, kind="affine", target="EPSG:4549", matrix=[1, 2, 0, 2, 4, 0])


def test_a_private_file_is_read_when_it_is_needed(tmp_path, monkeypatch):
    city = tmp_path / "city.toml"
    city.write_text(
        '[city]\nname = "x"\n[base]\npath = "b"\n'
        '[crs.old_town]\nfile = "${BLOCKDATA_TEST_SECRETS}/old.toml"\n'
        '[[source]]\nname = "s"\nkind = "street"\npath = "s"\ndate = {on = 2026-11-01}\n',
        encoding="utf-8",
    )
    config = load_config(city)
    with pytest.raises(ConfigError, match="BLOCKDATA_TEST_SECRETS is not set"):
        _ = config.local_systems
    monkeypatch.setenv("BLOCKDATA_TEST_SECRETS", str(tmp_path / "apart"))
    with pytest.raises(ConfigError, match="not there"):
        _ = config.local_systems
    (tmp_path / "apart").mkdir()
    private = tmp_path / "apart" / "old.toml"
    private.write_text(SHIFT.as_toml(), encoding="utf-8")
    assert dict(config.local_systems) == {"old_town": SHIFT}
    private.write_text(SHIFT.model_copy(update={"scale": 1.0}).as_toml(), encoding="utf-8")
    assert load_config(city).files_fingerprint != config.files_fingerprint


def test_a_private_file_that_is_no_toml_is_not_quoted(tmp_path):
    (tmp_path / "old.toml").write_text("east_m = 481234,5\n", encoding="utf-8")
    config = _parsed(tmp_path, file="old.toml")
    with pytest.raises(ConfigError, match="not TOML") as caught:
        _ = config.local_systems
    assert "481234" not in "".join(traceback.format_exception(caught.value))


def test_a_file_stands_alone_and_names_of_maps_are_taken(tmp_path):
    with pytest.raises(ConfigError, match="file alone"):
        _parsed(tmp_path, file="old.toml", kind="affine")
    with pytest.raises(ConfigError, match="displaced"):
        parse_config(RAW | {"crs": {"gcj02": {"kind": "affine"}}}, folder=tmp_path)


def test_a_configuration_never_tells_its_parameters(tmp_path):
    config = _parsed(tmp_path, **tomllib.loads(SHIFT.as_toml()))
    texts = [repr(config), str(config), config.model_dump_json(by_alias=True)]
    texts += [repr(dict(config.local_systems)), config.files_fingerprint]
    assert not [secret for secret in SECRETS for text in texts if secret in text]


def test_a_datum_that_leads_nowhere_is_an_error_without_numbers():
    stray = DATUM.model_copy(update={"target": "EPSG:5737"})
    with pytest.raises(SourceError, match="does not lead to its target") as caught:
        projection(stray, "EPSG:4549", "here")
    assert not any(s in "".join(traceback.format_exception(caught.value)) for s in SECRETS)
