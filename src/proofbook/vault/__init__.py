"""Confidential content, sealed under per-conversation keys, erasable without touching any proof."""
