"""The append-only log as a service: durable append, checkpoints, the fence, recovery and re-derivation."""
