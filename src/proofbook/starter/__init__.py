"""Drafts that are shipped: policies, procedures, exercises, registers, written for models that run on one's own machines."""
