"""The scorecard (考核): definitions to choose from, intervals, ranks, and totals that add up."""

from blockdata.analysis.scorecard.card import CARD_COLUMNS, CardSettings, scorecard
from blockdata.analysis.scorecard.composite import SCORE_COLUMNS, composite_scores
from blockdata.analysis.scorecard.definitions import (
    Definition,
    chosen_definitions,
    definition_table,
    definitions,
)
from blockdata.analysis.scorecard.ranks import draw_rates, rank_spans
from blockdata.analysis.scorecard.totals import compare_totals, parts_and_whole, share_agrees

__all__ = [
    "CARD_COLUMNS",
    "SCORE_COLUMNS",
    "CardSettings",
    "Definition",
    "chosen_definitions",
    "compare_totals",
    "composite_scores",
    "definition_table",
    "definitions",
    "draw_rates",
    "parts_and_whole",
    "rank_spans",
    "scorecard",
    "share_agrees",
]
