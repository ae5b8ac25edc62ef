"""The engines' own counters against the book: what each says about the same stretch of time. Pure."""
