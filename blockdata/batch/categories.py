"""The step that says which class each source's categories are."""

from __future__ import annotations

import pandas as pd

from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.engines import link_feeds
from blockdata.link.categories import map_categories, national_catalogue, suggest
from blockdata.store import derived
from blockdata.store.decisions import standing
from blockdata.store.session import Session

EVERY_SOURCE = "*"
"""Name under which the configuration tells what holds for the categories of every source."""

_KEY = ["scheme", "kind", "code"]
_NAMED = 5


def map_the_categories(session: Session, context: Context) -> None:
    """Map every source's categories to classes, and offer classes for those that are not mapped.

    What a person decided goes before the configuration, and this before an equal name. A category
    counts by its label: the name of its class, else the source's own word. So two sources that
    call one class differently speak of one problem.
    """
    derived.clear_result(session, "category", "category_suggestion")
    counted = link_feeds.category_counts(session, context.end)
    if counted.empty:
        return
    catalogue = pd.concat(
        [link_feeds.matter_classes(session), national_catalogue()], ignore_index=True
    )
    mapped = map_categories(counted, _table(session, context), catalogue)
    label = mapped["name"].fillna(mapped["category"])
    derived.append_result(session, "category", mapped.assign(label=label))
    if mapped["method"].isna().any():
        derived.append_result(session, "category_suggestion", suggest(mapped, catalogue))
    _tell_unmapped(context, mapped)


def _table(session: Session, context: Context) -> pd.DataFrame:
    """Return what configuration and persons say, the latter last."""
    rows = [
        (None if source == EVERY_SOURCE else source, category, *parse_class(text))
        for source, told in context.config.categories.items()
        for category, text in told.items()
    ]
    for subject, text in standing(session, "category").items():
        source, _, category = subject.partition("/")
        rows.append((source, category, *parse_class(text)))
    return pd.DataFrame(rows, columns=["source", "category", *_KEY], dtype=object)


def parse_class(text: str) -> tuple[str | None, str | None, str | None]:
    """Return scheme, kind and code of a class as it is written in a table of categories.

    Parameters
    ----------
    text : str
        "scheme kind code"; the scheme may hold blanks. "none", or nothing, is no class.

    Examples
    --------
    >>> parse_class("GB/T 47678.5-2026 matter 09001")
    ('GB/T 47678.5-2026', 'matter', '09001')
    >>> parse_class("none")
    (None, None, None)
    """
    parts = text.rsplit(maxsplit=2)
    if len(parts) != len(_KEY):
        return None, None, None
    scheme, kind, code = parts
    return scheme, kind, code


def _tell_unmapped(context: Context, mapped: pd.DataFrame) -> None:
    lacking = mapped[mapped["method"].isna()]
    if lacking.empty:
        return
    cases = int(lacking["incidents"].sum())
    most = lacking.sort_values(["incidents", "category"], ascending=[False, True])
    named = "、".join(dict.fromkeys(most["category"].astype(str)[:_NAMED]))
    context.tell(
        Finding(
            "unmapped_category",
            "category",
            f"{len(lacking)} 个案件类别（{cases} 件）未对应到事项或部件代码，最多的是：{named}",
            f"{len(lacking)} categories ({cases} cases) are mapped to no class, most often: "
            f"{named}",
            len(lacking),
            warns=False,
        )
    )
