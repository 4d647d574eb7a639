"""Chronic problems against what is true, what is only chance, and what came next."""
