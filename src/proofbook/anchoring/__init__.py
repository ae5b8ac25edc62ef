"""Anchoring: having others outside say what they saw of this book, and when: witnesses and time-stamping authorities."""
