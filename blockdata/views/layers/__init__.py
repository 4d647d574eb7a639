"""Layers of cells as users hold them: checks, drafts, lineage, counts, transfer, rasters."""
