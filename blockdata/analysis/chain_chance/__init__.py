"""Chains of related cases held against what chance brings."""

from blockdata.analysis.chain_chance.judging import CHANCE_COLUMNS, chain_chance
from blockdata.analysis.chain_chance.watching import WATCHES, Watch

__all__ = ["CHANCE_COLUMNS", "WATCHES", "Watch", "chain_chance"]
