"""Compliance documents as frozen typed models, one family per file; `kinds` is the closed table of them."""
