"""The base on disk: snapshots, publishing, history, quarantine, people."""
