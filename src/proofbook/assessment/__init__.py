"""How things stand: facts of a period, what was due, self-tests of evidence. A self-assessment, never an opinion."""
