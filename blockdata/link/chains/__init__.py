"""Chains of related cases."""

from blockdata.link.chains.building import Chains, build_chains
from blockdata.link.chains.rules import RULES, main_categories
from blockdata.link.chains.settings import ChainSettings

__all__ = ["RULES", "ChainSettings", "Chains", "build_chains", "main_categories"]
