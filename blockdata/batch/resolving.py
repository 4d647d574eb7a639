"""Addresses resolved: every address text matched with the library, or made into one of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.address import is_missing_text, provisional_addresses
from blockdata.batch.city_parser import learn_parser
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context, versions
from blockdata.engines import feeds, parsers
from blockdata.engines.matching import MATCHING_VERSION, Matcher, matcher_of
from blockdata.records import Kind
from blockdata.store import derived, matched
from blockdata.store.ids import mint
from blockdata.store.session import Session

_MATCHED = "matched"
"""Fact about a snapshot: by part, the state of the library that texts have been matched with."""

_SHARE_CHANGED = 0.1
"""Above this share of changed addresses it is quicker to match every text anew."""


def resolve_addresses(session: Session, context: Context) -> None:
    """Match every address text with the library, or make provisional addresses without one."""
    resolve_kinds(session, feeds.addressed_kinds(session))
    _report_unmatched(session, context)


def resolve_kinds(session: Session, kinds: Sequence[Kind]) -> None:
    """Match the address texts of records of some kinds.

    New and changed texts are matched, and those whose answer a change of the library can touch:
    the others would be answered as before. Texts from the steward's part are matched and never
    make an address.
    """
    # People are settled between deliveries, with the parser as it is then.
    learn_parser(session)
    if not feeds.has_address_library(session):
        _resolve_by_text(session, kinds)
        return
    _make_provisional(session, [])
    matcher = matcher_of(session)
    for part in ("base", "people"):
        own = [k for k in kinds if session.part_of(k) == part]
        if own:
            _resolve_part(session, part, own, matcher)


def _resolve_by_text(session: Session, kinds: Sequence[Kind]) -> None:
    """Make an address of every open text, and match texts with those."""
    session.set_meta(_MATCHED, "{}")
    open_kinds = [k for k in feeds.addressed_kinds(session) if not k.private]
    texts = feeds.address_texts(session, open_kinds)
    _make_provisional(session, [t for t in texts if not is_missing_text(t)])
    asked = feeds.address_texts(session, kinds)
    if asked:
        derived.write_matches(session, kinds, matcher_of(session).match(asked))


def _resolve_part(session: Session, part: str, kinds: Sequence[Kind], matcher: Matcher) -> None:
    everyone = [k for k in feeds.addressed_kinds(session) if session.part_of(k) == part]
    memory = json.loads(session.meta(_MATCHED) or "{}")
    now = _state(session)
    touched = _touched(session, memory.get(part, {}), now["engine"], matcher)
    if touched is None:
        matched.forget_matches(session, part, everyone)
        touched, memory[part] = np.zeros(0, np.uint32), now
    texts = matched.texts_to_match(session, kinds, touched)
    if texts:
        answers = matcher.columns(texts)
        # A text is answered for all kinds at once, so that none is left behind.
        derived.write_matches(session, everyone, matcher.frame(texts, answers))
        found = answers.address >= 0
        matched.remember_matches(session, part, texts, found, answers.anchors, answers.fuzzy)
    if len(kinds) == len(everyone):
        matched.forget_gone(session, part, everyone)
        memory[part] = now
    session.set_meta(_MATCHED, json.dumps(memory))


def _state(session: Session) -> dict[str, object]:
    """Return what answers depend on besides their texts."""
    # A road that is renamed can touch every text that names it, in whatever way.
    facts = (MATCHING_VERSION, sorted(versions().items()), parsers.version_of(session))
    return {
        "engine": "; ".join(map(str, (*facts, feeds.state_of_names(session)))),
        "delivery": parsers.newest_delivery(session),
        "decision": session.count("decision"),
    }


def _touched(
    session: Session, before: dict[str, object], engine: object, matcher: Matcher
) -> npt.NDArray[np.uint32] | None:
    """Return what depends on what has changed in the library; None if that may be everything."""
    if before.get("engine") != engine:
        return None
    delivery, decision = int(str(before["delivery"])), int(str(before["decision"]))
    rows = feeds.changed_addresses(session, delivery)
    if len(rows) > _SHARE_CHANGED * parsers.library_size(session):
        return None
    aliases = feeds.aliases_of_changed(session, delivery)
    decided = feeds.decided_texts(session, decision)
    # A decided text is touched as if an address of this text had come.
    rows = pd.concat([rows, pd.DataFrame({"id": decided, "text": decided}, dtype="str")])
    if rows.empty and aliases.empty:
        return np.zeros(0, np.uint32)
    return np.unique(matched.shortened(matcher.touched_by(rows, aliases)))


def _make_provisional(session: Session, texts: Sequence[str]) -> None:
    """Make the addresses that a base without a library has; with one there are none."""
    made = provisional_addresses(texts, mint=provisional_id)
    rows = made.rename(columns={"text": "full_text"}).drop(columns=["level", "rest"])
    rows = rows.assign(source_id=rows["full_text"], status=feeds.PROVISIONAL)
    derived.replace_provisional(session, "address", rows, feeds.PROVISIONAL)


def provisional_id(text: str) -> str:
    """Return the id of a provisional address: its text is all there is to know it by.

    Examples
    --------
    >>> provisional_id("延安三路105号") == provisional_id("延安三路105号")
    True
    """
    return mint("adr", "address", feeds.PROVISIONAL, text)


def _report_unmatched(session: Session, context: Context) -> None:
    """Tell, per kind, how many address texts were not matched; of people a rounded share."""
    for kind in session.catalogue:
        if kind.address is None or session.part_of(kind) not in session.parts:
            continue
        count, rows = feeds.unmatched(session, kind)
        if kind.private:
            _report_unmatched_people(context, kind, count, rows)
        elif count:
            context.tell(
                Finding(
                    "address_unmatched",
                    kind.name,
                    f"{kind.zh}：{count} 条地址未能匹配",
                    f"{kind.en}: {count} address texts match no address",
                    count,
                    warns=False,
                )
            )


def _report_unmatched_people(context: Context, kind: Kind, count: int, rows: int) -> None:
    """Say that people are missing from the figures, without saying how many."""
    if count < context.config.people.minimum:
        return
    percent = max(5, 5 * round(20 * count / rows))
    context.tell(
        Finding(
            "people_unmatched",
            kind.name,
            f"{kind.zh}：约 {percent}% 的地址未能匹配，不在人口数中",
            f"{kind.en}: about {percent} % of the addresses match none and are in no figure",
        )
    )
