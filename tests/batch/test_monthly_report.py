"""The monthly report of a small town: it adds up, compares what can be, and hides what it must."""

import datetime as dt
import io
import re

import openpyxl
import pandas as pd
import pytest

from blockdata.analysis.monthly.balance import TOTAL
from blockdata.batch.flow import STEPS
from blockdata.batch.monthly import write_month
from blockdata.errors import ConfigError
from blockdata.report.monthly import monthly_content, monthly_page, monthly_workbook
from blockdata.store.decisions import Decision

AS_OF = dt.date(2026, 11, 1)
OUT = "POINT (900000 50)"
NEEDED = (
    *("resolve", "locate", "cells", "courses", "categories", "link", "duplicates", "episodes"),
    *("responsibility", "profile", "hotspots", "chronic", "gaps", "indicators", "scorecard"),
)
STEPS_NEEDED = tuple(step for step in STEPS if step.name in NEEDED)


def _case(number, day, category="噪声", cell=0, **rest):
    return {
        "case_no": f"N{number:04d}",
        "reported_at": f"{day} 09:00:00",
        "category": category,
        "geom": f"POINT ({500010 + 100 * cell + number % 80} {10 + number % 83})",
        **rest,
    }


def _community(n):
    left, right = 500000 + 200 * n, 500200 + 200 * n
    ring = f"{left} 0, {right} 0, {right} 100, {left} 100, {left} 0"
    return {
        "code": f"99010200100{n}",
        "name": f"第{n}社区",
        "level": "community",
        "geom": f"POLYGON (({ring}))",
    }


@pytest.fixture
def made(town, square, tmp_path):
    """Six cells in three communities; October of two sources, one of which began in September."""
    built = town(
        ("areas", "area"),
        ("grids", "grid"),
        ("hotline", "incident", {"mode": "full"}),
        ("app", "incident", {"mode": "delta"}),
        city={"name": "试验区", "crs": "EPSG:4549", "extent": [119, 0, 121, 1]},
        folder=tmp_path,
    )
    built.deliver("areas", [_community(n) for n in range(3)])
    built.deliver("grids", [square(n) for n in range(6)])
    return built


def _deliver(made, tmp_path):
    """Deliver 90 cases of October: 2 void, 1 ignored, 2 quarantined, 1 outside, 1 withdrawn."""
    days = [f"2026-10-{1 + n % 31:02d}" for n in range(80)]
    own = [_case(n, day, cell=n % 6) for n, day in enumerate(days)]
    own += [_case(200 + n, f"2025-10-{1 + n % 31:02d}", cell=n % 6) for n in range(40)]
    own += [_case(300 + n, f"2026-09-{1 + n % 30:02d}", cell=n % 6) for n in range(60)]
    # On the last evening of September by UTC, but October by the city's clock.
    own.append({**_case(400, "2026-10-01"), "reported_at": "2026-10-01 00:30:00"})
    made.deliver("hotline", [*own, _case(90, "2026-10-05")], dt.date(2026, 10, 20))
    own[0]["status"] = own[1]["status"] = "void"
    own += [_case(500, "2026-13-45"), _case(501, "2026-10-09", geom=OUT)]
    made.deliver("hotline", own, dt.date(2026, 10, 31))
    app = [_case(n, "2026-10-10", "占道", cell=n % 6) for n in range(7)]
    app.append(_case(8, "2026-09-20", "占道"))
    made.deliver("app", app, dt.date(2026, 10, 31))
    chosen = made.id_of("incident", "N0005")
    made.decide(tmp_path, Decision("ignore", chosen, decided_on=dt.date(2026, 10, 31)))
    made.finish(AS_OF, STEPS_NEEDED)


@pytest.fixture
def report(made, tmp_path):
    _deliver(made, tmp_path)
    return lambda **asked: monthly_content(made.session, made.config, AS_OF, **asked)


def test_the_month_adds_up_compares_hides_and_is_the_same_every_time(report):
    """One base for all of it: making one costs a second."""
    own = report()
    _adds_up(own)
    _compares(own)
    _stated(report)
    _published(own, report(publish=True))
    _in_the_workbook(own)
    assert monthly_page(own) == monthly_page(report())
    assert monthly_workbook(own) == monthly_workbook(report())


