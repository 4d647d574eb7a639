"""What is somewhere in an estate or a road is no problem of the estate, but of its cell."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

from blockdata.engines import feeds
from blockdata.engines.lasting_feeds import told_episodes, told_of_places
from blockdata.engines.somewhere import episodes_somewhere
from blockdata.records import Catalogue
from blockdata.store.snapshots import memory_session

DAY = dt.date(2026, 10, 31)
REPORTS = [
    ("house2", "estate", "estate", "武泉路17号香庭购物中心2幢"),
    ("house2", "estate", "estate", "松溪街道永风社区香庭购物中心２号楼301室"),
    ("whole", "estate", "estate", "武泉路17号香庭购物中心"),
    ("mixed", "estate", "estate", "武泉路17号香庭购物中心2幢"),
    ("mixed", "estate", "estate", "香庭购物中心附近"),
    ("known", "house", "building", "武泉路17号香庭购物中心1幢"),
    ("number", "road", "road", "武泉路99号"),
    ("street", "road", "road", "武泉路"),
]


def write(session, table, rows):
    session.append(table, pa.Table.from_pandas(pd.DataFrame(rows), preserve_index=False))


@pytest.fixture(scope="module")
def session():
    made = memory_session(Catalogue())
    write(made, "address", [{"id": "estate", "code": "1", "source": "library"}])
    at = pd.DataFrame(REPORTS, columns=["episode", "place", "match_level", "address_text"])
    at["id"] = [f"i{number}" for number in range(len(at))]
    write(made, "incident", at.rename(columns={"place": "address_id"}).drop(columns="episode"))
    write(made, "episode_member", at[["id", "episode"]].rename(columns={"id": "incident"}))
    day = pd.Timestamp("2026-05-01")
    episodes = at.drop_duplicates("episode")[["episode", "place"]]
    write(
        made,
        "episode",
        episodes.assign(place_kind="address", category="c", first_reported=day, closed_at=day),
    )
    cell = at[["id"]].rename(columns={"id": "incident"})
    write(made, "link", cell.assign(target_kind="cell:unit", target="u1"))
    write(made, "grid", [{"id": "u1", "layer": "unit"}])
    yield made
    made.con.close()


def test_all_reports_must_name_what_the_library_lacks(session):
    assert episodes_somewhere(session).tolist() == ["house2", "number"]


def test_they_count_in_their_cell_alone(session):
    told = told_of_places(session, told_episodes(session, dt.datetime(2026, 1, 1)), ["unit"], DAY)
    by_kind = told.groupby("place_kind")["episode"].agg(sorted)
    assert by_kind["address"] == ["known", "mixed", "street", "whole"]
    assert by_kind["cell:unit"] == ["house2", "known", "mixed", "number", "street", "whole"]


def test_without_a_library_each_text_is_an_address(session):
    session.con.execute("UPDATE base.address SET source = $made", {"made": feeds.PROVISIONAL})
    assert episodes_somewhere(session).empty
    session.con.execute("UPDATE base.address SET source = 'library'")


def test_a_library_without_estates_has_none():
    made = memory_session(Catalogue())
    write(made, "address", [{"id": "gate", "code": "1", "source": "library"}])
    assert episodes_somewhere(made).empty
    made.con.close()
