"""Classes in the report: national names, cities' own codes, codes that nobody knows."""

import pyarrow as pa
import pytest

from blockdata.records import Catalogue
from blockdata.report.classes import component_classes
from blockdata.report.page import render_report
from blockdata.store.snapshots import memory_session

OF_2026 = "GB/T 47678.5-2026"
CLASSES = [
    (None, None),
    (None, "0118"),
    ("CJ/T 214-2007", "0118"),
    ("CJ/T 214-2007", "0118"),
    (OF_2026, "01037"),
    (OF_2026, "01079"),
    (OF_2026, "01998"),
]


@pytest.fixture
def session():
    made = memory_session(Catalogue())
    common = {"source": "s", "first_delivery": 1, "last_delivery": 1}
    rows = [
        common | {"id": f"cmp{n}", "source_id": str(n), "scheme": scheme, "class_code": code}
        for n, (scheme, code) in enumerate(CLASSES)
    ]
    made.append("component", pa.Table.from_pylist(rows))
    return made


def test_classes_of_components_have_their_national_names(session):
    told = [(c.scheme, c.code, c.name, c.components) for c in component_classes(session, {})]
    assert sorted(told) == [
        ("", "", "", 1),
        ("", "0118", "", 1),
        ("CJ/T 214-2007", "0118", "路灯", 2),
        (OF_2026, "01037", "路灯", 1),
        (OF_2026, "01079", "", 1),
        (OF_2026, "01998", "", 1),
    ]


def test_codes_are_told_apart_by_what_their_edition_says(session):
    standings = {c.code: c.standing.value for c in component_classes(session, {}) if c.scheme}
    assert standings == {
        "0118": "national",
        "01037": "national",
        "01079": "unknown",
        "01998": "local",
    }


@pytest.mark.parametrize(
    ("lang", "told"), [("zh", "本地扩展类别"), ("en", "class of the city's own")]
)
def test_the_page_lists_them(session, lang, told):
    session.set_meta("config", f'{{"city": {{"name": "试验区", "lang": "{lang}"}}}}')
    page = render_report(session, {"as_of": "2026-11-01"})
    # The page is escaped, apostrophes too.
    assert told.replace("'", "&#39;") in page
    assert "路灯" in page
