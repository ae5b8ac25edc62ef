"""The only place that constructs implementations."""
