"""Which classes of components the base has, by their national names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blockdata.engines import report_feeds
from blockdata.records.code_tables import COMPONENT, Standing, name_of, standing
from blockdata.store.session import Session

__all__ = ["ComponentClass", "component_classes"]


@dataclass(frozen=True)
class ComponentClass:
    """One class of components: its code, its national name if it has one, how many there are."""

    scheme: str
    code: str
    name: str
    standing: Standing
    components: int


def component_classes(
    session: Session, local_minors_from: Mapping[str, str]
) -> list[ComponentClass]:
    """Return the classes of the components, by edition and code.

    Parameters
    ----------
    session : Session
    local_minors_from : mapping of scheme to str
        First minor number of the city's own, where it differs from the national table's.

    Returns
    -------
    list of ComponentClass
        Scheme and code are empty where they are not known; so is the name of a class that no
        edition lists.
    """
    frame = report_feeds.component_classes(session).fillna({"scheme": "", "class_code": ""})
    return [
        ComponentClass(
            scheme,
            code,
            name_of(scheme, COMPONENT, code) or "",
            standing(scheme, COMPONENT, code, local_minors_from),
            int(count),
        )
        for scheme, code, count in frame.itertuples(index=False)
    ]
