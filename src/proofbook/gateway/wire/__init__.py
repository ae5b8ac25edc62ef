"""Reading and writing of the APIs that callers speak: pure functions over bytes, one set of modules for each API."""