def _adds_up(own):
    rows = own.tables["balance"].frame.set_index("source")
    told = rows.loc["hotline"]
    parts = ["void", "ignored", "withdrawn", "quarantined", "outside", "analysed", "difference"]
    # 80 of October, one of its first half hour, two rejected, one no longer delivered.
    assert told["delivered"] == 84
    assert told[parts].tolist() == [2, 1, 1, 1, 1, 78, 0]
    assert rows.loc["app", ["delivered", "analysed"]].tolist() == [7, 7]
    assert (rows["adds_up"] == "是").all()
    assert TOTAL not in rows.index
    assert any("一致" in sentence for sentence in own.summary)


def _compares(own):
    told = own.tables["category"].frame.set_index("name")
    assert told.loc["噪声", ["reports", "before", "year_ago"]].tolist() == [78, 60, 40]
    assert told.loc["噪声", "change"] == pytest.approx((78 / 31) / (60 / 30) - 1)
    # The other source began on the 20th of September.
    assert told.loc["占道", ["change", "year_change"]].tolist() == ["不可比", "不可比"]
    assert any("app" in note for note in own.tables["category"].notes)
    overall = own.tables["overview"].frame.set_index("measure")
    assert overall.loc["上报件数", "now"] == 85
    assert overall.loc["上报件数", "year_change"] == "不可比"
    areas = own.tables["area_community"].frame.iloc[:-1]
    assert areas["reports"].sum() == 85


def _stated(report):
    told = report(stated={"hotline": 84, "app": 9}).tables["stated"].frame.set_index("source")
    assert told.loc["hotline", "finding"] == "一致"
    assert "不一致" in told.loc["app", "finding"]
    assert told.loc["app", "difference"] == -2


def _published(own, public):
    plain, shown = (r.tables.get("cross_community") for r in (own, public))
    assert plain is not None
    assert shown is not None
    assert public.publish
    # The last two lines are of cases in no community, and the sums.
    counts = plain.frame.drop(columns=["name", "total"]).iloc[:-2]
    hidden = shown.frame.drop(columns=["name", "total"]).iloc[:-2]
    small = (counts.astype(int) > 0) & (counts.astype(int) < 5)
    assert (hidden.to_numpy()[small.to_numpy(dtype=bool)] == "<5").all()
    assert small.to_numpy().any()
    assert any("<5" in rule for rule in public.rules)


def _in_the_workbook(own):
    book = openpyxl.load_workbook(io.BytesIO(monthly_workbook(own)))
    assert book.sheetnames[0] == "00 封面"
    page = next(p for p in book.worksheets if "按类别" in p.title)
    assert [c.value for c in page[2]][:3] == ["名称", "上报件数", "占比"]
    row = {c.value: page[3][n] for n, c in enumerate(page[2])}
    assert (row["上报件数"].value, row["上报件数"].data_type) == (78, "n")
    assert row["占比"].value == pytest.approx(78 / 85)


def test_what_the_run_of_the_first_of_the_month_writes_is_what_the_base_tells_later(made, tmp_path):
    made.deliver("app", [_case(n, "2026-10-10") for n in range(6)], dt.date(2026, 10, 31))
    made.finish(AS_OF, STEPS_NEEDED)
    said = (made.session, made.config, AS_OF)
    assert write_month(*said, AS_OF, tmp_path / "again") == []
    written = write_month(*said, dt.date(2026, 10, 31), tmp_path / "new")
    assert [p.name for p in written] == ["月报-2026-10.html", "月报-2026-10.xlsx"]
    assert written[0].read_text(encoding="utf-8") == monthly_page(monthly_content(*said))
    assert written[1].read_bytes() == monthly_workbook(monthly_content(*said))


def test_a_layer_that_the_base_does_not_have_is_refused(made):
    monthly = made.config.monthly.model_copy(update={"layers": ("street",)})
    config = made.config.model_copy(update={"monthly": monthly})
    with pytest.raises(ConfigError, match="no layer street"):
        monthly_content(made.session, config, AS_OF)


def test_a_month_without_any_case_has_no_report_and_an_empty_base_no_failure(made, tmp_path):
    made.finish(AS_OF, STEPS_NEEDED)
    assert write_month(made.session, made.config, AS_OF, None, tmp_path) == []
    empty = monthly_content(made.session, made.config, AS_OF)
    page = monthly_page(empty)
    assert "0 件" in empty.summary[0]
    assert not re.search(r">[^<]*(nan|NaT|None)[^<]*<", page.split("</style>")[1])
    assert pd.DataFrame(empty.tables["balance"].frame)["delivered"].tolist() == [0]
