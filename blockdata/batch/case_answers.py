"""Checking answers about cases: what one is about, which are one occurrence, what class one is."""

from __future__ import annotations

from blockdata.batch.categories import parse_class
from blockdata.engines import case_lookups
from blockdata.engines.link_feeds import NONE
from blockdata.engines.lookups import is_record
from blockdata.errors import DecisionError
from blockdata.store.decisions import Decision
from blockdata.store.session import Session

__all__ = ["CASE_VERBS", "check_case_answer"]

CASE_VERBS = ("link", "same", "category")

_TARGETS = ("address", "building", "component", "camera", "premises", "legal_entity", "area")
_CELL = "cell:"
_CELLS = ("grid", "area")


def check_case_answer(session: Session, decision: Decision) -> None:
    """Refuse an answer about cases that the next run could not apply.

    Parameters
    ----------
    session : Session
    decision : Decision
        Of one of `CASE_VERBS`.

    Raises
    ------
    DecisionError
        If a case or target is not there, or is of another kind, or the class cannot be read.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> from blockdata.store.snapshots import memory_session
    >>> answer = Decision("same", "inc1", "yes", "inc1")
    >>> check_case_answer(memory_session(Catalogue()), answer)
    Traceback (most recent call last):
    ...
    blockdata.errors.DecisionError: decision 'same': there is no case 'inc1'. ...
    """
    if decision.verb == "category":
        _check_category(session, decision)
        return
    _require_case(session, decision, decision.subject)
    if decision.verb == "same":
        _require_case(session, decision, str(decision.field))
        if decision.field == decision.subject:
            raise DecisionError("a case is the same as itself", where="decision 'same'")
    else:
        _check_target(session, decision)


def _check_target(session: Session, decision: Decision) -> None:
    field = str(decision.field)
    kinds = _CELLS if field.startswith(_CELL) else ({"crossing": "address"}.get(field, field),)
    if not set(kinds) <= {*_TARGETS, *_CELLS} or field == "grid":
        raise DecisionError(
            f"a case cannot be linked to a {field!r}",
            where="decision 'link'",
            allowed=", ".join((*_TARGETS, "crossing", "cell:LAYER")),
        )
    if decision.value in {None, NONE}:
        return
    if not any(_is(session, kind, str(decision.value)) for kind in kinds):
        raise DecisionError(
            f"{decision.value!r} is not the id of a {field}",
            where="decision 'link'",
            allowed=f"an id as it stands in the column id, or {NONE}",
        )


def _check_category(session: Session, decision: Decision) -> None:
    source, _, category = decision.subject.partition("/")
    known = case_lookups.case_rows(session, "category", {"source": [source]})
    if category not in set(known["category"]):
        raise DecisionError(
            "no case of this source has this category",
            where="decision 'category'",
            allowed="SOURCE/CATEGORY",
            next_step="'blockdata cases categories BASE' lists them.",
        )
    if decision.value not in {None, NONE} and parse_class(str(decision.value))[2] is None:
        raise DecisionError(
            "the value is no class", where="decision 'category'", allowed="SCHEME KIND CODE, none"
        )


def _require_case(session: Session, decision: Decision, identifier: str) -> None:
    if not _is(session, "incident", identifier):
        raise DecisionError(
            f"there is no case {identifier!r}",
            where=f"decision {decision.verb!r}",
            next_step="Give the id of an incident, as it stands in the column id.",
        )


def _is(session: Session, kind: str, identifier: str) -> bool:
    """Whether an id is that of a record of a kind."""
    found = session.catalogue.kind_of_id(identifier)
    return found is not None and found.name == kind and is_record(session, found, identifier)
