"""Applying deliveries: what is new, changed, repeated, gone; merging, overriding, validity."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.store.upsert import apply_overrides, merge_into

FIRST_DAY = dt.date(2026, 9, 1)


def day(number):
    """The day of the n-th delivery."""
    return FIRST_DAY + dt.timedelta(days=number - 1)


def department(key, name="部门"):
    return {"key": key, "code": key, "name": name}


def grid(key, name="网格", begins=None, ends=None):
    return {
        "key": key,
        "code": key,
        "name": name,
        "layer": "unit",
        "begins_on": begins,
        "ends_on": ends,
        "stated_from": begins,
        "stated_to": ends,
    }


def entity(uscc, key=None, **fields):
    return {"key": key or uscc, "uscc": uscc, **fields}


def incident(key, on, **fields):
    moment = dt.datetime.combine(on, dt.time(9))
    return {
        "key": key,
        "case_no": key,
        "category": "噪声",
        "reported_at": moment,
        "stated_from": on,
        **fields,
    }


def numbers(counts):
    names = ("inserted", "changed", "unchanged", "removed", "merged", "quarantined", "closed")
    return {n: getattr(counts, n) for n in names if getattr(counts, n)}


class TestOneSource:
    """A source of a kind without a natural key."""

    def test_new_rows_are_inserted_with_ids_of_the_kind(self, base):
        counts = base.deliver("department", [department("1"), department("2")])
        assert numbers(counts) == {"inserted": 2}
        assert all(i.startswith("dep") for i in base.read("department", "id"))

    def test_a_repeated_row_is_not_touched(self, base):
        base.deliver("department", [department("1")])
        counts = base.deliver("department", [department("1")])
        assert numbers(counts) == {"unchanged": 1}
        assert base.read("department", "first_delivery", "last_delivery") == [(1, 1)]
        assert base.read("department_history", "id") == []

    def test_a_changed_row_keeps_its_id_and_its_old_state(self, base):
        base.deliver("department", [department("1", "旧")])
        identifier = base.id_of("department", "1")
        assert numbers(base.deliver("department", [department("1", "新")])) == {"changed": 1}
        assert base.read("department", "id", "name", "valid_from") == [(identifier, "新", day(2))]
        assert base.read("department_history", "id", "name", "valid_to", "closed_by") == [
            (identifier, "旧", day(2), 2)
        ]

    def test_a_value_that_is_taken_away_is_a_change(self, base):
        base.deliver("department", [department("1") | {"parent_code": "0"}])
        assert numbers(base.deliver("department", [department("1")])) == {"changed": 1}
        assert base.read("department", "parent_code") == [None]

    def test_a_full_delivery_closes_what_it_no_longer_has(self, base):
        base.deliver("department", [department("1"), department("2")])
        assert numbers(base.deliver("department", [department("2")])) == {
            "unchanged": 1,
            "closed": 1,
        }
        assert base.read("department", "source_id") == ["2"]
        assert base.read("department_history", "source_id", "valid_to") == [("1", day(2))]

    def test_another_source_of_the_kind_is_left_alone(self, base):
        base.deliver("department", [department("1")], "a", sources=("a", "b"))
        base.deliver("department", [department("1")], "b", sources=("a", "b"))
        assert numbers(base.deliver("department", [department("2")], "b", sources=("a", "b"))) == {
            "inserted": 1,
            "closed": 1,
        }
        assert base.read("department", "source", "source_id") == [("a", "1"), ("b", "2")]

    def test_a_row_that_comes_back_has_its_id_again(self, base):
        base.deliver("department", [department("1"), department("2")])
        identifier = base.id_of("department", "1")
        base.deliver("department", [department("2")])
        counts = base.deliver("department", [department("1"), department("2")])
        assert numbers(counts) == {"inserted": 1, "unchanged": 1}
        assert base.id_of("department", "1") == identifier
        assert base.read("department", "source_id", "first_delivery", "valid_from") == [
            ("1", 1, day(3)),
            ("2", 1, None),
        ]

    def test_a_delta_closes_nothing_but_what_it_removes(self, base):
        base.deliver("department", [department("1"), department("2")], mode="delta")
        counts = base.deliver("department", [department("3")], mode="delta", removes=["1"])
        assert numbers(counts) == {"inserted": 1, "removed": 1}
        assert base.read("department", "source_id") == ["2", "3"]
        assert base.read("department_history", "source_id", "closed_by") == [("1", 2)]

    def test_a_delta_that_removes_the_unknown_removes_nothing(self, base):
        base.deliver("department", [department("1")], mode="delta")
        counts = base.deliver("department", [], mode="delta", removes=["9"])
        assert counts.balanced
        assert base.read("department", "source_id") == ["1"]

    def test_a_rejected_key_is_not_gone(self, base):
        base.deliver("department", [department("1"), department("2"), department("3")])
        counts = base.deliver("department", [department("1")], rejected=["2"])
        assert numbers(counts) == {"unchanged": 1, "quarantined": 1, "closed": 1}
        assert base.read("department", "source_id") == ["1", "2"]

    def test_a_period_closes_inside_its_days_only(self, base):
        rows = [incident("1", dt.date(2026, 8, 31)), incident("2", dt.date(2026, 9, 5))]
        base.deliver("incident", rows, mode="period", period=(day(-31), day(30)))
        counts = base.deliver(
            "incident",
            [incident("3", dt.date(2026, 9, 6))],
            mode="period",
            period=(dt.date(2026, 9, 1), dt.date(2026, 10, 1)),
        )
        assert numbers(counts) == {"inserted": 1, "closed": 1}
        assert base.read("incident", "source_id") == ["1", "3"]

    def test_a_period_without_rows_closes_nothing(self, base):
        base.deliver("incident", [incident("1", day(1))], mode="period", period=(day(1), day(2)))
        assert numbers(base.deliver("incident", [], mode="period")) == {}
        assert base.read("incident", "source_id") == ["1"]

    def test_a_full_delivery_of_unusable_rows_closes_nothing(self, base):
        base.deliver("department", [department("1")])
        base.deliver("department", [], rejected=[None, None])
        assert base.read("department", "source_id") == ["1"]


class TestValidity:
    """Days of states: of the things themselves where stated, else of the delivery."""

    def test_a_first_state_holds_since_always(self, base):
        base.deliver("grid", [grid("g")])
        assert base.read("grid", "valid_from", "valid_to") == [(None, None)]

    def test_a_first_state_begins_where_its_source_says(self, base):
        base.deliver("grid", [grid("g", begins=dt.date(2020, 1, 1), ends=dt.date(2030, 1, 1))])
        assert base.read("grid", "valid_from", "valid_to") == [
            (dt.date(2020, 1, 1), dt.date(2030, 1, 1))
        ]

    def test_a_later_state_begins_on_its_delivery(self, base):
        base.deliver("grid", [grid("g", begins=dt.date(2020, 1, 1))])
        base.deliver("grid", [grid("g", "新名", begins=dt.date(2020, 1, 1))])
        assert base.read("grid", "valid_from") == [day(2)]
        assert base.read("grid_history", "valid_from", "valid_to") == [
            (dt.date(2020, 1, 1), day(2))
        ]

    def test_a_newly_stated_beginning_goes_before_the_delivery(self, base):
        base.deliver("grid", [grid("g", begins=dt.date(2020, 1, 1))])
        base.deliver("grid", [grid("g", begins=dt.date(2026, 8, 1))])
        assert base.read("grid", "valid_from") == [dt.date(2026, 8, 1)]
        assert base.read("grid_history", "valid_to") == [dt.date(2026, 8, 1)]

    def test_states_of_one_day_never_overlap(self, base):
        for name in ("甲", "乙", "丙"):
            base.deliver("grid", [grid("g", name)], day=day(1))
        assert base.read("grid", "name", "valid_from") == [("丙", day(1))]
        assert base.read("grid_history", "name", "valid_from", "valid_to") == [
            ("乙", day(1), day(1)),
            ("甲", None, day(1)),
        ]

    def test_an_event_keeps_its_own_day(self, base):
        base.deliver("incident", [incident("1", day(-9))], mode="delta")
        base.deliver("incident", [incident("1", day(-9), category="占道")], mode="delta")
        assert base.read("incident", "valid_from", "valid_to") == [(day(-9), None)]

    def test_what_is_closed_before_it_began_never_held(self, base):
        base.deliver("grid", [grid("g", begins=dt.date(2027, 1, 1)), grid("h")])
        base.deliver("grid", [grid("h")])
        assert base.read("grid_history", "valid_from", "valid_to") == [
            (dt.date(2027, 1, 1), dt.date(2027, 1, 1))
        ]

    def test_an_end_that_is_told_afterwards_ends_the_state_before(self, base):
        base.deliver("grid", [grid("g")])
        base.deliver("grid", [grid("g", ends=dt.date(2026, 8, 1))])
        [(begins, ends)] = base.read("grid", "valid_from", "valid_to")
        assert begins is None or begins <= ends
        assert base.read("grid_history", "valid_to") <= [dt.date(2026, 8, 1)]

    @given(
        ends=st.lists(st.none() | st.dates(day(-9), day(40)), min_size=2, max_size=4),
    )
    @settings(max_examples=20, deadline=None)
    def test_no_state_ends_before_it_begins(self, new_base, ends):
        base = new_base()
        for number, end in enumerate(ends):
            base.deliver("grid", [grid("g", str(number), ends=end)])
        for table in ("grid", "grid_history"):
            for begins, until in base.read(table, "valid_from", "valid_to"):
                assert begins is None or until is None or begins <= until
        base.session.con.close()


class TestSeveralSources:
    """Several sources of one kind with a natural key."""

    both = {"sources": ("market", "tax"), "precedence": {"name": ("tax", "market")}}

    def test_one_thing_of_two_sources_is_one_row(self, base):
        base.deliver("legal_entity", [entity("U", name="甲", staff=3)], "market", **self.both)
        counts = base.deliver("legal_entity", [entity("U", "t9", name="乙")], "tax", **self.both)
        assert numbers(counts) == {"merged": 1}
        assert base.read("legal_entity", "name", "staff", "source") == [("乙", 3, "market")]

    def test_the_order_of_the_sources_does_not_matter(self, base):
        base.deliver("legal_entity", [entity("U", "t9", name="乙", staff=5)], "tax", **self.both)
        base.deliver("legal_entity", [entity("U", name="甲", staff=3)], "market", **self.both)
        assert base.read("legal_entity", "name", "staff", "source") == [("乙", 3, "market")]

    def test_when_one_source_lets_go_the_other_speaks(self, base):
        base.deliver("legal_entity", [entity("U", name="甲", staff=3)], "market", **self.both)
        base.deliver("legal_entity", [entity("U", "t9", name="乙")], "tax", **self.both)
        identifier = base.id_of("legal_entity", "U")
        counts = base.deliver("legal_entity", [entity("V", name="丙")], "market", **self.both)
        assert numbers(counts) == {"inserted": 1}
        row = ("t9", identifier, "乙", None)
        assert row in base.read("legal_entity", "source_id", "id", "name", "staff")

    def test_when_both_let_go_it_is_closed(self, base):
        base.deliver("legal_entity", [entity("U"), entity("V")], "market", **self.both)
        base.deliver("legal_entity", [entity("U")], "tax", mode="delta", **self.both)
        base.deliver(
            "legal_entity", [], "tax", mode="delta", removes=[("U", {"uscc": "U"})], **self.both
        )
        assert base.read("legal_entity", "uscc") == ["U", "V"]
        counts = base.deliver("legal_entity", [entity("V")], "market", **self.both)
        assert counts.closed == 1
        assert base.read("legal_entity", "uscc") == ["V"]
        assert "U" in base.read("legal_entity_history", "uscc")

    def test_a_rejected_key_keeps_what_the_source_said(self, base):
        base.deliver("legal_entity", [entity("U", staff=3)], "market", **self.both)
        base.deliver("legal_entity", [entity("V")], "market", rejected=["U"], **self.both)
        assert base.read("legal_entity", "uscc", "staff") == [("U", 3), ("V", None)]

    def test_a_change_of_the_key_keeps_the_id(self, base):
        base.deliver("legal_entity", [entity("U", "old")])
        identifier = base.id_of("legal_entity", "old")
        base.deliver("legal_entity", [entity("U", "new")])
        assert base.read("legal_entity", "id", "source_id") == [(identifier, "new")]

    def test_a_change_of_the_key_closes_nothing(self, base):
        base.deliver("legal_entity", [entity("U", "old")])
        assert numbers(base.deliver("legal_entity", [entity("U", "new")])) == {"changed": 1}

    def test_two_keys_of_one_thing_are_merged(self, base):
        counts = base.deliver("legal_entity", [entity("U", "1"), entity("U", "2")])
        assert numbers(counts) == {"inserted": 1, "merged": 1}

    def test_a_removal_by_the_sources_key_alone_removes(self, base):
        base.deliver("legal_entity", [entity("U", "reg-1")], mode="delta")
        base.deliver("legal_entity", [], mode="delta", removes=["reg-1"])
        assert base.read("legal_entity", "uscc") == []

    def test_a_source_that_is_added_later_does_not_silence_the_first(self, base):
        base.deliver("legal_entity", [entity("U", name="甲", staff=3)], "market")
        base.deliver("legal_entity", [entity("U", name="乙")], "tax", sources=("market", "tax"))
        assert base.read("legal_entity", "staff") == [3]


class TestSideTables:
    """What the encrypted files hold follows the records."""

    def test_private_fields_never_stand_in_the_open_table(self, base):
        base.deliver("legal_entity", [entity("U", representative="某人")])
        assert "representative" not in base.session.read("legal_entity").column_names
        assert base.read("legal_entity_people", "representative", part="people") == ["某人"]

    def test_side_rows_are_inserted_changed_and_removed(self, base):
        rows = [incident("1", day(1), content="甲", caller="p1"), incident("2", day(1))]
        base.deliver("incident", rows)
        assert base.read("incident_text", "content", part="text") == ["甲"]
        base.deliver("incident", [incident("1", day(1), content="乙"), incident("2", day(1))])
        assert base.read("incident_text", "content", part="text") == ["乙"]
        assert base.read("incident_people", "caller", part="people") == []
        base.deliver("incident", [incident("2", day(1))])
        assert base.read("incident_text", "content", part="text") == []

    def test_a_private_change_alone_leaves_the_open_row_untouched(self, base):
        base.deliver("incident", [incident("1", day(1), content="甲")])
        counts = base.deliver("incident", [incident("1", day(1), content="乙")])
        assert numbers(counts) == {"unchanged": 1}
        assert base.read("incident", "last_delivery") == [1]

    def test_persons_have_no_history(self, base):
        person = {"key": "p", "pseudonym": "p", "address_text": "甲", "residence": "resident"}
        base.deliver("person", [person])
        base.deliver("person", [person | {"address_text": "乙"}])
        assert base.read("person", "address_text", part="people") == ["乙"]
        base.deliver("person", [person | {"key": "q", "pseudonym": "q"}])
        assert base.read("person", "pseudonym", part="people") == ["q"]

    def test_a_source_without_private_fields_leaves_those_of_another(self, base):
        both = {"sources": ("market", "tax")}
        base.deliver("legal_entity", [entity("U", representative="某人")], "market", **both)
        base.deliver("legal_entity", [entity("U")], "tax", **both)
        assert base.read("legal_entity_people", "representative", part="people") == ["某人"]


class TestDecisions:
    """Overrides and merges."""

    def override(self, base, key, value):
        return ((base.id_of("department", key), "name", value),)

    def test_an_override_stands_above_later_deliveries(self, base):
        base.deliver("department", [department("1", "错")])
        decided = self.override(base, "1", "对")
        assert apply_overrides(base.session, base.target("department", overrides=decided)) == 1
        for name in ("错", "仍错"):
            base.deliver("department", [department("1", name)], overrides=decided)
        assert base.read("department", "name") == ["对"]
        assert base.read("department_history", "name") == ["错"]

    def test_an_override_that_was_taken_back_gives_way(self, base):
        base.deliver("department", [department("1", "错")])
        target = base.target("department", overrides=self.override(base, "1", "对"))
        apply_overrides(base.session, target)
        base.deliver("department", [department("1", "错")])
        assert base.read("department", "name") == ["错"]

    def test_an_override_of_the_unknown_does_nothing(self, base):
        target = base.target("department", overrides=(("depnone", "name", "x"),))
        assert apply_overrides(base.session, target) == 0

    def merge(self, base, kind, gone, kept, **rest):
        ids = base.id_of(kind, gone), base.id_of(kind, kept)
        return merge_into(base.session, base.target(kind, **rest), *ids)

    def test_merged_records_stay_one_through_later_deliveries(self, base):
        rows = [department("1", "甲"), department("2", "乙")]
        base.deliver("department", rows)
        kept = base.id_of("department", "2")
        assert self.merge(base, "department", "1", "2")
        counts = base.deliver("department", rows)
        assert numbers(counts) == {"unchanged": 1, "merged": 1}
        assert base.read("department", "id", "name") == [(kept, "乙")]
        assert base.read("department_history", "name") == ["甲"]

    def test_merging_with_itself_or_the_unknown_does_nothing(self, base):
        base.deliver("department", [department("1")])
        identifier = base.id_of("department", "1")
        target = base.target("department")
        assert not merge_into(base.session, target, identifier, identifier)
        assert not merge_into(base.session, target, identifier, "depnone")

    def test_the_removal_of_a_merged_key_balances(self, base):
        base.deliver("department", [department("1"), department("2")], mode="delta")
        self.merge(base, "department", "1", "2")
        assert base.deliver("department", [], mode="delta", removes=["1"]).balanced

    def test_the_merged_key_carries_the_record_on_when_the_other_goes(self, base):
        base.deliver("department", [department("1"), department("2")])
        kept = base.id_of("department", "2")
        self.merge(base, "department", "1", "2")
        base.deliver("department", [department("1")])
        assert base.read("department", "id") == [kept]

    def test_deliveries_after_a_merge_of_contributions_balance(self, base):
        both = {"sources": ("market", "tax")}
        rows = [entity("U"), entity("V")]
        base.deliver("legal_entity", rows, "market", **both)
        self.merge(base, "legal_entity", "U", "V", source="market", **both)
        assert base.deliver("legal_entity", rows, "market", **both).balanced

    def test_the_kept_record_keeps_its_content(self, base):
        rows = [entity("U", name="并掉"), entity("V", name="留下")]
        base.deliver("legal_entity", rows)
        self.merge(base, "legal_entity", "U", "V")
        base.deliver("legal_entity", rows)
        assert base.read("legal_entity", "name") == ["留下"]

    def test_a_merge_leaves_no_private_fields_of_the_record_that_went(self, base):
        rows = [entity("U", representative="甲"), entity("V", representative="乙")]
        base.deliver("legal_entity", rows)
        kept = base.id_of("legal_entity", "V")
        self.merge(base, "legal_entity", "U", "V")
        assert base.read("legal_entity_people", "id", part="people") == [kept]


_KEYS = ("1", "2", "3")


@st.composite
def deliveries(draw):
    """Deliveries of two sources of one kind: rows, removals, rejected keys, in any mode."""
    made = []
    for _ in range(draw(st.integers(1, 6))):
        mode = draw(st.sampled_from(["full", "delta"]))
        keys = draw(st.sets(st.sampled_from(_KEYS)))
        fate = {k: draw(st.sampled_from(["row", "remove", "reject"])) for k in sorted(keys)}
        if mode == "full":
            fate = {k: "row" if f == "remove" else f for k, f in fate.items()}
        names = {k: draw(st.sampled_from(["甲", "乙"])) for k in fate}
        made.append((draw(st.sampled_from(["market", "tax"])), mode, fate, names))
    return made


def apply(base, kind, made, sources):
    key = "code" if kind == "department" else "uscc"
    for source, mode, fate, names in made:
        rows = [{"key": k, key: k, "name": names[k]} for k, f in fate.items() if f == "row"]
        removes = [(k, {key: k}) for k, f in fate.items() if f == "remove"]
        rejected = [k for k, f in fate.items() if f == "reject"]
        yield base.deliver(
            kind, rows, source, mode=mode, removes=removes, rejected=rejected, sources=sources
        )


@given(made=deliveries(), kind=st.sampled_from(["department", "legal_entity"]))
@settings(max_examples=20, deadline=None)
def test_rows_read_are_loaded_merged_or_quarantined(new_base, made, kind):
    """Law 1, whatever comes in whatever order."""
    base = new_base()
    for counts in apply(base, kind, made, ("market", "tax")):
        assert counts.balanced
    base.session.con.close()


def _model(made):
    """What every source says after its deliveries, by a few lines of dictionaries."""
    said = {"market": {}, "tax": {}}
    for source, mode, fate, names in made:
        own = said[source]
        if mode == "full" and any(f != "reject" for f in fate.values()):
            own = {k: v for k, v in own.items() if k in fate}
        own = {k: v for k, v in own.items() if fate.get(k) != "remove"}
        said[source] = own | {k: names[k] for k, f in fate.items() if f == "row"}
    return said


@given(made=deliveries())
@settings(max_examples=20, deadline=None)
def test_current_rows_are_what_the_sources_say(new_base, made):
    """An oracle of dictionaries: each source's rows apart, and merged by trust with a key."""
    said = _model(made)
    apart, merged = new_base(), new_base()
    list(apply(apart, "department", made, ("market", "tax")))
    list(apply(merged, "legal_entity", made, ("market", "tax")))
    assert apart.read("department", "source", "source_id", "name") == sorted(
        (source, k, v) for source, own in said.items() for k, v in own.items()
    )
    assert merged.read("legal_entity", "uscc", "name") == sorted(
        (said["tax"] | said["market"]).items()
    )
    for base in (apart, merged):
        base.session.con.close()
