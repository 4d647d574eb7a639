"""Which states stand on a day: validities are half-open, and null is without end."""

import datetime as dt

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from blockdata.grid.lineage import cells_at
from blockdata.grid.standing import stands_on

DAY = dt.date(2026, 9, 16)
days = st.dates(dt.date(2026, 9, 13), dt.date(2026, 9, 19))
validities = st.lists(st.tuples(st.none() | days, st.none() | days), max_size=8)


def states_of(rows):
    return pd.DataFrame(rows, columns=["valid_from", "valid_to"], dtype=object)


@given(validities, days)
def test_a_state_stands_from_its_first_day_until_the_day_before_its_end(rows, day):
    expected = [(a is None or a <= day) and (b is None or b > day) for a, b in rows]
    assert stands_on(states_of(rows), day).tolist() == expected


@given(validities)
def test_days_and_midnights_are_the_same(rows):
    states = states_of(rows)
    stamps = states.apply(lambda column: pd.to_datetime(column))
    expected = stands_on(states, DAY)
    assert stands_on(stamps, DAY).equals(expected)
    assert stands_on(stamps, pd.Timestamp(DAY)).equals(expected)


@given(validities)
def test_what_stood_until_a_midnight_ended_on_it_or_goes_on(rows):
    states = states_of(rows).assign(id=[f"c{n}" for n in range(len(rows))])
    before = cells_at(states, pd.Timestamp(DAY), before=True)
    expected = [
        f"c{n}" for n, (a, b) in enumerate(rows) if (not a or a < DAY) and (not b or b >= DAY)
    ]
    assert before["id"].tolist() == expected


def test_states_keep_their_index():
    states = states_of([(None, DAY), (DAY, None)]).set_index(pd.Index([7, 3]))
    assert stands_on(states, DAY).to_dict() == {7: False, 3: True}
