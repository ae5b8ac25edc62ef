"""The ten artifacts as pages: what the records say, as HTML, PDF and JSON."""
