"""Model files: bounded readers of their formats, hashing, and the digest of a set."""
