"""Components: the class in an id, where the source does not say it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blockdata.records.code_tables import class_of_component
from blockdata_loaders.component import loader

OF_2026, OF_2007 = "99010201037000001", "9901020118000001"
SCHEME_2007, SCHEME_2026 = "CJ/T 214-2007", "GB/T 47678.5-2026"


@pytest.fixture
def load(ask):
    def loaded(*rows, **source):
        return loader.load_values(ask("component", **source), rows)

    return loaded


def _classes(batch):
    return list(
        zip(batch.rows["scheme"].to_pylist(), batch.rows["class_code"].to_pylist(), strict=True)
    )


def test_an_id_tells_edition_and_class(load):
    batch = load({"code": OF_2026}, {"code": OF_2007, "name": "路灯"}, {"code": OF_2007[:-1] + "2"})
    assert _classes(batch) == [(SCHEME_2026, "01037"), (SCHEME_2007, "0118"), (None, "0118")]


def test_what_the_source_states_stands_above_the_id(load):
    batch = load({"code": OF_2026, "class_code": "01998"}, {"code": OF_2007, "scheme": "市标"})
    assert _classes(batch) == [(SCHEME_2026, "01998"), ("市标", "0118")]


def test_a_stated_edition_tells_how_long_the_class_is_and_is_called_by_its_name(load):
    batch = load({"code": "9901020103700001", "scheme": "GB/T47678.5—2026"})
    assert _classes(batch) == [(SCHEME_2026, "01037")]


def test_a_class_that_nobody_knows_rejects_no_row(load):
    batch = load({"code": f"990102{'0199'}000001", "scheme": SCHEME_2007})
    assert batch.rejected.empty
    assert _classes(batch) == [(SCHEME_2007, "0199")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(
            st.from_regex(r"99010[0-9][0-2][0-9]{3}0{2,4}[0-9]{4}", fullmatch=True),
            st.sampled_from(["", "路灯", "售货亭", "上水井盖", "果皮箱", "灯\x1f一"]),
            st.sampled_from(["", SCHEME_2007, SCHEME_2026, "市\x1f标"]),
        ),
        max_size=20,
        unique_by=lambda row: row[0],
    )
)
def test_all_rows_at_once_tell_what_each_tells_alone(load, drawn):
    rows = [{"code": c, "name": n, "scheme": s} for c, n, s in drawn if len(c) in (16, 17)]
    batch = load(*rows)
    for row, told in zip(rows, _classes(batch), strict=True):
        scheme = row["scheme"].replace("\x1f", "") or None
        found = class_of_component(row["code"], scheme=scheme, name=row["name"] or None)
        assert told == (row["scheme"] or found.scheme, found.code)
