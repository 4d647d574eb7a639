"""Finding deliveries: files, their dates, their order."""

import datetime as dt

import pytest

from blockdata.batch.discover import DECISIONS, discover, source_files
from blockdata.errors import ConfigError, DecisionError, SourceError
from blockdata.store.decisions import Decision, write_decisions
from blockdata.store.layout import Layout


def _no_column(source, path, column):
    raise AssertionError("no source is dated by a column")


@pytest.fixture
def ready(tmp_path, config_of):
    """Return a function that writes files and discovers them."""

    def run(names, *sources, day_of_column=_no_column):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name, encoding="utf-8")
        config = config_of(*sources, folder=tmp_path.resolve())
        return discover(config, Layout(tmp_path / "x.base"), day_of_column)

    return run


def test_deliveries_come_by_date_then_source_then_name(ready):
    names = ["b-20260901.csv", "a-20260901.csv", "a-20260901-2.csv", "a-20260902.csv"]
    found, problems = ready(names, ("b", "department"), ("a", "area"))
    assert [f.delivery.file for f in found] == [
        "b-20260901.csv",
        "a-20260901-2.csv",
        "a-20260901.csv",
        "a-20260902.csv",
    ]
    assert problems == []


def test_decisions_come_after_the_sources_of_their_day(ready, tmp_path):
    decision = Decision("ignore", "inc1", decided_on=dt.date(2026, 9, 1))
    write_decisions(Layout(tmp_path / "x.base"), [decision])
    found, _ = ready(["a-20260901.csv", "a-20260902.csv"], ("a", "area"))
    assert [f.delivery.source for f in found] == ["a", DECISIONS, "a"]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("a-20260901.csv", dt.date(2026, 9, 1)),
        ("a-2026-09-01.csv", dt.date(2026, 9, 1)),
        ("a-2026年09月01日.csv", dt.date(2026, 9, 1)),
        ("a-202602.csv", dt.date(2026, 2, 28)),
        ("a-20260931.csv", None),
        ("a-202613.csv", None),
        ("a-.csv", None),
    ],
)
def test_the_date_stands_in_the_name_a_month_ends_on_its_last_day(ready, name, day):
    rule = {"date": {"name": r"a-([0-9年月日-]*)\.csv"}}
    found, problems = ready([name], ("a", "area", rule))
    assert [f.delivery.delivered_on for f in found] == ([day] if day else [])
    assert [error.reason for _, error in problems] == ([] if day else ["no_date"])


def test_the_date_may_stand_in_the_configuration_or_a_column(ready):
    def latest(source, path, column):
        assert (source.name, path.name, column) == ("b", "b-1.csv", "日期")
        return dt.date(2026, 9, 9)

    on, column = {"date": {"on": "2026-09-01"}}, {"date": {"column": "日期"}}
    found, _ = ready(
        ["a-1.csv", "b-1.csv"], ("a", "area", on), ("b", "area", column), day_of_column=latest
    )
    assert [f.delivery.delivered_on.day for f in found] == [1, 9]


def test_a_file_without_a_day_in_its_column_is_a_problem_of_its_own(ready):
    def refuses(source, path, column):
        raise SourceError("no date", reason="no_date")

    rule = {"date": {"column": "日期"}}
    found, problems = ready(
        ["a-20260901.csv", "b-1.csv"], ("a", "area"), ("b", "area", rule), day_of_column=refuses
    )
    assert [f.delivery.source for f in found] == ["a"]
    assert [(s.name, e.reason) for s, e in problems] == [("b", "no_date")]


def test_a_source_without_a_file_is_a_problem_and_the_others_go_on(ready):
    found, problems = ready(["a-20260901.csv"], ("a", "area"), ("b", "area"))
    assert len(found) == 1
    assert [(s.name, e.reason) for s, e in problems] == [("b", "missing_file")]


def test_a_file_is_named_below_the_configurations_folder(ready):
    found, _ = ready(["in/a-20260901.csv"], ("a", "area", {"path": "in/*.csv"}))
    assert found[0].delivery.file == "in/a-20260901.csv"


def test_a_file_elsewhere_is_named_without_its_folders(tmp_path, config_of):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a-20260901.csv").touch()
    (tmp_path / "city").mkdir()
    path = {"path": str(tmp_path / "elsewhere" / "*.csv")}
    config = config_of(("a", "area", path), folder=tmp_path / "city")
    found, _ = discover(config, Layout(tmp_path / "x.base"), _no_column)
    assert found[0].delivery.file == "a-20260901.csv"


def test_a_path_may_name_a_variable(tmp_path, config_of, monkeypatch):
    (tmp_path / "a-20260901.csv").touch()
    config = config_of(("a", "area", {"path": "${BLOCKDATA_TEST_FOLDER}/*.csv"}))
    with pytest.raises(ConfigError, match="BLOCKDATA_TEST_FOLDER"):
        source_files(config, config.sources[0])
    monkeypatch.setenv("BLOCKDATA_TEST_FOLDER", str(tmp_path))
    assert [p.name for p in source_files(config, config.sources[0])] == ["a-20260901.csv"]


