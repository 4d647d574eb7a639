"""The page tells of a population raster where there is one, and of nothing where there is none."""

import pandas as pd
import pytest

from blockdata.records import Catalogue
from blockdata.report.page import render_report
from blockdata.store import derived
from blockdata.store.snapshots import memory_session


@pytest.fixture
def session():
    made = memory_session(Catalogue())
    yield made
    made.con.close()


ROWS = pd.DataFrame(
    {
        "layer": ["unit", "unit", "h3_9"],
        "cell": ["grd1", "grd2", "89309a7064bffff"],
        "people": [900.4, 3000.2, 77.0],
        "data_share": [1.0, 0.7, 1.0],
        "scaled": [1000.0, 3333.0, None],
        "register": [1005, 900, None],
        "shared": [False, True, None],
        "low": [1003.0, 898.0, None],
        "high": [1007.0, 902.0, None],
        "unexplained": [0.0, 800.0, None],
        "disagreement": ["agrees", "raster_more", None],
        "has_homes": [True, False, None],
        "rank": [2, 1, None],
    }
)


def test_layers_and_the_cells_that_disagree_are_listed(session):
    derived.write_result(session, "raster_population", ROWS)
    page = render_report(session, {"as_of": "2026-11-01"})
    assert "人口栅格与登记人口" in page
    assert "栅格人口多于登记" in page
    assert "900（共用）" in page
    assert '<td class="n">3,901</td><td class="n">0.90</td><td class="n">1</td>' in page
    assert "H3 9 级六边形" in page
    assert ">nan" not in page and ">None" not in page


def test_without_a_raster_nothing_is_said(session):
    assert "人口栅格" not in render_report(session, {"as_of": "2026-11-01"})
