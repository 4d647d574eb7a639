"""Everything a base knows of one address, on one page; people are never part of it."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.engines import feeds, lookups
from blockdata.errors import AnalysisError
from blockdata.records import Kind
from blockdata.records.code_tables import COMPONENT, name_of
from blockdata.report.words import Words
from blockdata.store.session import Session

_HIDDEN = frozenset(
    {"source", "source_id", "match_method", "first_delivery", "last_delivery", "geom"}
)
"""Columns about the row and not about the place."""

CLASS_NAME = "class_name"
"""What a component's class is called in its edition."""


@dataclass(frozen=True, repr=False)
class Place:
    """What a base knows of one address.

    Parameters
    ----------
    id : str
        Of the address.
    text : str
        The address.
    sections : dict of str to DataFrame
        "address", "alias", "cell", "building" and every other open kind with rows in or at the
        address, "incident", "episode" and "chronic"; empty ones are left out.
    words : Words
        Labels in the base's language.
    """

    id: str
    text: str
    sections: dict[str, pd.DataFrame]
    words: Words

    def to_dict(self) -> dict[str, Any]:
        """Return the sections as lists of rows; missing values are None and times are texts."""
        rows = {name: records_of(frame) for name, frame in self.sections.items()}
        return {"id": self.id, "text": self.text, **rows}

    def __repr__(self) -> str:
        lines = [f"{self.text} ({self.id})"]
        for name, frame in self.sections.items():
            lines.append(f"\n{self._title(name)} ({len(frame):,})")
            lines += [f"  {' · '.join(map(str, row.values()))}" for row in _brief(frame)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = [f"<h3>{html.escape(self.text)} <code>{html.escape(self.id)}</code></h3>"]
        for name, frame in self.sections.items():
            parts.append(f"<h4>{html.escape(self._title(name))} ({len(frame):,})</h4>")
            parts.append(_table(frame, self._labels(name, frame)))
        return "\n".join(parts)

    def _title(self, name: str) -> str:
        titles = {
            "alias": self.words.t("别名", "Aliases"),
            "cell": self.words.t("所在网格", "Cells"),
            "episode": self.words.t("问题", "Episodes"),
            "chronic": self.words.t("久治不愈", "Chronic or recurring"),
        }
        return titles.get(name) or self.words.kind(name)

    def _labels(self, name: str, frame: pd.DataFrame) -> list[str]:
        own = {CLASS_NAME: self.words.t("部件类别", "Class")}
        return [own.get(str(c)) or self.words.field(name, str(c)) for c in frame.columns]


def place_of_address(session: Session, identifier: str, words: Words) -> Place:
    """Gather what a base knows of an address, of those below it and of their buildings.

    Parameters
    ----------
    session : Session
    identifier : str
        Id of an address.
    words : Words

    Returns
    -------
    Place

    Raises
    ------
    AnalysisError
        If there is no such address.
    """
    address = _rows(session, "address", "id", [identifier])
    if address.empty:
        raise AnalysisError(
            f"there is no address {identifier!r}",
            next_step="Match a text with base.match([...]) to learn its address.",
        )
    within = lookups.addresses_within(session, identifier)
    pairs = feeds.buildings_of_addresses(session)
    buildings = pairs.loc[pairs["address_id"].isin(within), "building"].drop_duplicates().tolist()
    sections = {"address": address, "alias": _aliases(session, identifier)}
    sections["cell"] = lookups.cells_of_address(session, identifier)
    sections["building"] = _rows(session, "building", "id", buildings)
    for kind in session.catalogue:
        if _stands_at_addresses(kind):
            sections[kind.name] = _rows(session, kind.name, "address_id", within)
    sections |= _problems(session, sections, within + buildings)
    known = {name: frame for name, frame in sections.items() if len(frame)}
    return Place(identifier, str(address["full_text"].iloc[0]), known, words)


def _stands_at_addresses(kind: Kind) -> bool:
    return bool(kind.address) and not kind.private and kind.name != "building"


def _rows(session: Session, table: str, column: str, values: list[str]) -> pd.DataFrame:
    rows = lookups.rows_with(session, table, column, values)
    return _told(_with_class_names(rows) if table == COMPONENT else rows)


def _with_class_names(components: pd.DataFrame) -> pd.DataFrame:
    """Return components with the national name of their class after its code."""
    keys = zip(components["scheme"], components["class_code"], strict=True)
    names = [name_of(str(scheme), COMPONENT, str(code)) for scheme, code in keys]
    after = list(components.columns).index("class_code") + 1
    named = components.copy()
    named.insert(after, CLASS_NAME, pd.Series(names, components.index, dtype="str"))
    return named


def _aliases(session: Session, identifier: str) -> pd.DataFrame:
    aliases = feeds.address_aliases(session)
    return aliases.loc[aliases["address_id"] == identifier, ["text"]].reset_index(drop=True)


def _problems(
    session: Session, sections: dict[str, pd.DataFrame], places: list[str]
) -> dict[str, pd.DataFrame]:
    """Return what was reported here: incidents linked to the place or to a thing that is there."""
    things = [i for frame in sections.values() if "id" in frame for i in frame["id"]]
    targets = sorted({*places, *things})
    linked = lookups.incidents_linked_to(session, targets)
    return {
        "incident": _rows(session, "incident", "id", linked),
        "episode": _told(lookups.episodes_at(session, targets)),
        "chronic": _told(lookups.chronic_at(session, targets)),
    }


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out columns that say nothing here, and those about the row and not about the place."""
    told = [c for c in frame.columns if c not in _HIDDEN and frame[c].notna().any()]
    return frame[told]


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON has them: missing values are None and times are texts."""
    return [{str(k): _plain(v) for k, v in row.items()} for row in frame.to_dict("records")]


def _brief(frame: pd.DataFrame, most: int = 10) -> list[dict[str, Any]]:
    rows = records_of(frame.head(most))
    return [{k: v for k, v in row.items() if v is not None} for row in rows]


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


def _table(frame: pd.DataFrame, labels: list[str]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in labels)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_cell(v))}</td>" for v in row.values()) + "</tr>"
        for row in records_of(frame)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
