"""Patterns in the incidents as users hold them: rises, clusters, scans and what goes with them."""
