"""The monthly report that users hold: a page without network, files, privacy, both languages."""

import re

import pytest
from typer.testing import CliRunner

import blockdata as bd
from blockdata.analysis.scorecard import share_agrees
from blockdata.cli import app
from blockdata.errors import AnalysisError
from blockdata.report.monthly import monthly_content, monthly_page
from blockdata.report.monthly.naming import PRIVATE

CHINESE = re.compile(r"[一-鿿]")


@pytest.fixture(scope="module")
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def report(base):
    return base.monthly("2026-10")


@pytest.fixture(scope="module")
def public(base):
    return base.monthly(publish=True)


def test_the_default_is_the_last_whole_month(base, report):
    assert base.monthly().html == report.html
    with pytest.raises(AnalysisError, match="not over"):
        base.monthly("2026-11")


def test_the_run_that_made_the_month_whole_left_the_same_two_files(tiny_base, report, tmp_path):
    left = sorted((tiny_base.base_path / "reports").glob("*/月报-*"))
    own = sorted(report.write(tmp_path))
    assert [p.name for p in left] == [p.name for p in own]
    assert [p.read_bytes() for p in left] == [p.read_bytes() for p in own]


def test_the_page_asks_for_nothing_and_runs_nothing(report):
    page = report.html
    assert "<script" not in page
    assert "default-src 'none'" in page
    links = re.findall(r"(?:https?:)?//[^\"'\s<]+", page)
    assert {link for link in links if "www.w3.org" not in link} == set()


def test_the_page_names_snapshot_and_content_so_that_it_can_be_made_again(base, report):
    assert str(base.session.meta("content_hash")) in report.html
    assert f"<dd>{base.number}</dd>" in report.html
    assert "thead{display:table-header-group}" in report.html


def test_shares_agree_with_the_counts_beside_them(report):
    rows = report.tables["category"]
    total = int(rows["reports"].iloc[-1])
    for count, share in zip(rows["reports"], rows["share"], strict=True):
        told = round(100 * share, 1)
        assert share_agrees(told, total, numerator=int(count), decimals=1)
    assert rows["reports"].iloc[:-1].sum() == total


def test_all_groups_add_up_to_the_same_total(report):
    tables = report.tables
    analysed = int(tables["balance"]["analysed"].iloc[-1])
    sums = {n: int(tables[n]["reports"].iloc[-1]) for n in ("category", "channel", "department")}
    sums |= {n: int(t["reports"].iloc[-1]) for n, t in tables.items() if n.startswith("area_")}
    sums |= {n: int(t["total"].iloc[-1]) for n, t in tables.items() if n.startswith("cross_")}
    assert set(sums.values()) == {analysed}
    assert bool((tables["balance"]["difference"] == 0).all())


def test_every_column_is_explained(report):
    explained = set(report.definitions["measure"])
    for table in report.content.tables.values():
        named = zip(table.columns, table.headings(report.content.words), strict=True)
        own = {told for column, told in named if not column.startswith("=")}
        assert own <= explained


def test_no_flat_is_named_and_a_published_page_names_no_private_place(base, report, public):
    places = base.sql("SELECT id, full_text, coalesce(room, unit, floor) AS flat FROM address")
    flats = places.loc[places["flat"].notna(), "full_text"]
    assert not any(text in report.html for text in flats)
    assert not any(text in public.html for text in places["full_text"] if len(text) > 6)
    assert {"address", "building"} <= set(PRIVATE)


def test_no_small_count_of_a_category_in_an_area_is_published(report, public):
    for name, table in public.tables.items():
        if not name.startswith("cross_"):
            continue
        shown = table.iloc[:-1].drop(columns=["name", "total"])
        own = shown[~table["name"].iloc[:-1].str.startswith("未落到")]
        numbers = [v for v in own.to_numpy().ravel() if not isinstance(v, str)]
        assert not any(0 < v < 5 for v in numbers)


def test_files_are_named_after_month_and_version_and_are_the_same_again(report, public, tmp_path):
    names = [p.name for p in (*report.write(tmp_path / "a"), *public.write(tmp_path / "a"))]
    assert names == [f"月报-2026-10{v}.{s}" for v in ("", "-公开版") for s in ("html", "xlsx")]
    again = report.write(tmp_path / "b")
    assert [p.read_bytes() for p in again] == [
        (tmp_path / "a" / p.name).read_bytes() for p in again
    ]


def test_an_english_base_has_a_report_in_english(base):
    city = base.config.city.model_copy(update={"lang": "en"})
    config = base.config.model_copy(update={"city": city})
    for publish in (False, True):
        content = monthly_content(base.session, config, base.as_of, publish=publish)
        told = [*content.rules, *(s.title for s in content.sections)]
        told += [t.title for t in content.tables.values()]
        told += [n for t in content.tables.values() for n in t.notes]
        told += content.definitions.frame.to_numpy().ravel().tolist()
        assert not [text for text in told if CHINESE.search(text)]
        assert 'lang="en"' in monthly_page(content)


def test_another_month_does_not_borrow_hot_and_chronic_places_of_now(base):
    earlier = base.monthly("2026-08")
    assert "hot" not in earlier.tables
    assert "moved" not in earlier.tables
    assert any("2026-09-01" in s for part in earlier.content.sections for s in part.sentences)


def test_the_command_writes_both_files_and_says_what_they_say(base, report, tmp_path):
    asked = ["monthly", str(base.path), "--month", "2026-10", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0
    assert report.summary[0] in done.output
    assert (tmp_path / "月报-2026-10.html").read_text(encoding="utf-8") == report.html
