"""Data-flow diagrams drawn from records: no hand layout, the same bytes for the same records."""
