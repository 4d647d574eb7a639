"""Clusters of points: where they lie closer than elsewhere, without a grid."""

from blockdata.analysis.clusters.density_based import dbscan_clusters
from blockdata.analysis.clusters.hierarchical import hdbscan_clusters
from blockdata.analysis.clusters.result import Clusters

__all__ = ["Clusters", "dbscan_clusters", "hdbscan_clusters"]
