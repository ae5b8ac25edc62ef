"""Self-tests of evidence: what an auditor would notice in the records, found before the auditor does."""
