"""What was owed, and what became of it: cadences and facts in, occurrences and states out. Pure."""
