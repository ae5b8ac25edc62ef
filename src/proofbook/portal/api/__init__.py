"""The API for programs: what the pages show and do, as JSON, for holders of tokens."""
