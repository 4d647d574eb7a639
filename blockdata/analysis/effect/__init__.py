"""Effects of interventions: matched places, what their past leads to expect, and an interval."""

from blockdata.analysis.effect.effect import Effect, intervention_effect
from blockdata.analysis.effect.estimate import Estimate, estimate_ratio, randomisation_p
from blockdata.analysis.effect.law import expected_after
from blockdata.analysis.effect.matching import distances, pick_matches
from blockdata.analysis.effect.places import places_reached
from blockdata.analysis.effect.settings import EffectSettings
from blockdata.analysis.effect.words import effect_words, verdict_of

__all__ = [
    "Effect",
    "EffectSettings",
    "Estimate",
    "distances",
    "effect_words",
    "estimate_ratio",
    "expected_after",
    "intervention_effect",
    "pick_matches",
    "places_reached",
    "randomisation_p",
    "verdict_of",
]
