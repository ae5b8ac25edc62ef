"""The witness: cosigns the checkpoints of other people's logs, and never two histories of one. Runs without any book."""
