"""The labelled sample organisation: a real small model, real traffic, real evidence."""
