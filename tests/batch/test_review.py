"""The review workbook: what goes out is text, what comes back are decisions."""

import datetime as dt

import openpyxl
import pytest

import blockdata as bd
from blockdata.batch.review import ADDRESSES, REJECTED, export_review, read_review
from blockdata.records import Catalogue
from blockdata.store.snapshots import memory_session

ON = dt.date(2026, 11, 2)


@pytest.fixture
def filled(tiny_base, tmp_path):
    """A workbook with answers: its path, and what was answered."""
    path = tmp_path / "review.xlsx"
    with bd.open(tiny_base.base_path) as base:
        export_review(base.session, path)
    return path


def _fill(path, sheet, row, **answers):
    book = openpyxl.load_workbook(path)
    heading = [cell.value for cell in book[sheet][1]]
    for name, value in answers.items():
        book[sheet].cell(row, heading.index(name) + 1).value = value
    book.save(path)


def _rows(path, sheet):
    book = openpyxl.load_workbook(path)
    heading, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def test_every_unmatched_text_and_every_rejected_row_is_there(filled, tiny_base):
    with bd.open(tiny_base.base_path) as base:
        unmatched = base.sql(
            "select address_text t from incident where address_id is null union "
            "select address_text from building where address_id is null"
        )["t"].dropna()
        rejected = base.quarantine()["id"].tolist()
    texts = {row["地址文本"] for row in _rows(filled, ADDRESSES)}
    assert texts <= set(unmatched)
    assert texts
    assert [row["编号"] for row in _rows(filled, REJECTED)] == rejected


def test_candidates_are_addresses_of_the_library(filled, tiny_base):
    with bd.open(tiny_base.base_path) as base:
        library = dict(base.address.df()[["id", "full_text"]].itertuples(index=False))
    offered = [
        (row[f"候选编号{n}"], row[f"候选地址{n}"])
        for row in _rows(filled, ADDRESSES)
        for n in (1, 2, 3)
        if row[f"候选编号{n}"]
    ]
    assert offered
    assert all(library[identifier] == text for identifier, text in offered)


def test_an_untouched_workbook_holds_no_decision(filled):
    assert read_review(filled, on=ON) == []


def test_answers_come_back_as_decisions(filled, tiny_base):
    rows = _rows(filled, ADDRESSES)
    at = next(n for n, row in enumerate(rows) if row["候选编号1"])
    _fill(filled, ADDRESSES, at + 2, 决定="地址归属", 取值=1, 备注="现场核实")
    fields = [row["字段"] for row in _rows(filled, REJECTED)]
    without, wrong = fields.index(None), fields.index("reported_at")
    _fill(filled, REJECTED, without + 2, 决定="忽略")
    _fill(filled, REJECTED, wrong + 2, 决定="replay", 取值="2026-10-13 10:00:00")
    first, ignored, replayed = read_review(filled, on=ON)
    chosen = rows[at]["候选编号1"]
    assert (first.verb, first.subject, first.value) == ("address", rows[at]["地址文本"], chosen)
    assert (first.note, first.decided_on) == ("现场核实", ON)
    assert (ignored.verb, ignored.value, ignored.field) == ("ignore", None, None)
    assert (replayed.verb, replayed.value) == ("replay", "2026-10-13 10:00:00")
    assert replayed.field == "reported_at"
    rejected = [row["编号"] for row in _rows(filled, REJECTED)]
    assert [d.subject for d in (ignored, replayed)] == [rejected[without], rejected[wrong]]


@pytest.mark.parametrize(
    ("sheet", "answers", "text"),
    [
        (ADDRESSES, {"决定": "地址归属"}, "取值 is empty"),
        (ADDRESSES, {"取值": "adrx"}, "决定 is empty"),
        (REJECTED, {"决定": "合并"}, "决定 is empty or not one of 重放, 忽略"),
        (REJECTED, {"备注": "?"}, "决定 is empty"),
        (REJECTED, {"决定": "重放", "取值": "x"}, "no field to put a value in"),
    ],
)
def test_what_cannot_be_read_is_told_with_sheet_and_row(filled, sheet, answers, text):
    _fill(filled, sheet, 3, **answers)
    with pytest.raises(bd.DecisionError, match=f"sheet {sheet}, row 3: .*{text}"):
        read_review(filled, on=ON)


def test_a_personal_value_is_refused_with_its_place_and_not_repeated(filled):
    _fill(filled, REJECTED, 2, 决定="忽略", 备注="电话13800000000")
    with pytest.raises(bd.PrivacyError, match=f"sheet {REJECTED}, row 2") as caught:
        read_review(filled, on=ON)
    assert "13800000000" not in str(caught.value)


def test_other_files_are_told(tmp_path):
    path = tmp_path / "other.xlsx"
    path.write_text("no workbook", encoding="utf-8")
    with pytest.raises(bd.DecisionError, match="not a workbook"):
        read_review(path, on=ON)
    openpyxl.Workbook().save(path)
    with pytest.raises(bd.DecisionError, match="sheet 地址 is missing"):
        read_review(path, on=ON)


def test_texts_that_look_like_formulas_stay_texts(tmp_path):
    texts = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "a\x07b"]
    session = memory_session(Catalogue())
    session.run(
        "INSERT INTO base.incident BY NAME SELECT unnest(?) AS address_text, 'inc' AS id, "
        "'s' AS source, '1' AS source_id, 1 AS first_delivery, 1 AS last_delivery",
        [texts],
    )
    path = tmp_path / "review.xlsx"
    export_review(session, path)
    session.con.close()
    sheet = openpyxl.load_workbook(path)[ADDRESSES]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {row["地址文本"] for row in _rows(path, ADDRESSES)} == {*texts[:4], "ab"}
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith(("=", "+")))
    raw = openpyxl.load_workbook(path, data_only=True)[ADDRESSES]
    assert {str(raw.cell(n, 1).value) for n in range(2, 7)} == {*texts[:4], "ab"}


def test_the_verbs_are_offered_as_a_list(filled):
    for sheet, labels in ((ADDRESSES, '"地址归属"'), (REJECTED, '"重放,忽略"')):
        (validation,) = openpyxl.load_workbook(filled)[sheet].data_validations.dataValidation
        assert validation.formula1 == labels


def test_texts_of_people_are_never_in_a_workbook(tiny_base, tmp_path):
    key = (tiny_base.folder / tiny_base.keys.people_file).read_text(encoding="utf-8").strip()
    with bd.open(tiny_base.base_path, people_key=key) as base:
        export_review(base.session, tmp_path / "review.xlsx")
        private = base.sql(
            "select distinct p.address_text t from person p where p.address_text not in "
            "(select coalesce(address_text, '') from incident) "
            "and p.address_text not in (select full_text from address)"
        )["t"]
    written = {
        v
        for s in (ADDRESSES, REJECTED)
        for r in _rows(tmp_path / "review.xlsx", s)
        for v in r.values()
    }
    assert not set(private) & written
