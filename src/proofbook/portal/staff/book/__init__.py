"""The book as a whole, and how the pages look."""
