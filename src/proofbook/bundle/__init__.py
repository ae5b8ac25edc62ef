"""The evidence room as a format: layout, manifest, limits, and the composed single-file verifier."""
