"""The auditor's room of one engagement: to look, to ask, to choose, to take away. Nothing here writes evidence."""
