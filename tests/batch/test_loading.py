"""Applying files: contracts, empty and unreadable files, rows that balance."""

import csv
import datetime as dt
import json

import pytest

from blockdata.batch.discover import Found
from blockdata.batch.loading import Loading, apply_delivery, target_of
from blockdata.errors import ConfigError, SourceError

DAY = dt.date(2026, 9, 1)
ROWS = [["code", "name"], ["1", "甲"], ["2", "乙"]]


@pytest.fixture
def send(tmp_path):
    """Return a function that has a source deliver a CSV file and returns counts and findings."""

    def run(town, source, rows):
        delivery = town.delivery(source, DAY + dt.timedelta(days=town.seq))
        path = tmp_path / f"{delivery.file}.csv"
        if isinstance(rows, bytes):
            path.write_bytes(rows)
        else:
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(rows)
        before = len(town.loading.findings.items)
        counts = apply_delivery(town.session, town.loading, Found(delivery, path))
        return counts, [f.code for f in town.loading.findings.items[before:] if f.warns]

    return run


@pytest.fixture
def deps(town):
    """Return a function that makes a town with one source of departments under a contract."""
    return lambda contract="evolve", **more: town(
        ("s", "department", {"contract": contract, **more})
    )


def test_a_file_is_loaded_and_recorded(deps, send):
    town = deps()
    counts, told = send(town, "s", ROWS)
    assert (counts.inserted, counts.balanced, told) == (2, True, [])
    assert town.read("department", "code", "name") == [("1", "甲"), ("2", "乙")]
    assert town.read("delivery", "status", "rows_read", "inserted") == [("accepted", 2, 2)]


def test_bad_rows_are_kept_apart_and_the_others_loaded(deps, send):
    counts, _ = send(town := deps(), "s", [*ROWS, ["3", ""], ["", "丁"]])
    assert (counts.rows_read, counts.inserted, counts.quarantined) == (4, 2, 2)
    assert town.read("quarantine", "row_number", "source_id", "field", "reason") == [
        (4, "3", "name", "missing"),
        (5, None, "code", "missing"),
    ]


def test_a_key_with_conflicting_content_rejects_all_its_rows(deps, send):
    counts, _ = send(town := deps(), "s", [*ROWS, ["1", "另"]])
    assert (counts.inserted, counts.quarantined) == (1, 2)
    assert set(town.read("quarantine", "reason")) == {"conflicting_key"}


def test_repeated_rows_are_merged(deps, send):
    counts, _ = send(deps(), "s", [*ROWS, ["1", "甲"]])
    assert (counts.inserted, counts.merged) == (2, 1)


class TestFilesThatCannotBeUsed:
    """They are set aside, or end the run, and the base stays as it was."""

    FILES = {
        "no rows": (ROWS[:1], "empty_source"),
        "nothing": (b"", None),
        "no table": (b"PK\x03\x04 not a workbook", None),
    }

    @pytest.mark.parametrize("contract", ["evolve", "quarantine"])
    @pytest.mark.parametrize("case", sorted(FILES))
    def test_they_are_set_aside(self, deps, send, contract, case):
        rows, reason = self.FILES[case]
        send(town := deps(contract), "s", ROWS)
        counts, told = send(town, "s", rows)
        assert counts.rows_read == 0
        assert len(told) == 1
        assert reason in (None, told[0])
        assert town.read("department", "code") == ["1", "2"]
        assert town.read("delivery", "status") == ["accepted", "set_aside"]

    @pytest.mark.parametrize("case", sorted(FILES))
    def test_freeze_ends_the_run(self, deps, send, case):
        send(town := deps("freeze"), "s", ROWS)
        with pytest.raises(SourceError, match=r"s-2|source s"):
            send(town, "s", self.FILES[case][0])

    def test_an_empty_delta_is_a_delivery_like_others(self, deps, send):
        counts, told = send(town := deps(mode="delta"), "s", ROWS[:1])
        assert (counts.rows_read, told) == (0, [])
        assert town.read("delivery", "status") == ["accepted"]


