"""Offline verification: standard library only, no other room of this program; shipped as one file into every evidence room."""
