"""What the server tells of its work: logs, metrics, traces."""
