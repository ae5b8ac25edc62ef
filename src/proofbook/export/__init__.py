"""The one door out: populations, documents, evidence rooms."""
