"""What interventions reach: whole cells, named addresses, the nearest point, all along lines."""

import pandas as pd
import pytest
import shapely

from blockdata.analysis.effect import EffectSettings
from blockdata.config import Effects
from blockdata.engines.effect_studies import Ground, reach, study_effect, told_places
from blockdata.errors import AnalysisError

DAY = pd.Timestamp("2026-01-01")


def _ground():
    cells = [shapely.box(100 * n, 0, 100 * n + 100, 100) for n in range(3)]
    places = [
        *(("address", f"adr{n}", 20.0 + 30 * n, 50.0, None) for n in range(6)),
        *(("component", f"cmp{n}", 25.0 + 30 * n, 50.0, None) for n in range(6)),
        *(("cell:unit", f"grd{n}", 50.0 + 100 * n, 50.0, cell) for n, cell in enumerate(cells)),
    ]
    table = pd.DataFrame(places, columns=["place_kind", "place", "x", "y", "geom"])
    events = pd.DataFrame(
        [("address", "adr0", "噪声")] * 3
        + [("component", "cmp0", "路灯")] * 3
        + [("address", "adr1", "杂项"), ("component", "cmp1", "杂项")],
        columns=["place_kind", "place", "category"],
    ).assign(day=DAY)
    return Ground(table, events, DAY, DAY + pd.Timedelta(days=300))


def _reached(geom, category=None, place=None):
    works = pd.DataFrame(
        {
            "intervention": ["w"],
            "geom": pd.Series([geom], dtype=object),
            "place": pd.Series([place], dtype="str"),
            "category": pd.Series([category], dtype="str"),
            "started_on": [DAY],
            "ended_on": [pd.NaT],
        }
    )
    return reach(works, _ground(), Effects())["place"].tolist()


def test_an_area_reaches_the_cells_that_it_covers_whole():
    assert _reached(shapely.box(-1, -1, 205, 101), "噪声") == ["grd0", "grd1"]
    # All but a twentieth of the second.
    assert _reached(shapely.box(0, 0, 195, 100), "噪声") == ["grd0", "grd1"]


def test_an_area_within_a_cell_reaches_the_places_inside_of_the_kinds_of_its_category():
    area = shapely.box(40, 40, 90, 60)
    assert _reached(area, "噪声") == ["adr1", "adr2"]
    assert _reached(area, "路灯") == ["cmp1", "cmp2"]
    assert _reached(area) == ["adr1", "adr2", "cmp1", "cmp2"]


def test_a_point_reaches_the_nearest_of_each_kind_and_a_line_all_along():
    assert _reached(shapely.Point(51, 52), "杂项") == ["adr1", "cmp1"]
    assert _reached(shapely.Point(51, 52), "噪声") == ["adr1"]
    assert _reached(shapely.Point(5000, 0), "噪声") == []
    assert _reached(shapely.LineString([(50, 50), (110, 50)]), "噪声") == [
        *("adr0", "adr1", "adr2", "adr3", "adr4")
    ]


def test_a_named_address_is_what_was_reached_wherever_the_drawing_lies():
    assert _reached(shapely.Point(51, 52), "噪声", "adr4") == ["adr4"]
    assert _reached(None, "路灯", "adr4") == ["adr4"]


def test_units_are_taken_apart_and_categories_stay_among_their_own():
    treated = pd.DataFrame(
        {
            "place_kind": ["address", "component"],
            "place": ["adr0", "cmp0"],
            "category": ["噪声", None],
            "started_on": DAY + pd.Timedelta(days=150),
            "ended_on": pd.NaT,
        }
    )
    settings = EffectSettings(min_places=1, min_events=1, min_days=60, pre_days=100, post_days=100)
    taken = treated.head(0)
    effect = study_effect(_ground(), treated, taken, settings)
    told = told_places(effect, treated)
    own = told[told["matched_to"].isna()].set_index("place")
    assert own["place_kind"].to_dict() == {"adr0": "address", "cmp0": "component"}
    assert own.loc["adr0", "category"] == "噪声" and pd.isna(own.loc["cmp0", "category"])
    few = study_effect(_ground(), treated, taken, EffectSettings(min_places=3))
    assert few.summary["reason"] == "too_few_places" and few.summary["treated"] == 2
    assert len(told_places(few, treated)) == 2
    none = study_effect(_ground(), treated.head(0), taken, EffectSettings(min_places=1))
    assert none.summary["reason"] == "too_few_places"
    assert told_places(none, treated.head(0)).empty


def test_settings_that_do_not_fit_are_refused():
    with pytest.raises((AnalysisError, ValueError), match="min_days"):
        Effects(pre_days=10)
