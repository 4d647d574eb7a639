"""What the report needs to know of a base's configuration, as the base itself recorded it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from blockdata.config import Chronic, City, CodeTables, Episodes, Hotspots, Linking, People
from blockdata.config.causes import Causes, Effects
from blockdata.config.gathering import Concentration, Emerging, NearRepeat
from blockdata.config.patterns import Rises, Scan
from blockdata.config.scores import Scorecard
from blockdata.config.tasks import Tasks
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
    rises: Rises = field(default_factory=Rises)
    scan: Scan = field(default_factory=Scan)
    causes: Causes = field(default_factory=Causes)
    effects: Effects = field(default_factory=Effects)
    emerging: Emerging = field(default_factory=Emerging)
    near_repeat: NearRepeat = field(default_factory=NearRepeat)
    concentration: Concentration = field(default_factory=Concentration)
    scorecard: Scorecard = field(default_factory=Scorecard)
    tasks: Tasks = field(default_factory=Tasks)


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
        rises=Rises.model_validate(raw.get("rises", {})),
        scan=Scan.model_validate(raw.get("scan", {})),
        causes=Causes.model_validate(raw.get("causes", {})),
        effects=Effects.model_validate(raw.get("effects", {})),
        emerging=Emerging.model_validate(raw.get("emerging", {})),
        near_repeat=NearRepeat.model_validate(raw.get("near_repeat", {})),
        concentration=Concentration.model_validate(raw.get("concentration", {})),
        scorecard=Scorecard.model_validate(raw.get("scorecard", {})),
        tasks=Tasks.model_validate(raw.get("tasks", {})),
    )
