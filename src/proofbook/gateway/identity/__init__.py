"""Who calls: verified by an API key, a provider's token, a certificate or a trusted proxy; and what is only claimed."""
