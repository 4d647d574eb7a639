"""Loaders: from the files departments send to the records of the base."""
