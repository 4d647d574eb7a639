"""What the configuration says of indicators and the scorecard, as the analysis takes it."""

from __future__ import annotations

from collections.abc import Mapping

from blockdata.analysis.indicators import Registry, load_registry, shipped_registry
from blockdata.analysis.scorecard import CardSettings, Definition, chosen_definitions, definitions
from blockdata.config import Config, Scorecard
from blockdata.errors import ConfigError

__all__ = [
    "card_settings",
    "check_scores",
    "definitions_of",
    "indicator_layers",
    "registry_of",
    "scorecard_layers",
    "weights_of",
]


def check_scores(config: Config) -> None:
    """Refuse what the sections `[indicators]` and `[scorecard]` say wrongly, before a run begins.

    Parameters
    ----------
    config : Config

    Raises
    ------
    ConfigError
        If an indicator, a definition or a layer is unknown, a weight is of what has no share, or
        a file of the city's own holds what is no indicator; the text says what is allowed.
    PrivacyError
        If a measure of the city's own would count persons.
    """
    registry_of(config).check(config.catalogue())
    indicator_layers(config)
    scorecard_layers(config)
    weights_of(config.scorecard)


def registry_of(config: Config) -> Registry:
    """Return the indicators of a city: those shipped, changed and added to as it says."""
    own = config.own_indicators
    return load_registry(own) if any(own.values()) else shipped_registry()


def indicator_layers(config: Config) -> tuple[str, ...]:
    """Return the layers that indicators are told of; drawn hexagons only where they are named."""
    told = config.indicators.layers
    if told is None:
        return (*config.grid.layers, *config.grid.area_levels)
    return _known_layers(config, told, "[indicators] layers")


def scorecard_layers(config: Config) -> tuple[str, ...]:
    """Return the layers that are measured beside departments."""
    told = config.scorecard.layers
    if told is None:
        return config.grid.area_levels
    return _known_layers(config, told, "[scorecard] layers")


def _known_layers(config: Config, told: tuple[str, ...], where: str) -> tuple[str, ...]:
    known = (*config.grid.all_layers, *config.grid.area_levels)
    if strangers := sorted(set(told) - set(known)):
        raise ConfigError(f"no layer {', '.join(strangers)}", where=where, allowed=", ".join(known))
    return tuple(dict.fromkeys(told))


def definitions_of(settings: Scorecard) -> tuple[Definition, ...]:
    """Return the definition of each indicator of the scorecard.

    Parameters
    ----------
    settings : Scorecard

    Returns
    -------
    tuple of Definition
        In the order of the shipped file; indicators that are off are left out.

    Raises
    ------
    ConfigError
        If an indicator is unknown, or a definition is not one of its own.

    Examples
    --------
    >>> settings = Scorecard(definitions={"rework": "rework_due"}, off=["filing"])
    >>> [d.id for d in definitions_of(settings)][:3]
    ['filing_accuracy', 'response_in_time', 'dispatch_in_time']
    """
    of = _by_indicator()
    _require_indicators(settings.definitions, "[scorecard.definitions]")
    _require_indicators(dict.fromkeys(settings.off), "[scorecard] off")
    for indicator, name in settings.definitions.items():
        if name not in of[indicator]:
            raise ConfigError(
                f"{name!r} is no definition of {indicator}",
                where="[scorecard.definitions]",
                allowed=", ".join(of[indicator]),
            )
    chosen = chosen_definitions(settings.definitions.values())
    return tuple(d for d in chosen if d.indicator not in settings.off)


def weights_of(settings: Scorecard) -> dict[str, float]:
    """Return the weight of each chosen definition that has one.

    Raises
    ------
    ConfigError
        If an indicator is unknown, or what was chosen for it is no share and has no score.

    Examples
    --------
    >>> weights_of(Scorecard(weights={"rework": 2}))
    {'rework_handled': 2.0}
    """
    _require_indicators(settings.weights, "[scorecard.weights]")
    chosen = {d.indicator: d for d in definitions_of(settings)}
    for indicator in settings.weights:
        if chosen[indicator].kind != "share":
            shares = [d for d in _by_indicator()[indicator] if definitions()[d].kind == "share"]
            raise ConfigError(
                f"{chosen[indicator].id!r} is no share and has no score",
                where=f"[scorecard.weights] {indicator}",
                allowed=", ".join(shares),
            )
    return {chosen[i].id: weight for i, weight in settings.weights.items()}


def card_settings(settings: Scorecard) -> CardSettings:
    """Return how a scorecard is worked out."""
    return CardSettings(
        interval=settings.interval,
        level=settings.level,
        min_denominator=settings.min_denominator,
        draws=settings.draws,
    )


def _by_indicator() -> dict[str, list[str]]:
    of: dict[str, list[str]] = {}
    for definition in definitions().values():
        of.setdefault(definition.indicator, []).append(definition.id)
    return of


def _require_indicators(named: Mapping[str, object], where: str) -> None:
    known = _by_indicator()
    if strangers := sorted(set(named) - set(known)):
        raise ConfigError(
            f"no indicator {', '.join(strangers)}", where=where, allowed=", ".join(known)
        )
