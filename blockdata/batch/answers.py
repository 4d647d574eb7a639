"""Checking human answers against a base before they are written down."""

from __future__ import annotations

import math

import pyarrow as pa

from blockdata.batch.case_answers import CASE_VERBS, check_case_answer
from blockdata.engines.feeds import has_address_library
from blockdata.engines.lookups import is_record
from blockdata.errors import DecisionError
from blockdata.records import Held, Kind
from blockdata.records.convert import convert_column
from blockdata.store import quarantine
from blockdata.store.decisions import Decision
from blockdata.store.reshapes import reshape_of_now
from blockdata.store.session import Session


def check_decision(session: Session, decision: Decision, time_zone: str) -> None:
    """Refuse a decision that the next run could not apply.

    Parameters
    ----------
    session : Session
        The base that the decision is about.
    decision : Decision
    time_zone : str
        The base's, in which decided times are read.

    Raises
    ------
    DecisionError
        If the subject or an id in the value is not there, the field is unknown or not open, or
        the value cannot be read as what the verb asks for.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> from blockdata.store.snapshots import memory_session
    >>> check_decision(memory_session(Catalogue()), Decision("ignore", "incabc"), "Asia/Shanghai")
    Traceback (most recent call last):
    ...
    blockdata.errors.DecisionError: decision 'ignore': there is no record 'incabc'. ...
    """
    if decision.verb == "address":
        _check_address(session, decision)
    elif decision.verb == "replay":
        _check_replay(session, decision)
    elif decision.verb == "fit_parser":
        _check_fit_parser(session)
    elif decision.verb in CASE_VERBS:
        check_case_answer(session, decision)
    elif decision.verb != "ignore" or quarantine.raw_row(session, decision.subject) is None:
        kind = _record(session, decision.subject, decision.verb)
        _check_record(session, decision, kind, time_zone)


def _check_address(session: Session, decision: Decision) -> None:
    if decision.value is not None and _record(session, decision.value, "address").name != "address":
        raise DecisionError(f"{decision.value!r} is not the id of an address", where="address")


def _check_replay(session: Session, decision: Decision) -> None:
    row = quarantine.raw_row(session, decision.subject)
    if row is None:
        raise DecisionError(
            f"there is no rejected row {decision.subject!r}",
            where="decision 'replay'",
            next_step="'blockdata quarantine BASE' lists them.",
        )
    if decision.field is not None:
        _require_open_field(session.catalogue.kind(row[0]), decision.field)


def _check_fit_parser(session: Session) -> None:
    if not has_address_library(session):
        raise DecisionError(
            "there is no address library to learn from",
            where="decision 'fit_parser'",
            next_step="Add a source of kind address; addresses made of texts teach nothing.",
        )


def _check_record(session: Session, decision: Decision, kind: Kind, time_zone: str) -> None:
    value = decision.value
    if decision.verb == "override":
        _require_open_field(kind, str(decision.field))
        _require_readable(kind, str(decision.field), value, time_zone)
    elif decision.verb == "merge" and value is not None:
        if _record(session, value, "merge") != kind or value == decision.subject:
            raise DecisionError(
                f"{decision.subject!r} and {value!r} cannot be merged",
                allowed="two records of one kind",
            )
    elif decision.verb == "repin" and value is not None:
        _require_point(decision.subject, value)
    elif decision.verb == "reshape" and value is not None:
        _require_standing(session, kind, decision.subject, value)


def _require_standing(session: Session, kind: Kind, subject: str, value: str) -> None:
    if kind.geometry is None or reshape_of_now(session, kind, subject, value) is None:
        raise DecisionError(
            "the record does not have the geometry that was looked at, or has the new one already",
            where=f"decision 'reshape' of {subject}",
            next_step="Propose again on the base as it is now.",
        )


def _record(session: Session, identifier: str, verb: str) -> Kind:
    """Return the kind of a record that is there; persons are never the subject of a decision."""
    where = f"decision {verb!r}"
    kind = session.catalogue.kind_of_id(identifier)
    if kind is None or kind.private or not is_record(session, kind, identifier):
        raise DecisionError(
            f"there is no record {identifier!r}",
            where=where,
            next_step="Give the id of a record, as it stands in the column id.",
        )
    return kind


def _require_open_field(kind: Kind, name: str) -> None:
    fields = [] if kind.private else [f.name for f in kind.held_in(Held.OPEN)]
    if name not in fields:
        raise DecisionError(
            f"no open field {name!r}",
            where=kind.name,
            allowed=", ".join(fields) or "none: decisions are open data",
        )


def _require_readable(kind: Kind, name: str, value: str | None, time_zone: str) -> None:
    if value is None:
        return
    field = kind.field(name)
    _, bad = convert_column(field, pa.array([value]), time_zone=time_zone)
    if bad[0]:
        raise DecisionError(
            "the value cannot be read", where=f"{kind.name}.{name}", allowed=str(field.type)
        )


def _require_point(subject: str, text: str) -> None:
    try:
        x, y = map(float, text.replace(",", " ").split())
    except ValueError:
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y)):
        raise DecisionError(
            "the value is no point",
            where=f"decision 'repin' of {subject}",
            allowed="'x y' in metres, in the base's CRS",
        )
