"""The answers of a matching while they are found, one row a text."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from blockdata.address.matching.agreeing import level_of
from blockdata.address.matching.columns import METHODS, REASONS, MatchColumns, evidence_text
from blockdata.address.matching.fields import Bools, Bytes, Floats, Ints, Small
from blockdata.address.matching.library import Library
from blockdata.address.matching.passes import Found
from blockdata.address.matching.scoring import Calibration, signs_of
from blockdata.address.matching.searching import (
    FOUND,
    LEVEL,
    ODD,
    REASON,
    ROW,
    RUNNER,
    STATES,
    TIED,
)
from blockdata.kernels.jit import jit

__all__ = ["Answers", "new_answers"]

_NONE, _DECISION, _EXACT, _ALIAS, _STRUCTURED, _FUZZY = range(len(METHODS))
_NO_TEXT, _AMBIGUOUS = REASONS.index("no text"), REASONS.index("ambiguous")
_WHOLE_TEXT = {_DECISION: "decided by a person", _EXACT: "same text", _ALIAS: "another name"}
_RUNNER_SHARE = 0.5
_ALIAS_SCORE = 0.99


@dataclass
class Answers:
    """Answers of texts; parts of it are views."""

    row: Small
    runner: Small
    method: Bytes
    reason: Bytes
    level: Bytes
    states: Ints
    odd: Ints
    similarity: Floats
    signs: Floats
    anchors: Ints
    fuzzy: Bools
    start: int = 0
    elsewhere: dict[int, str] = field(default_factory=dict)

    def part(self, rows: slice) -> Answers:
        """Return the answers of some texts, to be filled."""
        return Answers(
            self.row[rows], self.runner[rows], self.method[rows], self.reason[rows],
            self.level[rows], self.states[rows], self.odd[rows], self.similarity[rows],
            self.signs[rows], self.anchors[rows], self.fuzzy[rows], rows.start, self.elsewhere,
        )  # fmt: skip

    def take_structure(self, result: Found, library: Library) -> None:
        """Take what structure says."""
        found = result.found
        every = np.arange(len(found))
        self.fuzzy[:] = result.fuzzy
        self.similarity[:] = 1.0
        self._take(every, found, _STRUCTURED)
        self.signs[:] = signs_of(found, self.similarity)

    def take_mended(self, which: Ints, result: Found, similarity: Floats, library: Library) -> None:
        """Take what structure says once a name is mended."""
        self.similarity[which] = similarity
        self._take(which, result.found, _FUZZY)
        self.signs[which] = signs_of(result.found, similarity)

    def _take(self, which: Ints, found: Ints, method: int) -> None:
        matched = (found[:, REASON] == FOUND) & (found[:, ROW] >= 0)
        tied = found[:, REASON] == TIED
        self.row[which] = np.where(matched, found[:, ROW], -1)
        self.runner[which] = np.where(matched | tied, found[:, RUNNER], -1)
        self.runner[which] = np.where(
            tied & (found[:, RUNNER] < 0), found[:, ROW], self.runner[which]
        )
        self.method[which] = np.where(matched, method, _NONE)
        self.reason[which] = np.where(matched, 0, found[:, REASON])
        self.level[which] = np.where(matched, found[:, LEVEL], -1)
        self.states[which], self.odd[which] = found[:, STATES], found[:, ODD]

    def take_whole(
        self, exact: tuple[Small, Small], alias: tuple[Small, Small], library: Library
    ) -> Bools:
        """Take texts that the library has as they are; return those that it has not."""
        open_texts = np.ones(len(self.row), np.bool_)
        for method, (row, tied) in ((_EXACT, exact), (_ALIAS, alias)):
            which = np.flatnonzero((row >= 0) & open_texts)
            open_texts[which] = False
            alone = tied[which] < 0
            self.row[which] = np.where(alone, row[which], -1)
            self.runner[which] = tied[which]
            self.method[which] = np.where(alone, method, _NONE)
            self.reason[which] = np.where(alone, 0, _AMBIGUOUS)
            self.level[which] = np.where(alone, _levels(library, row[which]), -1)
            self.fuzzy[which] = False
            self.signs[which] = 0
        return open_texts

    def take_missing(self, missing: Bools) -> None:
        """Take texts that say nothing."""
        self.row[missing] = self.runner[missing] = self.level[missing] = -1
        self.method[missing], self.reason[missing] = _NONE, _NO_TEXT
        self.fuzzy[missing] = False

    def decide(self, text: int, decided: str, row: int, library: Library) -> None:
        """Take a person's answer."""
        self.row[text], self.runner[text] = row, -1
        self.method[text], self.reason[text], self.fuzzy[text] = _DECISION, 0, False
        self.level[text] = _levels(library, np.array([row], np.int32))[0] if row >= 0 else -1
        if row < 0:
            self.elsewhere[self.start + text] = decided

    def computed(self) -> Bools:
        """Tell which answers have a computed probability."""
        return np.asarray(np.isin(self.method, (_STRUCTURED, _FUZZY)) & (self.row >= 0))

    def columns(self, ids: list[str], calibration: Calibration) -> MatchColumns:
        """Return the finished columns."""
        evidence, texts = self._evidence()
        score = calibration.probability(self.signs)
        score = np.where(self.method == _ALIAS, _ALIAS_SCORE, np.where(self.row >= 0, score, 0.0))
        score = np.where(np.isin(self.method, (_DECISION, _EXACT)), 1.0, score)
        runner_score = np.where(self.runner >= 0, (1.0 - score) * _RUNNER_SHARE, 0.0)
        all_ids, address = [*ids], self.row.copy()
        for text, address_id in sorted(self.elsewhere.items()):
            address[text] = len(all_ids)
            all_ids.append(address_id)
        used = int((self.anchors != 0).any(axis=0).nonzero()[0].max(initial=-1)) + 1
        return MatchColumns(
            all_ids, address, self.method, score, self.level, evidence, texts, self.runner,
            np.asarray(np.round(runner_score, 4), np.float64), self.reason,
            self.anchors[:, :used], self.fuzzy,
        )  # fmt: skip

    def _evidence(self) -> tuple[Small, list[str]]:
        structured = np.isin(self.method, (_STRUCTURED, _FUZZY))
        odd = np.where(structured, self.odd, 0)
        said = np.where(structured, self.states, -1 - self.method.astype(np.int64))
        said = np.where(self.method == _NONE, -100 - self.reason.astype(np.int64), said)
        pairs = np.column_stack([said, odd])
        distinct, codes = np.unique(pairs, axis=0, return_inverse=True)
        texts = [_evidence_of(int(states), int(bits)) for states, bits in distinct]
        return codes.reshape(-1).astype(np.int32), texts


def _evidence_of(said: int, odd: int) -> str:
    if said <= -100:
        return REASONS[-100 - said]
    return _WHOLE_TEXT[-1 - said] if said < 0 else evidence_text(said, odd)


@jit
def _own_levels(fields: Ints, rows: Small, out: Bytes) -> None:
    for number in range(len(rows)):
        out[number] = level_of(fields[rows[number]], fields[rows[number]])


def _levels(library: Library, rows: Small) -> Bytes:
    out = np.full(len(rows), -1, np.int8)
    _own_levels(library.searched.fields, rows, out)
    return out


def new_answers(count: int) -> Answers:
    """Return room for the answers of so many texts."""
    from blockdata.address.matching.depending import ANCHORS_A_TEXT
    from blockdata.address.matching.scoring import SIGNS

    none = np.full(count, -1, np.int32)
    return Answers(
        none, none.copy(), np.zeros(count, np.int8), np.zeros(count, np.int8),
        np.full(count, -1, np.int8), np.zeros(count, np.int64), np.zeros(count, np.int64),
        np.ones(count), np.zeros((count, len(SIGNS))), np.zeros((count, ANCHORS_A_TEXT), np.int64),
        np.zeros(count, np.bool_),
    )  # fmt: skip
