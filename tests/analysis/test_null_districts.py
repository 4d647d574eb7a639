"""Null districts: drawn as stated, counted with exact intervals, and quiet for hot spots."""

import numpy as np
import pytest
from scipy import stats

from benchmarks.statistics.districts import PLANTS, WINDOWS_DAYS, District, Kind, neighbours
from benchmarks.statistics.null import Share, main, shares
from benchmarks.statistics.null_methods import METHODS

NOTHING = PLANTS["nothing"]


def test_a_district_follows_from_its_key():
    kind, plant = Kind(2.0, 1.0, cells=30), PLANTS["cell x5"]
    one, same, other = (District(kind, plant, (1, n)) for n in (7, 7, 8))
    assert (one.counts == same.counts).all() and (one.exposure == same.exposure).all()
    assert (one.family() == same.family()).all() and (one.weekly() == same.weekly()).all()
    assert (one.exposure != other.exposure).any()


@pytest.mark.parametrize("law", ["gamma", "lognormal"])
def test_counts_have_the_mean_and_spread_of_their_kind(law):
    kind = Kind(5.0, 20.0, cells=40_000, sigma=0.0, law=law)
    counts = District(kind, NOTHING, (3,)).counts
    assert counts.mean() == pytest.approx(20.0, rel=0.02)
    assert counts.var() == pytest.approx(20.0 + 20.0**2 / 5, rel=0.1)


def test_what_is_planted_is_multiplied_and_nothing_else():
    kind = Kind(np.inf, 1.0, cells=100)
    for name, cells in (("cell x3", 1), ("3 x 3 cells x3", 9)):
        district = District(kind, PLANTS[name], (1,))
        times = district.expected / district.level
        assert len(district.planted) <= cells and times[district.planted] == pytest.approx(3.0)
        assert not (np.delete(times, district.planted) != 1).any()


def test_a_share_of_cells_has_no_exposure_and_no_incident():
    district = District(Kind(2.0, 10.0, unexposed=0.1), NOTHING, (1,))
    none = district.exposure == 0
    assert 0.05 < none.mean() < 0.15 and not district.counts[none].any()


def test_windows_lie_inside_one_another_and_weeks_add_up():
    district = District(Kind(2.0, 10.0, cells=50), NOTHING, (1,))
    family = district.family()
    assert len(family) == len(WINDOWS_DAYS) and (np.diff(family, axis=0) >= 0).all()
    cell, day = district.incidents()
    assert (np.bincount(cell, minlength=50) == district.weekly().sum(axis=1)).all()
    assert day.min() >= 0 and day.max() < 84


def test_cells_touch_at_most_eight_others():
    _, _, weights = neighbours(64)
    assert sorted(set(weights.sum(axis=1).tolist())) == [3.0, 5.0, 8.0]


@pytest.mark.parametrize(("found", "of"), [(0, 40), (3, 40), (40, 40)])
def test_the_interval_is_clopper_and_pearsons(found, of):
    exact = stats.binomtest(found, of).proportion_ci(method="exact")
    assert Share(found, of, 0.0).interval() == pytest.approx((exact.low, exact.high))


def test_every_method_runs_and_one_line_a_kind_is_printed(capsys):
    small = ["--districts", "2", "--planted", "1", "--cells", "36", "--means", "0.02", "2"]
    main([*small, "--sizes", "2", "--unexposed", "0.1"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(METHODS) * 5 + 1
    assert [line.split()[1] for line in lines if line.startswith("--")] == [
        f"{n}:" for n in METHODS
    ]


def test_the_number_of_processes_changes_nothing(capsys):
    small = ["--districts", "3", "--planted", "1", "--cells", "36", "--sizes", "2"]
    tables = []
    for jobs in ("1", "2"):
        main([*small, "--methods", "binomial", "--jobs", jobs])
        tables.append([line for line in capsys.readouterr().out.splitlines() if "ms" not in line])
    assert tables[0][:-1] == tables[1][:-1]


@pytest.mark.parametrize("size", [np.inf, 5.0, 2.0])
@pytest.mark.parametrize("mean", [0.02, 0.5, 10.0])
def test_null_districts_stay_quiet(size, mean):
    # 0.05 plus three standard errors of 60 draws; the benchmark measures it with more.
    assert shares((Kind(size, mean), "nothing", 60), ["hotspots"])["hotspots"].value <= 0.135


def test_one_cell_of_five_times_the_risk_is_found_where_it_can_be():
    found = shares((Kind(np.inf, 10.0), "cell x5", 30), ["hotspots", "z_of_counts"])
    assert found["hotspots"].value > 0.9
    assert shares((Kind(2.0, 10.0), "nothing", 30), ["binomial"])["binomial"].value > 0.9


def test_gi_star_finds_as_much_where_nothing_is_as_was_published():
    # 97.5 % of 1,064 alike cells with 0.02 incidents each, 6 % with 10: three standard errors.
    few, many = (
        shares((Kind(np.inf, mean, sigma=0.0), "nothing", 100), ["gi_star"])["gi_star"].value
        for mean in (0.02, 10.0)
    )
    assert few >= 0.928 and many <= 0.131
