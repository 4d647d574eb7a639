"""Names, ids and divisions over time: what was called what, and what went on as what, when."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.codes import SZDB_281
from blockdata.address.tree import (
    Divisions,
    Succession,
    expand_renames,
    former_addresses,
    valid_on,
)
from blockdata.errors import AnalysisError


def day(year, month=1, on=1):
    return pd.Timestamp(year, month, on)


def links(*rows):
    return pd.DataFrame(rows, columns=["old_id", "new_id", "on", "kind"])


class TestSuccession:
    def test_merges_and_splits_are_followed_to_their_end(self):
        succession = Succession.build(
            links(
                ("a", "c", day(2001), "merge"),
                ("b", "c", day(2001), "merge"),
                ("c", "d", day(2010), "split"),
                ("c", "e", day(2010), "split"),
                ("e", "f", day(2015), "renumber"),
            )
        )
        assert succession.resolve("a") == succession.resolve("c") == ("d", "f")
        assert succession.resolve("a", on=day(2012)) == ("d", "e")
        assert succession.resolve("a", on=day(2001)) == ("c",)
        assert succession.resolve("a", on=day(2000, 12, 31)) == ("a",)
        assert succession.resolve("never heard of") == ("never heard of",)
        assert succession.faults.empty

    def test_what_splits_off_leaves_the_rest_under_its_own_id(self):
        succession = Succession.build(
            links(
                ("a", "a", day(2001), "split"),
                ("a", "b", day(2001), "split"),
                ("a", "c", day(2005), "renumber"),
            )
        )
        assert succession.resolve("a", on=day(2003)) == ("a", "b")
        assert succession.resolve("a") == ("b", "c")

    def test_an_id_that_comes_back_is_followed_day_by_day_and_reported(self):
        succession = Succession.build(
            links(("a", "b", day(2001), "renumber"), ("b", "a", day(2005), "renumber"))
        )
        assert succession.resolve("a", on=day(2003)) == ("b",)
        assert succession.resolve("a") == succession.resolve("b") == ("a",)
        assert succession.faults["fault"].tolist() == ["cycle", "cycle"]

    def test_a_circle_within_a_day_ends(self):
        succession = Succession.build(
            links(*[(old, new, day(2001), "merge") for old, new in ("ab", "bc", "ca", "xa")])
        )
        assert all(len(succession.resolve(i)) == 1 for i in "abcx")
        assert len(succession.faults) == 3

    def test_incomplete_and_unknown_links_are_reported(self):
        succession = Succession.build(
            links(("a", None, day(2001), "merge"), ("b", "c", None, "eaten"))
        )
        assert succession.faults["fault"].tolist() == ["incomplete", "unknown_kind"]
        assert succession.resolve("a") == ("a",)
        assert succession.resolve("b", on=day(1900)) == ("c",)
        with pytest.raises(AnalysisError, match="new_id"):
            Succession.build(pd.DataFrame({"old_id": []}))

    def test_many_are_resolved_at_once(self):
        succession = Succession.build(pd.DataFrame({"old_id": ["a", "a"], "new_id": ["b", "c"]}))
        frame = succession.resolve_all(["z", "a", None, "a"])
        assert frame.to_numpy().tolist() == [["a", "b"], ["a", "c"], ["z", "z"]]
        assert Succession.build(links()).resolve_all(["q"])["current_id"].tolist() == ["q"]

    @settings(max_examples=40)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from("abcdef"),
                st.sampled_from("abcdef"),
                st.integers(2000, 2004).map(day),
            ),
            max_size=8,
        )
    )
    def test_every_id_resolves_on_every_day(self, rows):
        succession = Succession.build(links(*[(*r, "merge") for r in rows]))
        named = {i for row in rows for i in row[:2]}
        for old in "abcdef":
            for on in (day(1999), day(2002), None):
                found = succession.resolve(old, on)
                assert found and set(found) <= named | {old}
            assert succession.resolve(old, day(1999)) == (old,)

    @settings(max_examples=40)
    @given(st.permutations("abcdefg"), st.data())
    def test_without_circles_the_end_is_what_can_be_reached_and_goes_no_further(self, ids, data):
        """Brute force: leaves of the graph, where all links are of one day."""
        pairs = data.draw(
            st.lists(
                st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda p: p[0] < p[1]),
                max_size=10,
            )
        )
        edges = {(ids[a], ids[b]) for a, b in pairs}
        succession = Succession.build(links(*[(*e, day(2000), "split") for e in edges]))

        def leaves(node):
            ahead = [new for old, new in edges if old == node]
            return {node} if not ahead else set().union(*map(leaves, ahead))

        for node in ids:
            assert succession.resolve(node) == tuple(sorted(leaves(node)))


class TestDivisions:
    AREAS = pd.DataFrame(
        [
            ("990000", "沧云省", None, None, None),
            ("990100", "云海市", "990000", None, None),
            ("990101", "海东县", "990100", None, dt.date(2013, 1, 1)),
            ("990101", "海东区", "990100", dt.date(2013, 1, 1), None),
            ("990102", "滨河区", "990100", dt.date(2005, 1, 1), dt.date(2013, 1, 1)),
            ("990101001", "望泉街道", "990102", None, dt.date(2013, 1, 1)),
            ("990101001", "望泉街道", "990101", dt.date(2013, 1, 1), None),
        ],
        columns=["code", "name", "parent_code", "begins_on", "ends_on"],
    )

    def test_name_and_parent_are_those_of_the_day(self):
        divisions = Divisions.build(self.AREAS)
        codes = ["990101", "990102", "990101001", None, "1"]
        before = divisions.names(codes, day(2012)).tolist()
        after = divisions.names(pd.Series(codes), dt.date(2013, 1, 1))
        assert before[:3] == ["海东县", "滨河区", "望泉街道"]
        assert after.tolist()[::2][:2] == ["海东区", "望泉街道"]
        assert after.isna().tolist() == [False, True, False, True, True]
        assert divisions.parents(["990101001"] * 2, pd.Series([day(2012), day(2014)])).tolist() == [
            "990102",
            "990101",
        ]
        assert divisions.faults.empty

    def test_a_path_is_that_of_the_day(self):
        divisions = Divisions.build(self.AREAS)
        assert [name for _, name in divisions.path("990101001", day(2012))] == [
            *("沧云省", "云海市", "滨河区", "望泉街道")
        ]
        assert [code for code, _ in divisions.path("990101001", day(2020))] == [
            *("990000", "990100", "990101", "990101001")
        ]
        assert divisions.path("?", day(2020)) == []
        assert len(divisions.on(day(2020))) == 4

    def test_codes_are_found_in_any_of_their_lengths(self):
        divisions = Divisions.build(self.AREAS)
        assert divisions.names(["9901", "990100000000"], day(2020)).tolist() == ["云海市"] * 2

    def test_the_code_of_an_address_has_no_answer(self):
        """Codes are for life: no part of one is looked up among the divisions of a day."""
        divisions = Divisions.build(self.AREAS)
        room = SZDB_281.parse("9901010010010100001000001")
        assert divisions.names([room.text, room.parent.text], day(2020)).isna().all()
        assert divisions.path(room.text, day(2020)) == []

    def test_a_parent_that_is_not_stated_is_that_of_the_digits(self):
        areas = pd.DataFrame({"code": ["441900", "441900003"], "name": ["东莞市", "东城街道"]})
        divisions = Divisions.build(areas)
        assert divisions.parents(["441900003"], day(2020)).tolist() == ["441900"]

    def test_what_is_wrong_is_reported_and_still_usable(self):
        areas = pd.DataFrame(
            [
                ("990101", "甲", "990100", None, day(2010)),
                ("990101", "乙", "990100", day(2005), day(2007)),
                ("990102", "丙", "990102", day(2010), day(2000)),
                (None, "丁", None, None, None),
            ],
            columns=["code", "name", "parent_code", "begins_on", "ends_on"],
        )
        divisions = Divisions.build(areas)
        assert divisions.faults.to_numpy().tolist() == [
            ["990102", "ends_before_begin"],
            ["", "no_code"],
            ["990101", "no_parent"],
            ["990101", "overlap"],
        ]
        days = pd.Series([day(2004), day(2006), day(2008), day(2011)])
        names = divisions.names(["990101"] * 4, days)
        assert names.tolist()[:3] == ["甲", "乙", "甲"] and pd.isna(names[3])
        with pytest.raises(AnalysisError, match="as many days"):
            divisions.names(["990101"] * 3, days)
        with pytest.raises(AnalysisError, match="name"):
            Divisions.build(pd.DataFrame({"code": ["1"]}))

    @settings(max_examples=40)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["9901", "9902", "9903"]),
                st.integers(2000, 2006),
                st.integers(1, 6),
            ),
            max_size=8,
        ),
        st.sampled_from(["9901", "9902", "9904"]),
        st.integers(1998, 2014),
    )
    def test_the_row_that_began_last_holds(self, rows, code, year):
        """Brute force over all rows."""
        frame = pd.DataFrame(
            [(c, f"{c}-{b}-{n}", day(b), day(b + n)) for c, b, n in rows],
            columns=["code", "name", "begins_on", "ends_on"],
        )
        holding = [
            (b, b + n, f"{c}-{b}-{n}") for c, b, n in rows if c == code and b <= year < b + n
        ]
        found = Divisions.build(frame).names([code], day(year)).iloc[0]
        assert (found if isinstance(found, str) else None) == max(holding, default=(0, 0, None))[2]


class TestNames:
    RENAMES = pd.DataFrame(
        [
            ("road", "山东路", "中山路", day(1950)),
            ("road", "中山路", "人民路", day(1966)),
            ("road", "人民路", "中山路", day(1980)),
            ("road", "海滨路", "人民路", day(1990)),
            ("estate", "旧村", "新苑", pd.NaT),
        ],
        columns=["element", "former", "current", "renamed_on"],
    )

    def test_former_names_lead_to_the_present_one_with_their_days(self):
        frame = expand_renames(self.RENAMES)
        found = {
            (r.former, r.current): (r.begins_on.year, r.ends_on.year, r.reused)
            for r in frame.itertuples()
        }
        assert {k: v[1:] for k, v in found.items() if k[0] != "旧村"} == {
            ("山东路", "中山路"): (1950, False),
            ("人民路", "中山路"): (1980, True),
            ("海滨路", "人民路"): (1990, False),
        }
        assert found["人民路", "中山路"][0] == 1966
        assert pd.isna(frame["ends_on"][frame["former"] == "旧村"]).all()

    def test_a_name_given_again_is_told_by_the_day(self):
        frame = expand_renames(self.RENAMES)
        assert set(valid_on(frame, day(1970))["former"]) >= {"人民路", "海滨路"}
        assert "人民路" not in set(valid_on(frame, day(1985))["former"])

    def test_a_name_that_the_library_bears_elsewhere_is_reused(self):
        library = pd.DataFrame({"id": ["x"], "text": ["海滨路1号"], "road": ["海滨路"]})
        frame = expand_renames(self.RENAMES, library)
        assert frame.set_index("former")["reused"]["海滨路"]

    def test_all_addresses_on_a_renamed_road_are_known_by_its_former_name(self):
        library = pd.DataFrame(
            {
                "id": ["a1", "a2", "a3", "a4"],
                "full_text": ["湖区中山路5号", "湖区中山路7号2号楼", "湖区甲路5号", None],
                "road": ["中山路", "中山路", "甲路", "中山路"],
            }
        )
        frame = former_addresses(library, self.RENAMES)
        assert frame[["address_id", "text"]].to_numpy().tolist() == [
            ["a1", "湖区人民路5号"],
            ["a1", "湖区山东路5号"],
            ["a2", "湖区人民路7号2号楼"],
            ["a2", "湖区山东路7号2号楼"],
        ]
        assert set(frame["alias_kind"]) == {"former"}
        assert frame["ends_on"].iloc[0] == day(1980)

    def test_a_rename_within_a_division_stays_within_it(self):
        renames = pd.DataFrame(
            {"element": ["road"], "former": ["乙路"], "current": ["甲路"], "area_code": ["990101"]}
        )
        library = pd.DataFrame(
            {
                "id": ["a1", "a2", "a3"],
                "text": ["甲路1号"] * 3,
                "road": ["甲路"] * 3,
                "area_code": ["990101001", "990102001", None],
            }
        )
        assert former_addresses(library, renames)["address_id"].tolist() == ["a1"]
        assert expand_renames(renames)["area_code"].tolist() == ["990101"]

    def test_nothing_renamed_gives_nothing(self):
        assert expand_renames(self.RENAMES.iloc[:0]).empty
        library = pd.DataFrame({"id": ["a"], "text": ["甲路1号"], "road": ["甲路"]})
        assert former_addresses(library, self.RENAMES.iloc[:0]).empty
        gone = self.RENAMES.assign(former=None)
        assert expand_renames(gone).empty

    def test_what_cannot_be_a_rename_is_refused(self):
        with pytest.raises(AnalysisError, match="current"):
            expand_renames(self.RENAMES.drop(columns="current"))
        with pytest.raises(AnalysisError, match="no level"):
            expand_renames(self.RENAMES.assign(element="colour"))

    @settings(max_examples=40)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["甲路", "乙路", "丙路", "丁路"]),
                st.sampled_from(["甲路", "乙路", "丙路", "丁路"]),
                st.integers(1990, 1993).map(day),
            ),
            max_size=7,
        )
    )
    def test_any_renames_come_to_an_end(self, rows):
        frame = pd.DataFrame(rows, columns=["former", "current", "renamed_on"])
        expanded = expand_renames(frame.assign(element="road"))
        assert (expanded["former"] != expanded["current"]).all()
        assert (expanded["begins_on"].isna() | (expanded["begins_on"] <= expanded["ends_on"])).all()
        shuffled = frame.iloc[::-1].assign(element="road")
        pd.testing.assert_frame_equal(expand_renames(shuffled), expanded)
