"""The invented sample district: drawn, built on, lived in, reported about, and delivered."""

VERSION = 1
"""Part of every random stream: a change that is meant to change the bytes counts it up."""