def test_equal_content_has_an_equal_hash_and_another_identity(tmp_path, config_of):
    for day in ("20260901", "20260902"):
        (tmp_path / f"a-{day}.csv").write_text("same", encoding="utf-8")
    config = config_of(("a", "area"), folder=tmp_path.resolve())
    found, _ = discover(config, Layout(tmp_path / "x.base"), _no_column)
    assert len({f.delivery.sha256 for f in found}) == 1
    assert len({f.delivery.identity for f in found}) == 2


@pytest.mark.parametrize(
    "folder",
    [
        "城 区",
        "城[1]",
    ],
)
def test_the_folder_may_have_any_name(tmp_path, config_of, folder):
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "a-20260901.csv").touch()
    config = config_of(("a", "area"), folder=(tmp_path / folder).resolve())
    assert len(source_files(config, config.sources[0])) == 1


def test_an_optional_date_that_is_not_there_is_a_problem(ready):
    _, problems = ready(["a-x.csv"], ("a", "area", {"date": {"name": r"a-(\d{8})?"}}))
    assert [e.reason for _, e in problems] == ["no_date"]


def test_a_stray_file_among_the_decisions_is_told_by_name(ready, tmp_path):
    folder = Layout(tmp_path / "x.base").decisions
    folder.mkdir(parents=True)
    (folder / "notes.jsonl").touch()
    with pytest.raises(DecisionError, match="notes"):
        ready(["a-20260901.csv"], ("a", "area"))


class TestSeveralFiles:
    """A delivery may be several files, or a folder."""

    SHAPEFILE = ("in/a-20260901.shp", "in/a-20260901.shx", "in/a-20260901.dbf")

    def test_what_belongs_to_a_dataset_is_no_delivery_of_its_own(self, ready):
        names = [*self.SHAPEFILE, "in/~$a-20260902.xlsx", "in/a-20260903.csv"]
        found, problems = ready(names, ("a", "area", {"path": "in/*"}))
        assert [f.path.suffix for f in found] == [".shp", ".csv"]
        assert problems == []

    def test_a_changed_part_changes_the_hash(self, ready, tmp_path):
        source = ("a", "area", {"path": "in/*.shp"})
        before = ready(self.SHAPEFILE, source)[0][0].delivery
        assert ready(self.SHAPEFILE, source)[0][0].delivery == before
        (tmp_path / "in" / "a-20260901.dbf").write_text("changed", encoding="utf-8")
        assert ready((), source)[0][0].delivery.sha256 != before.sha256

    def test_a_geodatabase_is_found_though_it_is_a_folder(self, ready):
        names = ["in/a-20260901.gdb/a00000001.gdbtable", "in/old/a-20260801.csv"]
        for path in ("in/*.gdb", "in/*", "in/**/*.gdb*"):
            found, _ = ready(names, ("a", "area", {"path": path}))
            assert [f.delivery.file for f in found] == ["in/a-20260901.gdb"]

    @pytest.mark.parametrize("path", ["in/*/", "in/a-20260901", "in/a-20260901/"])
    def test_a_folder_is_a_delivery_where_the_path_says_so(self, ready, path):
        names = ["in/a-20260901/east.csv", "in/a-20260901/west.csv"]
        found, _ = ready(names, ("a", "area", {"path": path}))
        assert [f.delivery.file for f in found] == ["in/a-20260901"]
        assert found[0].delivery.delivered_on == dt.date(2026, 9, 1)

    def test_a_folder_among_files_is_left_alone(self, ready):
        found, _ = ready(["in/a-20260901/east.csv"], ("a", "area", {"path": "in/*"}))
        assert found == []


class TestFilesInMotion:
    """What is written to, or cannot be read, is no delivery yet."""

    def test_a_file_that_changes_while_it_is_hashed_is_a_problem(self, ready, monkeypatch):
        def slow(path):
            path.write_text("more", encoding="utf-8")
            return "0" * 64

        monkeypatch.setattr("blockdata.store.delivered.sha256_of_delivery", slow)
        found, problems = ready(["a-20260901.csv"], ("a", "area"))
        assert (found, [e.reason for _, e in problems]) == ([], ["changed_while_read"])

    def test_a_file_that_cannot_be_read_is_a_problem(self, ready, monkeypatch):
        def refused(path):
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr("blockdata.store.files.sha256_of", refused)
        found, problems = ready(["a-20260901.csv", "b-20260901.csv"], ("a", "area"))
        assert (found, [e.reason for _, e in problems]) == ([], ["unreadable_file"])
        assert "Permission denied" in str(problems[0][1])

    def test_a_found_file_notices_a_later_change(self, ready, tmp_path):
        (found,), _ = ready(["a-20260901.csv"], ("a", "area"))
        found.numbered(3).check_unchanged()
        (tmp_path / "a-20260901.csv").write_text("other", encoding="utf-8")
        with pytest.raises(SourceError, match="written to") as caught:
            found.check_unchanged()
        assert caught.value.reason == "changed_while_read"
        (tmp_path / "a-20260901.csv").unlink()
        with pytest.raises(SourceError):
            found.check_unchanged()
