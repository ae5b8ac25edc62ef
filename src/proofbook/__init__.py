"""Proofbook: SOC 2 evidence for companies that run language models on their own machines."""

__version__ = "0.1.0"
