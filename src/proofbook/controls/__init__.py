"""Criteria, controls, populations, crosswalk and translation cards as versioned data files with strict readers, nothing else."""
