"""Recording inside an engine's own server, as an ASGI middleware."""
