"""Invented addresses with their elements: what the shipped parser has learned from."""
