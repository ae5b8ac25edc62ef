"""The recording gateway in front of the engines."""
