"""Reports of one occurrence take the place and the category of the best placed of them."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from blockdata.link.episodes import place_occurrences

ORDER = ("component", "address", "cell:unit", "area")
report = st.tuples(
    st.sampled_from(["o1", "o2", None]),
    st.sampled_from([*ORDER, "other", None]),
    st.sampled_from(["p1", "p2"]),
    st.sampled_from(["c1", "c2", None]),
    st.integers(0, 3),
)


def frame(rows):
    table = pd.DataFrame(rows, columns=["occurrence", "place_kind", "place", "category", "day"])
    text = ["occurrence", "place_kind", "place", "category"]
    table[text] = table[text].astype("str")
    return table.assign(
        id=[f"i{number:02d}" for number in range(len(rows))],
        place=table["place"].where(table["place_kind"].notna()),
        reported_at=pd.Timestamp("2026-01-01") + pd.to_timedelta(table["day"], unit="D"),
    )


def by_hand(incidents):
    """Return id -> (kind, place, category) by looking through each occurrence."""
    told = {}
    for row in incidents.itertuples():
        group = incidents[incidents["occurrence"] == row.occurrence]
        if pd.isna(row.occurrence) or len(group) < 2:
            group = incidents[incidents["id"] == row.id]
        ranked = sorted(
            group.itertuples(),
            key=lambda r: (
                pd.isna(r.place),
                ORDER.index(r.place_kind) if r.place_kind in ORDER else len(ORDER),
                r.reported_at,
                r.id,
            ),
        )
        label = next((r.category for r in ranked if not pd.isna(r.category)), None)
        told[row.id] = (ranked[0].place_kind, ranked[0].place, label)
    return told


@given(st.lists(report, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_equals_looking_through_each_occurrence_in_any_order(rows, random):
    incidents = frame(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    placed = place_occurrences(incidents.iloc[order], ORDER)
    assert placed["id"].to_list() == incidents["id"].iloc[order].to_list()
    found = placed[["place_kind", "place", "category"]].astype(object)
    found = found.where(found.notna(), None)
    expected = {
        i: tuple(None if pd.isna(v) else v for v in told) for i, told in by_hand(incidents).items()
    }
    assert dict(zip(placed["id"], map(tuple, found.to_numpy()), strict=True)) == expected


def test_a_misfiled_report_takes_the_category_of_the_component():
    incidents = frame([("o1", "address", "p1", "c1", 0), ("o1", "component", "p2", "c2", 1)])
    placed = place_occurrences(incidents, ORDER)
    assert placed["place"].to_list() == ["p2", "p2"]
    assert placed["category"].to_list() == ["c2", "c2"]
    assert incidents["place"].to_list() == ["p1", "p2"]
