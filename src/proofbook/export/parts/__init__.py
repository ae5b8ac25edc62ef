"""The folders of a room beside populations, artifacts and the book: each plans its files from facts as of the checkpoint."""
