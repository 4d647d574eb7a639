"""What the report needs to know of a base's configuration, as the base itself recorded it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from blockdata.config import Chronic, City, CodeTables, Episodes, Hotspots, Linking, People
from blockdata.store.session import Session


@dataclass(frozen=True)
class Settings:
    """The sections of a configuration that the report speaks of."""

    city: City
    hotspots: Hotspots
    chronic: Chronic
    episodes: Episodes
    people: People
    codes: CodeTables
    linking: Linking


def settings_of(session: Session, facts: Mapping[str, object]) -> Settings:
    """Read the settings from a base; sections that it does not record take their defaults.

    Parameters
    ----------
    session : Session
    facts : mapping
        The run's manifest; its `city` is used where the base records no city.

    Returns
    -------
    Settings
    """
    raw = json.loads(session.meta("config") or "{}")
    return Settings(
        city=City.model_validate(raw.get("city") or {"name": str(facts.get("city", ""))}),
        hotspots=Hotspots.model_validate(raw.get("hotspots", {})),
        chronic=Chronic.model_validate(raw.get("chronic", {})),
        episodes=Episodes.model_validate(raw.get("episodes", {})),
        people=People.model_validate(raw.get("people", {})),
        codes=CodeTables.model_validate(raw.get("codes", {})),
        linking=Linking.model_validate(raw.get("linking", {})),
    )