class TestContracts:
    """What becomes of a file whose columns or types are not as before."""

    DRIFT = {
        "unknown_column": [["code", "name", "新"], ["1", "丙", "x"]],
        "missing_column": [["code", "name"], ["1", "丙"]],
        "retyped_column": [["code", "name", "人数"], ["1", "丙", "many"]],
    }
    BEFORE = {
        "unknown_column": [["code", "name"], ["1", "甲"]],
        "missing_column": [["code", "name", "旧"], ["1", "甲", "x"]],
        "retyped_column": [["code", "name", "人数"], ["1", "甲", "3"]],
    }
    EXTRA = {
        "department": [{"name": "staff", "type": "int", "zh": "人数", "en": "Staff", "unit": "1"}]
    }

    def _town(self, town, contract, case, send):
        made = town(("s", "department", {"contract": contract}), fields=self.EXTRA)
        _, told = send(made, "s", self.BEFORE[case])
        assert told == []
        return made

    @pytest.mark.parametrize("case", ["unknown_column", "missing_column"])
    def test_evolve_loads_and_tells(self, town, send, case):
        made = self._town(town, "evolve", case, send)
        counts, told = send(made, "s", self.DRIFT[case])
        assert (counts.changed, told) == (1, [case])
        assert made.read("department", "name") == ["丙"]

    def test_evolve_rejects_what_is_of_another_type_and_tells(self, town, send):
        made = self._town(town, "evolve", "retyped_column", send)
        counts, told = send(made, "s", self.DRIFT["retyped_column"])
        assert (counts.quarantined, told) == (1, ["retyped_column"])
        assert made.read("department", "name", "staff") == [("甲", 3)]

    @pytest.mark.parametrize("case", sorted(DRIFT))
    def test_freeze_ends_the_run(self, town, send, case):
        made = self._town(town, "freeze", case, send)
        with pytest.raises(SourceError) as caught:
            send(made, "s", self.DRIFT[case])
        assert caught.value.reason == case
        assert "丙" not in str(caught.value)

    @pytest.mark.parametrize("case", sorted(DRIFT))
    def test_quarantine_sets_every_row_apart_and_closes_nothing(self, town, send, case):
        made = self._town(town, "quarantine", case, send)
        counts, told = send(made, "s", self.DRIFT[case])
        assert (counts.rows_read, counts.quarantined, counts.closed) == (1, 1, 0)
        assert counts.balanced
        assert told == [case]
        assert made.read("department", "name") == ["甲"]

    def test_the_order_of_columns_is_no_drift(self, deps, send):
        send(town := deps("freeze"), "s", ROWS)
        counts, told = send(town, "s", [row[::-1] for row in ROWS])
        assert (counts.unchanged, told) == (2, [])

    def test_quarantine_holds_until_the_configuration_says_otherwise(self, town, send):
        made = self._town(town, "quarantine", "unknown_column", send)
        for _ in range(2):
            send(made, "s", self.DRIFT["unknown_column"])
        assert made.read("department", "name") == ["甲"]


class TestPrivacy:
    """What a quarantine contract sets apart is masked like every rejected row."""

    HEAD = ["案件编号", "上报时间", "案件类别", "来电号码", "诉求内容"]
    ROW = ["N1", "2026-09-01 08:00:00", "噪声", "13800000000", "楼下很吵"]

    @pytest.fixture
    def drifted(self, town, send):
        made = town(("s", "incident", {"contract": "quarantine"}))
        send(made, "s", [self.HEAD, self.ROW])
        send(made, "s", [[*self.HEAD, "新列"], [*self.ROW, "x"]])
        return made

    def _open(self, made):
        return [json.loads(raw) for raw in made.read("quarantine_row", "raw")]

    def test_no_field_that_is_held_apart_stands_in_the_open_row(self, drifted):
        assert [set(raw) & {"content", "caller"} for raw in self._open(drifted)] == [set()]

    def test_no_name_stands_in_the_open_row(self, town, send, identity_number):
        made = town(("s", "legal_entity", {"contract": "quarantine"}))
        head, row = (
            ["统一社会信用代码", "单位名称", "法定代表人"],
            ["91990102MA0000007", "甲店", "某人"],
        )
        from blockdata.records.identifiers import (
            organisation_check_character,
            uscc_check_character,
        )

        organisation = "MA000007"
        body = "91990102" + organisation + organisation_check_character(organisation)
        row[0] = body + uscc_check_character(body)
        send(made, "s", [head, row])
        send(made, "s", [[*head, "新列"], [*row, "x"]])
        assert made.read("quarantine", "reason") == ["set_aside"]
        assert "某人" not in str(made.read("quarantine_row", "raw"))

    def test_the_row_can_be_loaded_again_as_it_came(self, drifted):
        assert self._open(drifted)[0]["reported_at"] == "2026-09-01 08:00:00"


class TestPersons:
    """Rows about people that cannot be read."""

    @pytest.fixture
    def people(self, town, send, identity_number):
        head = ["公民身份号码", "现住地", "居住类型"]
        rows = [[identity_number(n), "听涛路1号", "人户一致"] for n in range(3)]

        def run(contract, change):
            made = town(("s", "person", {"contract": contract}))
            send(made, "s", [head, *rows])
            send(made, "s", change(head, rows))
            return len(made.read("person", "id", part="people"))

        return run

    def test_a_rejected_row_takes_nobody_away(self, people):
        assert people("evolve", lambda h, r: [h, *r[:2], [*r[2][:2], "其他"]]) == 3

    def test_a_delivery_that_is_set_apart_takes_nobody_away(self, people):
        assert people("quarantine", lambda h, r: [[*h, "新列"], *([*row, "x"] for row in r)]) == 3


def test_a_delivery_that_closes_most_rows_is_told(deps, send):
    rows = [["code", "name"], *([str(n), "n"] for n in range(10))]
    send(town := deps(), "s", rows)
    assert send(town, "s", rows[:5])[1] == ["most_rows_closed"]


def test_a_kind_without_a_loader_is_told(config_of):
    config = config_of(("s", "department"))
    loading = Loading(config, config.catalogue(), None)
    loading.loaders = {}
    with pytest.raises(ConfigError, match="department"):
        loading.loader("department")


def test_a_target_knows_sources_precedence_and_overrides(town, tmp_path):
    made = town(
        ("a", "legal_entity"),
        ("b", "legal_entity"),
        precedence={"legal_entity": {"name": ["b"]}},
    )
    target = target_of(made.session, made.loading, made.delivery("b"))
    assert (target.sources, target.precedence) == (("a", "b"), {"name": ("b",)})
    assert target.merges
