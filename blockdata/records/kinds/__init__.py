"""The declarations of all record kinds, by subject."""
