"""The step that puts related cases together (串并案), and lists what is more than chance."""

from __future__ import annotations

import pandas as pd

from blockdata.analysis.chain_chance import chain_chance
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.engines import chain_feeds
from blockdata.link.chains import ChainSettings, build_chains
from blockdata.store import derived
from blockdata.store.session import Session


def write_chains(session: Session, context: Context) -> None:
    """Write the chains that are more than chance, their links with reasons, and their members.

    Chains are built from all cases, and then each is held against the usual rates at its places.
    What is written is what stands out; a chain's id does not depend on that.
    """
    derived.clear_result(session, "chain", "chain_link", "chain_member")
    cases = chain_feeds.cases(session, context.end, context.config.linking.place_probability)
    if cases.empty:
        return
    settings = ChainSettings(**context.config.chains.model_dump())
    chains, links, members = build_chains(cases, settings)
    if chains.empty:
        return
    judged = chain_chance(members, cases, chain_feeds.places(session), settings)
    found = chains.merge(judged, on="chain")
    listed = found[found["rank"].notna()]
    listed = listed.assign(continues=listed["continues"].where(_in(listed["continues"], listed)))
    derived.append_result(session, "chain", listed)
    derived.append_result(session, "chain_link", links[_in(links["chain"], listed)])
    named = members[_in(members["chain"], listed)].rename(columns={"case": "incident"})
    derived.append_result(session, "chain_member", named)
    _tell(context, listed, len(found))


def _in(chains: pd.Series, listed: pd.DataFrame) -> pd.Series:
    return chains.isin(listed["chain"])


def _tell(context: Context, listed: pd.DataFrame, built: int) -> None:
    if listed.empty:
        return
    cases, share = int(listed["cases"].sum()), context.config.chains.alpha
    context.tell(
        Finding(
            "related_cases",
            "incident",
            f"{cases} 件案件串并为 {len(listed)} 条链；另有 {built - len(listed)} 条可能出于偶然，"
            f"未列出（误报率 {share:.0%} 以内）",
            f"{cases} cases make {len(listed)} chains; {built - len(listed)} others may be chance "
            f"and are not listed (false discovery rate {share:.0%})",
            len(listed),
            warns=False,
        )
    )
