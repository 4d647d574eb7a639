"""Human answers: written to files that outlive every run, applied in the order of deliveries."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from blockdata.errors import DecisionError, PrivacyError
from blockdata.records import Held, Kind
from blockdata.records.codes import DECISION_VERB
from blockdata.records.convert import convert_column
from blockdata.records.kinds.base import DECISION
from blockdata.records.masking import contains_personal
from blockdata.records.tables import plain_table
from blockdata.store import files
from blockdata.store.layout import Layout
from blockdata.store.reshapes import parse_reshape
from blockdata.store.session import Session

_WITH_FIELD = ("override", "link", "same")
_FILE_NAME = re.compile(r"\d{8}-\d{4}\.jsonl")


@dataclass(frozen=True)
class Decision:
    """One human answer; of several on the same subject the last one holds.

    Parameters
    ----------
    verb : str
        "address" (a text is this address), "merge" (a record is that record), "repin" (a record
        stands at 'x y'), "override" (a field has this value), "ignore" (leave an incident out of
        the analysis, or a rejected row alone), "replay" (try a rejected row again), "fit_parser"
        (learn to read addresses from the library as it is now), "reshape" (a cell or building has
        this geometry for as long as its source brings the one that was looked at), "link" (an
        incident is about this thing of a kind, or "none"), "same" (two incidents are one
        occurrence: "yes", or not: "no"), "category" (a source's category is this class:
        "scheme kind code", or "none").
    subject : str
        Address text, record id or id of a rejected row; "address" of "fit_parser"; of "category"
        the source and the category with a slash between them.
    value : str, optional
        What was decided. Empty takes an "address", "repin", "override", "reshape", "link", "same"
        or "category" back; an
        overridden field then has what the next delivery says, and so has a geometry. A merge
        cannot be taken back. Of a "reshape" see `blockdata.store.reshapes.reshape_value`.
    field : str, optional
        Field of an override or of a replay; kind of target of a "link" ("address", "component",
        "cell:unit"); the other incident of a "same".
    note : str, optional
    decided_on : date

    Raises
    ------
    DecisionError
        If the verb is unknown or something it needs is missing.
    PrivacyError
        If subject, value or note hold a phone or identity number.
    """

    verb: str
    subject: str
    value: str | None = None
    field: str | None = None
    note: str | None = None
    decided_on: dt.date = dt.date.min

    def __post_init__(self) -> None:
        if self.verb not in DECISION_VERB:
            raise DecisionError(f"unknown verb {self.verb!r}", allowed=", ".join(DECISION_VERB))
        if not self.subject:
            raise DecisionError(f"a decision {self.verb!r} needs a subject")
        if self.verb in _WITH_FIELD and not self.field:
            raise DecisionError(f"a {self.verb!r} names a field", where=self.subject)
        if self.verb == "same" and self.value not in {None, "yes", "no"}:
            raise DecisionError("two incidents are the same or not", allowed="yes, no")
        value = self.value
        if self.verb == "reshape" and value is not None:
            parse_reshape(self.subject, value)
            value = None  # Numbers of a geometry may look like those of a telephone.
        for text in (self.subject, value, self.note):
            if text and contains_personal(text):
                raise PrivacyError(
                    "a decision holds a phone number, an identity number or a name",
                    next_step="Correct it in the source; decisions are open data.",
                )


def write_decisions(layout: Layout, decisions: Sequence[Decision]) -> Path:
    """Put decisions where the next run finds them.

    Parameters
    ----------
    layout : Layout
    decisions : sequence of Decision
        All of one day.

    Returns
    -------
    Path
        The new file.

    Raises
    ------
    DecisionError
        If there are none, or they are of several days.
    """
    days = {d.decided_on for d in decisions}
    if len(days) != 1:
        raise DecisionError("decisions of exactly one day go into one file")
    stem = days.pop().strftime("%Y%m%d")
    layout.decisions.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(asdict(d), ensure_ascii=False, default=str) for d in decisions)
    text = "".join(f"{line}\n" for line in lines)
    taken = [int(p.stem[len(stem) + 1 :]) for p in decision_files(layout) if p.stem[:8] == stem]
    number = max(taken, default=0)
    while True:
        number += 1
        path = layout.decisions / f"{stem}-{number:04d}.jsonl"
        with contextlib.suppress(FileExistsError):
            files.write_new(path, text)
            return path


def decision_files(layout: Layout) -> list[Path]:
    """Return the files of decisions, by day and number.

    Raises
    ------
    DecisionError
        If another file lies among them: it may hold decisions that nobody would miss.
    """
    paths = sorted(layout.decisions.glob("*.jsonl"))
    for path in paths:
        if not _FILE_NAME.fullmatch(path.name):
            raise DecisionError(
                "a file among the decisions is not named YYYYMMDD-NNNN.jsonl",
                where=str(path.name),
                next_step="Take it out, or write its decisions with 'blockdata decide'.",
            )
    return paths


def read_decisions(path: Path) -> list[Decision]:
    """Read a file of decisions.

    Raises
    ------
    DecisionError
        If a line is not a decision.
    """
    decisions = []
    # Only a newline ends a line: a note may hold other characters that Python would split at.
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    for number, line in enumerate(lines, start=1):
        try:
            values = json.loads(line)
            day = dt.date.fromisoformat(values.pop("decided_on"))
            decisions.append(Decision(**values, decided_on=day))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DecisionError("not a decision", where=f"{path.name}, line {number}") from error
    return decisions


def record_decisions(session: Session, decisions: Sequence[Decision]) -> None:
    """Write decisions into the base, after those that stand there."""
    first = session.count("decision") + 1
    rows = [{"seq": first + n, **asdict(d)} for n, d in enumerate(decisions)]
    schema = plain_table(DECISION).arrow_schema()
    session.append("decision", pa.Table.from_pylist(rows, schema=schema))


def standing(session: Session, verb: str) -> dict[str, str]:
    """Return what holds for a verb: subject to value, taken-back decisions left out."""
    held: dict[str, str] = {}
    for subject, value in session.rows(
        "SELECT subject, value FROM base.decision WHERE verb = ? ORDER BY seq", [verb]
    ):
        held.pop(str(subject), None)
        if value is not None or verb == "ignore":
            held[str(subject)] = str(value or "")
    return held


def replayed_fields(session: Session, subject: str) -> dict[str, str | None]:
    """Return the values that replays of a rejected row have decided so far, by field."""
    return {
        str(name): None if value is None else str(value)
        for name, value in session.rows(
            "SELECT field, value FROM base.decision WHERE verb = 'replay' AND subject = ? "
            "AND field IS NOT NULL ORDER BY seq",
            [subject],
        )
    }


def has_overrides(session: Session) -> bool:
    """Whether anybody has decided a value of a field, or a geometry."""
    verbs = "verb IN ('override', 'reshape')"
    return session.value(f"SELECT 1 FROM base.decision WHERE {verbs} LIMIT 1") is not None


def overrides_of(
    session: Session, kind: Kind, time_zone: str
) -> tuple[tuple[str, str, object], ...]:
    """Return the decided values of a kind's open fields as (id, field, typed value).

    A value that cannot be read as the field's type is left out.
    """
    held: dict[tuple[str, str], str | None] = {}
    for subject, name, value in session.rows(
        "SELECT subject, field, value FROM base.decision WHERE verb = 'override' "
        "AND starts_with(subject, ?) ORDER BY seq",
        [kind.prefix],
    ):
        held[str(subject), str(name)] = None if value is None else str(value)
    fields = {f.name: f for f in kind.held_in(Held.OPEN)}
    typed = []
    for (subject, name), value in sorted(held.items()):
        if value is None or name not in fields:
            continue
        column, bad = convert_column(fields[name], pa.array([value]), time_zone=time_zone)
        if not bad[0]:
            typed.append((subject, name, column[0].as_py()))
    return tuple(typed)
