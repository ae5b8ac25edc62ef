"""Finds spans of sensitive data in text, counts them by class, and replaces them by markers. Pure."""
