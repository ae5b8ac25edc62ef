"""Monday morning: what an auditor would not accept today, what changed, who is heard of."""
