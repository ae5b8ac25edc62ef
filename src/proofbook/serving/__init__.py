"""Serving pages over HTTP: a socket of our own, and a normal end at a signal."""
