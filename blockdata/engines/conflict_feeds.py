"""Which records are told differently: by cases against a register, by one source against another.

Each function returns kind, id, reason, zh, en, as those of `upkeep_feeds`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from blockdata.engines.upkeep_feeds import REGISTERS
from blockdata.records import Field, Held, Kind, Type
from blockdata.store.connection import quote
from blockdata.store.schema import contribution_table
from blockdata.store.session import Session

__all__ = ["contradicted", "differing"]


def contradicted(session: Session) -> pd.DataFrame:
    """Return the records whose place cases contradict."""
    sides = " UNION ALL ".join(
        f"SELECT {side}_kind AS kind, {side} AS id, incident FROM base.contradiction"
        for side in ("first", "second")
    )
    found = session.frame(
        f"SELECT kind, id, count(DISTINCT incident) AS cases FROM ({sides}) "
        "WHERE kind IN (SELECT unnest($kinds)) AND id IS NOT NULL GROUP BY ALL ORDER BY ALL",
        {"kinds": list(REGISTERS)},
    )
    cases = found.pop("cases").astype(str)
    return found.assign(
        reason="contradicted",
        zh=cases + " 件案件给出的位置与登记相矛盾",
        en=cases + " case(s) contradict where it is recorded",
    )


def differing(session: Session, settled: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Return the records of which several sources say different things, with the fields by name.

    Spaces and capitals make no difference. Addresses are left out: two ways of writing one are no
    conflict. So is what is held apart from the open data, and no value is told.

    Parameters
    ----------
    session : Session
    settled : mapping of kind to fields
        For which the city has said whom to believe.
    """
    parts = [
        _differing(session, session.catalogue.kind(name), settled.get(name, ()))
        for name in REGISTERS
    ]
    return pd.concat(parts, ignore_index=True)


def _differing(session: Session, kind: Kind, settled: Collection[str]) -> pd.DataFrame:
    left_out = {kind.address, *kind.key, *settled}
    fields = [f for f in kind.fields if f.held is Held.OPEN and f.name not in left_out]
    if not kind.natural_key or not fields:
        return pd.DataFrame(columns=["kind", "id", "reason", "zh", "en"])
    found = session.frame(
        f"SELECT $kind AS kind, id, string_agg(DISTINCT source, ',' ORDER BY source) AS sources, "
        f"concat_ws(',', {', '.join(map(_named_if_unlike, fields))}) AS fields "
        f"FROM {quote('base', contribution_table(kind).name)} GROUP BY id "
        "HAVING count(*) > 1 AND fields <> '' ORDER BY id",
        {"kind": kind.name},
    )
    sources, names = found.pop("sources"), found.pop("fields").str.split(",")
    labels = {field.name: (field.zh, field.en) for field in fields}
    zh = names.map(lambda own: "、".join(labels[name][0] for name in own))
    en = names.map(lambda own: ", ".join(labels[name][1] for name in own))
    return found.assign(
        reason="differs",
        zh=sources.str.replace(",", "、") + " 登记不一致：" + zh,
        en=sources.str.replace(",", ", ") + " differ in: " + en,
    )


def _named_if_unlike(field: Field) -> str:
    """Return SQL: the field's name if values of it differ, else null."""
    value = quote(field.name)
    if field.type in (Type.TEXT, Type.CODE):
        value = f"lower(replace({value}, ' ', ''))"
    return f"CASE WHEN min({value}) <> max({value}) THEN '{field.name}' END"
