"""The gateway as a running service: start, listen, take new settings, tell how it stands, drain, stop."""
