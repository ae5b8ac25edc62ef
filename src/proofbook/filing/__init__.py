"""People's files of records: read with positions, checked, planned against the book, recorded; and written back."""
