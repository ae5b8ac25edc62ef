"""Kept records: lists, pages, forms, history, signatures, files."""
