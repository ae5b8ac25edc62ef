"""A full year of the sample organisation: generated records with a set clock, sound but for the faults that were planted."""
