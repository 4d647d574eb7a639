"""Proposed unit grids tile their communities, cut nothing, keep what stays whole, and depend on
the ground alone."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from blockdata.errors import AnalysisError, ConfigError
from blockdata.grid.checks import check_layers
from blockdata.grid.drafting import DraftSettings, Ground, propose_units, summary_of_units
from blockdata.grid.numbering import reading_order


def geoms(frame):
    return frame["geom"].to_numpy(dtype=object)


def assert_tiles(units, ground, sides_of):
    shapes = geoms(units)
    assert (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all()
    assert shapely.is_valid(shapes).all()
    for community in ground.communities.itertuples():
        own = geoms(units[units["community_code"] == community.code])
        whole = shapely.union_all(own)
        assert shapely.symmetric_difference(whole, community.geom).area < 0.01
        assert abs(shapely.area(own).sum() - community.geom.area) < 0.01
    # A piece of border has one side at the outline and two elsewhere: borders are one, to the bit.
    pieces, count = sides_of(shapes)
    outline = shapely.union_all(geoms(ground.communities)).boundary
    middle = shapely.points((pieces[:, :2] + pieces[:, 2:]) / 2)
    assert set(count) <= {1, 2}
    assert (shapely.distance(middle[count == 1], outline) < 0.05).all()


@pytest.mark.parametrize(("seed", "target"), [(1, 5_000), (2, 10_000), (3, 60_000)])
def test_cells_tile_the_communities_and_cut_nothing(quarters, sides_of, seed, target):
    ground = quarters(seed)
    units = propose_units(ground, DraftSettings(target_area_m2=target))
    assert_tiles(units, ground, sides_of)
    told = summary_of_units(units, target, ground.buildings, ground.components)
    assert (told.cut_buildings, told.cut_components) == (0, 0)


@settings(max_examples=3)
@given(st.integers(10, 10_000), st.sampled_from([6_000.0, 20_000.0]))
def test_rows_in_another_order_give_the_same_draft(quarters, seed, target):
    ground = quarters(seed % 7)
    rng = np.random.default_rng(seed)
    mixed = replace(
        ground,
        **{
            field.name: (rows := getattr(ground, field.name)).iloc[rng.permutation(len(rows))]
            for field in fields(ground)
        },
    )
    wanted = DraftSettings(target_area_m2=target)
    one, other = propose_units(ground, wanted), propose_units(mixed, wanted)
    assert (shapely.to_wkb(geoms(one)) == shapely.to_wkb(geoms(other))).all()
    pd.testing.assert_frame_equal(one.drop(columns="geom"), other.drop(columns="geom"))


def test_the_checks_of_layers_find_nothing_but_what_communities_cut(quarters):
    ground = quarters(2)
    units = propose_units(ground)
    cells = [
        units.assign(id=units["code"], layer="unit", area_code=units["community_code"]),
        ground.communities.assign(id=ground.communities["code"], layer="community"),
    ]
    columns = ["id", "layer", "code", "geom"]
    found = check_layers(
        pd.concat([c[columns] for c in cells]),
        parents={"unit": "community"},
        communities="community",
        buildings=ground.buildings,
    )
    assert set(found["finding"]) <= {"cuts_building"}
    border = geoms(ground.communities)[0].boundary
    cut = ground.buildings.set_index("id").loc[found["other"], "geom"].to_numpy(dtype=object)
    assert shapely.intersects(cut, border).all()


def test_codes_run_in_reading_order_and_are_never_given_again(quarters):
    ground = quarters(4)
    first = propose_units(ground)
    assert first["code"].is_unique
    for _, own in first.groupby("community_code"):
        assert reading_order(own["geom"]).tolist() == list(range(len(own)))
    again = propose_units(ground, taken=first["code"].tolist())
    assert not set(first["code"]) & set(again["code"])
    assert first["name"].iloc[0] == f"东港社区{first['code'].iloc[0][12:]}单元网格"


def test_sites_and_water_stay_whole_and_ponds_are_land(quarters):
    ground = quarters(5)
    units = propose_units(ground)
    site = units[units["site"] == "s1"]
    assert len(site) == 1
    given_site = ground.sites["geom"].iloc[0]
    built = shapely.union_all(geoms(ground.buildings)).buffer(1)
    outside = given_site.difference(geoms(site)[0]).difference(built)
    assert outside.area < 1
    water = units[units["use"] == "water"]
    assert len(water) == 2
    assert set(water["community_code"]) == set(ground.communities["code"])


def test_most_cells_are_near_the_target(quarters):
    units = propose_units(quarters(6))
    told = summary_of_units(units, 10_000)
    assert told.outside_factor_2 <= 0.1 * told.land
    assert 0.8 < told.quantiles[0.5] < 1.25
    assert str(told).startswith("unit grids:")


def test_a_street_that_ends_inside_does_not_cut_and_one_that_stops_short_does(town_block):
    aim = DraftSettings(target_area_m2=20_000)
    blind = propose_units(town_block(("支路", [(100, -5), (100, 60)])), aim)
    assert len(blind) == 1
    short = propose_units(town_block(("支路", [(100, -5), (100, 96)])), DraftSettings())
    assert short["area_m2"].round().tolist() == [10_000, 10_000]


def test_blocks_are_joined_across_the_minor_street_and_never_across_a_main_road(town_block):
    streets = [("主干路", [(100, -5), (100, 105)]), ("巷", [(-5, 50), (205, 50)])]
    units = propose_units(town_block(*streets), DraftSettings())
    middle = shapely.get_coordinates(shapely.centroid(geoms(units))).round()
    assert middle.tolist() == [[50, 50], [150, 50]]
    crossing = DraftSettings(target_area_m2=30_000, cross_main=True)
    assert len(propose_units(town_block(*streets), crossing)) == 1
    apart = DraftSettings(target_area_m2=30_000)
    assert len(propose_units(town_block(*streets), apart)) == 2


def test_the_strip_between_two_carriageways_joins_one_side(town_block):
    streets = [("主干路", [(x, -5), (x, 105)]) for x in (98, 106)]
    units = propose_units(town_block(*streets), DraftSettings())
    assert sorted(units["area_m2"].round().tolist()) == [9_400.0, 10_600.0]


def test_a_border_is_led_around_a_building_and_a_component(town_block):
    house, post = box(95, 40, 102, 60), box(99.5, 20, 101, 21)
    fence = LineString([(80, 80), (104, 80)])
    ground = town_block(
        ("次干路", [(100, -5), (100, 105)]), buildings=[house], components=[post, fence]
    )
    units = propose_units(ground)
    assert len(units) == 2
    holds = {
        name: shapely.covers(geoms(units), shape)
        for name, shape in (("house", house), ("post", post), ("fence", fence))
    }
    assert [int(h.sum()) for h in holds.values()] == [1, 1, 1]
    west = int(np.argmin(shapely.bounds(geoms(units))[:, 0]))
    assert holds["house"][west]
    assert not holds["post"][west]


def test_a_large_block_is_cut_between_its_buildings(town_block):
    rows = [box(x, y, x + 60, y + 12) for x in (10, 120) for y in (5, 30, 62, 85)]
    units = propose_units(town_block(buildings=rows), DraftSettings())
    assert len(units) == 2
    border = shapely.intersection(*geoms(units))
    assert not shapely.intersects(border, shapely.union_all(rows))


def test_a_lane_that_ends_inside_a_large_block_is_followed(town_block):
    lane = ("巷", [(-5, 30), (110, 45)])
    units = propose_units(town_block(lane), DraftSettings(target_area_m2=9_000))
    assert len(units) == 2
    border = shapely.intersection(*geoms(units))
    on_lane = shapely.intersection(border.buffer(0.1), LineString([(0, 30.65), (110, 45)]))
    assert on_lane.length > 100


def test_a_site_reaches_to_the_street_around_it(town_block):
    streets = [("支路", [(100, -5), (100, 105)])]
    units = propose_units(town_block(*streets, sites=[box(8, 8, 92, 92)]))
    assert units["use"].tolist() == ["site", "land"]
    assert units["area_m2"].round().tolist() == [10_000, 10_000]


def test_bad_input_is_refused_or_left_out(town_block):
    with pytest.raises(AnalysisError, match="no community has a polygon"):
        propose_units(Ground(pd.DataFrame({"code": ["1"], "geom": [None]})))
    twice = pd.DataFrame({"code": ["990102001001"] * 2, "geom": [box(0, 0, 9, 9)] * 2})
    with pytest.raises(AnalysisError, match="share a code"):
        propose_units(Ground(twice))
    with pytest.raises(ConfigError, match="not positive"):
        DraftSettings(target_area_m2=0)
    with pytest.raises(ConfigError, match="order"):
        DraftSettings(largest_share=0.9)
    bow = shapely.Polygon([(20, 20), (40, 40), (40, 20), (20, 40)])
    odd = [shapely.Point(50, 50), bow, shapely.Polygon()]
    units = propose_units(town_block(buildings=odd, components=odd[:1]))
    assert units["area_m2"].sum() == pytest.approx(20_000, abs=0.1)
