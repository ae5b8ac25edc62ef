"""Disposable SQL projection of the book; rebuilt from it at any time."""
