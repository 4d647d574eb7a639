"""Human answers: written to files that outlive every run, applied in the order of deliveries."""

from __future__ import annotations

import datetime as dt
import json
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
from blockdata.store.session import Session


@dataclass(frozen=True)
class Decision:
    """One human answer; of several on the same subject the last one holds.

    Parameters
    ----------
    verb : str
        "address" (a text is this address), "merge" (a record is that record), "repin" (a record
        stands at 'x y'), "override" (a field has this value), "ignore" (leave a record out of
        the analysis, or a rejected row alone), "replay" (try a rejected row again).
    subject : str
        Address text, record id or id of a rejected row.
    value : str, optional
        What was decided; empty takes the decision back.
    field : str, optional
        Field of an override or of a replay.
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
        if self.verb == "override" and not self.field:
            raise DecisionError("an override names a field", where=self.subject)
        for text in (self.subject, self.value, self.note):
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
    number = len(list(layout.decisions.glob(f"{stem}-*.jsonl"))) + 1
    path = layout.decisions / f"{stem}-{number:04d}.jsonl"
    lines = (json.dumps(asdict(d), ensure_ascii=False, default=str) for d in decisions)
    files.write_durably(path, "".join(f"{line}\n" for line in lines))
    return path


def read_decisions(path: Path) -> list[Decision]:
    """Read a file of decisions.

    Raises
    ------
    DecisionError
        If a line is not a decision.
    """
    decisions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
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
