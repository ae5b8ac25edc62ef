"""Model stores on disk: one file per kind of store, what they share beside them."""
